#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::nats::HandshakeFirst;
use crate::pki::{KeyType, Usage};
use crate::topology::{Owner, Pins, Verification};

fn read(text: &str) -> System {
    System::read(text, "test").unwrap_or_else(|why| panic!("{why} ({}) in {text}", why.hint()))
}

const SMALL: &str = r#"
local = true
[clusters.east]
nodes = ["n{1..3}"]
[clusters.west]
nodes = ["w{1..3}"]
[clients.alice]
"#;

#[test]
fn a_small_manifest_has_all_defaults() {
    let system = read(SMALL);
    assert_eq!((system.name.as_str(), system.nodes.len()), ("test", 6));
    assert_eq!((system.clusters[1].gateways.as_slice(), system.clusters[1].nodes.clone()), (&[0][..], 3..6));
    let node = &system.nodes[4];
    assert_eq!((node.name.as_str(), node.port_offset, node.listen.as_str()), ("w2", 11, "127.0.0.1"));
    assert_eq!(node.advertise, "127.0.0.1");
    let listeners = &node.settings.listeners;
    let client = listeners.client.as_ref().unwrap();
    assert_eq!(
        (node.port(client), client.pins, client.verification),
        (4233, Pins::Default, Verification::Map)
    );
    assert!(client.tls.options().verify_and_map);
    let cluster = listeners.cluster.as_ref().unwrap();
    assert!(!cluster.tls.options().verify && !cluster.tls.options().verify_and_map);
    assert!(listeners.gateway.is_some() && listeners.leafnodes.is_none() && listeners.monitor.is_none());
    assert_eq!(system.clients[0].user, "CN=alice");
    assert_eq!(system.warnings, []);
}

#[test]
fn what_is_said_below_counts_more_field_by_field() {
    let system = read(
        r#"
        validity = "90d"
        key_type = "ed25519"
        listeners.websocket = { port = 443, timeout = 3 }
        listeners.client = { handshake_first = "auto", min_version = "1.3" }
        jetstream = { store_dir = "/a/{node}" }
        [clusters.east]
        validity = "60d"
        listeners.client = { handshake_first = false }
        jetstream = false
        nodes = [
            "n1.example.com",
            { name = "n2.example.com", renew_before = "5d", jetstream = true, listeners.websocket = false },
            { name = "n{3..4}", hosts = ["n{3..4}.example.com"], listen = "10.0.0.{3..4}" },
        ]
        [leafnodes."edge.example.com"]
        cluster = "east"
        [clients.alice]
        key_type = "rsa-2048"
        "#,
    );
    let [first, second, third, fourth, edge] = &system.nodes[..] else { panic!() };
    let days = |node: &Node| {
        let certificate = &node.settings.certificate;
        (certificate.validity.to_string(), certificate.renew_before.to_string(), certificate.key_type)
    };
    assert_eq!(days(first), ("60d".into(), "20d".into(), KeyType::Ed25519));
    assert_eq!(days(second), ("60d".into(), "5d".into(), KeyType::Ed25519));
    assert_eq!(days(edge), ("90d".into(), "30d".into(), KeyType::Ed25519));
    assert_eq!(system.clients[0].certificate.key_type, KeyType::Rsa2048);
    let store = |node: &Node| node.settings.jetstream.as_ref().map(|jetstream| jetstream.store_dir.clone());
    assert_eq!(store(first), None);
    assert_eq!(store(second), Some(Some("/a/{node}".into())));
    assert!(first.settings.listeners.websocket.as_ref().is_some_and(|listener| listener.port == 443));
    assert!(second.settings.listeners.websocket.is_none());
    let first_of = |node: &Node| {
        let options = node.settings.listeners.client.as_ref().unwrap().tls.options().clone();
        (options.handshake_first, options.min_version.is_some())
    };
    assert_eq!((first_of(first), first_of(edge)), ((None, true), (Some(HandshakeFirst::Auto), true)));
    // Where they are is nothing that they share.
    assert!(Arc::ptr_eq(&first.settings, &third.settings) && Arc::ptr_eq(&first.settings, &fourth.settings));
    assert_eq!((fourth.listen.as_str(), fourth.advertise.as_str()), ("10.0.0.4", "n4.example.com"));
}

