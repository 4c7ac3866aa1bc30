//! What differs from run to run, replaced by what it stands for. The same value gets the same number.

use std::path::Path;

use time::{Date, Month, OffsetDateTime};

/// Lengths of time after which certificates in the cases end, in days, or that they have begun ago.
const SPANS: [i64; 11] = [-31, 0, 90, 365, 400, 825, 850, 900, 1825, 3650, 7300];

pub(crate) struct Redact<'a> {
    root: &'a Path,
    fixtures: &'a Path,
    host: String,
    owner: String,
    today: Date,
    hashes: Vec<String>,
    serials: Vec<String>,
    roots: Vec<String>,
}

impl<'a> Redact<'a> {
    pub(crate) fn new(root: &'a Path, fixtures: &'a Path) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let today = OffsetDateTime::now_utc().date();
        let owner = format!("alice@{host}");
        Self { root, fixtures, host, owner, today, hashes: vec![], serials: vec![], roots: vec![] }
    }

    pub(crate) fn text(&mut self, text: &str) -> String {
        let text = text
            .replace(&*self.root.to_string_lossy(), "[ROOT]")
            .replace(&*self.fixtures.to_string_lossy(), "[FIXTURES]")
            .replace(&self.owner, "alice@[HOST]")
            .replace(cut(&self.owner, 64), "alice@[HOST]")
            .replace(cut(&self.owner, 30), "alice@[HOST]")
            .replace(&format!("@{} ", self.host), "@[HOST] ")
            .replace(&format!("@{},", self.host), "@[HOST],");
        let text = words(&text, |c| c.is_ascii_hexdigit(), |word| self.hex(word));
        words(&text, |c| c.is_ascii_digit() || "-T:Z".contains(c), |word| self.time(word))
    }

    /// Fingerprints and pins have 64 digits, serials 32; roots are told apart by 8.
    fn hex(&mut self, word: &str) -> Option<String> {
        let (kind, known) = match word.len() {
            64 => ("SHA256", &mut self.hashes),
            32 => ("SERIAL", &mut self.serials),
            8 if !word.bytes().all(|b| b == word.as_bytes()[0]) => ("RANDOM", &mut self.roots),
            _ => return None,
        };
        if word.bytes().all(|b| b == word.as_bytes()[0]) {
            return None;
        }
        let index = known.iter().position(|seen| seen == word).unwrap_or_else(|| {
            known.push(word.to_owned());
            known.len() - 1
        });
        Some(format!("[{kind}-{}]", index + 1))
    }

    /// Dates that follow from the clock; others stay. A day more or less is midnight passing by.
    fn time(&self, word: &str) -> Option<String> {
        let (date, clock) = word.split_once('T').map_or((word, None), |(d, c)| (d, Some(c)));
        let mut parts = date.split('-').map(|part| part.parse::<u16>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
        let days = (date - self.today).whole_days();
        let span = SPANS.into_iter().find(|span| (days - span).abs() <= 1)?;
        let day = if span == 0 { "[TODAY".to_owned() } else { format!("[TODAY{span:+}d") };
        Some(format!("{day}{}]", clock.map_or("", |_| "Tnow")))
    }
}

/// As the root's names are cut.
fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

/// `text` with every longest run of `part` characters replaced where `with` gives something.
fn words(text: &str, part: impl Fn(char) -> bool, mut with: impl FnMut(&str) -> Option<String>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(&part) {
        let (before, tail) = rest.split_at(start);
        let end = tail.find(|c| !part(c)).unwrap_or(tail.len());
        let (word, tail) = tail.split_at(end);
        done.push_str(before);
        done.push_str(&with(word).unwrap_or_else(|| word.to_owned()));
        rest = tail;
    }
    done + rest
}
