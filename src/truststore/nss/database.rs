//! One database as a place.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::hand::Hand;
use super::super::machine::Ask;
use super::super::place::{Found, Kind, Other, Place, State, Trouble};
use super::super::program::plain;
use super::super::root::{Root, Wanted, Which};
use super::made::{self, Making};
use super::tool::{Fault, Tool};
use super::trouble;

/// A database, or the folder where one is to be made.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) name: String,
    pub(super) dir: PathBuf,
    pub(super) tool: Rc<dyn Tool>,
    pub(super) ask: Option<Ask>,
}

impl Place for Database {
    fn kind(&self) -> Kind {
        Kind::Nss
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn path(&self) -> &Path {
        &self.dir
    }

    fn needs_root(&self) -> bool {
        false
    }

    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble> {
        let mut found = Found::default();
        if !self.exists() {
            return Ok(found);
        }
        trouble::before(&self.dir)?;
        let is_ours = |der: &[u8]| wanted.judge(der) != Which::Foreign;
        let entries = self
            .tool
            .entries(&self.dir, &is_ours)
            .map_err(|fault| trouble::explain(&self.dir, &fault, false))?;
        for entry in entries {
            match wanted.judge(&entry.der) {
                Which::Foreign => {}
                Which::Other { fingerprint, title } => {
                    found.others.push(Other { fingerprint, title, name: entry.nickname });
                }
                Which::Wanted => {
                    found.names.push(entry.nickname);
                    found.state = if entry.trust.is_for_servers() {
                        State::Trusted
                    } else {
                        State::Partly("it is there, but not trusted".to_owned())
                    };
                }
            }
        }
        if found.names.is_empty() && found.others.is_empty() {
            let leftover = made::leftover(&self.dir, self.tool.as_ref());
            found.leftovers.extend(leftover.map(|path| path.display().to_string()));
        }
        Ok(found)
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        let stem = root.file_stem();
        hand.inside(&format!("add {stem} to {}", self.dir.display()), || {
            let making =
                if self.exists() { self.before_writing().map(|()| None) } else { self.begin().map(Some) }?;
            let of = format!("Primary Password of {}", self.name);
            let ask = || self.ask.as_ref().and_then(|ask| ask.password(&of));
            let done = self.tool.install(&self.dir, root.der(), &stem, &ask);
            done.map_err(|fault| {
                let why = self.explain(&fault);
                if let Some(making) = making {
                    making.undo();
                }
                why
            })
        })
    }

    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        if !self.exists() {
            return Ok(());
        }
        hand.inside(&format!("remove {} from {}", wanted.file_stem(), self.dir.display()), || {
            self.before_writing()?;
            let is_meant = |der: &[u8]| wanted.judge(der) == Which::Wanted;
            self.tool.remove(&self.dir, &is_meant).map_err(|fault| self.explain(&fault))?;
            made::clear(&self.dir, self.tool.as_ref());
            Ok(())
        })
    }
}

impl Database {
    fn exists(&self) -> bool {
        super::discover::has_database(&self.dir)
    }

    fn before_writing(&self) -> Result<(), Trouble> {
        trouble::before(&self.dir)?;
        trouble::unwritable(&self.dir).map_or(Ok(()), Err)
    }

    fn explain(&self, fault: &Fault) -> Trouble {
        trouble::explain(&self.dir, fault, true)
    }

    fn begin(&self) -> Result<Making, Trouble> {
        Making::begin(&self.dir).map_err(|why| {
            let reason = format!("cannot make {}: {}", self.dir.display(), plain(&why));
            Trouble::failed(reason, "let this user write there, then run the same command again")
        })
    }
}
