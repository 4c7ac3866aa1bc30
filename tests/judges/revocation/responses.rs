//! OCSP responses, with openssl as the client.

use super::{KEY_TYPES, Responder, home_with};
use crate::support::cli::{Bundle, Home, text};
use crate::support::tools::{Verdict, ask, ask_openssl, tool};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// As that of lists.
const LINT: &str = r#"
import sys
from pkilint.bin.lint_ocsp_response import main
found = 0
for path in sys.argv[1:]:
    print(path)
    found += main(["lint", "--severity", "WARNING", path])
print(len(sys.argv) - 1, "files,", found, "findings")
"#;

fn lint(responses: &[PathBuf]) -> String {
    ask(Command::new(tool("pkilint/bin/python")).args(["-c", LINT]).args(responses), &[]).said
}

/// `openssl ocsp` about certificates of this home's root.
fn ask_about(home: &Home, responder: &Responder, options: &[&str]) -> Verdict {
    let root = home.ca_dir().join("root.pem");
    let args = ["ocsp", "-issuer", text(&root), "-CAfile", text(&root), "-url", &responder.url];
    ask_openssl([&args[..], options].concat(), &[])
}

#[test]
fn openssl_and_pkilint_take_the_answers_of_every_kind_of_key() {
    let homes = KEY_TYPES.map(home_with);
    let mut responses = Vec::new();
    for (home, key_type) in homes.iter().zip(KEY_TYPES) {
        let responder = Responder::start(home);
        let [good, bad]: [Bundle; 2] = ["good", "bad"].map(|name| home.issue("server", &[name], &[]));
        home.run(["revoke", text(&bad.dir), "--reason", "superseded"]).done();
        // Of a number that no CA of natscert gives: 16 octets whose end does not follow from their beginning.
        let never = format!("0x40{}", "11".repeat(15));
        for (what, certificate, words) in [
            ("good", ["-cert", text(&good.cert())], &[": good"][..]),
            ("revoked", ["-cert", text(&bad.cert())], &[": revoked", "Reason: superseded"]),
            ("unknown", ["-serial", &never], &[": unknown"]),
        ] {
            for hash in ["-sha1", "-sha256"] {
                let out = home.path().join(format!("{what}{hash}.der"));
                let said = ask_about(
                    home,
                    &responder,
                    &[&[hash], &certificate[..], &["-respout", text(&out)]].concat(),
                );
                let text = &said.said;
                assert!(said.accepted && text.contains("Response verify OK"), "{key_type}, {what}: {text}");
                assert!(words.iter().all(|word| text.contains(word)), "{key_type}, {what}: {text}");
                // openssl sent one, and complains where it does not come back.
                assert!(!text.contains("WARNING"), "{key_type}, {what}: {text}");
                responses.push(out);
            }
        }
    }
    let said = lint(&responses);
    assert!(said.contains(&format!("{} files, 0 findings", responses.len())), "{said}");
}

/// Else that pkilint finds nothing would say nothing.
#[test]
fn pkilint_finds_what_is_wrong_with_an_answer() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("server", &["a"], &[]);
    let (good, wrong) = (home.path().join("good.der"), home.path().join("wrong.der"));
    ask_about(&home, &responder, &["-cert", text(&bundle.cert()), "-respout", text(&good)]);
    let mut bytes = fs::read(&good).unwrap();
    // thisUpdate one day after nextUpdate: the last two times are these.
    let times: Vec<_> = (0..bytes.len() - 17).filter(|at| bytes[*at..].starts_with(&[0x18, 15])).collect();
    let [.., this, next] = times[..] else { panic!("{times:?}") };
    bytes.copy_within(next + 2..next + 17, this + 2);
    bytes[this + 2] = b'3';
    fs::write(&wrong, bytes).unwrap();
    let said = lint(&[wrong]);
    assert!(said.contains("1 files, ") && !said.contains("0 findings"), "{said}");
}

#[test]
fn what_is_revoked_is_known_at_once_and_can_be_taken_back() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundle = home.issue("server", &["a"], &[]);
    let status = |what: &str| {
        let said = ask_about(&home, &responder, &["-cert", text(&bundle.cert())]).said;
        assert!(said.contains(&format!(": {what}")), "{said}");
    };
    status("good");
    home.run(["revoke", text(&bundle.dir)]).done();
    status("revoked");
    home.run(["revoke", "--undo", text(&bundle.dir)]).done();
    status("good");
}

/// What it cannot know it does not answer: nobody could check a signature of this CA.
#[test]
fn certificates_of_other_cas_are_refused() {
    let [home, other] = [home_with("ecdsa-p256"), home_with("ecdsa-p256")];
    let responder = Responder::start(&home);
    let foreign = other.issue("server", &["a"], &[]);
    let said = ask_about(&other, &responder, &["-cert", text(&foreign.cert())]).said;
    assert!(said.contains("Responder Error: unauthorized (6)"), "{said}");
}

#[test]
fn several_certificates_in_one_request() {
    let home = home_with("ecdsa-p256");
    let responder = Responder::start(&home);
    let bundles: Vec<Bundle> = (0..20).map(|n| home.issue("server", &[&format!("n{n}")], &[])).collect();
    home.run(["revoke", text(&bundles[7].dir)]).done();
    let files: Vec<PathBuf> = bundles.iter().map(Bundle::cert).collect();
    let args: Vec<&str> = files.iter().flat_map(|file: &PathBuf| ["-cert", text(file)]).collect();
    let said = ask_about(&home, &responder, &args).said;
    let line = |file: &Path| said.lines().find(|line| line.starts_with(text(file))).unwrap_or("").to_owned();
    for (number, file) in files.iter().enumerate() {
        let status = if number == 7 { ": revoked" } else { ": good" };
        assert!(line(file).ends_with(status), "{said}");
    }
}
