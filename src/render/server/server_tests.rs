#![allow(clippy::unwrap_used)]

use super::*;

/// Nodes run in `/out/NAME`; the key of each certificate is that of its owner and folder.
struct Here<'a>(&'a System);

impl Site for Here<'_> {
    fn dir(&self, node: usize) -> String {
        let node = &self.0.nodes[node];
        node.settings
            .config_dir
            .as_deref()
            .map_or_else(|| format!("/out/{}", node.name), |dir| placed(dir, self.0, node))
    }

    fn pin(&self, owner: Owner, folder: &'static str) -> Option<Pin> {
        Some(pin(owner, folder))
    }
}

fn pin(owner: Owner, folder: &str) -> Pin {
    Pin::of_spki(format!("{owner:?} {folder}").as_bytes())
}

/// The configurations of all nodes.
fn confs(manifest: &str) -> Vec<String> {
    let system = System::read(manifest, "test").unwrap_or_else(|why| panic!("{why}"));
    let links = Links::of(&system);
    let servers = Servers::new(&system, &links).unwrap();
    (0..system.nodes.len()).map(|index| servers.conf(index, &Here(&system)).unwrap()).collect()
}

/// The lines of a block, at whatever depth, without indentation.
fn block<'a>(conf: &'a str, begin: &str) -> Vec<&'a str> {
    let mut lines = conf.lines().skip_while(|line| line.trim() != begin);
    let first = lines.next().unwrap_or_else(|| panic!("no {begin} in\n{conf}"));
    let depth = first.len() - first.trim_start().len();
    lines.take_while(|line| line.len() - line.trim_start().len() > depth).map(str::trim).collect()
}

fn has(conf: &str, line: &str) {
    assert!(conf.lines().any(|found| found.trim() == line), "no {line} in\n{conf}");
}

fn lacks(conf: &str, text: &str) {
    assert!(!conf.contains(text), "{text} in\n{conf}");
}

