//! `authority.json` of a CA directory: who signs, what is trusted, how far a roll has got. Where it is missing, the root
//! signs and nothing else is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::error::Error;
use super::read::read_input;
use super::text::write_text;
use crate::pki::{Phase, Roll, Rolled, Standing, Trust};

/// Its name.
pub(super) const FILE: &str = "authority.json";
/// What this natscert writes and reads.
const VERSION: u32 = 1;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    version: u32,
    /// What stands in `ca.pem`, if nothing else is asked for.
    #[serde(default)]
    pub trust: Trust,
    /// The intermediate that signs; none: the root does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<String>,
    /// Intermediates that are trusted beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standby: Vec<String>,
    /// Intermediates that were in use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
    /// The roll that is under way, or was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollState>,
    /// The folders that it is about, absolute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<PathBuf>,
    /// Seconds from the beginning to the end of certificates that are shorter now, because a CA of the roll ends before;
    /// by the folders of their bundles.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lengths: BTreeMap<PathBuf, i64>,
}

/// A roll as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollState {
    /// Of what.
    #[serde(flatten)]
    pub rolled: Rolled,
    /// How far.
    pub step: Step,
    /// Whether the intermediate that follows was made for this roll: it goes when its beginning is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// Retired intermediates of the old root, which went aside with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aside: Vec<String>,
}

/// How far a roll has got, on disk: between the phases of a root's roll files are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// [`Phase::Started`]
    Started,
    /// [`Phase::Switched`]
    Switched,
    /// The new root is moving to its place, the old one aside.
    Finishing,
    /// [`Phase::Finished`]
    Finished,
    /// They are moving back.
    Reopening,
}

impl From<Phase> for Step {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Started => Self::Started,
            Phase::Switched => Self::Switched,
            Phase::Finished => Self::Finished,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            version: VERSION,
            trust: Trust::default(),
            active: None,
            standby: Vec::new(),
            retired: Vec::new(),
            roll: None,
            folders: Vec::new(),
            lengths: BTreeMap::new(),
        }
    }
}

/// What every version says.
#[derive(Deserialize)]
struct Version {
    version: Option<u32>,
}

/// Where the file cannot be read, in our words.
fn parse_trouble(why: &serde_json::Error) -> String {
    let line = why.line();
    match why.classify() {
        Category::Eof => "it is cut off".into(),
        Category::Data => data_trouble(&why.to_string(), line),
        Category::Syntax | Category::Io => format!("line {line} is no JSON"),
    }
}

/// What is wrong with what it says; of serde's words only those that it takes from the file.
fn data_trouble(why: &str, line: usize) -> String {
    let quoted = |before: &str| {
        let word = why.strip_prefix(before)?.strip_prefix(" `")?.split('`').next()?;
        Some(crate::pki::shown(word))
    };
    if let Some(field) = quoted("unknown field") {
        format!("line {line} has the field {field}, which natscert does not write there")
    } else if let Some(field) = quoted("duplicate field") {
        format!("line {line} has the field {field} a second time")
    } else if let Some(field) = quoted("missing field") {
        format!("it lacks the field {field}")
    } else if let Some(word) = quoted("unknown variant") {
        format!("line {line} says {word}, which natscert does not write there")
    } else {
        format!("line {line} says something that natscert does not write there")
    }
}

fn is_name(name: &str) -> Result<(), String> {
    let valid = name.parse::<super::BundleName>();
    valid.map(drop).map_err(|_| format!("no intermediate can be called {}", crate::pki::shown(name)))
}

impl State {
    /// Reads the file of this directory.
    pub(super) fn read(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let bytes = match read_input(&path) {
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            bytes => bytes?,
        };
        let broken = |why: String| Error::State { path: path.clone(), why };
        let version: Version = serde_json::from_slice(&bytes).map_err(|why| broken(parse_trouble(&why)))?;
        match version.version {
            Some(VERSION) => {}
            Some(other) => {
                return Err(broken(format!("its version is {other}, and this natscert knows {VERSION}")));
            }
            None => return Err(broken("it says no version".into())),
        }
        let mut state: Self = serde_json::from_slice(&bytes).map_err(|why| broken(parse_trouble(&why)))?;
        state.drop_repeated();
        state.check().map_err(broken)?;
        Ok(state)
    }

