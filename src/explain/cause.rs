//! A cause as it is shown: once, with everything that lines said about it.

use std::collections::HashSet;

use super::side::{Kind, Scene, Side, Speaker, Who};
use super::texts::{By, Text};
use crate::finding::Code;

/// How many different values of a kind are kept: of pins, users, peers.
const KEPT: usize = 8;

/// How many different peers are told apart.
const COUNTED: usize = 1 << 16;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its name; `unknown` for a text about TLS that is not known.
    pub id: &'static str,
    /// One line.
    pub title: String,
    /// What kind of connection.
    pub kind: Option<Kind>,
    /// What the writer of the line did.
    pub side: Option<Side>,
    /// How many connections, or lines that belong to none.
    pub count: u64,
    /// The file it was first seen in, if it is one of several sources.
    pub source: Option<String>,
    /// The first line with it, from 1.
    pub line: u64,
    /// That line.
    pub text: String,
    /// Who was at the other end.
    pub peers: Peers,
    /// What the text named, by what it is.
    pub found: Vec<(&'static str, Vec<String>)>,
    /// Findings that may be behind it.
    pub codes: &'static [Code],
    /// What mends it.
    pub fix: Vec<Fix>,
}

/// What somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Who.
    pub who: Who,
    /// Who, in words.
    pub name: &'static str,
    /// What.
    pub what: String,
}

/// The other ends of connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peers {
    /// How many hosts; no more than 65,536 are told apart.
    pub hosts: usize,
    /// The first ones, with their ports.
    pub first: Vec<String>,
}

/// A cause while lines are read.
#[derive(Debug)]
pub(super) struct Seen {
    /// None: a text that is not known.
    pub(super) text: Option<&'static Text>,
    pub(super) scene: Scene,
    pub(super) count: u64,
    pub(super) source: Option<String>,
    pub(super) line: u64,
    pub(super) sample: String,
    hosts: HashSet<String>,
    peers: Vec<String>,
    found: Vec<(&'static str, Vec<String>)>,
}

impl Seen {
    pub(super) fn new(text: Option<&'static Text>, scene: Scene, line: u64, sample: String) -> Self {
        let (hosts, peers, found) = (HashSet::new(), Vec::new(), Vec::new());
        Self { text, scene, count: 0, source: None, line, sample, hosts, peers, found }
    }

    pub(super) fn add_peer(&mut self, peer: &str) {
        // The port of who dials changes with each attempt.
        let host = peer.rsplit_once(':').map_or(peer, |(host, _)| host);
        if self.hosts.len() < COUNTED && !self.hosts.contains(host) {
            self.hosts.insert(host.to_owned());
            if self.peers.len() < KEPT {
                self.peers.push(peer.to_owned());
            }
        }
    }

    pub(super) fn add_found(&mut self, name: &'static str, value: &str) {
        let index = self.found.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.found.push((name, Vec::new()));
            self.found.len() - 1
        });
        let values = &mut self.found[index].1;
        if values.len() < KEPT && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }

    pub(super) fn show(&self) -> Cause {
        let fixes = self.text.map_or(&[][..], |text| text.fix).iter();
        let mut fix: Vec<Fix> = fixes
            .filter_map(|(by, what)| {
                let who = if *by == By::Me { self.scene.me() } else { self.scene.peer() };
                Some(Fix { who, name: self.scene.name(who), what: self.fill(what)? })
            })
            .collect();
        if self.sample.contains("Failed to reload")
            && self.text.is_some_and(|text| text.id != "reload-failed")
        {
            let what = "then reload again: what was loaded before stays in use until that".to_owned();
            fix.push(Fix { who: Who::ThisServer, name: self.scene.name(Who::ThisServer), what });
        }
        let title = self.text.and_then(|text| self.fill(text.title));
        Cause {
            id: self.text.map_or("unknown", |text| text.id),
            title: title.unwrap_or_else(|| self.untold()),
            kind: self.scene.kind,
            side: self.scene.side,
            count: self.count,
            source: self.source.clone(),
            line: self.line,
            text: self.sample.clone(),
            peers: Peers { hosts: self.hosts.len(), first: self.peers.clone() },
            found: self.found.clone(),
            codes: self.text.map_or(&[], |text| text.codes),
            fix,
        }
    }

    /// Where a title's blank is empty, since the text was one of the shorter ones.
    fn untold(&self) -> String {
        match self.text {
            Some(text) => text
                .title
                .replace("{wanted}", "another name")
                .replace("{peer}", self.scene.name(self.scene.peer())),
            None => "this looks like TLS, and natscert does not know it".to_owned(),
        }
    }

    /// A template with its blanks filled; none if there is nothing for one of them.
    fn fill(&self, template: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, open)) = rest.split_once('{') {
            let (blank, behind) = open.split_once('}')?;
            out.push_str(before);
            // A brace that is no blank stands in an example of a configuration.
            if blank.contains(' ') {
                out.push('{');
                out.push_str(blank);
                out.push('}');
            } else {
                out.push_str(&self.value(blank)?);
            }
            rest = behind;
        }
        out.push_str(rest);
        Some(out)
    }

    fn value(&self, blank: &str) -> Option<String> {
        let scene = self.scene;
        let place = |context: crate::nats::Context| match scene.speaker {
            Speaker::Unknown => "its tls map".to_owned(),
            _ => context.config_path().to_owned(),
        };
        let (name, style) = blank.split_once(':').unwrap_or((blank, ""));
        Some(match name {
            "me" => scene.name(scene.me()).to_owned(),
            "peer" => scene.name(scene.peer()).to_owned(),
            "place" => place(scene.context()),
            "their_place" => place(scene.other_context()),
            "role" => scene.roles().0.to_string(),
            "their_role" => scene.roles().1.to_string(),
            "roots" => scene.roots(),
            "usage" => scene.usage().to_owned(),
            name => {
                let (_, values) = self.found.iter().find(|(known, _)| *known == name)?;
                let one = |value: &String| match style {
                    "quoted" => quoted(value),
                    "users" => format!("{{user: {}}}", quoted(value)),
                    _ => value.clone(),
                };
                values.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        })
    }
}

/// As a string of nats-server's configuration; Go quoted it before.
fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}