#[test]
fn no_text_of_a_user_looks_like_a_blank() {
    for line in [
        "jetstream = { store_dir = \"/x\\u0001store\\u0002\" }",
        "config_dir = \"/x\\u0001name\\u0002\"",
        "clients.a.identity = \"CN=a\\u0001name\\u0002\"",
        "clients.a.permissions.publish = \"x\\u0001name\\u0002\"",
        "accounts.\"a\\u0001name\\u0002\" = {}",
    ] {
        let manifest = format!("{line}\nclusters.east.nodes = [\"n1\"]");
        assert!(System::read(&manifest, "test").is_err(), "{line}");
    }
    // And if one came through: what is quoted has none.
    let quoted = super::super::quote("a\u{1}name\u{2}").unwrap();
    assert_eq!(quoted, r#""a\x01name\x02""#);
}

#[test]
fn a_title_with_blanks_in_it_stays_text() {
    let system =
        System::read("[clusters.east]\nnodes = [\"n1\"]\n[clients.a]", "x\u{1}name\u{2}\n# y").unwrap();
    let links = Links::of(&system);
    let conf = Servers::new(&system, &links).unwrap().conf(0, &Here(&system)).unwrap();
    let first = conf.lines().next().unwrap();
    assert!(first.ends_with(".toml.") && !first.contains('\u{1}') && !first.contains("xn1"), "{first}");
    assert_eq!(conf.lines().filter(|line| line.starts_with("# y")).count(), 0);
}

#[test]
fn nodes_of_one_form_differ_in_what_is_their_own() {
    let confs = confs(
        "[clusters.east]\nnodes = [{ name = \"n{1..2}\", hosts = [\"n{1..2}.e.com\", \"10.0.0.{1..2}\"], listen = \"10.0.0.{1..2}\" }]\njetstream = true\n[clients.alice]",
    );
    has(&confs[0], "server_name: \"n1\"");
    has(&confs[0], "listen: \"10.0.0.1:4222\"");
    has(&confs[0], "client_advertise: \"n1.e.com:4222\"");
    has(&confs[0], "store_dir: \"/out/n1/jetstream\"");
    has(&confs[1], "cert_file: \"/out/n2/cluster/cert.pem\"");
    assert_eq!(block(&confs[1], "routes: ["), ["\"tls://n1.e.com:6222\""]);
    let node = |index| format!("\"{}\"", pin(Owner::Node(index), "cluster"));
    assert!(block(&confs[0], "cluster {").contains(&node(1).as_str()));
    assert!(!block(&confs[0], "cluster {").contains(&node(0).as_str()));
    lacks(&confs.concat(), "\u{1}");
}

#[test]
fn a_list_without_peers_has_the_own_key() {
    let confs = confs(
        "[clusters.east]\nnodes = [\"n1\"]\nlisteners.leafnodes = true\n[clusters.west]\nnodes = [\"w1\"]\n[clients.alice]\nconnects_to = [\"west\"]",
    );
    let own = |folder| format!("\"{}\"", pin(Owner::Node(0), folder));
    assert_eq!(block(&confs[0], "tls {").iter().filter(|line| **line == own("server")).count(), 1);
    assert!(block(&confs[0], "leafnodes {").contains(&own("leaf").as_str()));
    assert_eq!(block(&confs[1], "pinned_certs: ["), [format!("\"{}\"", pin(Owner::Client(0), ""))]);
}

#[test]
fn without_clients_or_leafnodes_the_user_is_nobody() {
    let manifest = "[clusters.east]\nnodes = [\"n1\"]\nlisteners.leafnodes = true\n";
    let nobody = "{ user: \"nobody: the manifest names none\" }";
    let without = &confs(manifest)[0];
    assert_eq!(without.matches(nobody).count(), 2, "{without}");
    let with = &confs(&format!("{manifest}[clients.alice]\n[leafnodes.edge]\ncluster = \"east\""))[0];
    lacks(with, "nobody");
    has(with, "{ user: \"CN=alice\" }");
    has(with, "{ user: \"CN=edge\" }");
    lacks(&confs("[clusters.east]\nnodes = [\"n1\"]\nlisteners.client.verify = \"none\"")[0], "nobody");
}

#[test]
fn gateways_with_leafnodes_have_a_system_account() {
    let system = |settings: &str| {
        confs(&format!(
            "{settings}\n[clusters.east]\nnodes = [\"n1\"]\n[clusters.west]\nnodes = [\"w1\"]\n[leafnodes.edge]\ncluster = \"east\"\n[clients.alice]"
        ))
    };
    let confs = system("");
    has(&confs[0], "system_account: \"$SYS\"");
    assert!(!block(&confs[0], "accounts {").is_empty());
    lacks(&confs[1], "system_account");
    lacks(&confs[2], "system_account");
    lacks(&system("gateways = false")[0], "system_account");
    for conf in system("[accounts.SYS]\nsystem = true") {
        has(&conf, "system_account: \"SYS\"");
    }
}

#[test]
fn jetstream_of_one_node_with_gateways_routes_to_itself() {
    let manifest = "jetstream = true\n[clusters.east]\nnodes = [\"n1\"]\n[clients.alice]\n";
    let conf = &confs(&format!("{manifest}[clusters.west]\nnodes = [\"w{{1..2}}\"]"))[0];
    assert_eq!(block(conf, "routes: ["), ["\"tls://n1:6222\""]);
    assert!(block(conf, "cluster {").contains(&format!("\"{}\"", pin(Owner::Node(0), "cluster")).as_str()));
    lacks(&confs(manifest)[0], "cluster {");
}

#[test]
fn folders_on_the_target_machine() {
    let confs = confs(
        "[clusters.east]\nnodes = [{ name = \"n1\", config_dir = '/etc/{cluster}/{node}' }, { name = \"n2\", config_dir = 'C:\\nats\\{node}' }]\njetstream = { store_dir = '/data/{cluster}-{node}' }\n[leafnodes.edge]\ncluster = \"east\"\nconfig_dir = '/etc/{cluster}/{node}/'\n[clients.alice]",
    );
    has(&confs[0], "key_file:       \"/etc/east/n1/server/key.pem\"");
    has(&confs[0], "store_dir: \"/data/east-n1\"");
    has(&confs[1], "key_file:       \"C:\\\\nats\\\\n2\\\\server\\\\key.pem\"");
    has(&confs[2], "key_file:       \"/etc/east/edge/server/key.pem\"");
}
