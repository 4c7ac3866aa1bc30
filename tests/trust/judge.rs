//! Programs that decide whether a server's certificate is trusted.

use std::process::Stdio;

use super::house::{JAVA_CLASSES, Person};
use super::server::{MARKER, Server};
use super::support::poll;

/// What a program decided. Whoever fails for another reason fails the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Trusted,
    Refused,
}

use Verdict::{Refused, Trusted};

pub(crate) type Judge = fn(&Person<'_>, &Server) -> Verdict;

#[track_caller]
fn decide(person: &Person<'_>, words: &[&str], yes: &str, no: &[&str]) -> Verdict {
    let done = person.run(words);
    let said = done.said();
    match (said.contains(yes), no.iter().any(|text| said.contains(text))) {
        (true, false) => Trusted,
        (false, true) => Refused,
        _ => panic!("neither trusted nor refused: {done:?}"),
    }
}

#[track_caller]
pub(crate) fn curl(person: &Person<'_>, server: &Server) -> Verdict {
    decide(person, &["curl", "-sS", &server.url("curl")], MARKER, &["SSL certificate problem"])
}

#[track_caller]
pub(crate) fn openssl(person: &Person<'_>, server: &Server) -> Verdict {
    let address = format!("localhost:{}", server.port());
    let words = ["openssl", "s_client", "-verify_return_error", "-brief", "-connect", &address];
    decide(person, &words, "Verification: OK", &["verify error", "certificate verify failed"])
}

#[track_caller]
pub(crate) fn python(person: &Person<'_>, server: &Server) -> Verdict {
    let script = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read())";
    decide(person, &["python3", "-c", script, &server.url("python")], MARKER, &["CERTIFICATE_VERIFY_FAILED"])
}

#[track_caller]
pub(crate) fn node(person: &Person<'_>, server: &Server) -> Verdict {
    let script = "require('https').get(process.argv[1], r => r.pipe(process.stdout)).on('error', e => console.log(e.code))";
    let refusals = ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"];
    decide(person, &["node", "-e", script, &server.url("node")], MARKER, &refusals)
}

#[track_caller]
pub(crate) fn java(person: &Person<'_>, server: &Server) -> Verdict {
    java_with(person, server, &[])
}

/// Java with options of its own.
#[track_caller]
pub(crate) fn java_with(person: &Person<'_>, server: &Server, options: &[&str]) -> Verdict {
    let url = server.url("java");
    let words = [&["java", "-Xshare:auto", "-cp", JAVA_CLASSES], options, &["Judge", &url]].concat();
    decide(person, &words, "status 200", &["PKIX path building failed"])
}

/// How many roots Java trusts.
#[track_caller]
pub(crate) fn java_anchors(person: &Person<'_>, options: &[&str]) -> usize {
    let words = [&["java", "-cp", JAVA_CLASSES], options, &["Judge"]].concat();
    person.run(words).ok().stdout.trim().parse().unwrap()
}

#[track_caller]
pub(crate) fn chromium(person: &Person<'_>, server: &Server) -> Verdict {
    let url = server.url("chromium");
    let words = [
        "sh",
        "-c",
        "dir=$(mktemp -d) && exec timeout 60 chromium --user-data-dir=$dir \"$@\"",
        "sh",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--dump-dom",
        &url,
    ];
    decide(person, &words, MARKER, &["ERR_CERT_AUTHORITY_INVALID"])
}

/// Firefox never ends where it refuses a certificate. What counts is what the server sees: a request, or the alert that
/// the certificate is not trusted. `profile`: its folder.
#[track_caller]
pub(crate) fn firefox(person: &Person<'_>, server: &Server, profile: &str) -> Verdict {
    let script = r#"echo $$ >"$0"; exec firefox-esr --headless --no-remote --profile "$@""#;
    let (id, picture) = (format!("{}/firefox.pid", person.home()), format!("{}/picture.png", person.home()));
    let url = server.url("firefox");
    server.forget();
    let mut child = person
        .command(["sh", "-c", script, &id, profile, "--screenshot", &picture, &url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let verdict = poll(|| {
        let log = server.log();
        let seen = |text: &str| log.iter().any(|line| line.contains(text));
        let refused = seen("UnknownCA") || seen("BadCertificate");
        if seen("GET /firefox ") { Some(Trusted) } else { refused.then_some(Refused) }
    });
    person.house().bash(&format!("kill -KILL -- -$(cat {id})"));
    child.wait().unwrap();
    verdict.unwrap_or_else(|| panic!("Firefox neither asked nor refused: {:?}", server.log()))
}
