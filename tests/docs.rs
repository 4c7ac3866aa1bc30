//! The documents tell the truth: lists are compared with the code, examples are run.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use natscert::Role;
use natscert::bundle::FileKind;
use natscert::nats::{Context, Effect, TlsOption};
use natscert::pki::{KeyType, Usage};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The rows of the first table behind `heading`, cells without backticks.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = read(document);
    let (_, behind) = text.split_once(heading).unwrap_or_else(|| panic!("{document} has no {heading:?}"));
    let rows =
        behind.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|c| c.trim().replace('`', "")).collect();
    rows.skip(2).map(cells).collect()
}

fn rows<const N: usize>(table: Vec<[String; N]>) -> Vec<Vec<String>> {
    table.into_iter().map(Vec::from).collect()
}

#[test]
fn roles_are_those_of_the_code() {
    let usage = |role: Role| match Usage::from(role) {
        Usage::Server => "serverAuth",
        Usage::Client => "clientAuth",
        Usage::Both => "serverAuth, clientAuth",
    };
    let expected =
        Role::ALL.map(|r| [r.as_str().to_owned(), usage(r).to_owned(), r.description().to_owned()]);
    assert_eq!(table("docs/roles.md", "## Roles"), rows(expected.into()));
}

#[test]
fn key_types_are_those_of_the_code() {
    let words: Vec<String> =
        table("docs/roles.md", "## Key types").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(words, KeyType::ALL.map(KeyType::as_str));
}

#[test]
fn contexts_are_those_of_the_code() {
    let expected = Context::ALL.map(|c| [c.as_str().to_owned(), c.config_path().to_owned()]);
    assert_eq!(table("docs/roles.md", "## Contexts"), rows(expected.into()));
}

#[test]
fn option_effects_are_those_of_the_code() {
    let mark = |option: TlsOption, context| match option.effect(context) {
        Effect::Works => "+",
        Effect::Forced(_) => "!",
        Effect::Ignored(_) => "-",
        Effect::Refused(_) => "x",
    };
    let row = |option: TlsOption| {
        let words = [option.flag()?.to_owned(), option.key().to_owned()];
        Some(words.into_iter().chain(Context::ALL.map(|c| mark(option, c).to_owned())).collect::<Vec<_>>())
    };
    let expected: Vec<_> = TlsOption::ALL.into_iter().filter_map(row).collect();
    let shown: Vec<_> = expected.iter().map(|row| format!("| {} |", row.join(" | "))).collect();
    assert_eq!(
        table("docs/roles.md", "## Options"),
        expected,
        "docs/roles.md should have\n{}",
        shown.join("\n")
    );
}

#[test]
fn files_and_modes_are_those_of_the_code() {
    let expected = |kinds: &[FileKind]| -> Vec<_> {
        kinds.iter().map(|kind| (kind.file_name().to_owned(), format!("{:04o}", kind.mode()))).collect()
    };
    let shown = |heading| -> Vec<_> {
        table("docs/output.md", heading).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    };
    assert_eq!(shown("## Files"), expected(&FileKind::BUNDLE));
    assert_eq!(shown("The CA directory (0700) holds:"), expected(&FileKind::CA));
}

