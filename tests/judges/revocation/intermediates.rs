//! What an intermediate issued is revoked by the intermediate, and the intermediate by the root.

use super::Responder;
use crate::support::cli::{Home, text};
use crate::support::nats::{connect, refusal};
use crate::support::server::{Server, Version};
use crate::support::tools::{ask_openssl, openssl};
use natscert::bundle::CaDir;
use natscert::pki::{
    CaRequest, Constraints, IntermediateRequest, KeyType, Span, Standing, Subject, Usage, Validity,
};
use natscert::time::OffsetDateTime;
use std::fs;
use std::path::Path;

/// A CA whose intermediate `east` signs.
fn home_with_intermediate() -> Home {
    let home = Home::new();
    home.run(["ca", "init"]).done();
    let dir = CaDir::new(home.ca_dir());
    let mut held = dir.hold(|_| {}).unwrap();
    let validity = Validity::asked(OffsetDateTime::now_utc(), None, None, Some(Span::days(90))).unwrap();
    let request = IntermediateRequest {
        ca: CaRequest {
            subject: Subject::common_name("east"),
            key_type: KeyType::EcdsaP256,
            validity,
            constraints: Constraints::default(),
        },
        usage: Usage::Both,
        path_length: 0,
    };
    let east = held.opened.root().intermediate(&request).unwrap();
    held.put("east", &east).unwrap();
    held.state.set_standing("east", Standing::Active);
    held.write().unwrap();
    home
}

#[test]
fn every_ca_answers_for_itself() {
    let home = home_with_intermediate();
    let responder = Responder::start(&home);
    let client = |name: &str| home.issue("client", &[name], &["--ocsp", &responder.url]);
    let (good, bad) = (client("good@example.com"), client("bad@example.com"));
    let node = home.issue("server", &["localhost", "127.0.0.1"], &["--ocsp", &responder.url]);
    home.run(["revoke", text(&bad.dir)]).done();
    let (root, east) = (home.ca_dir().join("root.pem"), home.ca_dir().join("intermediates/east/cert.pem"));
    let list = home.path().join("crl.pem");
    home.run(["crl", "--out", text(&list)]).done();
    let checked = |bundle: &crate::support::cli::Bundle| {
        let args = [
            "verify",
            "-crl_check_all",
            "-CAfile",
            text(&root),
            "-untrusted",
            text(&east),
            "-CRLfile",
            text(&list),
        ];
        ask_openssl(args, &fs::read(bundle.cert()).unwrap())
    };
    assert!(checked(&good).accepted, "{}", checked(&good).said);
    assert!(checked(&bad).said.contains("certificate revoked"), "{}", checked(&bad).said);
    let ask = |issuer: &Path, certificate: &Path| {
        let args = ["ocsp", "-issuer", text(issuer), "-cert", text(certificate), "-CAfile", text(&root)];
        let more = ["-url", &responder.url, "-verify_other", text(&east)];
        String::from_utf8(openssl([&args[..], &more].concat(), &[])).unwrap()
    };
    assert!(ask(&east, &good.cert()).contains(": good"));
    assert!(ask(&east, &bad.cert()).contains(": revoked"));
    assert!(ask(&root, &east).contains(": good"));
    for version in [Version::V2_10_25, Version::V2_15_1] {
        let [cert, key, ca] = [node.cert(), node.key(), node.ca()].map(|path| format!("{:?}", text(&path)));
        let config = format!(
            "ocsp {{ mode: always }}\nocsp_cache: false\n\
             tls {{ cert_file: {cert}, key_file: {key}, ca_file: {ca}, verify: true, ocsp_peer: true }}"
        );
        let server = Server::start(version, "n1", &config);
        connect(&server, &node.ca(), Some(&good)).unwrap();
        refusal(&server, &node.ca(), Some(&bad));
    }
    home.run(["revoke", text(&east)]).done();
    assert!(ask(&root, &east).contains(": revoked"));
    let names = |of: &str| home.run(["crl", "--of", of, "--json"]).json()[0]["revoked"].clone();
    assert_eq!([names("root"), names("east")], [1, 1]);
    let run = home.run(["crl", "--format", "der"]);
    assert!(run.code == Some(2) && run.stderr.contains("root, east"), "{}", run.stderr);
}
