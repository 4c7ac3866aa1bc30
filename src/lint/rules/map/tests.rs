#![allow(clippy::unwrap_used)]

use time::OffsetDateTime;

use crate::lint::testing::Case;
use crate::nats::Version;
use crate::pki::{KeyType, Request, Subject, Usage, Validity};
use crate::{Ca, Role};

const TLS: &str = "cert_file: n.pem, key_file: n-key.pem, ca_file: ca.pem";

struct World {
    ca: Ca,
}

impl World {
    fn new() -> Self {
        Self { ca: Ca::generate().unwrap() }
    }

    /// A case with a server's certificate and one for alice.
    fn case(&self, subject: &str, name: &str) -> Case {
        let request = Request {
            usage: Usage::Both,
            names: vec![name.parse().unwrap()],
            subject: if subject.is_empty() { Subject::default() } else { subject.parse().unwrap() },
            key_type: KeyType::default(),
            validity: Validity::asked(OffsetDateTime::now_utc(), None, None, None).unwrap(),
            extensions: crate::pki::Extensions::default(),
        };
        let alice = self.ca.sign(&request).unwrap();
        Case::new()
            .issued(&self.ca, Role::Cluster, "n", &["localhost"])
            .file("alice.pem", alice.cert_pem())
            .file("alice-key.pem", alice.key_pem().as_bytes())
    }
}

/// What this family finds, with how bad it is.
fn found(case: &Case) -> Vec<String> {
    case.judged("NC070".."NC080")
}

fn mapping(users: &[&str]) -> String {
    let users: Vec<_> = users.iter().map(|user| format!("{{ user: {user:?} }}")).collect();
    let users = users.join("\n");
    format!("tls {{ {TLS}, verify_and_map: true }}\nauthorization {{ users: [\n{users}\n] }}")
}

#[test]
fn a_client_against_the_users() {
    let world = World::new();
    for (subject, user, expected) in [
        ("CN=alice,O=NATS", "alice@example.com", &[][..]),
        ("CN=alice,O=NATS", "o = NATS, cn = alice", &[]),
        ("CN=alice,O=NATS", "CN=bob", &["NC070 error"]),
        ("CN=alice,O=NATS", "alice", &["NC071 error"]),
        ("CN=alice,O=NATS", "CN=Alice,O=NATS", &["NC072 error"]),
        ("CN=alice,O=NATS", "CN=alice", &["NC072 error"]),
        // What is wrong with the user itself, and that the client is nobody.
        ("CN=alice,O=NATS", "/O=NATS/CN=alice", &["NC070 error", "NC072 error"]),
        ("UID=1,CN=alice", "CN=alice", &[]),
        ("UID=1,CN=alice", "UID=1,CN=alice", &["NC072 error", "NC072 error"]),
    ] {
        let case =
            world.case(subject, "alice@example.com").conf("n.conf", &mapping(&[user])).client("alice.pem");
        assert_eq!(found(&case), expected, "{subject} {user}: {:?}", case.findings());
    }
}

#[test]
fn a_client_is_wanted_somewhere() {
    let world = World::new();
    let case = || {
        world.case("CN=alice", "alice@example.com").client("alice.pem").conf("a.conf", &mapping(&["CN=bob"]))
    };
    assert_eq!(found(&case()), ["NC070 error"]);
    assert!(found(&case().conf("b.conf", &mapping(&["CN=alice"]))).is_empty());
    // Whoever is let in without being mapped may be meant for that listener.
    assert!(found(&case().conf("b.conf", &format!("tls {{ {TLS}, verify: true }}"))).is_empty());
    let nkey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    let mixed = mapping(&["CN=bob"]).replace("users: [", &format!("users: [\n{{ nkey: {nkey} }}"));
    assert!(found(&world.case("CN=alice", "a@b.c").client("alice.pem").conf("a.conf", &mixed)).is_empty());
}

#[test]
fn users_that_no_certificate_has() {
    for (user, expected) in [
        ("CN=alice,O=NATS", &[][..]),
        ("cn=alice, o=NATS", &[]),
        ("subject=CN = alice", &[]),
        ("CN=a=b", &[]),
        ("alice@example.com", &[]),
        ("spiffe://x/cn=alice", &[]),
        ("alice.example.com", &[]),
        ("nobody", &[]),
        ("alice", &["NC071 note"]),
        ("Alice Smith", &["NC071 error"]),
        ("C=US,O=NATS, Inc.", &["NC072 error"]),
        ("/C=US/CN=alice", &["NC072 error"]),
        ("CN=alice;O=NATS", &["NC072 error"]),
        ("UID=alice,O=NATS", &["NC072 error"]),
    ] {
        assert_eq!(found(&Case::of(&mapping(&[user]))), expected, "{user}");
    }
    // With a password they may come where nobody is mapped.
    assert!(found(&Case::of(&(mapping(&["Alice Smith"]) + "\nmqtt { port: 1883 }"))).is_empty());
}

