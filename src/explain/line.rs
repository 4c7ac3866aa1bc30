//! A line of a log: what container runtimes put around it, its level, and the connection that it is about.

use std::borrow::Cow;

use memchr::memchr_iter;

use super::side::{Kind, Side, Speaker};

/// How important nats-server takes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warning,
    Error,
    Fatal,
}

impl Level {
    const ALL: [(&'static str, Self); 6] = [
        ("[ERR] ", Self::Error),
        ("[INF] ", Self::Info),
        ("[DBG] ", Self::Debug),
        ("[WRN] ", Self::Warning),
        ("[TRC] ", Self::Trace),
        ("[FTL] ", Self::Fatal),
    ];
}

/// A line, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// What nats-server's logger put in front of it; none: it did not write it.
    pub(super) level: Option<Level>,
    /// `IP:PORT`, or the name of a remote.
    pub(super) peer: Option<&'t str>,
    pub(super) kind: Option<Kind>,
    /// As far as the line itself says.
    pub(super) side: Option<Side>,
    /// The address and number of the connection.
    pub(super) connection: Option<&'t str>,
    pub(super) speaker: Speaker,
    /// Without level and what stands before it.
    pub(super) text: &'t str,
}

/// How far from its beginning the level of a line can be: runtimes put times, pods and containers before it.
const LEVEL_WITHIN: usize = 300;

/// How much is kept of who was at the other end, and of a connection's name.
const NAME: usize = 100;

/// What only nats-server says, and of which connections.
const PASTED: [(&str, Option<Kind>); 4] = [
    ("TLS route handshake error", Some(Kind::Route)),
    ("TLS gateway handshake error", Some(Kind::Gateway)),
    ("TLS leafnode handshake error", Some(Kind::Leafnode)),
    ("TLS handshake error: ", None),
];

impl<'t> Line<'t> {
    pub(super) fn of(whole: &'t str) -> Self {
        let head = cut(whole, LEVEL_WITHIN);
        let level = memchr_iter(b'[', head.as_bytes()).find_map(|at| {
            let (word, level) = Level::ALL.iter().find(|(word, _)| head[at..].starts_with(word))?;
            Some((at, word.len(), *level))
        });
        let (level, text) = match level {
            Some((at, length, level)) => (Some(level), &whole[at + length..]),
            None => (None, whole),
        };
        let mut line = Self {
            level,
            peer: None,
            kind: None,
            side: None,
            connection: None,
            speaker: Speaker::Unknown,
            text,
        };
        line.read();
        line.peer = line.peer.map(|peer| cut(peer, NAME));
        line.connection = line.connection.map(|connection| cut(connection, NAME));
        line
    }

    fn read(&mut self) {
        if let Some((peer, rest)) = self.text.split_once(" - ")
            && let Some((id, _)) = rest.split_once(" - ")
            && let Some(kind) = id.split_once(':').and_then(|(letters, _)| Kind::of_id(letters))
        {
            self.peer = Some(peer);
            self.kind = Some(kind);
            self.side = (!kind.goes_both_ways()).then_some(Side::Accepts);
            self.connection = self.text.get(..peer.len() + 3 + id.len());
        } else if let Some((before, rest)) = self.text.split_once("TLS handshake error from ") {
            self.kind =
                Some(if before.ends_with("websocket: ") { Kind::Websocket } else { Kind::Monitoring });
            self.side = Some(Side::Accepts);
            self.peer = rest.split_once(": ").map(|(peer, _)| peer);
        } else {
            self.read_dialler();
        }
        // Whoever pastes an error text leaves out what stands before it.
        let pasted = PASTED.iter().find(|(word, _)| self.text.starts_with(word));
        if let Some((_, kind)) = pasted {
            self.kind = self.kind.or(*kind);
        }
        self.read_direction();
        // Those of nats.go, and of programs that print them.
        self.speaker = if self.level.is_some() || pasted.is_some() || self.text.contains("nats-server: ") {
            Speaker::Server
        } else if ["nats: ", "nats.go"].iter().any(|word| self.text.starts_with(word)) {
            Speaker::Client
        } else {
            Speaker::Unknown
        };
    }

    fn read_dialler(&mut self) {
        let words = [
            ("rying to connect to route", Kind::Route),
            ("rying to connect as leafnode to remote server ", Kind::Leafnode),
            ("Error soliciting websocket connection", Kind::Leafnode),
            ("onnecting to explicit gateway ", Kind::Gateway),
            ("onnecting to implicit gateway ", Kind::Gateway),
        ];
        let Some((word, kind)) = words.into_iter().find(|(word, _)| self.text.contains(word)) else { return };
        (self.kind, self.side) = (Some(kind), Some(Side::Dials));
        let behind = self.text.split_once(word).map_or("", |(_, behind)| behind);
        self.peer = match kind {
            Kind::Route => behind.strip_prefix(" on ").and_then(|rest| rest.split(' ').next()),
            _ => behind.split('"').nth(1),
        };
    }

