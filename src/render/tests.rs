use super::*;
use crate::nats::{IdentityKind, TlsOptions, Version};

const FILES: Files<'_> = Files { cert: "/b/cert.pem", key: "/b/key.pem", ca: Some("/b/ca.pem") };
const PLAIN: &str = r#"tls {
  cert_file: "/b/cert.pem"
  key_file:  "/b/key.pem"
  ca_file:   "/b/ca.pem"
}
"#;

fn written(context: Context, options: &TlsOptions) -> String {
    let checked = options.check(context, Version::NEWEST).unwrap();
    block(&FILES, &checked, &Details::default()).unwrap()
}

fn plain(context: Context) -> String {
    written(context, &TlsOptions::default())
}

/// Everything a `tls` map can say and a listener or dialler understands.
fn full() -> TlsOptions {
    TlsOptions {
        verify: true,
        handshake_first: Some(HandshakeFirst::Auto),
        timeout: "2.5s".parse().ok(),
        rate_limit: Some(100),
        min_version: "1.2".parse().ok(),
        cipher_suites: vec![
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".to_owned(),
            "TLS_RSA_WITH_AES_128_CBC_SHA".to_owned(),
        ],
        curves: vec!["X25519".to_owned(), "CurveP256".to_owned()],
        pins: vec!["AB".repeat(32).parse().unwrap(), "1e".repeat(32).parse().unwrap()],
        ..TlsOptions::default()
    }
}

#[test]
fn a_server_with_nothing_asked() {
    assert_eq!(plain(Context::Server), PLAIN);
    let checked = TlsOptions::default().check(Context::Cluster, Version::NEWEST).unwrap();
    assert_eq!(tls_map(&FILES, &checked).unwrap(), PLAIN);
    let no_ca = Files { ca: None, ..FILES };
    assert_eq!(tls_map(&no_ca, &checked).unwrap(), PLAIN.replace("  ca_file:   \"/b/ca.pem\"\n", ""));
}

#[test]
fn a_server_with_everything() {
    assert_eq!(
        written(Context::Server, &full()),
        r#"tls {
  cert_file:       "/b/cert.pem"
  key_file:        "/b/key.pem"
  ca_file:         "/b/ca.pem"
  verify:          true
  handshake_first: "auto"
  timeout:         2.5
  connection_rate_limit: 100
  min_version:     "1.2"
  cipher_suites: [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
    "TLS_RSA_WITH_AES_128_CBC_SHA"
  ]
  allow_insecure_cipher_suites: true
  curve_preferences: [
    "X25519"
    "CurveP256"
  ]
  pinned_certs: [
    "abababababababababababababababababababababababababababababababab"
    "1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e"
  ]
}
"#
    );
}

#[test]
fn a_cluster_with_what_only_peers_take() {
    let options = TlsOptions {
        verify_and_map: true,
        check_known_urls: true,
        insecure: true,
        timeout: "1m30s".parse().ok(),
        ..TlsOptions::default()
    };
    assert_eq!(
        written(Context::Cluster, &options),
        r#"# Merge this into a cluster block you have already (name, listen, routes): a second one replaces the first.
cluster {
  tls {
    cert_file:      "/b/cert.pem"
    key_file:       "/b/key.pem"
    ca_file:        "/b/ca.pem"
    verify_and_map: true
    verify_cert_and_check_known_urls: true
    insecure:       true
    timeout:        90
  }
}
"#
    );
}

#[test]
fn listeners_have_their_port() {
    assert_eq!(
        plain(Context::Monitor),
        format!(
            "# HTTPS monitoring has no tls map of its own: it shows the certificate of the top-level one,\n\
             # which the client listener uses too, and never asks for client certificates.\n\
             https_port: 8222\n\n{PLAIN}"
        )
    );
    assert_eq!(
        plain(Context::Websocket),
        r#"# Merge this into a websocket block you have already: a second one replaces the first.
websocket {
  port: 9222
  tls {
    cert_file: "/b/cert.pem"
    key_file:  "/b/key.pem"
    ca_file:   "/b/ca.pem"
  }
}
"#
    );
    assert_eq!(
        plain(Context::Mqtt),
        r#"# MQTT also needs, at the top level, server_name and jetstream.
# Merge this into an mqtt block you have already: a second one replaces the first.
mqtt {
  port: 8883
  tls {
    cert_file: "/b/cert.pem"
    key_file:  "/b/key.pem"
    ca_file:   "/b/ca.pem"
  }
}
"#
    );
}

#[test]
fn a_gateway_says_what_its_entries_do_not_inherit() {
    assert_eq!(
        plain(Context::Gateway),
        r#"# Merge this into a gateway block you have already (name, listen, gateways): a second one replaces the first.
# An entry of gateways that has its own tls map dials with that one: it takes over nothing but timeout
# from here, not even ca_file, and verify and pinned_certs do nothing in it.
gateway {
  tls {
    cert_file: "/b/cert.pem"
    key_file:  "/b/key.pem"
    ca_file:   "/b/ca.pem"
  }
}
"#
    );
}

#[test]
fn a_hub_shows_the_remote_beside_it() {
    let options = TlsOptions { cipher_suites: Vec::new(), curves: Vec::new(), ..full() };
    assert_eq!(
        written(Context::Leaf, &options),
        r#"# The hub. Merge this into a leafnodes block you have already (port: 7422): a second one replaces the first.
leafnodes {
  tls {
    cert_file:       "/b/cert.pem"
    key_file:        "/b/key.pem"
    ca_file:         "/b/ca.pem"
    verify:          true
    handshake_first: "auto"
    timeout:         2.5
    min_version:     "1.2"
    pinned_certs: [
      "abababababababababababababababababababababababababababababababab"
      "1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e1e"
    ]
  }
}

# The other side, a server that dials this hub, with this certificate or one like it:
#
# leafnodes {
#   remotes: [
#     {
#       url: "tls://hub.example.com:7422"
#       tls {
#         cert_file:       "/b/cert.pem"
#         key_file:        "/b/key.pem"
#         ca_file:         "/b/ca.pem"
#         handshake_first: true
#         timeout:         2.5
#         min_version:     "1.2"
#       }
#     }
#   ]
# }
"#
    );
}