#[test]
fn users_of_leafnodes_are_compared_letter_by_letter() {
    let hub = |user: &str| {
        format!(
            "leafnodes {{ port: 7422, tls {{ {TLS}, verify_and_map: true }}\nauthorization {{ users: [{{ user: \
             {user:?} }}] }} }}"
        )
    };
    for (user, expected) in [
        ("CN=alice,O=NATS", &[][..]),
        ("CN=a,OU=b+OU=c,DC=com,DC=example", &[]),
        ("O=NATS,CN=alice", &["NC072 error"]),
        ("CN=alice, O=NATS", &["NC072 error"]),
        ("cn=alice", &["NC072 error"]),
    ] {
        assert_eq!(found(&Case::of(&hub(user))), expected, "{user}");
    }
    let world = World::new();
    let edge = "port: 4223\nleafnodes { remotes: [{ url: \"tls://localhost:7422\", tls { cert_file: alice.pem, key_file: \
                alice-key.pem, ca_file: ca.pem } }] }";
    for (user, expected) in [
        ("CN=alice,O=NATS", &[][..]),
        ("edge.example.com", &[]),
        ("CN=bob", &["NC070 error"]),
        ("alice", &["NC071 error"]),
        ("CN=alice", &["NC072 error"]),
        ("CN=Alice,O=Nats", &["NC072 error"]),
    ] {
        let case = world.case("CN=alice,O=NATS", "edge.example.com").conf("hub.conf", &hub(user));
        assert_eq!(found(&case.conf("edge.conf", edge)), expected, "{user}");
    }
}

#[test]
fn verify_where_it_is_no_choice() {
    for (text, expected) in [
        (format!("cluster {{ port: 6222, tls {{ {TLS}, verify: false }} }}"), &["NC074 warning"][..]),
        (format!("gateway {{ name: a, port: 7222, tls {{ {TLS}, verify: false }} }}"), &["NC074 warning"]),
        (format!("cluster {{ port: 6222, tls {{ {TLS}, verify: true }} }}"), &[]),
        (format!("websocket {{ port: 8443, tls {{ {TLS}, verify: true }} }}"), &["NC073 note"]),
        (format!("websocket {{ port: 8443, tls {{ {TLS}, verify: false }} }}"), &[]),
        (mapping(&["CN=a"]).replace("verify_and_map", "verify: false, verify_and_map"), &["NC075 error"]),
        (mapping(&["CN=a"]).replace("verify_and_map: true", "verify: true, verify_and_map: false"), &[]),
    ] {
        assert_eq!(found(&Case::of(&text)), expected, "{text}");
    }
}

#[test]
fn mapping_to_nobody() {
    let map = format!("tls {{ {TLS}, verify_and_map: true }}");
    for (text, expected) in [
        (map.clone(), &["NC076 error"][..]),
        (format!("{map}\nauthorization {{ users: [] }}"), &["NC076 error"]),
        (format!("{map}\naccounts {{ A {{}} }}"), &["NC076 error"]),
        (format!("{map}\naccounts {{ A {{ users: [{{ user: \"CN=a\" }}] }} }}"), &[]),
        (format!("{map}\nauthorization {{ user: \"CN=a\" }}"), &["NC076 error"]),
        (format!("{map}\nauthorization {{ user: app, password: x }}"), &["NC076 warning"]),
        (format!("{map}\nauthorization {{ token: x }}"), &["NC076 note"]),
        (format!("{map}\noperator: x.jwt"), &["NC076 note"]),
        (format!("mqtt {{ port: 1883, {map} }}"), &["NC076 error"]),
        (format!("leafnodes {{ port: 7422, {map} }}"), &["NC076 error"]),
        (format!("leafnodes {{ {map} }}"), &[]),
        (
            format!("leafnodes {{ port: 7422, {map} }}\nauthorization {{ users: [{{ user: \"CN=a\" }}] }}"),
            &[],
        ),
        (format!("cluster {{ port: 6222, {map} }}"), &["NC077 error"]),
        (format!("cluster {{ port: 6222, {map}\nauthorization {{ user: localhost }} }}"), &[]),
        (
            format!("gateway {{ name: a, port: 7222, {map} }}")
                .replace("verify_and_map", "verify_cert_and_check_known_urls: true, verify_and_map"),
            &[],
        ),
    ] {
        assert_eq!(found(&Case::of(&text)), expected, "{text}");
    }
}

