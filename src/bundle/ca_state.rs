//! `authority.json` of a CA directory: who signs, what is trusted, how far a roll has got. Where it is missing, the root
//! signs and nothing else is there.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

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
        }
    }
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
        let state: Self = serde_json::from_slice(&bytes).map_err(|why| broken(why.to_string()))?;
        if state.version != VERSION {
            return Err(broken(format!("its version is {}, not {VERSION}", state.version)));
        }
        let aside = state.roll.iter().flat_map(|roll| &roll.aside);
        for name in state.names().chain(aside) {
            name.parse::<super::BundleName>().map_err(|why| broken(why.to_string()))?;
        }
        Ok(state)
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

    /// With those intermediates that went aside: what the old family of a finished roll is.
    pub(super) fn with_aside(&self) -> Self {
        let mut state = self.clone();
        let aside =
            state.roll.iter_mut().flat_map(|roll| std::mem::take(&mut roll.aside)).collect::<Vec<_>>();
        state.retired.extend(aside.into_iter().filter(|name| self.standing(name).is_none()));
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
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(State::read(dir.path()).unwrap(), State::default());
        let mut state = State::default();
        state.write(dir.path()).unwrap();
        assert!(!dir.path().join(FILE).exists(), "nothing to say, no file");
        state.set_standing("a", Standing::Active);
        state.set_standing("b", Standing::Active);
        assert_eq!((state.active.as_deref(), state.standby.as_slice()), (Some("b"), &["a".to_owned()][..]));
        state.set_standing("a", Standing::Retired);
        let rolled = Rolled::Intermediate { from: None, to: "b".into() };
        state.roll = Some(RollState { rolled, step: Step::Started, made: true, aside: Vec::new() });
        state.folders = vec!["/nats".into()];
        state.write(dir.path()).unwrap();
        assert_eq!(State::read(dir.path()).unwrap(), state);
        state.roll = Some(RollState {
            rolled: Rolled::Root,
            step: Step::Finishing,
            made: false,
            aside: vec!["c".into()],
        });
        state.write(dir.path()).unwrap();
        assert_eq!(State::read(dir.path()).unwrap(), state);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_it_does_not_understand_it_does_not_guess() {
        let dir = tempfile::tempdir().unwrap();
        for text in [
            "",
            "{}",
            "{\"version\": 2}",
            "{\"version\": 1, \"signer\": 1}",
            "{\"version\": 1, \"active\": \"../x\"}",
        ] {
            fs::write(dir.path().join(FILE), text).unwrap();
            assert!(matches!(State::read(dir.path()), Err(Error::State { .. })), "{text}");
        }
    }
}