/// A folder of its own for a command, with files that examples name.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (role, name) in [
            ("leaf", "hub.example.com"),
            ("cluster", "n1.example.com"),
            ("cluster", "n2.example.com"),
            ("server", "localhost"),
        ] {
            desk.ok(&format!("natscert issue {role} {name}"));
        }
        for (from, to) in [
            ("cert.pem", "FILE"),
            ("cert.pem", "cert.pem"),
            ("cert.pem", "tls.crt"),
            ("key.pem", "tls.key"),
            ("ca.pem", "ca.crt"),
        ] {
            fs::copy(
                desk.0.path().join("natscert/cluster/n1.example.com").join(from),
                desk.0.path().join(to),
            )
            .unwrap();
        }
        fs::copy(desk.0.path().join("ca/root.pem"), desk.0.path().join("rootCA.pem")).unwrap();
        fs::copy(desk.0.path().join("ca/root-key.pem"), desk.0.path().join("rootCA-key.pem")).unwrap();
        desk
    }

    /// Runs a shell line in which `natscert` is this build.
    fn run(&self, line: &str) -> Output {
        let bin = Path::new(env!("CARGO_BIN_EXE_natscert")).parent().unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.0.path())
            .env("PATH", path)
            .env("NATSCERT_CA_DIR", self.0.path().join("ca"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn ok(&self, line: &str) -> Output {
        let output = self.run(line);
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

/// Issues again what an example issues that was issued before; makes a CA where it asks for a new one.
fn runnable(example: &str) -> String {
    let line = example.split("    ").next().unwrap().trim();
    let line = if line.starts_with("natscert issue") {
        line.replacen("natscert issue", "natscert issue --force", 1)
    } else if line.starts_with("natscert new") {
        let file = line.split(' ').find(|word| word.ends_with(".toml")).unwrap_or("nats.toml");
        format!("rm -f {file}; {line}")
    } else if line.starts_with("natscert plan") {
        format!("{line} || [ $? = 1 ]")
    } else {
        line.to_owned()
    };
    if line.contains(" ca init") {
        format!("{} --ca-dir \"$(mktemp -d -p .)\"", line.replace(" --ca-dir ./ca", ""))
    } else {
        line
    }
}

#[test]
fn commands_in_the_documents_run() {
    let desk = Desk::new();
    desk.ok("natscert new");
    let mut seen = 0;
    for document in [
        "README.md",
        "docs/roles.md",
        "docs/output.md",
        "docs/speed.md",
        "docs/manifest.md",
        "docs/topology.md",
    ] {
        let text = read(document).replace('\n', " ");
        for code in text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("natscert ")) {
            let code = code.split(" | ").next().unwrap();
            let concrete = code.contains(' ') && !code.contains(['…', '<']) && !code.contains("CONTEXT");
            if code == "natscert wizard" {
                assert_eq!(desk.run(code).status.code(), Some(2), "{code} without a terminal");
            } else if concrete
                && ![
                    "natscert issue",
                    "natscert issue client",
                    "natscert inspect",
                    "natscert ca init",
                    "natscert plan",
                    "natscert apply",
                ]
                .contains(&code)
            {
                seen += 1;
                desk.ok(&runnable(code));
            }
        }
    }
    assert!(seen >= 12, "only {seen} commands were found");
}

/// The help of `issue` shows each role with its usage.
#[test]
fn the_help_lists_the_roles() {
    let help = String::from_utf8(Desk::new().ok("natscert issue --help").stdout).unwrap();
    let (_, roles) = help.split_once("Roles:\n").unwrap();
    for row in table("docs/roles.md", "## Roles") {
        let line = roles.lines().find(|line| line.trim_start().starts_with(&format!("{} ", row[0])));
        assert!(line.is_some_and(|line| line.contains(&format!(" {}  ", row[1]))), "{}: {line:?}", row[0]);
    }
}

const VERBS: [&str; 15] = [
    "",
    "issue",
    "ca",
    "ca init",
    "ca show",
    "ca dir",
    "ca export",
    "pin",
    "inspect",
    "snippet",
    "wizard",
    "new",
    "plan",
    "apply",
    "graph",
];

#[test]
fn examples_in_the_help_run() {
    let desk = Desk::new();
    for verb in VERBS {
        let help = String::from_utf8(desk.ok(&format!("natscert {verb} --help")).stdout).unwrap();
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("no examples: {verb}"));
        let lines: Vec<_> =
            examples.lines().map(str::trim).filter(|line| line.starts_with("natscert ")).collect();
        assert!(!lines.is_empty(), "{verb}");
        // mkcert may not be here; the wizard wants a terminal.
        for line in lines.into_iter().filter(|line| !line.contains("mkcert") && !line.contains("wizard")) {
            desk.ok(&runnable(line));
        }
    }
}

#[test]
fn the_json_of_issue_has_the_fields_of_the_table() {
    let output = Desk::new().ok("natscert issue server json.example.com --json");
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fields: BTreeSet<String> = value.as_object().unwrap().keys().cloned().collect();
    let documented = table("docs/output.md", "## JSON").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(fields, documented);
}

/// Two nodes, a leafnode, and a client, of which nothing is there.
const SYSTEM: &str = "printf '[clusters.east]\\nnodes = [\"n1\"]\\n[leafnodes.edge]\\ncluster = \"east\"\\nhosts = \
                      [\"edge.example.com\"]\\n[clients.alice]\\n' > system.toml";

#[test]
fn the_json_of_plan_and_apply_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    let documented = |heading: &str| -> BTreeSet<String> {
        table("docs/output.md", heading).into_iter().map(|row| row[0].clone()).collect()
    };
    let fields = |value: &serde_json::Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    for (verb, code) in [("plan", 1), ("apply", 0), ("plan", 0)] {
        let output = desk.run(&format!("natscert {verb} system.toml --json"));
        assert_eq!(output.status.code(), Some(code), "{verb}");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(fields(&value), documented("`plan` and `apply` print the same object"));
        let node = documented("A node or client:");
        assert_eq!(fields(&value["nodes"][0]), node);
        let words = |row: usize| table("docs/output.md", "A node or client:")[row][1].clone();
        let unclustered = |mut all: BTreeSet<String>| {
            all.remove("cluster");
            all
        };
        assert_eq!(fields(&value["nodes"][1]), unclustered(node.clone()));
        for client in value["clients"].as_array().unwrap() {
            let mut expected = unclustered(node.clone());
            expected.remove("server");
            assert_eq!(fields(client), expected);
        }
        for owner in value["nodes"].as_array().unwrap() {
            assert!(words(2).contains(owner["server"].as_str().unwrap()), "{owner}");
            assert!(words(4).contains(owner["text"]["action"].as_str().unwrap()), "{owner}");
            for certificate in owner["certificates"].as_array().unwrap() {
                assert!(fields(certificate).iter().all(|field| words(3).contains(field)), "{certificate}");
                assert!(words(3).contains(certificate["action"].as_str().unwrap()), "{certificate}");
            }
        }
    }
}

