//! One database as a place.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::super::hand::Hand;
use super::super::machine::Ask;
use super::super::place::{Found, Kind, Other, Place, State, Trouble};
use super::super::root::{Root, Wanted, Which};
use super::tool::{Fault, Tool};
use super::trouble;

/// Stands beside a database that natscert made, so that it can go again if nobody else put anything into it.
const MARK: &str = ".made-by-natscert";

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
        // Its root was taken out by somebody else.
        if found.names.is_empty() && found.others.is_empty() && self.mark().exists() {
            found.leftovers.push(self.mark().display().to_string());
        }
        Ok(found)
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        let stem = root.file_stem();
        hand.inside(&format!("add {stem} to {}", self.dir.display()), || {
            let is_new = !self.exists();
            if is_new {
                self.make_folder()?;
            } else {
                self.before_writing()?;
            }
            let of = format!("Primary Password of {}", self.name);
            let ask = || self.ask.as_ref().and_then(|ask| ask.password(&of));
            let done = self.tool.install(&self.dir, root.der(), &stem, &ask);
            done.map_err(|fault| {
                if is_new {
                    let _ = fs::remove_file(self.mark());
                    let _ = fs::remove_dir(&self.dir); // if nothing was made in it
                }
                self.explain(&fault)
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
            self.unmake();
            Ok(())
        })
    }
}

impl Database {
    fn exists(&self) -> bool {
        super::discover::has_database(&self.dir)
    }

    fn mark(&self) -> PathBuf {
        self.dir.join(MARK)
    }

    /// Takes away a database that natscert made and nobody else used; what is in use by now is the browser's.
    fn unmake(&self) {
        if !self.mark().exists() {
            return;
        }
        match self.tool.is_empty(&self.dir) {
            Ok(true) => {
                for file in [super::CERTIFICATES, super::KEYS, MARK] {
                    let _ = fs::remove_file(self.dir.join(file));
                }
                let _ = fs::remove_dir(&self.dir);
                let _ = self.dir.parent().map(fs::remove_dir);
            }
            Ok(false)
                if self
                    .tool
                    .entries(&self.dir, &super::super::root::is_natscert_root)
                    .is_ok_and(|e| e.is_empty()) =>
            {
                let _ = fs::remove_file(self.mark());
            }
            _ => {}
        }
    }

    fn before_writing(&self) -> Result<(), Trouble> {
        trouble::before(&self.dir)?;
        trouble::unwritable(&self.dir).map_or(Ok(()), Err)
    }

    fn explain(&self, fault: &Fault) -> Trouble {
        trouble::explain(&self.dir, fault, true)
    }

    /// Whatever the umask: certificates and keys are the user's own.
    fn make_folder(&self) -> Result<(), Trouble> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir).map_err(|why| {
            let reason = format!("cannot make {}: {why}", self.dir.display());
            Trouble::failed(reason, "let this user write there, then run the same command again")
        })?;
        // One that is missing leaves an empty database behind, no more.
        let _ = fs::write(self.mark(), "");
        Ok(())
    }
}