    /// An earlier natscert named an intermediate as retired once more, when a root came back that had one of that name.
    fn drop_repeated(&mut self) {
        let mut seen: BTreeSet<String> = self.active.iter().chain(&self.standby).cloned().collect();
        self.retired.retain(|name| seen.insert(name.clone()));
    }

    /// Whether its names can be those of intermediates, and stand there once.
    fn check(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for name in self.names() {
            is_name(name)?;
            if !seen.insert(name) {
                return Err(format!("it names the intermediate {name} twice"));
            }
        }
        let Some(roll) = &self.roll else { return Ok(()) };
        roll.aside.iter().try_for_each(|name| is_name(name))?;
        let Rolled::Intermediate { from, to } = &roll.rolled else { return Ok(()) };
        from.iter().chain([to]).try_for_each(|name| is_name(name))?;
        match from.iter().chain([to]).find(|name| !seen.contains(name)) {
            Some(name) if roll.step != Step::Finished => {
                Err(format!("its roll is of the intermediate {name}, which it does not list"))
            }
            _ => Ok(()),
        }
    }

    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(FILE);
        if *self == Self::default() && !path.exists() {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(self)
            .map_err(|why| Error::State { path: path.clone(), why: why.to_string() })?;
        write_text(&path, &format!("{text}\n"), true)?;
        tighten(&path);
        // A step that is to survive a power cut is on the disk before anything follows from it.
        super::dirs::sync_dir(dir)?;
        sweep(dir);
        Ok(())
    }

    /// Every intermediate: the active one, those on standby, those retired.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.active.iter().chain(&self.standby).chain(&self.retired)
    }

    /// What an intermediate is there for.
    #[must_use]
    pub fn standing(&self, name: &str) -> Option<Standing> {
        if self.active.as_deref() == Some(name) {
            Some(Standing::Active)
        } else if self.standby.iter().any(|other| other == name) {
            Some(Standing::Standby)
        } else if self.retired.iter().any(|other| other == name) {
            Some(Standing::Retired)
        } else {
            None
        }
    }

    /// Gives an intermediate its place; who was active before is on standby then.
    pub fn set_standing(&mut self, name: &str, standing: Standing) {
        self.standby.retain(|other| other != name);
        self.retired.retain(|other| other != name);
        if self.active.as_deref() == Some(name) {
            self.active = None;
        }
        match standing {
            Standing::Active => self.standby.extend(self.active.replace(name.to_owned())),
            Standing::Standby => self.standby.push(name.to_owned()),
            Standing::Retired => self.retired.push(name.to_owned()),
        }
    }

    /// Takes an intermediate out.
    pub(super) fn forget(&mut self, name: &str) {
        self.set_standing(name, Standing::Retired);
        self.retired.retain(|other| other != name);
    }

    /// With those that it does not speak of as retired ones: what another family is, from its folder.
    pub(super) fn with_found(&self, names: &[String]) -> Self {
        let mut state = self.clone();
        state.retired.extend(names.iter().filter(|name| self.standing(name).is_none()).cloned());
        state
    }

    /// Whether a roll of the root is finished: the old one lies aside.
    pub(super) fn has_old_root(&self) -> bool {
        self.roll.as_ref().is_some_and(|roll| roll.rolled == Rolled::Root && roll.step == Step::Finished)
    }

    /// Whether files are on the move between two families.
    pub(super) fn is_moving(&self) -> bool {
        self.roll.as_ref().is_some_and(|roll| matches!(roll.step, Step::Finishing | Step::Reopening))
    }

    /// The roll, when no files are on the move.
    #[must_use]
    pub fn roll(&self) -> Option<Roll> {
        let roll = self.roll.as_ref()?;
        let phase = match roll.step {
            Step::Started => Phase::Started,
            Step::Switched | Step::Finishing => Phase::Switched,
            Step::Finished | Step::Reopening => Phase::Finished,
        };
        Some(Roll { rolled: roll.rolled.clone(), phase })
    }
}

/// Who may write this file decides who signs: nobody but its owner, whatever the umask.
#[cfg(unix)]
fn tighten(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_or(0, |found| found.permissions().mode());
    if mode & 0o022 != 0 {
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o644));
    }
}

#[cfg(not(unix))]
fn tighten(_path: &Path) {}

/// Removes what a killed run left of this file.
fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_str().and_then(super::hidden::parse_hidden) == Some(FILE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
#[path = "ca_state_tests.rs"]
mod tests;