#[test]
fn the_one_user_of_a_cluster() {
    let world = World::new();
    let node = |port: u16, other: u16, more: &str| {
        format!(
            "port: {}\ncluster {{ name: east, listen: \"127.0.0.1:{port}\", routes: [\"nats://127.0.0.1:{other}\"], tls {{ \
             {TLS}{more}",
            port - 2000
        )
    };
    for (user, expected) in
        [("localhost", &[][..]), ("CN=localhost", &[]), ("nats.example.com", &["NC077 error"])]
    {
        let case = world
            .case("CN=alice", "a@b.c")
            .conf(
                "a.conf",
                &node(
                    6222,
                    6223,
                    &format!(", verify_and_map: true }}\nauthorization {{ user: \"{user}\" }} }}"),
                ),
            )
            .conf("b.conf", &node(6223, 6222, " } }"));
        assert_eq!(found(&case), expected, "{user}");
    }
}

#[test]
fn what_older_servers_do() {
    let world = World::new();
    let plain = mapping(&["CN=alice"]) + "\nmqtt { port: 1883 }";
    let (old, new) = (Version::new(2, 14, 3), Version::new(2, 14, 4));
    assert_eq!(found(&Case::of(&plain).version(old)), ["NC078 warning"]);
    assert!(found(&Case::of(&plain).version(new)).is_empty());
    assert!(found(&Case::of(&mapping(&["CN=alice"])).version(old)).is_empty());
    let restricted = plain.replace("\"CN=alice\"", "\"CN=alice\", allowed_connection_types: [STANDARD]");
    assert!(found(&Case::of(&restricted).version(old)).is_empty());
    for (subject, version, expected) in [
        ("", Version::new(2, 14, 0), &["NC079 error"][..]),
        ("", Version::new(2, 14, 1), &[]),
        ("CN=alice", Version::new(2, 14, 0), &[]),
    ] {
        let case = world.case(subject, "alice.example.com").conf("n.conf", &mapping(&["alice.example.com"]));
        assert_eq!(found(&case.client("alice.pem").version(version)), expected, "{subject} {version}");
    }
}

/// One judgement for clients and leafnodes: blanks of another number are a spelling, too.
#[test]
fn a_misspelt_name_is_found_for_both() {
    let world = World::new();
    let case = || world.case("CN=alice smith,O=NATS", "edge.example.com");
    let user = "CN=alice  smith,O=NATS";
    let client = case().client("alice.pem").conf("n.conf", &mapping(&[user]));
    assert!(found(&client).contains(&"NC072 error".to_owned()), "{:?}", found(&client));
    assert!(!found(&client).contains(&"NC070 error".to_owned()));
    let hub =
        format!("leafnodes {{ port: 7422, tls {{ {TLS}, verify_and_map: true }} }}\n{}", &mapping(&[user]));
    let edge = "port: 4223\nleafnodes { remotes: [{ url: \"tls://localhost:7422\", tls { cert_file: alice.pem, key_file: \
                alice-key.pem, ca_file: ca.pem } }] }";
    let leaf = case().conf("hub.conf", &hub).conf("edge.conf", edge);
    assert!(found(&leaf).contains(&"NC072 error".to_owned()), "{:?}", found(&leaf));
    assert!(!found(&leaf).contains(&"NC070 error".to_owned()));
}

/// By a URL and by an entry of its own: a peer is named once.
#[test]
fn refused_gateways_are_named_once() {
    let world = World::new();
    let gateway = |name: &str, port: u16, other: &str, to: u16, more: &str| {
        format!(
            "port: {}\ngateway {{ name: {name}, listen: \"localhost:{port}\", gateways: [{{ name: {other}, url: \
             \"nats://localhost:{to}\" }}], tls {{ {TLS}{more}",
            port - 3000
        )
    };
    let user = ", verify_and_map: true }\nauthorization { user: nobody.example.com } }";
    let case = world
        .case("CN=alice", "a@b.c")
        .conf("a.conf", &gateway("a", 7222, "b", 7223, user))
        .conf("b.conf", &gateway("b", 7223, "a", 7222, " } }"))
        .conf("c.conf", &gateway("c", 7224, "a", 7222, " } }"));
    let findings = case.findings();
    let said: Vec<_> = findings.iter().filter(|one| one.code.as_str() == "NC077").collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].message.starts_with("the certificates of b.conf, c.conf do not"), "{said:?}");
}
