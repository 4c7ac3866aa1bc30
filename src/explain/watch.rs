//! From lines to causes: what belongs to one connection is one event, what has the same reason is one cause.

use std::collections::{HashMap, HashSet, VecDeque};

use super::cause::Seen;
use super::line::{Level, Line, cut, plain};
use super::pattern::Pattern;
use super::side::{Kind, Scene, Side, Speaker};
use super::texts::{Text, Turn, all};

/// How many connections are remembered: a line's details come right before it.
const CONNECTIONS: usize = 4096;

/// How many causes are told apart; what comes after them is counted only.
const CAUSES: usize = 2000;

/// How many causes are remembered of one connection: two or three are what one has.
const CAUSES_OF_ONE: usize = 16;

/// Ports from here on are given to who dials; those of listeners are lower, unless somebody chose another.
const EPHEMERAL: u16 = 32768;

/// How much of a line is kept to be shown.
const SAMPLE: usize = 500;

type Blanks = Vec<(&'static str, String)>;

/// What is known of a connection.
#[derive(Debug, Default)]
struct Connection {
    side: Option<Side>,
    /// A detail whose cause is still to come: the text, its blanks, and the line it stood in.
    detail: Option<(&'static Text, Event)>,
    /// The causes that it was counted for.
    causes: Vec<usize>,
}

/// A line that means something.
#[derive(Debug, Clone)]
struct Event {
    scene: Scene,
    peer: Option<String>,
    connection: Option<String>,
    blanks: Blanks,
    number: u64,
    sample: String,
}

/// All that is remembered.
#[derive(Debug)]
pub(super) struct Watch {
    known: Vec<(&'static Text, Vec<Pattern>)>,
    /// Texts that are about TLS only where somebody asks about them are known, too.
    pub(super) alone: bool,
    pub(super) source: Option<String>,
    pub(super) causes: Vec<Seen>,
    /// Events of causes beyond those that are told apart.
    pub(super) beyond: u64,
    index: HashMap<String, usize>,
    connections: HashMap<String, Connection>,
    order: VecDeque<String>,
    dialled: HashSet<String>,
}

impl Watch {
    pub(super) fn new(alone: bool) -> Self {
        let known =
            all().map(|text| (text, text.like.iter().map(|like| Pattern::new(like)).collect())).collect();
        Self {
            known,
            alone,
            source: None,
            causes: Vec::new(),
            beyond: 0,
            index: HashMap::new(),
            connections: HashMap::new(),
            order: VecDeque::new(),
            dialled: HashSet::new(),
        }
    }

    /// A line that may be about TLS.
    pub(super) fn line(&mut self, number: u64, bytes: &[u8]) {
        let text = plain(bytes);
        let line = Line::of(text.trim_end());
        if line.level == Some(Level::Trace) {
            return;
        }
        self.learn(&line);
        // Most of these say who connected, and no more.
        let quiet = matches!(line.level, Some(Level::Info | Level::Debug));
        if quiet && !["TLS", "cert"].iter().any(|word| line.text.contains(word)) {
            return;
        }
        let (words, mut rejected) = split_chain(line.text);
        let Some((text, blanks, scene)) = self.recognise(&line, words) else {
            if looks_like_tls(words, line.level) {
                self.unknown(&line, number, words);
            }
            return;
        };
        if text.turn == Turn::Notice {
            return;
        }
        rejected.extend(blanks);
        rejected.extend(place_in_file(words).map(|place| ("at", place)));
        for (_, value) in &mut rejected {
            value.truncate(cut(value, SAMPLE).len());
        }
        let sample = cut(line.text.trim(), SAMPLE).to_owned();
        let (peer, connection) = (line.peer.map(str::to_owned), line.connection.map(str::to_owned));
        self.event(text, Event { scene, peer, connection, blanks: rejected, number, sample });
    }

    /// Details whose cause never came are causes themselves.
    pub(super) fn finish(&mut self) {
        while let Some(oldest) = self.order.pop_front() {
            self.forget(&oldest);
        }
    }

    /// Who dials, where a line says so.
    fn learn(&mut self, line: &Line<'_>) {
        let Some(side) = line.side.filter(|_| line.kind.is_some_and(Kind::goes_both_ways)) else { return };
        if let Some(connection) = line.connection {
            self.connection(connection).side = Some(side);
        } else if let Some(peer) =
            line.peer.filter(|_| side == Side::Dials && self.dialled.len() < CONNECTIONS)
        {
            self.dialled.insert(peer.to_owned());
        }
    }

    fn recognise(&self, line: &Line<'_>, words: &str) -> Option<(&'static Text, Blanks, Scene)> {
        let side = self.side(line);
        self.known.iter().find_map(|(text, patterns)| {
            let fits = (text.turn != Turn::Alone || self.alone)
                && (text.by != Some(Speaker::Client) || line.level.is_none())
                && (text.kinds.is_empty() || line.kind.is_some_and(|kind| text.kinds.contains(&kind)));
            if !fits {
                return None;
            }
            let found = patterns.iter().find_map(|pattern| pattern.find(words))?;
            let side = text.side.or(side);
            if text.only.is_some() && text.only != side {
                return None;
            }
            let scene = Scene { speaker: text.by.unwrap_or(line.speaker), kind: line.kind, side };
            Some((*text, found.into_iter().map(|(name, value)| (name, value.to_owned())).collect(), scene))
        })
    }

    fn side(&self, line: &Line<'_>) -> Option<Side> {
        let told = line.connection.and_then(|connection| self.connections.get(connection)?.side);
        let peer = line.peer.filter(|_| line.kind.is_some());
        let by_port = || {
            let port: u16 = peer?.rsplit_once(':')?.1.parse().ok()?;
            Some(if port < EPHEMERAL { Side::Dials } else { Side::Accepts })
        };
        let dialled = || peer.filter(|peer| self.dialled.contains(*peer)).map(|_| Side::Dials);
        line.side.or(told).or_else(dialled).or_else(by_port)
    }

    fn event(&mut self, text: &'static Text, mut event: Event) {
        let Some(name) = event.connection.clone() else {
            self.count(Some(text), text.id, event);
            return;
        };
        if let Turn::DetailOf(_) = text.turn {
            self.connection(&name).detail = Some((text, event));
            return;
        }
        let connection = self.connection(&name);
        if text.turn == Turn::Follows && !connection.causes.is_empty() {
            return;
        }
        // The detail says more than the cause that it belongs to.
        let detail = connection.detail.take_if(|(detail, _)| detail.turn == Turn::DetailOf(text.id));
        let text = detail.map_or(text, |(detail, before)| {
            event.blanks.extend(before.blanks);
            detail
        });
        self.count(Some(text), text.id, event);
    }

    /// Something that looks like TLS: the same but for its numbers is the same.
    fn unknown(&mut self, line: &Line<'_>, number: u64, words: &str) {
        let scene = Scene { speaker: line.speaker, kind: line.kind, side: self.side(line) };
        let shape: String = words.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
        let sample = cut(line.text.trim(), SAMPLE).to_owned();
        let peer = line.peer.map(str::to_owned);
        self.count(
            None,
            cut(&shape, 100),
            Event { scene, peer, connection: None, blanks: Vec::new(), number, sample },
        );
    }

    fn count(&mut self, text: Option<&'static Text>, id: &str, event: Event) {
        let Event { scene, peer, connection, blanks, number, sample } = event;
        let keys = text.map_or(&[][..], |text| text.key);
        let values =
            keys.iter().map(|key| blanks.iter().find(|(name, _)| name == key).map(|(_, value)| value));
        let title = text.map_or("", |text| text.title);
        let key = format!("{id}\0{title}\0{scene:?}\0{:?}", values.collect::<Vec<_>>());
        let index = match self.index.get(&key) {
            Some(index) => *index,
            None if self.causes.len() >= CAUSES => {
                self.beyond += 1;
                return;
            }
            None => {
                let mut seen = Seen::new(text, scene, number, sample);
                seen.source.clone_from(&self.source);
                self.causes.push(seen);
                self.index.insert(key, self.causes.len() - 1);
                self.causes.len() - 1
            }
        };
        let seen = &mut self.causes[index];
        if let Some(peer) = peer {
            seen.add_peer(&peer);
        }
        for (name, value) in &blanks {
            seen.add_found(name, value);
        }
        let again = connection.is_some_and(|name| {
            let causes = &mut self.connection(&name).causes;
            let again = causes.contains(&index);
            if !again && causes.len() < CAUSES_OF_ONE {
                causes.push(index);
            }
            again
        });
        self.causes[index].count += u64::from(!again);
    }

    /// How much of what lines said is kept, in octets and causes.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        let names = self.connections.keys().chain(&self.order).chain(&self.dialled).chain(self.index.keys());
        let causes = self.connections.values().map(|connection| connection.causes.len());
        names.map(String::len).sum::<usize>() + causes.sum::<usize>()
    }

    fn connection(&mut self, name: &str) -> &mut Connection {
        if !self.connections.contains_key(name) {
            if self.order.len() >= CONNECTIONS
                && let Some(oldest) = self.order.pop_front()
            {
                self.forget(&oldest);
            }
            self.order.push_back(name.to_owned());
        }
        self.connections.entry(name.to_owned()).or_default()
    }

    fn forget(&mut self, name: &str) {
        let Some(connection) = self.connections.remove(name) else { return };
        if let Some((text, mut event)) = connection.detail {
            event.connection = None;
            self.count(Some(text), text.id, event);
        }
    }
}

/// Without the chain that newer servers put behind a rejection: `(CN=alice SHA-256: …; …)`.
fn split_chain(text: &str) -> (&str, Blanks) {
    let Some((before, hash)) = text.split_once(" SHA-256: ") else { return (text, Blanks::new()) };
    let Some((words, subject)) = before.rsplit_once(" (") else { return (text, Blanks::new()) };
    let hash: String = hash.chars().take_while(char::is_ascii_hexdigit).collect();
    (words, vec![("rejected", subject.to_owned()), ("sha256", hash)])
}

/// `FILE:LINE:COLUMN` in front of an error of the configuration.
fn place_in_file(text: &str) -> Option<String> {
    let words = text.split(": ").take(4);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    words
        .map(str::trim)
        .find(|word| {
            let mut parts = word.rsplitn(3, ':');
            let (column, line, file) = (parts.next(), parts.next(), parts.next());
            column.is_some_and(is_number)
                && line.is_some_and(is_number)
                && file.is_some_and(|file| file.contains(['.', '/', '\\']) && !file.contains(' '))
        })
        .map(str::to_owned)
}

/// Whether a text that is not known has to do with TLS and says that something is wrong.
fn looks_like_tls(text: &str, level: Option<Level>) -> bool {
    const SURE: [&str; 10] = [
        "tls: ",
        "x509: ",
        "SSL routines",
        "SSL_ERROR",
        "ERR_SSL",
        "ERR_TLS",
        "fatal alert",
        "peer certificate",
        "handshake error",
        "SSLError",
    ];
    const MAYBE: [&str; 6] = ["tls", "TLS", "ertificate", "andshake", "SSL", "x509"];
    const TROUBLE: [&str; 18] = [
        "rror",
        "ERROR",
        "ail",
        "efus",
        "nvalid",
        "eject",
        "nable to",
        "annot",
        "an't",
        "ould not",
        "enied",
        "ismatch",
        "xpired",
        "alert",
        "nsupported",
        "not supported",
        "nknown",
        "bad ",
    ];
    let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    match level {
        Some(Level::Trace | Level::Info) => false,
        Some(Level::Debug) => text.contains("handshake error"),
        Some(_) => has(&MAYBE, &text.replace("tls://", "")),
        None => has(&SURE, text) || (has(&MAYBE, &text.replace("tls://", "")) && has(&TROUBLE, text)),
    }
}