#[test]
fn what_others_are_told_to_dial_is_in_the_certificate() {
    for (node, advertise, hosts) in [
        ("\"n1.example.com\"", "n1.example.com", "DNS:n1.example.com"),
        ("\"10.0.0.1\"", "10.0.0.1", "IP:10.0.0.1"),
        ("{ name = \"n1\", hosts = [\"10.0.0.1\", \"n1\"] }", "n1", "IP:10.0.0.1 DNS:n1"),
        ("{ name = \"n1\", hosts = [\"fd00::1\"] }", "[fd00::1]", "IP:fd00::1"),
        ("{ name = \"n1\", advertise = \"10.0.0.9\" }", "10.0.0.9", "DNS:n1 IP:10.0.0.9"),
        ("{ name = \"n1\", advertise = \"N1\" }", "N1", "DNS:n1"),
    ] {
        let system = read(&format!("[clusters.east]\nnodes = [{node}]\n"));
        let found: Vec<_> = system.nodes[0].hosts.iter().map(ToString::to_string).collect();
        assert_eq!((system.nodes[0].advertise.as_str(), found.join(" ").as_str()), (advertise, hosts));
    }
    for (node, advertise, hosts) in [
        ("\"n1\"", "127.0.0.1", "DNS:localhost IP:127.0.0.1 IP:::1"),
        (
            "{ name = \"n1\", listen = \"127.0.0.2\" }",
            "127.0.0.2",
            "DNS:localhost IP:127.0.0.1 IP:::1 IP:127.0.0.2",
        ),
        ("{ name = \"n1\", listen = \"::\" }", "127.0.0.1", "DNS:localhost IP:127.0.0.1 IP:::1"),
        ("{ name = \"n1\", hosts = [\"me.local\"] }", "me.local", "DNS:me.local"),
    ] {
        let system = read(&format!("local = true\n[clusters.east]\nnodes = [{node}]\n"));
        let found: Vec<_> = system.nodes[0].hosts.iter().map(ToString::to_string).collect();
        assert_eq!((system.nodes[0].advertise.as_str(), found.join(" ").as_str()), (advertise, hosts));
    }
}

#[test]
fn local_nodes_have_ports_of_their_own() {
    let offsets = |text: &str| -> Vec<u16> {
        read(&format!("local = true\n{text}")).nodes.iter().map(|node| node.port_offset).collect()
    };
    let leafs = "[leafnodes.\"e{1..2}\"]\ncluster = \"a\"\n";
    assert_eq!(
        offsets(&format!("[clusters.a]\nnodes = [\"a{{1..2}}\"]\n[clusters.b]\nnodes = [\"b1\"]\n{leafs}")),
        [0, 1, 10, 100, 101]
    );
    assert_eq!(
        offsets("port_offset = 5\n[clusters.a]\nnodes = [\"a{1..2}\"]\n[clusters.b]\nnodes = [\"b1\"]\n"),
        [5, 6, 15]
    );
    assert_eq!(
        offsets(
            "[clusters.a]\nport_offset = 50\nnodes = [\"a1\", { name = \"a{2..3}\", port_offset = 70 }, \"a4\"]\n"
        ),
        [50, 70, 71, 53]
    );
    assert_eq!(offsets(&format!("[clusters.a]\nnodes = [\"a1\"]\n{leafs}port_offset = 30\n")), [0, 30, 31]);
    let apart = read("port_offset = 5\n[clusters.a]\nnodes = [\"a{1..2}\"]\n");
    assert!(apart.nodes.iter().all(|node| node.port_offset == 5));
}

#[test]
fn each_owner_wants_the_certificates_of_its_roles() {
    let wanted = |system: &System, owner| -> Vec<String> {
        let line = |w: crate::topology::Wanted| {
            let names: Vec<_> = w.names.iter().map(ToString::to_string).collect();
            let subject = w.subject.map_or_else(|| "-".to_owned(), |subject| subject.to_string());
            format!("{} {} {} {subject}", w.folder, w.usage.as_str(), names.join(","))
        };
        system.wanted(owner).into_iter().map(line).collect()
    };
    let text = r#"
        [clusters.a]
        nodes = ["a{1..2}.x"]
        wildcards = ["*.x"]
        [clusters.b]
        nodes = ["b1"]
        [leafnodes.e1]
        cluster = "a"
        [leafnodes.e2]
        cluster = "a"
        identity = "e2@example.com"
        [clients."a.b=7"]
        [clients.bob]
        identity = "bob@example.com"
        [clients.carol]
        identity = "OU=x,CN=c"
    "#;
    let system = read(text);
    assert_eq!(
        wanted(&system, Owner::Node(0)),
        [
            "server server DNS:a1.x,DNS:*.x -",
            "cluster both DNS:a1.x,DNS:*.x -",
            "gateway both DNS:a1.x,DNS:*.x -",
            "leaf both DNS:a1.x,DNS:*.x -"
        ]
    );
    assert_eq!(wanted(&system, Owner::Node(2)), ["server server DNS:b1 -", "gateway both DNS:b1 -"]);
    assert_eq!(wanted(&system, Owner::Node(3)), ["server server DNS:e1 -", "leaf both DNS:e1 CN=e1"]);
    assert_eq!(wanted(&system, Owner::Node(4))[1], "leaf both DNS:e2,email:e2@example.com CN=e2");
    assert_eq!(wanted(&system, Owner::Client(0)), [" client DNS:a.b-7 CN=a.b=7"]);
    assert_eq!(wanted(&system, Owner::Client(1)), [" client email:bob@example.com CN=bob"]);
    assert_eq!(wanted(&system, Owner::Client(2)), [" client DNS:carol OU=x,CN=c"]);
    let users: Vec<_> = system.leafnodes.iter().map(|leafnode| leafnode.user.as_str()).collect();
    assert_eq!(users, ["CN=e1", "e2@example.com"]);
    let split = read(&format!("gateways = {{ outgoing_certificate = true }}\n{text}"));
    let folders: Vec<_> = split.wanted(Owner::Node(2)).into_iter().map(|w| (w.folder, w.usage)).collect();
    assert_eq!(
        folders,
        [("server", Usage::Server), ("gateway", Usage::Server), ("gateway-remote", Usage::Client)]
    );
}