#[test]
fn reasons_are_those_of_the_code() {
    let documented: Vec<_> =
        table("docs/output.md", "### Reasons").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(documented, natscert::apply::Reason::CODES);
}

#[test]
fn limits_of_large_systems_are_those_of_the_code() {
    let rows = table("docs/topology.md", "## Large systems");
    let limits: Vec<_> = rows.iter().map(|row| row[1].parse::<usize>().unwrap()).collect();
    use natscert::topology::{GATEWAY_SEEDS, MAX_MESH, MAX_PEERS, ROUTE_SEEDS};
    assert_eq!(limits, [MAX_PEERS, MAX_PEERS, MAX_PEERS, GATEWAY_SEEDS, MAX_MESH]);
    assert!(rows[1][2].contains(&format!("the first {ROUTE_SEEDS},")));
    assert!(rows[2][2].contains(&format!("the first {MAX_PEERS}")));
    assert!(rows[3][2].contains(&format!("the first {GATEWAY_SEEDS},")));
}

#[test]
fn exit_codes_are_those_of_the_table() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    assert_eq!(desk.run("natscert plan system.toml").status.code(), Some(1));
    let seen = ["natscert ca dir", "natscert ca export > /dev/full", "natscert issue server nats://x:4222"]
        .map(|line| desk.run(line).status.code().unwrap().to_string());
    let documented: Vec<String> =
        table("docs/output.md", "## Exit codes").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(documented, seen);
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The modules of ours that a source file names, wherever it does.
fn imported(source: &str) -> BTreeSet<String> {
    let code = source.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n");
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
    };
    let behind = code.split("crate::").skip(1);
    behind
        .flat_map(|text| match text.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap().split(',').map(word).collect(),
            None => vec![word(text)],
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The table of docs/map.md says who may import whom: only modules above, so that there is no circle.
#[test]
fn modules_import_what_the_map_allows() {
    let mut above: Vec<String> = Vec::new();
    let mut allowed = BTreeMap::new();
    for row in table("docs/map.md", "## The tree") {
        let may: Vec<String> = row[1].split(", ").map(str::to_owned).collect();
        assert!(
            row[0] == "cli" || may == ["nothing of ours"] || may.iter().all(|name| above.contains(name)),
            "{row:?}"
        );
        above.push(row[0].clone());
        allowed.insert(row[0].clone(), may);
    }
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let place = file.strip_prefix(root().join("src")).unwrap().components().next().unwrap();
        let module = place.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if ["main", "lib", "cli"].contains(&module.as_str()) {
            continue;
        }
        let may = allowed.get(&module);
        let may = may.unwrap_or_else(|| panic!("docs/map.md does not say what {module} may import"));
        for name in imported(&fs::read_to_string(&file).unwrap()) {
            let known = name == module || may.contains(&name);
            assert!(known, "{}: {module} imports {name}, but may import {may:?}", file.display());
            seen.entry(module.clone()).or_default().insert(name);
        }
    }
    for (module, may) in allowed.into_iter().filter(|(_, may)| !may[0].contains(' ')) {
        for name in may {
            assert!(module == "cli" || seen[&module].contains(&name), "{module} does not import {name}");
        }
    }
}

#[test]
fn the_map_names_every_source_file() {
    let map = read("docs/map.md");
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = if stem == "mod" { format!("{folder}/") } else { stem.to_owned() };
        if stem != "tests" && !stem.ends_with("_tests") {
            assert!(map.contains(&name), "docs/map.md does not mention {name} ({})", file.display());
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for document in [
        "README.md",
        "CONTRIBUTING.md",
        "docs/roles.md",
        "docs/output.md",
        "docs/speed.md",
        "docs/map.md",
        "docs/manifest.md",
        "docs/topology.md",
    ] {
        for link in read(document).split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned())
        {
            if !link.starts_with("http") {
                let folder = root().join(document).parent().unwrap().to_owned();
                let file = link.split('#').next().unwrap_or(&link);
                assert!(folder.join(file).exists(), "{document} links to {link}");
            }
        }
    }
}

/// `rust-version` is true when no dependency asks for more; clippy's `incompatible_msrv` looks after our own code.
#[test]
fn no_dependency_needs_a_newer_rust() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let version = |text: &str| {
        text.split('.').map(|n| n.parse::<u32>().unwrap()).chain([0]).take(3).collect::<Vec<_>>()
    };
    let ours = packages.iter().find(|p| p["name"] == "natscert").unwrap()["rust_version"].as_str().unwrap();
    for package in packages {
        if let Some(theirs) = package["rust_version"].as_str() {
            assert!(
                version(theirs) <= version(ours),
                "{} needs Rust {theirs}, we say {ours}",
                package["name"]
            );
        }
    }
}

#[test]
fn the_changelog_knows_this_version() {
    let changelog = read("CHANGELOG.md");
    let released = changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION")));
    assert!(released || changelog.contains("## Unreleased"));
}
