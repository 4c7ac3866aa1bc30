//! Commands in documents and help texts run; what they print has the fields that are documented.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{read, table};

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
        desk.ok("natscert ca intermediate add east-2026");
        desk.ok("natscert ca intermediate add east-2027 --standby");
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
        let config = "port: 4222\ninclude natscert/server/localhost/tls.conf\n";
        fs::write(desk.0.path().join("nats.conf"), config).unwrap();
        let log = "[1] 2026/11/22 07:47:46 [ERR] 10.0.0.7:51300 - cid:5 - TLS handshake error: certificate not pinned\n";
        fs::write(desk.0.path().join("nats.log"), log).unwrap();
        let request = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pki/p256.csr.pem");
        fs::copy(request, desk.0.path().join("REQUEST.pem")).unwrap();
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
    let line = if line.starts_with("natscert fixture") && !line.contains(" list") {
        format!("{line} --force")
    } else if line.starts_with("natscert issue") {
        line.replacen("natscert issue", "natscert issue --force", 1)
    } else if line.starts_with("natscert sign") {
        // Beside bundles with keys, which no request replaces.
        line.replacen("natscert sign", "natscert sign --force -o signed", 1)
    } else if line.starts_with("natscert new") {
        // What is there already is not written again.
        if line.contains(" - ") { line.to_owned() } else { format!("cd \"$(mktemp -d -p .)\"; {line}") }
    } else if line.starts_with("natscert ocsp") {
        // On a port that is surely free, until it listens.
        let line = line.replace(" --listen 127.0.0.1:0", "");
        format!(
            "{line} --listen 0 2>ocsp.log & until grep -q listening ocsp.log; do sleep 0.1; done; kill $!; wait $!"
        )
    } else if line.starts_with("natscert plan") {
        format!("{line} || [ $? = 1 ]")
    } else {
        line.to_owned()
    };
    if line.contains(" ca init") || line.contains(" ca intermediate add") {
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
            // Those change trust stores: they run where that is safe, in tests/trust.
            if code.starts_with("natscert trust") {
                continue;
            }
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
                    "natscert lint",
                    "natscert sign",
                    "natscert revoke",
                    "natscert renew",
                    "natscert fixture",
                    "natscert ca roll",
                    "natscert ca intermediate",
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

const VERBS: [&str; 24] = [
    "",
    "issue",
    "ca",
    "ca init",
    "ca show",
    "ca dir",
    "ca export",
    "pin",
    "inspect",
    "explain",
    "snippet",
    "wizard",
    "new",
    "plan",
    "apply",
    "graph",
    "conf",
    "lint",
    "renew",
    "revoke",
    "crl",
    "ocsp",
    "fixture",
    "fixture list",
];

#[test]
fn examples_in_the_help_run() {
    let desk = Desk::new();
    desk.ok("natscert new; natscert apply nats.toml -q; for n in n1 n2 n3; do cp nats.conf $n.conf; done");
    desk.ok("natscert issue client alice@example.com -q -o other >block; cp -r other/client/* alice");
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
fn the_json_of_revocation_has_the_fields_that_are_named() {
    let desk = Desk::new();
    let text = read("docs/output.md");
    for (verb, line) in [("revoke", "natscert revoke cert.pem --json"), ("crl", "natscert crl --json")] {
        let (_, behind) = text.split_once(&format!("\n`{verb}`:")).unwrap();
        let (paragraph, _) = behind.split_once("\n\n").unwrap();
        let named = paragraph.split('`').skip(1).step_by(2).filter(|word| !word.starts_with("--"));
        let value: serde_json::Value = serde_json::from_slice(&desk.ok(line).stdout).unwrap();
        let fields: BTreeSet<&str> = value[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, named.collect());
    }
}

#[test]
fn the_json_of_renew_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    desk.ok(SYSTEM);
    desk.ok("natscert apply system.toml -q; rm system/clients/alice/cert.pem");
    for (line, code) in
        [("--check --within 9y", 1), ("--within 9y --new-key --reload-command true", 1), ("--check", 1)]
    {
        let output = desk.run(&format!("natscert renew system natscert {line} --json"));
        assert_eq!(output.status.code(), Some(code), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let documented = |heading: &str| -> BTreeSet<String> {
            table("docs/output.md", heading).into_iter().map(|row| row[0].clone()).collect()
        };
        let fields = |value: &serde_json::Value| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(fields(&value), documented("\n`renew`:"));
        let words = |heading: &str, field: &str| {
            let row = table("docs/output.md", heading).into_iter().find(|row| row[0] == field);
            row.unwrap()[1].clone()
        };
        let named = |value: &serde_json::Value, heading: &str, field: &str| {
            let words = words(heading, field);
            assert!(fields(value).iter().all(|field| words.contains(field)), "{field}: {value}");
        };
        for field in ["problems", "pins", "servers"] {
            for entry in value[field].as_array().unwrap() {
                named(entry, "\n`renew`:", field);
            }
        }
        named(&value["reload"], "\n`renew`:", "reload");
        named(&value["counts"], "\n`renew`:", "counts");
        let bundle = "A bundle that was looked at:";
        for found in value["bundles"].as_array().unwrap() {
            assert_eq!(fields(found), documented(bundle));
            assert!(words(bundle, "state").contains(found["state"].as_str().unwrap()));
            if !found["renewed"].is_null() {
                named(&found["renewed"], bundle, "renewed");
            }
        }
        assert_eq!(value["problems"].as_array().unwrap().len(), 1);
        assert_eq!(value["pins"].as_array().unwrap().is_empty(), !line.contains("new-key"));
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
fn the_json_of_explain_has_the_fields_of_the_tables() {
    let desk = Desk::new();
    let fields = |line: &str| -> BTreeSet<String> {
        let value: serde_json::Value = serde_json::from_slice(&desk.ok(line).stdout).unwrap();
        value[0].as_object().unwrap().keys().cloned().collect()
    };
    let documented = table("docs/output.md", "texts and logs: an array of causes, each with");
    assert_eq!(
        fields("natscert explain nats.log --json"),
        documented.into_iter().map(|row| row[0].clone()).collect()
    );
    let of_code = ["code", "name", "severity", "title", "group", "page"].map(str::to_owned);
    assert_eq!(fields("natscert explain NC012 --json"), of_code.into());
    assert!(of_code_is_documented());
}

fn of_code_is_documented() -> bool {
    read("docs/output.md").contains("`code`, `name`, `severity`, `title`, `group`, `page`")
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
