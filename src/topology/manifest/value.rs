//! Values of a manifest: read with their place, and refused with a hint.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::nats::{HandshakeFirst, MinVersion, Timeout, ValueError, Version, VersionError};
use crate::pki::{KeyType, Span, TimeError, UnknownKeyType};
use crate::topology::error::Loc;
use crate::topology::model::Verification;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(in crate::topology) struct Given<T> {
    pub(in crate::topology) value: T,
    pub(in crate::topology) at: Loc,
}

/// What can be read from a value of a manifest.
pub(super) trait Read: Sized {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

impl<'de, T: Read> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = toml::Spanned::<Reader<T>>::deserialize(from)?;
        let at = spanned.span().into();
        Ok(Self { value: spanned.into_inner().0, at })
    }
}

struct Reader<T>(T);

impl<'de, T: Read> Deserialize<'de> for Reader<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}

/// What is wrong and what to do, in the one text that serde has room for.
fn refuse<E: Error>(what: impl fmt::Display, hint: impl fmt::Display) -> E {
    E::custom(format!("{what}\n{hint}"))
}

/// Types that are written as one word.
trait Word: Sized {
    /// What belongs there, and on the next line how it is written.
    const EXPECTED: &'static str;
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

impl<'de, T: Word> Visitor<'de> for WordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::word(text).map_err(|(what, hint)| refuse(what, hint))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        if T::NUMBERS {
            self.visit_str(&number.to_string())
        } else {
            Err(E::invalid_type(serde::de::Unexpected::Signed(number), &self))
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        if T::NUMBERS {
            self.visit_str(&number.to_string())
        } else {
            Err(E::invalid_type(serde::de::Unexpected::Float(number), &self))
        }
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<T, E> {
        if T::SWITCH {
            self.visit_str(&on.to_string())
        } else {
            Err(E::invalid_type(serde::de::Unexpected::Bool(on), &self))
        }
    }
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
    const EXPECTED: &'static str = "a text\nwrite it in quotes";

    fn word(text: &str) -> Result<Self, (String, String)> {
        Ok(text.to_owned())
    }
}

impl Word for bool {
    const EXPECTED: &'static str = "true or false\nwrite it without quotes";
    const SWITCH: bool = true;

    fn word(text: &str) -> Result<Self, (String, String)> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err((
                format!("{} is neither true nor false", crate::pki::shown(text)),
                "write true or false, without quotes".into(),
            )),
        }
    }
}

macro_rules! numbers {
    ($($number:ty: $expected:literal, $problem:literal;)*) => {$(
        impl Word for $number {
            const EXPECTED: &'static str = $expected;
            const NUMBERS: bool = true;

            fn word(text: &str) -> Result<Self, (String, String)> {
                let hint = $expected.split_once('\n').map_or("", |(_, hint)| hint);
                text.parse().map_err(|_| (format!("{} {}", crate::pki::shown(text), $problem), hint.to_owned()))
            }
        }
    )*};
}

numbers! {
    u16: "a number from 0 to 65535\ngive a whole number from 0 to 65535", "is not a number from 0 to 65535";
    i64: "a whole number\ngive a whole number", "is not a whole number";
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

/// A list, each item with its place.
impl<T> Read for Vec<Given<T>>
where
    Given<T>: for<'de> Deserialize<'de>,
{
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list\nwrite it in brackets: [\"one\", \"two\"]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut found = Vec::new();
                while let Some(item) = list.next_element()? {
                    found.push(item);
                }
                Ok(found)
            }
        }
        from.deserialize_seq(List(PhantomData))
    }
}

/// `true`, `false`, or a table that says more.
#[derive(Debug, Clone)]
pub(in crate::topology) enum Switch<T> {
    On,
    Off,
    Table(T),
}

impl<T: for<'de> Deserialize<'de>> Read for Switch<T> {
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(SwitchVisitor(PhantomData))
    }
}

struct SwitchVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SwitchVisitor<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("true, false or a table\nwrite true, false, or a table such as { port = 4222 }")
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Switch<T>, E> {
        Ok(if on { Switch::On } else { Switch::Off })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Switch<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Switch::Table)
    }
}

/// The entries of a table, in the order of the file.
#[derive(Debug)]
pub(in crate::topology) struct Entries<T>(pub(in crate::topology) Vec<(Given<String>, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(EntriesVisitor(PhantomData))
    }
}

pub(super) struct EntriesVisitor<T>(pub(super) PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a table\nwrite a table of its own for each, by its name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let mut found = Vec::new();
        while let Some(entry) = map.next_entry()? {
            found.push(entry);
        }
        Ok(Entries(found))
    }
}
