//! One certificate of every role and key type, and the root above it, for the judges that read certificates.

use crate::support::cli::Home;
use std::fs;
use std::sync::LazyLock;

/// A certificate and what it has to be good for.
pub(crate) struct Sample {
    /// `cert.pem` and `ca.pem` of its bundle.
    pub(crate) cert: Vec<u8>,
    pub(crate) ca: Vec<u8>,
    pub(crate) server: bool,
    pub(crate) client: bool,
    /// For messages.
    pub(crate) what: String,
}

/// Role, names (pkilint knows web schemes alone, and no wildcards), good for servers, good for clients.
type Role = (&'static str, &'static [&'static str], bool, bool);

const ROLES: [Role; 5] = [
    ("server", &["nats.example.com", "192.0.2.1", "2001:db8::1"], true, false),
    ("client", &["alice.example.com", "alice@example.com", "https://example.com/alice"], false, true),
    ("cluster", &["n1.example.com", "192.0.2.1"], true, true),
    ("gateway", &["east.example.com"], true, true),
    ("leaf", &["hub.example.com"], true, true),
];

const KEY_TYPES: [&str; 6] = ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048", "rsa-3072", "rsa-4096"];

/// Each under a root of its own key type; and once more under a root with name constraints.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples = Vec::new();
    for key_type in KEY_TYPES {
        let home = Home::new();
        home.run(["ca", "init", "--key-type", key_type]).done();
        for role in ROLES {
            samples.push(sample(&home, role, key_type, key_type));
        }
    }
    let home = Home::new();
    let permitted = ["example.com", "@example.com", "192.0.2.0/24", "2001:db8::/32"];
    home.run(["ca", "init"].into_iter().chain(permitted.iter().flat_map(|name| ["--permit", name]))).done();
    // Not the client with its email address: webpki cannot judge constraints on those, and refuses.
    for role in ROLES.into_iter().filter(|(role, ..)| *role != "client") {
        samples.push(sample(&home, role, "ecdsa-p256", "constrained"));
    }
    samples
});

pub(crate) fn samples() -> &'static [Sample] {
    &SAMPLES
}

fn sample(home: &Home, (role, names, server, client): Role, key_type: &str, what: &str) -> Sample {
    let bundle = home.issue(role, names, &["--key-type", key_type]);
    let [cert, ca] = [bundle.cert(), bundle.ca()].map(|path| fs::read(path).unwrap());
    Sample { cert, ca, server, client, what: format!("{role}-{what}") }
}
