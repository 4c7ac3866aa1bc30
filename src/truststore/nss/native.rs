//! Databases through libnss3.

use std::fmt;
use std::path::Path;

use super::library::{Database, Error, Library};
use super::tool::{Entry, Fault, Question, Tool, Trust};

/// How often a wrong password may be said.
const TRIES: usize = 3;

/// The library as a tool.
pub(super) struct Native(pub(super) Library);

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("libnss3")
    }
}

impl From<Error> for Fault {
    fn from(Error(said): Error) -> Self {
        match said.as_str() {
            "SEC_ERROR_READ_ONLY" => Self::ReadOnly,
            "SEC_ERROR_TOKEN_NOT_LOGGED_IN" => Self::Password,
            _ => Self::Said(said),
        }
    }
}

impl Tool for Native {
    fn entries(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Entry>, Fault> {
        Ok(self.0.open(dir, false)?.entries(is_meant)?)
    }

    fn install(&self, dir: &Path, der: &[u8], nickname: &str, ask: Question<'_>) -> Result<(), Fault> {
        let database = self.writable(dir)?;
        if database.is_unfinished() {
            database.finish()?;
        }
        if database.needs_password() {
            unlock(&database, ask)?;
        }
        put(&database, der, nickname)
    }

    fn is_empty(&self, dir: &Path) -> Result<bool, Fault> {
        Ok(self.0.open(dir, false)?.is_empty()?)
    }

    fn remove(&self, dir: &Path, is_meant: &dyn Fn(&[u8]) -> bool) -> Result<(), Fault> {
        Ok(self.writable(dir)?.delete(is_meant)?) // a Primary Password protects keys and trust, not this
    }
}

impl Native {
    fn writable(&self, dir: &Path) -> Result<Database, Fault> {
        let database = self.0.open(dir, true)?;
        if database.is_read_only() { Err(Fault::ReadOnly) } else { Ok(database) }
    }
}

fn unlock(database: &Database, ask: Question<'_>) -> Result<(), Fault> {
    for _ in 0..TRIES {
        let password = ask().ok_or(Fault::Password)?;
        if database.unlock(&password)? {
            return Ok(());
        }
    }
    Err(Fault::WrongPassword)
}

/// Adds what is missing, sets the trust, and takes out what it added if that fails.
pub(super) fn put(database: &Database, der: &[u8], nickname: &str) -> Result<(), Fault> {
    let before = database.entries(&|other| other == der)?.pop();
    if before.is_none() {
        database.add(der, nickname)?;
    }
    let trust = before.as_ref().map_or_else(Trust::default, |entry| entry.trust).with_servers();
    let Err(why) = database.set_trust(der, trust) else { return Ok(()) };
    if before.is_none() && database.delete(&|other| other == der).is_err() {
        return Err(Fault::HalfDone(why.0));
    }
    Err(why.into())
}
