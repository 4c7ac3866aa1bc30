#![allow(clippy::unwrap_used)]

use super::*;

fn system(settings: &str) -> System {
    let manifest = format!(
        "{settings}\n[clusters.east]\nnodes = [\"n1.example.com\"]\n[leafnodes.edge]\ncluster = \"east\"\nhosts = \
         [\"edge.example.com\"]\n[clients.alice]\n[clients.bob]\nconfig_dir = '/home/{{client}}'"
    );
    System::read(&manifest, "test").unwrap_or_else(|why| panic!("{why}"))
}

const NODE: Owner = Owner::Node(0);
const LEAFNODE: Owner = Owner::Node(1);
const ALICE: Owner = Owner::Client(0);
const BOB: Owner = Owner::Client(1);

#[test]
fn everything_has_its_place() {
    let (system, layout) = (system(""), Layout::new("/out".into()));
    let shown = |path: PathBuf| path.to_str().unwrap().to_owned();
    assert_eq!(shown(layout.ca()), "/out/ca.pem");
    assert_eq!(shown(layout.bundle(&system, NODE, "cluster")), "/out/nodes/n1.example.com/cluster");
    assert_eq!(shown(layout.text(&system, LEAFNODE)), "/out/nodes/edge/nats.conf");
    assert_eq!(shown(layout.bundle(&system, ALICE, "")), "/out/clients/alice");
    assert_eq!(shown(layout.text(&system, ALICE)), "/out/clients/alice/nats.sh");
}

#[test]
fn a_server_sees_its_files_where_they_are_or_where_they_will_be() {
    let layout = Layout::new("/out".into());
    let here = system("");
    assert_eq!(layout.seen(&here, NODE), "/out/nodes/n1.example.com");
    assert_eq!(layout.seen_file(&here, ALICE, "key.pem"), "/out/clients/alice/key.pem");
    let there = system("config_dir = '/etc/{cluster}/{node}/'");
    assert_eq!(layout.seen_file(&there, NODE, "nats.conf"), "/etc/east/n1.example.com/nats.conf");
    assert_eq!(layout.seen(&there, LEAFNODE), "/etc/east/edge/", "the cluster of a leafnode is its hub");
    assert_eq!(layout.seen(&there, ALICE), "/out/clients/alice", "no server's folder");
    assert_eq!(layout.seen_file(&there, BOB, "key.pem"), "/home/bob/key.pem");
    let windows = system("config_dir = 'C:\\nats\\{node}'");
    assert_eq!(layout.seen_file(&windows, NODE, "nats.conf"), "C:\\nats\\n1.example.com\\nats.conf");
}