#[test]
fn leafnodes_dial_as_their_hub_asks() {
    let system = read(
        "[clusters.a]\nnodes = [\"a1\", { name = \"a2\", key_type = \"ed25519\" }]\n\
         listeners.leafnodes = { handshake_first = \"auto\", min_version = \"1.3\" }\n\
         [leafnodes.e1]\ncluster = \"a\"\nserver_version = \"2.12\"\n[clients.alice]\n",
    );
    let options = system.leafnodes[0].tls.options();
    assert_eq!(options.handshake_first, Some(HandshakeFirst::Always));
    assert!(options.min_version.is_some() && !options.verify_and_map);
    assert_eq!(system.leafnodes[0].tls.version().to_string(), "2.12");
}

#[test]
fn clients_connect_where_they_are_told() {
    let system = read(
        "[clusters.a]\nnodes = [\"a1\"]\n[leafnodes.\"e{1..3}\"]\ncluster = \"a\"\n\
         [clients.all]\n[clients.some]\nconnects_to = [\"e{2..3}\", \"a\", \"a\"]\n\
         [clients.\"c{1..3}\"]\nconnects_to = [\"e{1..3}\", \"a\"]\n",
    );
    let places = |client: usize| system.clients[client].connects_to.as_slice();
    assert!(places(0).is_empty());
    assert_eq!(places(1), [Place::Leafnode(1), Place::Leafnode(2), Place::Cluster(0)]);
    assert_eq!(places(4), [Place::Leafnode(2), Place::Cluster(0)]);
}

#[test]
fn whoever_shows_nothing_is_a_client() {
    let system = read(
        "[clusters.a]\nnodes = [\"a1\"]\njetstream = true\nlisteners.mqtt = { verify = \"none\", no_auth_user = \"guest\" }\n\
         [clients.guest]\nidentity = \"guest@example.com\"\n",
    );
    let mqtt = system.nodes[0].settings.listeners.mqtt.as_ref().unwrap();
    assert_eq!(mqtt.no_auth_user.as_deref(), Some("guest@example.com"));
    assert_eq!((mqtt.verification, mqtt.pins), (Verification::None, Pins::None));
}

#[test]
fn known_urls_take_the_place_of_pins() {
    let system = read(
        "[clusters.a]\nnodes = [\"a{1..2}\"]\nlisteners.cluster.check_known_urls = true\n\
         [clusters.b]\nnodes = [\"b1\"]\nlisteners.gateway = { check_known_urls = true, pins = \"exact\" }\n",
    );
    let listeners = |node: usize| &system.nodes[node].settings.listeners;
    assert_eq!(listeners(0).cluster.as_ref().unwrap().pins, Pins::None);
    assert_eq!(listeners(0).gateway.as_ref().unwrap().pins, Pins::Default);
    assert_eq!(listeners(2).gateway.as_ref().unwrap().pins, Pins::Exact);
}

#[test]
fn patterns_of_many_nodes_are_quick_and_small() {
    let text = "[clusters.east]\nnodes = [\"n{1..100000}.east.example.com\"]\n[clients.alice]\n";
    let start = Instant::now();
    let system = read(text);
    let took = start.elapsed();
    assert_eq!(system.nodes.len(), 100_000);
    assert_eq!(system.nodes[99_999].advertise, "n100000.east.example.com");
    assert!(Arc::ptr_eq(&system.nodes[0].settings, &system.nodes[99_999].settings));
    // Unoptimized, and on a busy machine.
    assert!(took < Duration::from_secs(20), "{took:?}");
    let heap = |text: &String| text.capacity() + 8;
    let node = &system.nodes[99_999];
    let names = node.hosts.iter().map(|host| heap(&host.value()) + size_of_val(host)).sum::<usize>();
    let size =
        size_of::<Node>() + heap(&node.advertise) + heap(&node.listen) + names + node.name.as_str().len() + 8;
    assert!(size < 400, "{size}");
}

#[test]
fn accounts_use_jetstream_but_for_the_system() {
    let system = read(
        "[clusters.a]\nnodes = [\"a1\"]\n[accounts.A]\n[accounts.B]\njetstream = false\n[accounts.SYS]\nsystem = true\n",
    );
    let found: Vec<_> = system.accounts.iter().map(|a| (a.name.as_str(), a.system, a.jetstream)).collect();
    assert_eq!(found, [("A", false, true), ("B", false, false), ("SYS", true, false)]);
}
