#![allow(clippy::unwrap_used)]

use super::fixture::{add_client, add_leafnode, expiry, samples, system, usual};
use super::*;
use crate::topology::Place;

const FORMATS: [Format; 3] = [Format::Mermaid, Format::Dot, Format::Svg];

fn drawn(system: &System, format: Format) -> String {
    draw(system, format, &expiry)
}

#[test]
fn every_name_is_there_unless_they_are_counted() {
    for (sample, system) in samples() {
        let counted = system.nodes.len() > MAX_DRAWN;
        for format in FORMATS {
            let text = drawn(&system, format);
            // Mermaid cuts names that no screen could show.
            let most = if format == Format::Mermaid { 70 } else { 200 };
            let there = |name: &str| text.contains(&name.chars().take(most).collect::<String>());
            for node in &system.nodes {
                assert_ne!(there(node.name.as_str()), counted, "{sample} {format:?}: {}", node.name);
            }
            for client in &system.clients {
                assert!(there(client.name.as_str()), "{sample} {format:?}: {}", client.name);
            }
        }
    }
}

#[test]
fn the_same_system_gives_the_same_picture() {
    for format in FORMATS {
        assert_eq!(drawn(&usual(), format), drawn(&usual(), format));
    }
}

#[test]
fn who_presents_what_to_whom_until_when() {
    for format in FORMATS {
        let text = drawn(&usual(), format);
        for words in [
            "routes: each node with each other: cluster certs, both verify + pins",
            "gateway certs, both verify + pins",
            "leaf certs, hub: verify_and_map + pins",
            "clients: server cert, verify_and_map + pins",
            "client certs to server certs",
            "is CN=edge1.example.com in account ORDERS",
            "cluster until 2028-12-01",
            "leaf not issued yet",
        ] {
            assert!(text.replace("#58;", ":").contains(words), "{format:?}: {words}\n{text}");
        }
    }
}

#[test]
fn clients_lead_to_where_they_connect() {
    let text = drawn(&usual(), Format::Mermaid);
    let lines: Vec<_> = text.lines().filter(|line| line.contains("-.->")).map(str::trim).collect();
    for line in &lines {
        assert!(line.contains("|\"client certs to server certs\"|"), "{line}");
    }
    let ends = lines.iter().map(|line| (line.split(' ').next().unwrap(), line.rsplit(' ').next().unwrap()));
    // alice and bob anywhere, carol in the west, till at the first leafnode, audit in the east and at the second.
    let expected = [("k0", "c0"), ("k0", "c1"), ("k1", "c1"), ("k2", "l0n0"), ("k3", "c0"), ("k3", "l0n1")];
    assert_eq!(ends.collect::<Vec<_>>(), expected);
}

#[test]
fn beyond_two_hundred_nodes_are_counted() {
    let at_most = drawn(&system("big", &[("main", MAX_DRAWN)]), Format::Svg);
    assert!(at_most.contains(">n200.c0.example.com<"));
    for format in FORMATS {
        let more = drawn(&system("big", &[("main", MAX_DRAWN + 1)]), format);
        assert!(more.contains("201 nodes") && !more.contains("n1.c0"), "{format:?}");
        assert!(more.contains("603 certificates until 2028-12-01 … 2029-02-23"), "{format:?}: {more}");
        assert!(more.contains("201 certificates not issued yet"), "{format:?}");
    }
}

#[test]
fn many_clients_are_counted() {
    let mut system = system("busy", &[("main", 1), ("other", 1)]);
    for number in 0..=MAX_DRAWN {
        add_leafnode(&mut system, &format!("edge{number}.example.com"), 0);
        add_client(&mut system, &format!("client{number}"), &[Place::Leafnode(number)]);
    }
    for format in FORMATS {
        let text = drawn(&system, format);
        assert!(text.contains("201 clients") && text.contains("201 servers"), "{format:?}");
        assert!(!text.contains("client7") && !text.contains("edge7"), "{format:?}");
    }
}

#[test]
fn a_flowchart_that_would_be_too_long_is_counted() {
    let clusters: Vec<_> = (0..40).map(|index| "x".repeat(70) + &format!("{index}")).collect();
    let clusters: Vec<_> = clusters.iter().map(|name| (name.as_str(), 5)).collect();
    let mut system = system("long", &clusters);
    for node in &mut system.nodes {
        node.advertise = "y".repeat(70);
    }
    let text = drawn(&system, Format::Mermaid);
    assert!(text.len() <= mermaid::MAX_TEXT && text.contains("15 certificates"), "{}", text.len());
    assert!(drawn(&system, Format::Dot).contains("n5.c39.example.com"));
}

#[test]
fn a_flowchart_of_too_many_clusters_is_one_box() {
    let clusters: Vec<_> = (0..1000).map(|index| format!("c{index}")).collect();
    let clusters: Vec<_> = clusters.iter().map(|name| (name.as_str(), 1)).collect();
    let text = drawn(&system("scattered", &clusters), Format::Mermaid);
    assert!(text.lines().count() == 2 && text.contains("1000 clusters"), "{text}");
}

/// Mermaid draws 500 lines at most, and takes what is in quotes for text only without quotes, backticks and tags.
#[test]
fn flowcharts_stay_flowcharts() {
    for (sample, system) in samples() {
        let text = drawn(&system, Format::Mermaid);
        let body = text.split_once("flowchart TB\n").unwrap().1;
        let arrows = ["---", "===", "-->", "<==>", "-.->"];
        let lines =
            body.lines().filter(|line| arrows.iter().any(|arrow| line.contains(&format!(" {arrow}"))));
        assert!(lines.count() < 500, "{sample}");
        for line in body.lines() {
            let parts: Vec<_> = line.split('"').collect();
            assert!(parts.len() == 1 || parts.len() == 3, "{sample}: {line}");
            if let [_, inside, _] = parts[..] {
                let tags = ["<br/>", "<b>", "</b>"];
                let plain = tags.iter().fold(inside.to_owned(), |text, tag| text.replace(tag, ""));
                assert!(!plain.contains(['<', '>', '`', '\\', '&', '%', '{', '[']), "{sample}: {line}");
            }
        }
    }
}

/// Every quoted string ends on its line, and nothing stands between strings but what is ours.
#[test]
fn digraphs_stay_digraphs() {
    for (sample, system) in samples() {
        for line in drawn(&system, Format::Dot).lines() {
            let (mut quoted, mut escaped, mut outside) = (false, false, String::new());
            for c in line.chars() {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if quoted => escaped = true,
                    '"' => quoted = !quoted,
                    c if !quoted => outside.push(c),
                    _ => {}
                }
            }
            assert!(!quoted, "{sample}: {line}");
            let ours = |c: char| c.is_ascii_alphanumeric() || " =[];,->{}_.#".contains(c);
            assert!(outside.chars().all(ours), "{sample}: {outside}");
        }
    }
}

#[test]
fn what_steers_a_terminal_is_replaced() {
    assert_eq!(printable("a\u{202e}b\u{1b}[0m\nc"), "a\u{fffd}b\u{fffd}[0m\u{fffd}c");
    assert_eq!(printable("東京 é"), "東京 é");
}
