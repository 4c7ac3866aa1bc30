//! `--json`: one value, with exactly the promised fields, and openssl says the same of the certificate.

use serde_json::Value;

use super::support::Sandbox;

const FIELDS: [&str; 16] = [
    "role",
    "name",
    "dir",
    "files",
    "subject",
    "sans",
    "eku",
    "ku",
    "serial",
    "not_before",
    "not_after",
    "fingerprint",
    "pin",
    "map_users",
    "ca",
    "snippet",
];

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[test]
fn issue_prints_one_object_with_exactly_these_fields() {
    for (role, eku) in [
        ("server", &["serverAuth"][..]),
        ("client", &["clientAuth"]),
        ("cluster", &["serverAuth", "clientAuth"]),
        ("gateway", &["serverAuth", "clientAuth"]),
        ("leaf", &["serverAuth", "clientAuth"]),
    ] {
        let sandbox = Sandbox::new();
        let done =
            sandbox.ok(&["issue", role, "n1.example.com", "127.0.0.1", "a@b.example", "urn:x:y", "--json"]);
        assert_eq!(done.stderr, "", "{role}");
        let value: Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(keys(&value), sorted(&FIELDS));
        assert_eq!(keys(&value["files"]), ["ca", "cert", "key", "tls_conf"]);
        assert_eq!(keys(&value["ca"]), ["created", "dir", "fingerprint"]);
        assert_eq!(value["role"], role);
        assert_eq!(value["name"], "n1.example.com");
        assert_eq!(value["eku"], serde_json::json!(eku));
        let sans = ["DNS:n1.example.com", "IP:127.0.0.1", "email:a@b.example", "URI:urn:x:y"];
        assert_eq!(value["sans"], serde_json::json!(sans));
        assert_eq!(value["ca"]["created"], true);
        let users = ["a@b.example", "n1.example.com", "urn:x:y", "CN=n1.example.com"];
        assert_eq!(value["map_users"], serde_json::json!(users));
        let plain =
            sandbox.ok(&["issue", role, "n1.example.com", "127.0.0.1", "a@b.example", "urn:x:y", "-fq"]);
        assert_eq!(value["snippet"], plain.stdout.as_str());
    }
}

#[test]
fn sign_prints_these_fields_and_what_it_ignored() {
    let sandbox = Sandbox::with_ca();
    let made = sandbox.bash(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=n1 \
         -addext subjectAltName=DNS:n1.example.com -addext basicConstraints=CA:TRUE -out n1.csr",
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let signed = |words: &[&str]| {
        let done = sandbox.ok(&[&["sign", "n1.csr", "server", "--json"], words].concat());
        serde_json::from_str::<Value>(&done.stdout).unwrap()
    };
    let value = signed(&[]);
    assert_eq!(keys(&value), sorted(&[&FIELDS[..], &["ignored"]].concat()));
    assert_eq!(keys(&value["files"]), ["ca", "cert", "key", "tls_conf"]);
    assert_eq!(value["files"]["key"], Value::Null);
    assert_eq!(value["ignored"], serde_json::json!(["basicConstraints CA:TRUE"]));
    let key = sandbox.path("natscert/server/n1.example.com/key.pem");
    std::fs::copy(sandbox.path("key.pem"), &key).unwrap();
    assert_eq!(signed(&["--force"])["files"]["key"], key.to_str().unwrap());
}

#[test]
fn openssl_reads_the_same_from_the_files() {
    let sandbox = Sandbox::new();
    let done = sandbox.ok(&["issue", "server", "localhost", "--key-type", "rsa-2048", "--json"]);
    let value: Value = serde_json::from_str(&done.stdout).unwrap();
    let openssl = |script: &str| {
        let script = script.replace("CERT", value["files"]["cert"].as_str().unwrap());
        let done = sandbox.bash(&script.replace("KEY", value["files"]["key"].as_str().unwrap()));
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout.trim().to_ascii_lowercase()
    };
    let text = |field: &Value| field.as_str().unwrap().to_owned();
    let fingerprint = |file: &str| {
        openssl(&format!("openssl x509 -in {file} -noout -fingerprint -sha256 | cut -d= -f2 | tr -d :"))
    };
    let date = |which: &str| {
        openssl(&format!("date -u -d \"$(openssl x509 -in CERT -noout -{which} | cut -d= -f2)\" +%FT%TZ"))
    };
    assert_eq!(openssl("openssl x509 -in CERT -noout -serial | cut -d= -f2"), text(&value["serial"]));
    assert_eq!(fingerprint("CERT"), text(&value["fingerprint"]));
    assert_eq!(fingerprint("ca/root.pem"), text(&value["ca"]["fingerprint"]));
    assert_eq!(date("startdate"), text(&value["not_before"]).to_ascii_lowercase());
    assert_eq!(date("enddate"), text(&value["not_after"]).to_ascii_lowercase());
    let pin = "openssl pkey -in KEY -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1";
    assert_eq!(openssl(pin), text(&value["pin"]));
    assert_eq!(value["ku"], serde_json::json!(["digitalSignature", "keyEncipherment"]));
    assert_eq!(
        sandbox.ok(&["issue", "server", "other", "--json"]).stdout.matches("\"created\": false").count(),
        1
    );
}

#[test]
fn beside_json_only_warnings_are_said() {
    let sandbox = Sandbox::with_ca();
    let done = sandbox.ok(&["issue", "server", "*.local", "--verify-and-map", "--json"]);
    serde_json::from_str::<Value>(&done.stdout).unwrap();
    let other = |line: &&str| !line.starts_with("warning: ") && !line.starts_with("   hint: ");
    assert_eq!(done.stderr.lines().find(other), None);
    assert!(done.stderr.contains("second-level wildcard"), "{done:?}");
}

#[test]
fn every_verb_prints_json() {
    let sandbox = Sandbox::with_ca();
    sandbox.ok(&["issue", "server", "a.example", "-q"]);
    std::fs::write(sandbox.path("nats.conf"), "port: 4222\n").unwrap();
    for args in [
        &["ca", "show"][..],
        &["ca", "dir"],
        &["ca", "export"],
        &["ca", "intermediate", "list"],
        &["ca", "intermediate", "add", "a"],
        &["pin", "ca/root.pem", "ca/root-key.pem"],
        &["inspect", "ca/root.pem"],
        &["snippet", "mqtt", "natscert/server/a.example"],
        &["conf", "nats.conf"],
        &["conf", "nats.conf", "--digest"],
        &["ca", "init", "--ca-dir", "other"],
        &["revoke", "natscert/server/a.example"],
        &["crl"],
    ] {
        let done = sandbox.ok(&[args, &["--json"]].concat());
        assert!(serde_json::from_str::<Value>(&done.stdout).is_ok(), "{args:?}: {done:?}");
        assert_eq!(done.stderr, "", "{args:?}");
    }
}

#[test]
fn a_failure_leaves_stdout_empty() {
    let sandbox = Sandbox::new();
    sandbox.run(&["issue", "server", "nats://x", "--json"]).fails(2, "URL of a NATS server");
    sandbox.run(&["pin", "nothing", "--json"]).fails(2, "cannot read nothing");
}