    /// nats-server says who dials when it begins a handshake, and when a leafnode or gateway is made.
    fn read_direction(&mut self) {
        if self.kind.is_none_or(|kind| !kind.goes_both_ways()) || self.side.is_some() {
            return;
        }
        let says = |words: &[&str]| words.iter().any(|word| self.text.contains(word));
        self.side = if says(&[
            " client handshake",
            "Leafnode connection created for account",
            "Creating outbound gateway connection",
            "Remote leafnode connect msg sent",
            "Route connect msg sent",
        ]) {
            Some(Side::Dials)
        } else if says(&[" server handshake", "Leafnode connection created"]) {
            Some(Side::Accepts)
        } else {
            None
        };
    }
}

/// The first octets of a text, no character of it cut.
pub(super) fn cut(text: &str, length: usize) -> &str {
    let length = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..length.unwrap_or(0)]
}

/// The text of a line without colours, and out of the JSON that a runtime put around it.
pub(super) fn plain(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    let text = if text.contains('\u{1b}') { Cow::Owned(without_colours(&text)) } else { text };
    match from_json(&text) {
        Some(inner) => Cow::Owned(without_colours(&inner)),
        None => text,
    }
}

/// Without the escape sequences of terminals.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
        } else if chars.next() == Some('[') {
            // Parameters, then one letter.
            chars.by_ref().find(|c| ('@'..='~').contains(c));
        }
    }
    out
}

/// The message in a line that is a JSON object, as Docker, journald and structured loggers write it.
fn from_json(text: &str) -> Option<String> {
    let object = text.get(text.find('{')?..)?.trim_end();
    if !object.starts_with("{\"") || !object.ends_with('}') {
        return None;
    }
    let value: serde_json::Map<String, serde_json::Value> = serde_json::from_str(object).ok()?;
    let keys = ["log", "message", "msg", "MESSAGE", "error", "err"];
    let words: Vec<&str> =
        keys.iter().filter_map(|key| value.get(*key)?.as_str()).map(str::trim_end).collect();
    (!words.is_empty()).then(|| words.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> (Option<Level>, Option<&str>, Option<Kind>, Option<Side>) {
        let line = Line::of(text);
        (line.level, line.peer, line.kind, line.side)
    }

    #[test]
    fn a_line_says_whom_it_is_about() {
        let acceptor =
            "[7] 2026/11/22 07:47:46.5 [DBG] 127.0.0.1:3394 - rid:4 - Starting TLS route server handshake";
        assert_eq!(
            seen(acceptor),
            (Some(Level::Debug), Some("127.0.0.1:3394"), Some(Kind::Route), Some(Side::Accepts))
        );
        let named =
            "[7] 2026/11/22 07:47:46.5 [ERR] [::1]:3394 - cid:4 - \"v1.52:go\" - authentication error";
        assert_eq!(Line::of(named).connection, Some("[::1]:3394 - cid:4"));
        assert_eq!(
            seen("[1] 2026/11/22 07:47:46.5 [ERR] websocket: TLS handshake error from 10.0.0.1:77: EOF"),
            (Some(Level::Error), Some("10.0.0.1:77"), Some(Kind::Websocket), Some(Side::Accepts))
        );
        assert_eq!(
            seen("[1] t [DBG] Trying to connect to route on n1:6222 (10.0.0.1:6222)"),
            (Some(Level::Debug), Some("n1:6222"), Some(Kind::Route), Some(Side::Dials))
        );
        assert_eq!(seen("anything"), (None, None, None, None));
    }

    #[test]
    fn what_runtimes_put_around_a_line_is_taken_off() {
        let docker = br#"{"log":"[1] t [ERR] 1.2.3.4:5 - cid:1 - User in cert [\"CN=a\"], not found\n","stream":"stderr"}"#;
        assert_eq!(plain(docker), "[1] t [ERR] 1.2.3.4:5 - cid:1 - User in cert [\"CN=a\"], not found");
        assert_eq!(plain(b"\x1b[31m[ERR]\x1b[0m x"), "[ERR] x");
        assert_eq!(plain(b"a \xff b"), "a \u{fffd} b");
        assert_eq!(plain(br#"{"level":"error","msg":"dial","error":"x509: bad"}"#), "dial: x509: bad");
        assert_eq!(plain(br#"tls { cert_file: "a" }"#), "tls { cert_file: \"a\" }");
    }
}
