//! Values of a manifest that are written as one word or number, and refused with a hint.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

use super::shape::Read;
use crate::nats::{HandshakeFirst, MinVersion, Timeout, ValueError, Version, VersionError};
use crate::pki::{KeyType, OcspUrl, Span, TimeError, Trust, UnknownKeyType, UnknownTrust};
use crate::topology::model::Verification;

/// What is wrong and what to do, in the one text that serde has room for.
fn refuse<E: Error>(what: impl fmt::Display, hint: impl fmt::Display) -> E {
    E::custom(format!("{what}\n{hint}"))
}

/// Types that are written as one word.
trait Word: Sized {
    /// What belongs there, and on the next line how it is written.
    const EXPECTED: &'static str;
    /// Whether it is written in quotes.
    const QUOTED: bool = true;
    /// Whether a number without quotes is the same.
    const NUMBERS: bool = false;
    /// Whether `true` and `false` are the same.
    const SWITCH: bool = false;
    fn word(text: &str) -> Result<Self, (String, String)>;
}

impl<T: Word> Read for T {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Word> Visitor<'_> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        if T::QUOTED { word(text) } else { Err(E::invalid_type(Unexpected::Str(text), &self)) }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        if T::NUMBERS {
            word(&number.to_string())
        } else {
            Err(E::invalid_type(Unexpected::Signed(number), &self))
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if T::NUMBERS {
            word(&number.to_string())
        } else {
            Err(E::invalid_type(Unexpected::Float(number), &self))
        }
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<T, E> {
        if T::SWITCH { word(&on.to_string()) } else { Err(E::invalid_type(Unexpected::Bool(on), &self)) }
    }
}

fn word<T: Word, E: Error>(text: &str) -> Result<T, E> {
    T::word(text).map_err(|(what, hint)| refuse(what, hint))
}

impl Word for KeyType {
    const EXPECTED: &'static str =
        "a key type\nuse ecdsa-p256, ecdsa-p384, ed25519, rsa-2048, rsa-3072 or rsa-4096";

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: UnknownKeyType| {
            let why = UnknownKeyType(crate::pki::shown(&why.0));
            (why.to_string(), one_of(text, Self::ALL.map(Self::as_str)))
        })
    }
}

impl Word for Span {
    const EXPECTED: &'static str =
        "a length of time\nwrite a whole number and a unit: \"90d\", \"12h\", \"30m\", \"8w\" or \"1y\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: TimeError| (why.to_string(), why.hint()))
    }
}

impl Word for OcspUrl {
    const EXPECTED: &'static str =
        "the URL of an OCSP responder\nwrite it in quotes: \"http://127.0.0.1:8888\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: crate::pki::Error| (why.to_string(), why.hint()))
    }
}

impl Word for Trust {
    const EXPECTED: &'static str = "what is trusted\nuse \"roots\" or \"intermediates\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: UnknownTrust| (why.to_string(), one_of(text, Self::ALL.map(Self::as_str))))
    }
}

impl Word for Version {
    const EXPECTED: &'static str = "a nats-server version\nwrite it in quotes: \"2.10\" or \"2.10.25\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: VersionError| (short(text, why.to_string()), why.hint()))
    }
}

impl Word for Timeout {
    const EXPECTED: &'static str =
        "a duration\ngive seconds, or a duration such as \"500ms\", \"5s\" or \"1m30s\"";
    const NUMBERS: bool = true;

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: ValueError| (short(text, why.to_string()), why.hint()))
    }
}

impl Word for MinVersion {
    const EXPECTED: &'static str = "a TLS version\nuse \"1.2\" or \"1.3\"";
    const NUMBERS: bool = true;

    fn word(text: &str) -> Result<Self, (String, String)> {
        text.parse().map_err(|why: ValueError| (short(text, why.to_string()), why.hint()))
    }
}

/// `handshake_first`; none: `false`.
#[derive(Debug, Clone, Copy)]
pub(in crate::topology) struct First(pub(in crate::topology) Option<HandshakeFirst>);

impl Word for First {
    const EXPECTED: &'static str = "a way to do the handshake first\nuse true, false, \"auto\", or a duration with its unit such as \"250ms\"";
    const SWITCH: bool = true;

    fn word(text: &str) -> Result<Self, (String, String)> {
        if text == "false" {
            return Ok(Self(None));
        }
        let parsed = text.parse().map_err(|why: ValueError| (short(text, why.to_string()), why.hint()));
        parsed.map(|first| Self(Some(first)))
    }
}

impl Word for Verification {
    const EXPECTED: &'static str = "a way to verify\nuse \"none\", \"require\" or \"map\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        match text {
            "none" => Ok(Self::None),
            "require" => Ok(Self::Require),
            "map" => Ok(Self::Map),
            _ => Err((
                format!("{} is no way to verify", crate::pki::shown(text)),
                one_of(text, ["none", "require", "map"]),
            )),
        }
    }
}

/// `pins`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::topology) enum PinWish {
    None,
    Exact,
}

impl Word for PinWish {
    const EXPECTED: &'static str = "which keys are admitted\nuse \"none\" or \"exact\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        match text {
            "none" => Ok(Self::None),
            "exact" => Ok(Self::Exact),
            _ => Err((
                format!("{} says not which keys are admitted", crate::pki::shown(text)),
                "use none or exact: the keys of the peers are listed by natscert".into(),
            )),
        }
    }
}

impl Word for String {
    const EXPECTED: &'static str = "text in quotes\nwrite it as \"…\"";

    fn word(text: &str) -> Result<Self, (String, String)> {
        Ok(text.to_owned())
    }
}

impl Word for bool {
    const EXPECTED: &'static str = "true or false\nwrite it without quotes";
    const QUOTED: bool = false;
    const SWITCH: bool = true;

    fn word(text: &str) -> Result<Self, (String, String)> {
        Ok(text == "true")
    }
}

macro_rules! numbers {
    ($($number:ty: $kind:literal;)*) => {$(
        impl Word for $number {
            const EXPECTED: &'static str = concat!($kind, "\nwrite it without quotes");
            const QUOTED: bool = false;
            const NUMBERS: bool = true;

            fn word(text: &str) -> Result<Self, (String, String)> {
                text.parse().map_err(|_| (format!("{text} is not {}", $kind), concat!("give ", $kind).to_owned()))
            }
        }
    )*};
}

numbers! {
    u16: "a whole number from 0 to 65535";
    i64: "a whole number";
}

/// A message about a value repeats it: a long one is cut.
fn short(value: &str, message: String) -> String {
    if value.chars().count() <= 60 {
        message
    } else {
        message.replace(value, &value.chars().take(60).chain(['…']).collect::<String>())
    }
}

/// The nearest of the right words, or all of them.
pub(in crate::topology) fn one_of<'a>(wrong: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match crate::nats::nearest(wrong, words.iter().copied(), 1).first() {
        Some(word) => format!("did you mean {word}?"),
        None => format!("use {}", crate::nats::or_list(&words)),
    }
}
