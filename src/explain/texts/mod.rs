//! The texts that are known, as tables. Of those that fit a line, the first counts: special ones stand before general ones.
//!
//! In titles and fixes `{me}` wrote the line and `{peer}` is the other side; `{place}`, `{role}`, `{their_place}` and
//! `{their_role}` are their parts of the configuration and the roles of their certificates; `{roots}` is where the
//! writer keeps CAs, `{usage}` what the other side's certificate needs. Other names are blanks of the text; a fix that
//! names one which the text left empty is not said.

mod access;
mod client;
mod handshake;
mod load;
mod names;
mod notice;
mod options;
mod reload;
mod verify;

use super::side::{Kind, Side, Speaker};
use crate::finding::Code;

/// Who does what a fix says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Who wrote the line.
    Me,
    /// The other side.
    Peer,
}

/// What part a text has in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It says what went wrong.
    Cause,
    /// It says more about the cause with this name, which the same connection is about to have.
    DetailOf(&'static str),
    /// It says nothing new where its connection has a cause already.
    Follows,
    /// It has to do with TLS in nobody's log: only where it is given by itself.
    Alone,
    /// Nothing is wrong.
    Notice,
}

/// A text and what it means.
#[derive(Debug)]
pub(super) struct Text {
    /// The cause's name, for JSON. Several texts may have one.
    pub(super) id: &'static str,
    /// How it reads, in each version; see [`Pattern`](super::pattern::Pattern).
    pub(super) like: &'static [&'static str],
    pub(super) turn: Turn,
    /// Only from such a side.
    pub(super) only: Option<Side>,
    /// Only on such connections; empty: on all.
    pub(super) kinds: &'static [Kind],
    /// Only this one says so.
    pub(super) by: Option<Speaker>,
    /// Only this side writes it.
    pub(super) side: Option<Side>,
    /// The blanks that make one cause two.
    pub(super) key: &'static [&'static str],
    pub(super) codes: &'static [Code],
    pub(super) title: &'static str,
    pub(super) fix: &'static [(By, &'static str)],
}

/// What most texts have in common.
const TEXT: Text = Text {
    id: "",
    like: &[],
    turn: Turn::Cause,
    only: None,
    kinds: &[],
    by: None,
    side: None,
    key: &[],
    codes: &[],
    title: "",
    fix: &[],
};

/// What a server says at its start.
const SERVER: Text = Text { by: Some(Speaker::Server), ..TEXT };

/// Every one, in the order in which they are tried.
pub(super) fn all() -> impl Iterator<Item = &'static Text> {
    [
        notice::TEXTS,
        load::TEXTS,
        options::TEXTS,
        reload::TEXTS,
        client::TEXTS,
        names::TEXTS,
        verify::TEXTS,
        access::TEXTS,
        handshake::TEXTS,
    ]
    .into_iter()
    .flatten()
}
