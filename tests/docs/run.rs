//! Commands in documents and help texts run.

use super::desk::Desk;
use super::{read, table};

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
        // On a port that is surely free, until it listens; the log of the one before would say so too early.
        let line = line.replace(" --listen 127.0.0.1:0", "");
        format!(
            "rm -f ocsp.log; {line} --listen 0 2>ocsp.log & until grep -qs listening ocsp.log; do sleep 0.1; done; kill $!; wait $!"
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
