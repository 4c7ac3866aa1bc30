//! A manifest to begin with.

use std::fmt::Write as _;

use super::error::Error;
use super::model::System;

/// What a manifest to begin with should describe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// How many clusters.
    pub clusters: usize,
    /// How many nodes in each.
    pub nodes: usize,
    /// How many leafnodes, all at the first cluster.
    pub leafs: usize,
    /// The names of the clients; one with an `@` is its email address.
    pub clients: Vec<String>,
    /// Whether everything runs on this machine.
    pub local: bool,
}

const CLUSTERS: [&str; 4] = ["east", "west", "north", "south"];
/// The most servers that anybody begins with.
const MOST: usize = 100_000;
/// From here on the gateways of one local cluster would meet the leafnodes of another.
const LOCAL_PORTS: usize = 200;
/// Where the ports of local leafnodes begin if nothing is said.
const LOCAL_LEAFNODES: usize = 100;

/// Lines that begin with `#` and no blank can be used as they are, without the `#`.
const HEAD: &str = "\
# A NATS system. natscert apply makes all its certificates and configurations from this file.
# Lines that begin with # and no blank are settings that you may want.

";
const SETTINGS: &str = "\
# What holds for every node; a cluster, a node and a leafnode may each say otherwise.
#key_type = \"ecdsa-p256\"
#validity = \"825d\"
#renew_before = \"30d\"
#config_dir = \"/etc/nats/{node}\"
#server_version = \"2.10\"
#jetstream = true
#listeners.websocket = true
#listeners.monitor = { port = 8222 }

";
const ACCOUNTS: &str = "\
# Accounts keep subjects apart. Clients and leafnodes are in one with account = \"ORDERS\".
#[accounts.ORDERS]
#[accounts.SYS]
#system = true
";

impl Starter {
    /// The text of the manifest.
    ///
    /// # Errors
    /// When nothing can be made of it: no cluster or node, too many for one machine, names that are none.
    pub fn text(&self) -> Result<String, Error> {
        for (count, what) in [(self.clusters, "cluster"), (self.nodes, "node")] {
            if count == 0 {
                return Err(Error::plain(
                    format!("a system without a {what}"),
                    format!("ask for at least one {what}"),
                ));
            }
        }
        let all = self.clusters.saturating_mul(self.nodes).saturating_add(self.leafs);
        if all > MOST {
            return Err(Error::plain(
                format!("{all} servers are too many to begin with"),
                format!("ask for {MOST} at most; a pattern in the manifest can stand for more"),
            ));
        }
        let step = self.nodes.next_multiple_of(10);
        let ports = self.clusters.saturating_mul(step);
        if self.local && ports.saturating_add(self.leafs) > LOCAL_PORTS {
            return Err(Error::plain(
                "one machine has not enough ports for that many local nodes",
                format!("{LOCAL_PORTS} in all: ask for fewer, or leave --local out"),
            ));
        }
        let text = self.write(step);
        match System::read(&text, "nats") {
            Ok(_) => Ok(text),
            // Nobody has seen the text yet, so its lines say nothing.
            Err(why) => Err(Error::plain(why.to_string(), why.hint())),
        }
    }

    fn write(&self, step: usize) -> String {
        let mut text = HEAD.to_owned();
        if self.local {
            text.push_str(
                "# Everything runs on this machine: each node has ports of its own.\nlocal = true\n\n",
            );
        }
        text.push_str(SETTINGS);
        for index in 0..self.clusters {
            self.cluster(&mut text, index, step * index);
        }
        if self.clusters > 1 {
            text.push_str("# All clusters have gateways to each other, unless pairs are named.\n");
            let _ = writeln!(text, "#[gateways]\n#pairs = [[\"{}\", \"{}\"]]\n", cluster(0), cluster(1));
        }
        self.leafnodes(&mut text, step * self.clusters);
        for (index, client) in self.clients.iter().enumerate() {
            one_client(&mut text, client, index == 0);
        }
        text.push_str(ACCOUNTS);
        text
    }

    fn cluster(&self, text: &mut String, index: usize, offset: usize) {
        let name = cluster(index);
        let numbers = range(self.nodes);
        let node =
            if self.local { format!("{name}{numbers}") } else { format!("n{numbers}.{name}.example.com") };
        if index == 0 {
            let what = if self.local { "A name each" } else { "Host names" };
            let _ = writeln!(text, "# {what}; n{{1..3}} stands for n1, n2 and n3.");
        }
        let _ = writeln!(text, "[clusters.{name}]\nnodes = [\"{node}\"]");
        if self.local && offset > 0 {
            let _ = writeln!(text, "port_offset = {offset}");
        }
        text.push('\n');
    }

