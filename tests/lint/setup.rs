//! What a file of `tests/setups` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::support::server::Version;

/// Paths and what is in them; and under `make`, what runs.
pub(crate) type Files = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) what: String,
    #[serde(default)]
    pub(crate) finds: Vec<String>,
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    #[serde(default)]
    pub(crate) places: Vec<String>,
    #[serde(default)]
    pub(crate) lint: Vec<String>,
    pub(crate) server: Option<String>,
    #[serde(default)]
    pub(crate) debug: bool,
    #[serde(default)]
    pub(crate) in_turn: bool,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default)]
    pub(crate) confs: Vec<String>,
    #[serde(default)]
    pub(crate) lints: Vec<String>,
    #[serde(default)]
    pub(crate) make: String,
    #[serde(default)]
    pub(crate) files: Files,
    pub(crate) broken: Option<Files>,
    pub(crate) works: Files,
    pub(crate) shows: Option<Shows>,
    pub(crate) ok: Ok,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shows {
    pub(crate) check: Option<String>,
    pub(crate) stops: Option<String>,
    #[serde(default)]
    pub(crate) log: Vec<Said>,
    #[serde(default)]
    pub(crate) run: Vec<Command>,
    pub(crate) quiet: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ok {
    #[serde(default)]
    pub(crate) log: Vec<Said>,
    #[serde(default)]
    pub(crate) run: Vec<Command>,
    pub(crate) routes: Option<Count>,
    pub(crate) gateways: Option<Count>,
    pub(crate) leafs: Option<Count>,
    pub(crate) idle: Option<String>,
    pub(crate) elsewhere: Option<String>,
}

/// A text in a log.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Said {
    Anywhere(String),
    By { conf: String, text: String },
}

/// What is run while the servers are.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Command {
    Plain(String),
    Told { run: String, told: String },
}

impl Command {
    pub(crate) fn line(&self) -> &str {
        match self {
            Command::Plain(run) | Command::Told { run, .. } => run,
        }
    }

    pub(crate) fn told(&self) -> Option<&str> {
        match self {
            Command::Plain(_) => None,
            Command::Told { told, .. } => Some(told),
        }
    }
}

/// How many connections: of each server, or of those named.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Count {
    Each(usize),
    Of(BTreeMap<String, usize>),
}

impl Count {
    pub(crate) fn of(&self, server: &str) -> Option<usize> {
        match self {
            Count::Each(count) => Some(*count),
            Count::Of(counts) => counts.get(server).copied(),
        }
    }
}

impl Setup {
    fn parse(name: &str, text: &str) -> Result<Setup, String> {
        let mut setup: Setup = toml::from_str(text).map_err(|why| why.to_string())?;
        name.clone_into(&mut setup.name);
        setup.finds.sort();
        setup.notes.sort();
        setup.contradictions()?;
        Result::Ok(setup)
    }

    /// What would prove nothing.
    fn contradictions(&self) -> Result<(), String> {
        let wrong = |text: &str| Err(text.to_owned());
        let found = !self.finds.is_empty() || !self.notes.is_empty();
        match (&self.broken, &self.shows) {
            (None, None) if found || !self.places.is_empty() => {
                return wrong("finds, notes and places are of a broken variant");
            }
            (None, None) => {}
            (Some(_), Some(_)) if !found => return wrong("nothing is found in the broken variant"),
            (Some(_), Some(shows)) => {
                let symptom = shows.check.is_some()
                    || shows.stops.is_some()
                    || !shows.log.is_empty()
                    || !shows.run.is_empty();
                if !symptom && shows.quiet.is_none() {
                    return wrong("[shows] shows nothing");
                }
                if shows.quiet.is_some() && (shows.check.is_some() || shows.stops.is_some()) {
                    return wrong("quiet, and yet refused");
                }
            }
            _ => return wrong("[broken] and [shows] go together"),
        }
        let ok = &self.ok;
        let seen = !ok.log.is_empty()
            || !ok.run.is_empty()
            || ok.routes.is_some()
            || ok.gateways.is_some()
            || ok.leafs.is_some();
        let reasons =
            usize::from(seen) + usize::from(ok.idle.is_some()) + usize::from(ok.elsewhere.is_some());
        if reasons == 1 { Result::Ok(()) } else { wrong("[ok] shows something, or says why not") }
    }

    pub(crate) fn version(&self) -> Version {
        let Some(wanted) = &self.server else { return Version::V2_15_1 };
        let version = Version::ALL.into_iter().find(|version| version.full() == wanted);
        version.unwrap_or_else(|| panic!("{}: there is no nats-server {wanted}", self.name))
    }
}

/// Every setup there is, by name.
pub(crate) fn all() -> Vec<Setup> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setups");
    let mut setups = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            setups.push(Setup::parse(name, &text).unwrap_or_else(|why| panic!("{}: {why}", path.display())));
        }
    }
    setups.sort_by(|a, b| a.name.cmp(&b.name));
    setups
}

#[test]
fn what_proves_nothing_is_refused() {
    let whole = "what = 'x'\nfinds = ['NC001']\n[broken]\n[works]\n[shows]\nlog = ['a']\n[ok]\nlog = ['b']\n";
    Setup::parse("x", whole).map(|_| ()).unwrap();
    for (from, to) in [
        ("finds = ['NC001']\n", ""),
        ("[broken]\n", ""),
        ("log = ['a']\n", ""),
        ("log = ['a']\n", "check = 'a'\nquiet = 'b'\n"),
        ("log = ['b']\n", ""),
        ("log = ['b']\n", "log = ['b']\nidle = 'c'\n"),
        ("log = ['b']\n", "logs = ['b']\n"),
    ] {
        let text = whole.replace(from, to);
        assert!(Setup::parse("x", &text).is_err(), "{text}");
    }
}
