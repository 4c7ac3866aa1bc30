//! Blanks: places of a filled template where something stands that each node has for itself.
//!
//! A blank is a word between two control characters. Quoting writes the control characters of a manifest as escapes,
//! so no text of a user can look like one.

use std::fmt::Write as _;

use minijinja::Value;

use super::super::{Error, quote};
use super::Site;
use crate::bundle::Paths;
use crate::nats::Context;
use crate::topology::{Links, Node, Owner, Place, System};

const BEGIN: char = '\u{1}';
const END: char = '\u{2}';

/// What a node has for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blank {
    /// Its name.
    Name,
    /// Its name, for a comment.
    Title,
    /// Its name as a domain of `JetStream`, which is a token of subjects: without dots.
    Domain,
    /// Its address and a port, before the offset.
    Listen(u16),
    /// The host that it tells others, and a port before the offset.
    Advertise(u16),
    /// A file in its folder.
    File(String),
    /// Where `JetStream` stores.
    Store,
    /// The list of pins of a listener: lines of its own, perhaps none.
    Pins(Context),
    /// The routes: lines of its own, perhaps none.
    Routes,
}

impl Blank {
    /// As the template inserts it.
    pub(super) fn value(&self) -> Value {
        let word = match self {
            Self::Name => "name".to_owned(),
            Self::Title => "title".to_owned(),
            Self::Domain => "domain".to_owned(),
            Self::Listen(port) => format!("listen {port}"),
            Self::Advertise(port) => format!("advertise {port}"),
            Self::File(file) => format!("file {file}"),
            Self::Store => "store".to_owned(),
            Self::Pins(context) => format!("pins {context}"),
            Self::Routes => "routes".to_owned(),
        };
        Value::from_safe_string(format!("{BEGIN}{word}{END}"))
    }

    fn read(word: &str) -> Option<Self> {
        Some(match word.split_once(' ').unwrap_or((word, "")) {
            ("name", _) => Self::Name,
            ("title", _) => Self::Title,
            ("domain", _) => Self::Domain,
            ("listen", port) => Self::Listen(port.parse().ok()?),
            ("advertise", port) => Self::Advertise(port.parse().ok()?),
            ("file", file) => Self::File(file.to_owned()),
            ("store", _) => Self::Store,
            ("pins", context) => Self::Pins(context.parse().ok()?),
            ("routes", _) => Self::Routes,
            _ => return None,
        })
    }

    fn has_own_lines(&self) -> bool {
        matches!(self, Self::Pins(_) | Self::Routes)
    }
}

/// A template that was filled but for its blanks.
#[derive(Debug)]
pub(super) struct Form(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Blank(Blank),
    /// Whole lines, each behind this indentation.
    Lines(String, Blank),
}

impl Form {
    /// Takes the text apart at its blanks.
    pub(super) fn of(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        for line in text.split_inclusive('\n') {
            let mut rest = line;
            while let Some((before, blank, after)) = next_blank(rest) {
                if blank.has_own_lines() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Lines(before.to_owned(), blank));
                    rest = "";
                } else {
                    plain.push_str(before);
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Blank(blank));
                    rest = after;
                }
            }
            plain.push_str(rest);
        }
        pieces.push(Piece::Text(plain));
        Self(pieces)
    }

    /// The text for a node.
    pub(super) fn fill(
        &self,
        system: &System,
        links: &Links<'_>,
        index: usize,
        site: &impl Site,
    ) -> Result<String, Error> {
        let node = &system.nodes[index];
        let dir = site.dir(index);
        let mut out = String::with_capacity(4096);
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Blank(blank) => fill_word(&mut out, blank, system, node, &dir)?,
                Piece::Lines(indent, Blank::Routes) => fill_routes(&mut out, indent, links, index)?,
                Piece::Lines(indent, Blank::Pins(context)) => {
                    fill_pins(&mut out, indent, links, index, *context, site);
                }
                Piece::Lines(..) => {}
            }
        }
        Ok(out)
    }
}

fn next_blank(text: &str) -> Option<(&str, Blank, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (word, after) = rest.split_once(END)?;
    Some((before, Blank::read(word)?, after))
}

fn fill_word(out: &mut String, blank: &Blank, system: &System, node: &Node, dir: &str) -> Result<(), Error> {
    let text = match blank {
        Blank::Title => {
            out.push_str(node.name.as_str());
            return Ok(());
        }
        Blank::Name => node.name.as_str().to_owned(),
        Blank::Domain => node.name.as_str().replace('.', "-"),
        Blank::Listen(port) => format!("{}:{}", in_url(&node.listen), port + node.port_offset),
        Blank::Advertise(port) => format!("{}:{}", node.advertise, port + node.port_offset),
        Blank::File(file) => Paths::join(dir, file),
        Blank::Store => match node.settings.jetstream.as_ref().and_then(|js| js.store_dir.as_deref()) {
            Some(given) => placed(given, system, node),
            None => Paths::join(dir, "jetstream"),
        },
        Blank::Pins(_) | Blank::Routes => return Ok(()),
    };
    out.push_str(&quote(&text)?);
    Ok(())
}

/// A path of the manifest for a node: `{node}` and `{cluster}` stand for their names.
#[must_use]
pub fn placed(path: &str, system: &System, node: &Node) -> String {
    let cluster = match node.place {
        Place::Cluster(cluster) => cluster,
        Place::Leafnode(leafnode) => system.leafnodes[leafnode].hub,
    };
    path.replace("{node}", node.name.as_str()).replace("{cluster}", &system.clusters[cluster].name)
}

/// An IPv6 address needs brackets before a port.
fn in_url(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

fn fill_routes(out: &mut String, indent: &str, links: &Links<'_>, index: usize) -> Result<(), Error> {
    for other in links.routes(index) {
        if let Some(listener) = &other.settings.listeners.cluster {
            let url = quote(&url(other, other.port(listener)))?;
            let _ = writeln!(out, "{indent}{url}");
        }
    }
    Ok(())
}

/// The URL of a node.
pub(in crate::render) fn url(node: &Node, port: u16) -> String {
    format!("tls://{}:{port}", node.advertise)
}

fn fill_pins(
    out: &mut String,
    indent: &str,
    links: &Links<'_>,
    index: usize,
    context: Context,
    site: &impl Site,
) {
    let _ = writeln!(out, "{indent}pinned_certs: [");
    let before = out.len();
    let mut pin = |owner: Owner, folder: &'static str| {
        if let Some(pin) = site.pin(owner, folder) {
            let _ = writeln!(out, "{indent}  \"{pin}\"");
        }
    };
    links.peers(index, context, &mut pin);
    if out.len() == before
        && let Some(own) = site.pin(Owner::Node(index), context.role().as_str())
    {
        // An empty list would admit everybody: its own key admits nobody.
        let _ = writeln!(out, "{indent}  \"{own}\"");
    }
    let _ = writeln!(out, "{indent}]");
}
