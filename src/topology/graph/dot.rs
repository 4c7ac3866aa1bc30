//! A picture as a digraph for Graphviz.

use std::fmt::Write as _;

use super::picture::{Found, Group, Picture};
use crate::topology::Place;

/// More lines make a picture that takes long to draw and cannot be read.
const MAX_ROUTES: usize = 300;
const MAX_CLIENT_LINES: usize = 60;
/// Gateways between more clusters than this meet in one box.
const MAX_MESH: usize = 6;

pub(super) fn draw(picture: &Picture) -> String {
    let mut out = String::from("digraph {\n");
    let title = [picture.name.as_str(), &picture.summary].map(escaped).join(": ");
    out.push_str("  graph [compound=true, rankdir=TB, nodesep=0.3, ranksep=0.8, fontname=\"sans-serif\"];\n");
    let _ = writeln!(out, "  graph [labelloc=t, label=\"{title}\"];");
    out.push_str("  node [shape=box, style=\"rounded,filled\", fillcolor=white];\n");
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    let mut routes = MAX_ROUTES;
    for (index, cluster) in picture.clusters.iter().enumerate() {
        group(&mut out, &format!("c{index}"), cluster, "#e8f0fe");
        draw_routes(&mut out, index, cluster, &mut routes);
    }
    gateways(&mut out, picture);
    rows(&mut out, picture);
    for (index, leafnodes) in picture.leafnodes.iter().enumerate() {
        let id = format!("l{index}");
        group(&mut out, &id, leafnodes, "#e6f4ea");
        dial(&mut out, picture, leafnodes, &id, "style=bold");
    }
    let mut lines = MAX_CLIENT_LINES;
    for (index, clients) in picture.clients.iter().enumerate() {
        let id = format!("k{index}");
        group(&mut out, &id, clients, "#fef3e2");
        if clients.to.len() <= lines {
            lines -= clients.to.len();
            dial(&mut out, picture, clients, &id, "style=dashed");
        }
    }
    out.push_str("}\n");
    out
}

/// Lines from a group to all that it connects to.
fn dial(out: &mut String, picture: &Picture, group: &Group, id: &str, style: &str) {
    for place in &group.to {
        line(out, &End::group(id, group), &end_of(picture, *place), style, group.label.as_deref());
    }
}

/// One end of a line: a box, and the frame around it where the line is to end.
struct End {
    node: String,
    frame: Option<String>,
}

impl End {
    fn group(id: &str, group: &Group) -> Self {
        match group.members.len() {
            0 => Self { node: id.to_owned(), frame: None },
            members => Self {
                // In the middle, so that lines do not all lead to a corner.
                node: format!("{id}n{}", (members - 1) / 2),
                frame: Some(format!("cluster_{id}")),
            },
        }
    }
}

fn group(out: &mut String, id: &str, group: &Group, color: &str) {
    let text = text(&group.title, &group.facts);
    if group.members.is_empty() {
        let _ = writeln!(out, "  {id} [fillcolor=\"{color}\", label=\"{text}\"];");
        return;
    }
    let _ = writeln!(
        out,
        "  subgraph cluster_{id} {{\n    graph [style=\"rounded,filled\", fillcolor=\"{color}\", fontsize=11, label=\"{text}\"];"
    );
    for (index, member) in group.members.iter().enumerate() {
        let _ = writeln!(out, "    {id}n{index} [label=\"{}\"];", self::text(&member.name, &member.facts));
    }
    grid(out, id, group.members.len());
    out.push_str("  }\n");
}

fn columns(members: usize) -> usize {
    (1..=members).find(|columns| columns * columns >= members).unwrap_or(1)
}

/// Without lines between them, Graphviz puts all members into one row.
fn grid(out: &mut String, id: &str, members: usize) {
    let columns = columns(members).max(4);
    for below in columns..members {
        let _ = writeln!(out, "    {id}n{} -> {id}n{below} [style=invis];", below - columns);
    }
}

/// Of many clusters, some stand below others.
fn rows(out: &mut String, picture: &Picture) {
    let clusters = picture.clusters.len();
    if clusters <= MAX_MESH {
        return;
    }
    // They are wider than high.
    let columns = columns(clusters.div_ceil(2));
    for below in columns..clusters {
        let end = |index: usize| End::group(&format!("c{index}"), &picture.clusters[index]).node;
        let _ = writeln!(out, "  {} -> {} [style=invis];", end(below - columns), end(below));
    }
}

/// Each with each, while there are not too many lines.
fn draw_routes(out: &mut String, index: usize, cluster: &Group, left: &mut usize) {
    let members = cluster.members.len();
    let routes = members * members.saturating_sub(1) / 2;
    if cluster.label.is_none() || members > 6 || routes > *left {
        return;
    }
    *left -= routes;
    for from in 0..members {
        for to in from + 1..members {
            let _ = writeln!(
                out,
                "  c{index}n{from} -> c{index}n{to} [dir=none, color=\"#9bbcf2\", constraint=false];"
            );
        }
    }
}

fn gateways(out: &mut String, picture: &Picture) {
    let cluster = |index: usize| End::group(&format!("c{index}"), &picture.clusters[index]);
    match &picture.mesh {
        Some(label) if picture.clusters.len() > MAX_MESH => {
            let text = text("gateways of all with all", std::slice::from_ref(label));
            let _ = writeln!(out, "  g [shape=hexagon, label=\"{text}\"];");
            for index in 0..picture.clusters.len() {
                let hub = End { node: "g".to_owned(), frame: None };
                line(
                    out,
                    &hub,
                    &cluster(index),
                    "dir=none, penwidth=2, color=\"#6d28d9\", constraint=false",
                    None,
                );
            }
        }
        _ => {
            for pair in &picture.pairs {
                let (from, to) = pair.between;
                line(
                    out,
                    &cluster(from),
                    &cluster(to),
                    "dir=both, penwidth=2, color=\"#6d28d9\"",
                    Some(&pair.label),
                );
            }
        }
    }
}

fn line(out: &mut String, from: &End, to: &End, style: &str, label: Option<&str>) {
    let mut attributes = vec![style.to_owned()];
    attributes.extend(label.map(|label| format!("label=\"{}\"", escaped(label))));
    attributes.extend(from.frame.as_ref().map(|frame| format!("ltail={frame}")));
    attributes.extend(to.frame.as_ref().map(|frame| format!("lhead={frame}")));
    let _ = writeln!(out, "  {} -> {} [{}];", from.node, to.node, attributes.join(", "));
}

fn end_of(picture: &Picture, place: Place) -> End {
    match picture.box_of(place) {
        Found::Leafnode(group, index) => End { node: format!("l{group}n{index}"), frame: None },
        Found::Leafnodes(group) => End::group(&format!("l{group}"), &picture.leafnodes[group]),
        Found::Cluster(index) => End::group(&format!("c{index}"), &picture.clusters[index]),
    }
}

fn text(title: &str, facts: &[String]) -> String {
    let facts: Vec<_> = facts.iter().map(|fact| format!("\\n{}", escaped(fact))).collect();
    format!("{}{}", escaped(title), facts.concat())
}

/// Inside a quoted string: backslashes begin escapes there, ampersands HTML entities.
fn escaped(text: &str) -> String {
    super::printable(text).replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