    fn leafnodes(&self, text: &mut String, behind: usize) {
        if self.leafs == 0 {
            return;
        }
        let numbers = range(self.leafs);
        let _ = writeln!(
            text,
            "# Servers of their own that connect to a cluster.\n[leafnodes.\"edge{numbers}\"]\ncluster = \"{}\"",
            cluster(0)
        );
        if !self.local {
            let _ = writeln!(text, "hosts = [\"edge{numbers}.example.com\"]");
        } else if behind > LOCAL_LEAFNODES {
            let _ = writeln!(text, "port_offset = {behind}");
        }
        text.push('\n');
    }
}

fn cluster(index: usize) -> String {
    CLUSTERS.get(index).map_or_else(|| format!("region{}", index + 1), |&name| name.to_owned())
}

fn range(count: usize) -> String {
    if count == 1 { "1".to_owned() } else { format!("{{1..{count}}}") }
}

fn one_client(text: &mut String, name: &str, first: bool) {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if first {
        text.push_str("# Who may connect: each is known by its certificate. Its identity is an email address, a DNS name, a URI or\n");
        text.push_str("# a distinguished name; by default CN= and its name.\n");
    }
    if plain {
        let _ = writeln!(text, "[clients.{name}]");
    } else {
        let quoted: String = name.chars().filter(|c| !c.is_control()).collect();
        let _ = writeln!(text, "[clients.'{}']", quoted.replace('\'', "_"));
    }
    if name.contains('@') {
        let _ = writeln!(text, "identity = \"{name}\"");
    } else if first && plain {
        let _ = writeln!(
            text,
            "#identity = \"{name}@example.com\"\n#permissions = {{ publish = \"orders.>\", subscribe = \"_INBOX.>\" }}"
        );
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn starter(clusters: usize, nodes: usize, leafs: usize, clients: &[&str], local: bool) -> Starter {
        let clients = clients.iter().map(|&name| name.to_owned()).collect();
        Starter { clusters, nodes, leafs, clients, local }
    }

    /// With the lines that can be used without their `#`.
    fn unfolded(text: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        text.lines().map(line).collect()
    }

    proptest! {
        #[test]
        fn every_starter_is_a_manifest(clusters in 1..7_usize, nodes in 1..25_usize, leafs in 0..12_usize, local: bool) {
            let starter = starter(clusters, nodes, leafs, &["alice", "bob@example.com", "c.d"], local);
            match starter.text() {
                Ok(text) => {
                    for text in [unfolded(&text), text] {
                        let system = System::read(&text, "nats").unwrap_or_else(|why| panic!("{why}: {text}"));
                        prop_assert_eq!(system.nodes.len(), clusters * nodes + leafs);
                        prop_assert_eq!(system.clients.len(), 3);
                        prop_assert_eq!(&system.clients[1].user, "bob@example.com");
                        prop_assert_eq!(system.warnings, []);
                    }
                }
                Err(why) => prop_assert!(local && clusters * nodes.next_multiple_of(10) + leafs > LOCAL_PORTS, "{}", why),
            }
        }
    }

    #[test]
    fn what_cannot_be() {
        for (starter, what) in [
            (starter(0, 3, 0, &[], true), "a system without a cluster"),
            (starter(1, 0, 0, &[], true), "a system without a node"),
            (starter(1_000_000, 3, 1, &[], true), "3000001 servers are too many to begin with"),
            (starter(1, 150, 60, &[], true), "one machine has not enough ports for that many local nodes"),
            (starter(1, 1, 0, &["alice", "alice"], true), "alice is there already"),
            (
                starter(1, 1, 1, &["edge1"], true),
                "nats-server would take client edge1 for leafnode edge1: its certificate has CN=edge1 too",
            ),
            (
                starter(1, 1, 1, &["a b"], true),
                "the client name \"a b\" has a character that a folder name should not have",
            ),
            (
                starter(1, 1, 1, &["a'\n\"b"], true),
                "the client name \"a_\\\"b\" has a character that a folder name should not have",
            ),
            (starter(1, 1, 1, &["x@"], true), "the name \"x@\" has a domain that has an empty label"),
        ] {
            let why = starter.text().unwrap_err();
            assert_eq!(why.to_string().to_lowercase(), what.to_lowercase());
            assert!(!why.hint().is_empty() && why.place().is_none());
        }
    }
}
