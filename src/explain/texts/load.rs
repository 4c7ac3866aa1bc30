//! What nats-server says of files when it reads its configuration.

use super::By::Me;
use super::{SERVER, Text};
use crate::finding::Code;

/// One of the files of a pair: all begin alike.
const fn pair(
    id: &'static str,
    like: &'static [&'static str],
    codes: &'static [Code],
    title: &'static str,
    fix: &'static [(super::By, &'static str)],
) -> Text {
    Text { id, like, codes, title, fix, ..SERVER }
}

const ISSUE: &str = "issue both anew: natscert issue server localhost --force";

pub(super) static TEXTS: &[Text] = &[
    pair(
        "key-mismatch",
        &[
            "tls: private key does not match public key",
            "tls: private key type does not match public key type",
        ],
        &[Code::KeyMismatch, Code::IntermediateFirst],
        "key_file does not belong to the first certificate of cert_file: another pair, or the CA's certificate stands first",
        &[
            (
                Me,
                "natscert pin cert.pem key.pem shows whether they belong together; the leaf comes first, then the intermediates",
            ),
            (Me, ISSUE),
        ],
    ),
    pair(
        "files-switched",
        &["PEM inputs may have been switched"],
        &[Code::WrongKind],
        "cert_file names the key and key_file the certificate",
        &[(Me, "exchange the two lines")],
    ),
    pair(
        "not-pem",
        &["tls: failed to find any PEM data in {input} input"],
        &[Code::NotPem, Code::TextEncoding],
        "the file that is read as {input} has no PEM in it: it is empty, DER or PKCS #12, or begins with a byte order mark",
        &[(Me, "convert it: openssl x509 -inform DER -in FILE -out cert.pem (keys: openssl pkey)")],
    ),
    pair(
        "wrong-kind",
        &[
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input",
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input",
            "tls: found a certificate rather than a key in the PEM for the private key",
        ],
        &[Code::WrongKind],
        "cert_file or key_file holds PEM of another kind than a certificate or a private key",
        &[(Me, "natscert inspect FILE says what is in it")],
    ),
    pair(
        "key-unreadable",
        &[
            "tls: failed to parse private key",
            "tls: unknown private key type",
            "tls: found unknown private key type",
        ],
        &[Code::KeyEncrypted, Code::KeyKind],
        "the private key is encrypted, or of a kind that nats-server cannot use",
        &[(
            Me,
            "decrypt it: openssl pkey -in key.pem -out plain.pem; keys are RSA, ECDSA (P-256, P-384, P-521) or Ed25519",
        )],
    ),
    pair(
        "key-kind",
        &["error parsing X509 certificate/key pair{}x509: unsupported elliptic curve"],
        &[Code::KeyKind],
        "the certificate's key is on a curve that Go does not know, such as secp256k1",
        &[(Me, "issue it with another key: natscert issue server localhost --key-type ecdsa-p256")],
    ),
    Text {
        id: "file-missing",
        like: &[
            "error parsing X509 certificate/key pair{}open {file}: no such file or directory",
            "open {file}.pem: no such file or directory",
            "open {file}.crt: no such file or directory",
            "open {file}.key: no such file or directory",
            "open {file}: The system cannot find",
        ],
        key: &["file"],
        codes: &[Code::FileMissing, Code::RelativePath],
        title: "there is no file {file}: relative paths start at the folder that nats-server is started in",
        fix: &[(Me, "write the whole path, or start nats-server in the folder that it is relative to")],
        ..SERVER
    },
    Text {
        id: "file-unreadable",
        like: &[
            "error parsing X509 certificate/key pair{}open {file}: permission denied",
            "open {file}.pem: permission denied",
            "open {file}.key: permission denied",
            "open {file}.crt: permission denied",
        ],
        key: &["file"],
        codes: &[Code::FileUnreadable],
        title: "nats-server may not read {file}",
        fix: &[(Me, "let the user that nats-server runs as own it: chown nats: FILE; chmod 600 FILE")],
        ..SERVER
    },
    Text {
        id: "wrong-kind",
        like: &["read {file}: is a directory"],
        key: &["file"],
        codes: &[Code::FileUnreadable, Code::WrongKind],
        title: "{file} is a folder where a file is wanted",
        fix: &[(Me, "name the file in it: cert.pem, key.pem or ca.pem")],
        ..SERVER
    },
    pair(
        "certificate-unreadable",
        &["error parsing X509 certificate/key pair", "error parsing certificate:"],
        &[Code::WrongKind, Code::KeyMismatch],
        "cert_file and key_file are no pair that nats-server can read",
        &[(Me, "natscert inspect FILE says what is in a file"), (Me, ISSUE)],
    ),
    pair(
        "half-pair",
        &[
            "missing 'key_file' in TLS configuration",
            "missing 'cert_file' in TLS configuration",
            "both 'cert_file' and 'cert_key' options are required",
        ],
        &[Code::HalfPair],
        "a tls map has a certificate without its key, or a key without its certificate",
        &[(Me, "give both cert_file and key_file")],
    ),
    pair(
        "certs-and-file",
        &["cannot combine 'cert_file' option with 'certs' option"],
        &[Code::OptionRefused],
        "a tls map has cert_file and certs",
        &[(Me, "keep one of them: put the pair of cert_file into the list certs")],
    ),
    pair(
        "ca-file-empty",
        &["failed to parse root ca certificate"],
        &[Code::CaFileEmpty, Code::WrongKind],
        "ca_file holds no certificate",
        &[(Me, "name the CA's certificate in PEM: ca.pem of the bundle, or natscert ca export > ca.pem")],
    ),
    pair(
        "no-server-certificate",
        &["TLS Server certificate must be present and valid"],
        &[Code::NoCertificate],
        "TLS was switched on at the command line without a certificate",
        &[(Me, "give --tlscert FILE --tlskey FILE")],
    ),
    pair(
        "websocket-without-tls",
        &["websocket requires TLS configuration"],
        &[Code::WebsocketWithoutTls],
        "the websocket listener has no tls map and no no_tls",
        &[(Me, "give it one: natscert snippet websocket BUNDLE-DIR; or for tests: no_tls: true")],
    ),
    pair(
        "websocket-plain",
        &["Websocket not configured with TLS"],
        &[Code::WebsocketWithoutTls],
        "the websocket listener runs without TLS, as no_tls says",
        &[(Me, "for TLS: natscert snippet websocket BUNDLE-DIR")],
    ),
    pair(
        "mqtt-server-name",
        &["mqtt requires server name to be explicitly set"],
        &[Code::OptionRefused],
        "mqtt needs a server name",
        &[(Me, "add at the top: server_name: \"n1\"")],
    ),
    pair(
        "https-without-tls",
        &["TLS cert and key required for HTTPS"],
        &[Code::HttpsWithoutTls],
        "https monitoring uses the top-level tls map, and there is none",
        &[(Me, "add one: natscert snippet server BUNDLE-DIR; or use http: instead of https:")],
    ),
    pair(
        "http-and-https",
        &["can't specify both HTTP ({}) and HTTPs"],
        &[Code::HttpAndHttps],
        "monitoring is configured by http and by https",
        &[(Me, "keep one of the two")],
    ),
    pair(
        "ocsp-without-verify",
        &["OCSP peer verification for {} requires TLS verify"],
        &[Code::OptionRefused],
        "ocsp_peer stands where no client certificate is demanded",
        &[(Me, "add verify: true, or take ocsp_peer out")],
    ),
    pair(
        "ocsp-staple",
        &["bad OCSP status update for certificate at {file}", "no available ocsp servers"],
        &[Code::OptionRefused],
        "ocsp wants a staple for a certificate whose CA has no OCSP responder, or none that answers",
        &[(Me, "set ocsp: false, or use a certificate with a responder's URL")],
    ),
];
