//! A picture as a Mermaid flowchart.

use std::fmt::Write as _;

use super::picture::{Found, Group, Member, Picture};
use crate::topology::Place;

/// Mermaid refuses longer texts unless the page that shows it says otherwise.
pub(super) const MAX_TEXT: usize = 50_000;
/// It refuses more than 500 lines between boxes, too: each kind gets its share.
const MAX_ROUTES: usize = 150;
const MAX_LEAFNODE_LINES: usize = 80;
const MAX_CLIENT_LINES: usize = 60;
const MAX_MESH_LINES: usize = 200;
/// Gateways between more clusters than this meet in one box.
const MAX_MESH: usize = 4;
/// What is longer only makes the box wider than a screen.
const MAX_LABEL: usize = 80;

pub(super) fn draw(picture: &Picture) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "---\ntitle: \"{}: {}\"\n---\nflowchart TB", yaml(&picture.name), picture.summary);
    out.push_str("  classDef facts fill:none,stroke:none\n");
    let mut routes = MAX_ROUTES;
    for (index, cluster) in picture.clusters.iter().enumerate() {
        group(&mut out, &format!("c{index}"), cluster);
        draw_routes(&mut out, index, cluster, &mut routes);
    }
    gateways(&mut out, picture);
    let mut lines = MAX_LEAFNODE_LINES;
    for (index, leafnodes) in picture.leafnodes.iter().enumerate() {
        let id = format!("l{index}");
        group(&mut out, &id, leafnodes);
        dial(&mut out, picture, leafnodes, &id, "-->", &mut lines);
    }
    let mut lines = MAX_CLIENT_LINES;
    for (index, clients) in picture.clients.iter().enumerate() {
        let id = format!("k{index}");
        group(&mut out, &id, clients);
        dial(&mut out, picture, clients, &id, "-.->", &mut lines);
    }
    out
}

/// What is left of a system whose clusters alone are too many.
pub(super) fn summary(picture: &Picture) -> String {
    let facts: Vec<_> =
        picture.summary.split(", ").chain(picture.mesh.as_deref()).map(str::to_owned).collect();
    format!("flowchart TB\n  all[\"{}\"]\n", label(&picture.name, &facts))
}

/// Lines from a group to all that it connects to, if so many are left.
fn dial(out: &mut String, picture: &Picture, group: &Group, id: &str, kind: &str, left: &mut usize) {
    if group.to.len() <= *left {
        *left -= group.to.len();
        for place in &group.to {
            line(out, id, kind, &place_of(picture, *place), group.label.as_deref());
        }
    }
}

/// A box around its members, or one with nothing but its facts.
fn group(out: &mut String, id: &str, group: &Group) {
    if group.members.is_empty() {
        let _ = writeln!(out, "  {id}[\"{}\"]", label(&group.title, &group.facts));
        return;
    }
    // The frame's own text has one line.
    let _ = writeln!(out, "  subgraph {id}[\"{}\"]", escaped(&group.title));
    let facts: Vec<_> = group.facts.iter().map(|fact| escaped(fact)).collect();
    let _ = writeln!(out, "    {id}f[\"{}\"]:::facts", facts.join("<br/>"));
    for (index, Member { name, facts }) in group.members.iter().enumerate() {
        let _ = writeln!(out, "    {id}n{index}[\"{}\"]", label(name, facts));
    }
    out.push_str("  end\n");
}

/// Each with each, while there are not too many lines.
fn draw_routes(out: &mut String, index: usize, cluster: &Group, left: &mut usize) {
    let members = cluster.members.len();
    let routes = members * members.saturating_sub(1) / 2;
    if cluster.label.is_none() || members > 5 || routes > *left {
        return;
    }
    *left -= routes;
    for from in 0..members {
        for to in from + 1..members {
            line(out, &format!("c{index}n{from}"), "---", &format!("c{index}n{to}"), None);
        }
    }
}

fn gateways(out: &mut String, picture: &Picture) {
    match &picture.mesh {
        Some(label) if picture.clusters.len() > MAX_MESH => {
            // Beyond the limit, each cluster's own words say it.
            let _ = writeln!(out, "  g{{{{\"gateways of all with all<br/>{}\"}}}}", escaped(label));
            for index in 0..picture.clusters.len().min(MAX_MESH_LINES) {
                line(out, "g", "===", &format!("c{index}"), None);
            }
        }
        _ => {
            for pair in &picture.pairs {
                let (from, to) = pair.between;
                line(out, &format!("c{from}"), "<==>", &format!("c{to}"), Some(&pair.label));
            }
        }
    }
}

fn line(out: &mut String, from: &str, kind: &str, to: &str, label: Option<&str>) {
    let label = label.map(|label| format!("|\"{}\"|", escaped(label))).unwrap_or_default();
    let _ = writeln!(out, "  {from} {kind}{label} {to}");
}

/// The box of a place: the leafnode's own where it has one, else that of all leafnodes of its hub.
fn place_of(picture: &Picture, place: Place) -> String {
    match picture.box_of(place) {
        Found::Cluster(index) => format!("c{index}"),
        Found::Leafnodes(group) => format!("l{group}"),
        Found::Leafnode(group, index) => format!("l{group}n{index}"),
    }
}

fn label(title: &str, facts: &[String]) -> String {
    let facts: Vec<_> = facts.iter().map(|fact| format!("<br/>{}", escaped(fact))).collect();
    format!("<b>{}</b>{}", escaped(title), facts.concat())
}

/// Inside a quoted string of YAML.
fn yaml(text: &str) -> String {
    let mut out = String::new();
    for c in super::printable(text).chars().take(MAX_LABEL) {
        if c == ' ' || c.is_alphanumeric() {
            out.push(c);
        } else {
            let _ = write!(out, "\\U{:08x}", u32::from(c));
        }
    }
    out
}

/// Whatever could be Mermaid's, Markdown's or HTML's becomes a number.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in super::printable(text).chars().enumerate() {
        if index == MAX_LABEL {
            out.push('…');
            break;
        }
        match c {
            ' ' | '.' | ',' | ':' | '-' | '+' | '=' | '@' | '_' | '/' | '…' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}