#[test]
fn a_remote_dials_the_first_name_that_is_a_host() {
    let checked = TlsOptions { insecure: true, ..TlsOptions::default() }
        .check(Context::Remote, Version::NEWEST)
        .unwrap();
    let hosts = ["*.example.com", "a@example.com", "spiffe://x/y", "0.0.0.0", "::1", "b.example.com"];
    let hosts = hosts.map(str::to_owned);
    assert_eq!(
        block(&FILES, &checked, &Details { hosts: &hosts, ..Details::default() }).unwrap(),
        r#"# Merge this into a leafnodes block you have already: a second one replaces the first.
leafnodes {
  remotes: [
    {
      url: "tls://[::1]:7422"
      tls {
        cert_file: "/b/cert.pem"
        key_file:  "/b/key.pem"
        ca_file:   "/b/ca.pem"
        insecure:  true
      }
    }
  ]
}
"#
    );
}

#[test]
fn an_entry_of_gateways_has_its_own_files() {
    let options =
        TlsOptions { check_known_urls: true, cipher_suites: Vec::new(), curves: Vec::new(), ..full() };
    let checked = options.check(Context::RemoteGateway, Version::NEWEST).unwrap();
    let hosts = ["*.example.com".to_owned(), "10.0.0.1".to_owned()];
    assert_eq!(
        block(&FILES, &checked, &Details { hosts: &hosts, ..Details::default() }).unwrap(),
        r#"# An entry of gateways with a tls map of its own dials with that one, and takes over nothing but timeout from gateway.tls.
# Merge this into the gateway block you have already: a second one replaces the first.
gateway {
  gateways: [
    {
      name: "other"
      urls: ["tls://10.0.0.1:7222"]
      tls {
        cert_file:   "/b/cert.pem"
        key_file:    "/b/key.pem"
        ca_file:     "/b/ca.pem"
        timeout:     2.5
        min_version: "1.2"
      }
    }
  ]
}
"#
    );
}

#[test]
fn a_client_is_a_user_and_a_command_line() {
    let options = TlsOptions { handshake_first: Some(HandshakeFirst::Always), ..TlsOptions::default() };
    let checked = options.check(Context::Client, Version::NEWEST).unwrap();
    let identities = [
        Identity { kind: IdentityKind::Email, user: "alice@example.com".to_owned() },
        Identity { kind: IdentityKind::Dn, user: "CN=a\\,b\"".to_owned() },
    ];
    let hosts = ["nats.local".to_owned()];
    let files = Files { cert: "/my files/cert.pem", ..FILES };
    assert_eq!(
        block(&files, &checked, &Details { identities: &identities, hosts: &hosts }).unwrap(),
        r#"# For the server, beside verify_and_map in its tls map: the user this certificate stands for.
# It looks for the names from top to bottom; the first that is a user wins.
authorization {
  users: [
    { user: "alice@example.com" }  # email
    # { user: "CN=a\\,b\"" }  # dn
  ]
}

# For the client:
# nats --server=tls://nats.local:4222 --tlscert='/my files/cert.pem' --tlskey=/b/key.pem --tlsca=/b/ca.pem --tlsfirst rtt
"#
    );
    assert_eq!(
        plain(Context::Client),
        "# This certificate has no name that verify_and_map could map to a user.\n\n# For the client:\n\
         # nats --server=tls://nats.example.com:4222 --tlscert=/b/cert.pem --tlskey=/b/key.pem \
         --tlsca=/b/ca.pem rtt\n"
    );
}

/// The lines of a block that are no comments, without which nothing can have got out of one.
fn active(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect()
}

#[test]
fn no_path_becomes_another_line() {
    let evil = "x\"\n}\r\nauthorization { token: \"t\" }\u{2028}\n# $HOME";
    let files = Files { cert: evil, key: evil, ca: Some(evil) };
    let identities = [Identity { kind: IdentityKind::Uri, user: evil.to_owned() }];
    let hosts = [evil.to_owned()];
    for context in Context::ALL {
        for options in [TlsOptions::default(), full()] {
            let checked = options.check(context, Version::NEWEST).unwrap();
            let harmless = Identity { kind: IdentityKind::Uri, user: "x".to_owned() };
            let expected =
                block(&FILES, &checked, &Details { identities: &[harmless], ..Details::default() }).unwrap();
            let found = block(&files, &checked, &Details { identities: &identities, hosts: &hosts }).unwrap();
            assert_eq!(active(&found).len(), active(&expected).len(), "{found}");
            assert_eq!(found.lines().count(), expected.lines().count(), "{found}");
            assert!(!found.contains('\r') && !found.contains('\u{2028}'), "{found}");
        }
    }
}

#[test]
fn a_nul_is_refused_wherever_it_is() {
    for context in Context::ALL {
        let checked = TlsOptions::default().check(context, Version::NEWEST).unwrap();
        let files = Files { key: "k\0", ..FILES };
        let error = block(&files, &checked, &Details::default()).unwrap_err();
        assert!(matches!(&error, Error::Nul(text) if text == "k\0"), "{context}: {error:?}");
    }
}
