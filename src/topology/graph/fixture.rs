//! Systems to draw.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use time::OffsetDateTime;
use time::macros::datetime;

use crate::nats::{Context, TlsOptions, Version};
use crate::pki::{KeyType, Span, Subject};
use crate::topology::{
    Account, CertificateSettings, Client, Cluster, Identity, Leafnode, Listener, Listeners, Node, Owner,
    Pins, Place, Settings, System, Verification,
};

fn certificate() -> CertificateSettings {
    CertificateSettings {
        key_type: KeyType::EcdsaP256,
        validity: Span::days(825),
        renew_before: Span::days(30),
        extensions: crate::pki::Extensions::default(),
    }
}

fn listener(context: Context, verification: Verification) -> Listener {
    let tls = TlsOptions::default().check(context, Version::NEWEST).unwrap();
    Listener { port: 4222, verification, pins: Pins::Default, tls, no_auth_user: None }
}

fn settings(clustered: bool) -> Arc<Settings> {
    let between = |context| clustered.then(|| listener(context, Verification::Require));
    let listeners = Listeners {
        client: Some(listener(Context::Server, Verification::Map)),
        cluster: between(Context::Cluster),
        gateway: between(Context::Gateway),
        leafnodes: clustered.then(|| listener(Context::Leaf, Verification::Map)),
        monitor: Some(listener(Context::Monitor, Verification::None)),
        ..Listeners::default()
    };
    Arc::new(Settings {
        certificate: certificate(),
        config_dir: None,
        version: Version::NEWEST,
        jetstream: None,
        listeners,
    })
}

fn node(name: &str, place: Place, settings: &Arc<Settings>) -> Node {
    Node {
        name: name.parse().unwrap(),
        place,
        hosts: vec!["n1.example.com".parse().unwrap()],
        advertise: name.to_owned(),
        listen: "0.0.0.0".to_owned(),
        port_offset: 0,
        settings: Arc::clone(settings),
    }
}

/// Clusters of so many nodes, with gateways between all of them.
pub(super) fn system(name: &str, clusters: &[(&str, usize)]) -> System {
    let settings = settings(true);
    let mut nodes = Vec::new();
    let mut made = Vec::new();
    for (index, (cluster, size)) in clusters.iter().enumerate() {
        let first = nodes.len();
        nodes.extend(
            (1..=*size)
                .map(|n| node(&format!("n{n}.c{index}.example.com"), Place::Cluster(index), &settings)),
        );
        let gateways = (0..clusters.len()).filter(|other| *other != index).collect();
        made.push(Cluster {
            name: (*cluster).to_owned(),
            nodes: first..nodes.len(),
            gateways,
            wildcards: Vec::new(),
        });
    }
    System {
        ca: crate::topology::CaSettings::default(),
        name: name.to_owned(),
        clusters: made,
        nodes,
        leafnodes: Vec::new(),
        clients: Vec::new(),
        accounts: vec![Account { name: "ORDERS".to_owned(), system: false, jetstream: true }],
        outgoing_gateway_certificate: false,
        gateways_named: false,
        warnings: Vec::new(),
    }
}

pub(super) fn add_leafnode(system: &mut System, name: &str, hub: usize) {
    let index = system.leafnodes.len();
    let tls = TlsOptions::default().check(Context::Remote, Version::NEWEST).unwrap();
    system.leafnodes.push(Leafnode {
        node: system.nodes.len(),
        hub,
        account: Some(0),
        identity: Identity::Dn(Subject::common_name(name)),
        user: format!("CN={name}"),
        tls,
    });
    system.nodes.push(node(name, Place::Leafnode(index), &settings(false)));
}

pub(super) fn add_client(system: &mut System, name: &str, connects_to: &[Place]) {
    system.clients.push(Client {
        name: name.parse().unwrap(),
        identity: Identity::Dn(Subject::common_name(name)),
        user: format!("CN={name}"),
        account: None,
        permissions: None,
        connects_to: connects_to.to_vec(),
        certificate: certificate(),
        config_dir: None,
    });
}

/// Two clusters of three, two leafnodes, clients of every kind of place.
pub(super) fn usual() -> System {
    let mut system = system("shop", &[("east", 3), ("west", 3)]);
    add_leafnode(&mut system, "edge1.example.com", 0);
    add_leafnode(&mut system, "edge2.example.com", 0);
    add_client(&mut system, "alice", &[]);
    add_client(&mut system, "bob", &[]);
    add_client(&mut system, "carol", &[Place::Cluster(1)]);
    add_client(&mut system, "till", &[Place::Leafnode(0)]);
    add_client(&mut system, "audit", &[Place::Cluster(0), Place::Leafnode(1)]);
    system
}

/// Some certificates end later than others, and those of leafnodes are not there.
pub(super) fn expiry(owner: Owner, folder: &str) -> Option<OffsetDateTime> {
    match (owner, folder) {
        (_, "leaf") => None,
        (Owner::Node(1), "cluster") => Some(datetime!(2028-12-01 00:00 UTC)),
        _ => Some(datetime!(2029-02-23 12:00 UTC)),
    }
}

/// Small and large, with pairs and without, with names that mean harm.
pub(super) fn samples() -> Vec<(&'static str, System)> {
    let regions: Vec<_> = (0..66).map(|number| format!("region-{number}")).collect();
    let regions: Vec<_> = regions.iter().map(|name| (name.as_str(), 3)).collect();
    let mut many = system("many", &regions[..12]);
    for number in 0..9 {
        add_leafnode(&mut many, &format!("edge{number}.example.com"), number % 4);
        add_client(&mut many, &format!("client{number}"), &[Place::Cluster(number), Place::Cluster(11)]);
    }
    vec![
        ("one", system("one", &[("main", 1)])),
        ("usual", usual()),
        ("pairs", pairs()),
        ("many", many),
        ("wide", system("wide", &[("main", 200)])),
        ("regions", system("regions", &regions)),
        ("counted", system("counted", &[("east", 2500), ("west", 2500)])),
        ("hostile", hostile()),
    ]
}

/// Three clusters in a line.
fn pairs() -> System {
    let mut system = system("pairs", &[("eu", 5), ("us", 3), ("asia", 1)]);
    for (index, others) in [vec![1], vec![0, 2], vec![1]].into_iter().enumerate() {
        system.clusters[index].gateways = others;
        add_leafnode(&mut system, &format!("edge{index}.example.com"), index);
    }
    add_client(&mut system, "alice", &[Place::Cluster(0), Place::Cluster(1)]);
    add_client(&mut system, "bob", &[Place::Cluster(2)]);
    system
}

fn hostile() -> System {
    let long = "long".repeat(45);
    let cluster = "end\"] --> <b>x</b> #quot; 東京 العربية \\N \u{202e}";
    let mut system = system("\"]; <script>alert(1)</script> \\ & ' `#end` \0", &[(cluster, 2), (&long, 2)]);
    add_leafnode(&mut system, &long, 1);
    system.leafnodes[0].user = "CN=\"<img src=x onerror=alert(1)>\\\",O=`x`".to_owned();
    system.accounts[0].name = "]]>\n%%{init}%%{{".to_owned();
    add_client(&mut system, &format!("c{long}"), &[]);
    system
}
