//! The texts beside the bundles: configurations of nodes, command lines of clients.

use std::path::Path;

use rayon::prelude::*;

use super::conf::ConfChange;
use super::inspect::Found;
use super::paths::Layout;
use super::read::read;
use super::survey::{Survey, Unit};
use super::{Error, Progress};
use crate::nats::Version;
use crate::render::{Servers, client_script};
use crate::topology::{Owner, System};

/// What is done with a text that differs.
pub(super) type Write<'a> = dyn Fn(Owner, &str) -> Result<(), Error> + Sync + 'a;

/// Compares the texts with what they should be, and has `write` write those that differ.
pub(super) fn all(
    survey: &Survey<'_>,
    servers: &Servers<'_>,
    progress: &dyn Progress,
    write: &Write<'_>,
) -> Result<Vec<Option<ConfChange>>, Error> {
    progress.begin("configuring", survey.units.len());
    let compare = |unit: &Unit| {
        let text = text(survey, servers, unit.owner)?;
        let path = survey.layout.text(survey.system, unit.owner);
        let change = match unit.owner {
            // There was no folder before this run.
            Owner::Node(_) if unit.is_new => Some(ConfChange::Missing),
            owner => change(&path, &text, version(survey.system, owner))?,
        };
        // Written last, it tells the next run that everything beside it has been seen to.
        let marks = matches!(unit.owner, Owner::Node(_)) && unit.certificates.iter().any(Found::needs_reload);
        if change.is_some() || marks {
            write(unit.owner, &text)?;
        }
        progress.advance(1);
        Ok(change.or_else(|| unit.script.clone()))
    };
    survey.units.par_iter().map(compare).collect()
}

fn text(survey: &Survey<'_>, servers: &Servers<'_>, owner: Owner) -> Result<String, Error> {
    match owner {
        Owner::Node(index) => Ok(servers.conf(index, survey)?),
        Owner::Client(_) => Ok(script(survey.system, survey.layout, owner)?.unwrap_or_default()),
    }
}

/// The nats-server that reads it.
fn version(system: &System, owner: Owner) -> Version {
    match owner {
        Owner::Node(index) => system.nodes[index].settings.version,
        Owner::Client(_) => Version::NEWEST,
    }
}

/// The folder of a client is its bundle: its command line goes with it.
pub(super) fn script(system: &System, layout: &Layout, owner: Owner) -> Result<Option<String>, Error> {
    match owner {
        Owner::Node(_) => Ok(None),
        Owner::Client(index) => Ok(Some(client_script(system, index, &layout.seen(system, owner))?)),
    }
}

/// Why the command line of a client is written.
pub(super) fn script_change(
    system: &System,
    layout: &Layout,
    owner: Owner,
    script: Option<&str>,
) -> Result<Option<ConfChange>, Error> {
    let Some(script) = script else { return Ok(None) };
    change(&layout.text(system, owner), script, version(system, owner))
}

/// Why a text is written; none: it is on disk as it should be. One of somebody else is not replaced.
fn change(path: &Path, text: &str, version: Version) -> Result<Option<ConfChange>, Error> {
    match read(path)? {
        None => Ok(Some(ConfChange::Missing)),
        Some(found) if found.bytes.as_slice() == text.as_bytes() => Ok(None),
        Some(found) if is_foreign(&found.bytes) => Err(Error::ForeignText(path.to_owned())),
        Some(found) => Ok(Some(ConfChange::between(&found.bytes, text, version))),
    }
}

/// What stands near the beginning of every text that natscert makes.
const MARK: &[u8] = b"made by natscert from ";

/// Whether natscert made a text.
pub(crate) fn is_made_by_natscert(text: &[u8]) -> bool {
    text[..text.len().min(1024)].windows(MARK.len()).any(|window| window == MARK)
}

/// Whether somebody else made a text. One that was emptied is lost anyway.
fn is_foreign(text: &[u8]) -> bool {
    !text.is_empty() && !is_made_by_natscert(text)
}

/// Refuses to replace a text of somebody else.
pub(super) fn check_replaceable(path: &Path) -> Result<(), Error> {
    match read(path)? {
        Some(found) if is_foreign(&found.bytes) => Err(Error::ForeignText(path.to_owned())),
        _ => Ok(()),
    }
}
