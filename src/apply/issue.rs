//! Makes the certificates that are missing or not right.

use std::path::Path;

use rayon::prelude::*;

use super::conf::ConfChange;
use super::inspect::Found;
use super::issuer::Issuer;
use super::read::read;
use super::reason::Reason;
use super::survey::{Survey, Unit};
use super::{Error, Progress, texts};
use crate::bundle::{FileKind, Tree};
use crate::pki::{Ca, Certificate, KeyPair, Request, Validity};
use crate::topology::Wanted;

/// Where it is all done.
struct Desk<'a> {
    tree: &'a Tree,
    ca: &'a Ca,
    issuer: &'a Issuer<'a>,
}

/// Issues what is not right; afterwards the survey knows the new keys. `false`: there was nothing to do.
pub(super) fn all(
    tree: &Tree,
    ca: &Ca,
    issuer: &Issuer<'_>,
    survey: &mut Survey<'_>,
    progress: &dyn Progress,
) -> Result<bool, Error> {
    let mut units = std::mem::take(&mut survey.units);
    let desk = Desk { tree, ca, issuer };
    let stale = |unit: &&mut Unit| unit.certificates.iter().any(Found::is_changed);
    let mut wanting: Vec<&mut Unit> = units.iter_mut().filter(stale).collect();
    progress.begin("issuing", wanting.len());
    let any = !wanting.is_empty();
    // What is in the way stops the run before anything is written.
    for unit in wanting.iter().filter(|unit| !unit.is_new) {
        texts::check_replaceable(&survey.layout.text(survey.system, unit.owner))?;
    }
    wanting.par_iter_mut().try_for_each(|unit| {
        if unit.is_new { desk.make(survey, unit) } else { desk.mend(survey, unit) }?;
        progress.advance(1);
        Ok::<_, Error>(())
    })?;
    survey.units = units;
    survey.applied = true;
    Ok(any)
}

impl Desk<'_> {
    /// A node or client that has nothing: its folder appears whole.
    fn make(&self, survey: &Survey<'_>, unit: &mut Unit) -> Result<(), Error> {
        let (system, layout, owner) = (survey.system, survey.layout, unit.owner);
        let script = texts::script(system, layout, owner)?;
        let staged = self.tree.stage()?;
        for (found, wanted) in unit.certificates.iter_mut().zip(system.wanted(owner)) {
            let issued = self.issue(&wanted, system.owner_name(owner), None)?;
            self.with_files(&issued, script.as_deref(), |files| staged.bundle(found.folder, files))?;
            found.pin = Some(issued.pin());
        }
        staged.place(&layout.owner(system, owner))?;
        unit.script = script.map(|_| ConfChange::Missing);
        Ok(())
    }

    /// One of which something is right.
    fn mend(&self, survey: &Survey<'_>, unit: &mut Unit) -> Result<(), Error> {
        let (system, layout, owner) = (survey.system, survey.layout, unit.owner);
        for (found, wanted) in unit.certificates.iter_mut().zip(system.wanted(owner)) {
            let dir = layout.bundle(system, owner, found.folder);
            let key = if found.keeps_key() { key_of(&dir) } else { None };
            if let Some(key) = key {
                // The file of the key is not touched: whoever reads it goes on to.
                let issued = self.issue(&wanted, system.owner_name(owner), Some(key))?;
                if found.ca_stale {
                    self.put_file(&dir, FileKind::CaBundle, &self.issuer.ca_pem)?;
                }
                self.put_file(&dir, FileKind::Certificate, &issued.cert_pem())?;
                found.pin = Some(issued.pin());
            } else if !found.reasons.is_empty() {
                let script = texts::script(system, layout, owner)?;
                // It goes with the bundle, so afterwards nothing would be seen to have changed.
                unit.script = texts::script_change(system, layout, owner, script.as_deref())?;
                let issued = self.issue(&wanted, system.owner_name(owner), None)?;
                // A key that others could read goes with the rights that it had.
                let keeps_rights = !found.reasons.iter().any(|why| matches!(why, Reason::KeyMode(_)));
                self.with_files(&issued, script.as_deref(), |files| {
                    self.put_bundle(&dir, files, keeps_rights)
                })?;
                found.pin = Some(issued.pin());
            } else if found.ca_stale {
                self.put_file(&dir, FileKind::CaBundle, &self.issuer.ca_pem)?;
            }
        }
        Ok(())
    }

    /// Puts a file in a bundle that is there; owner, group and mode stay.
    fn put_file(&self, dir: &Path, kind: FileKind, text: &str) -> Result<(), Error> {
        Ok(self.tree.replace_file(&dir.join(kind.file_name()), kind, text.as_bytes())?)
    }

    /// Puts a bundle where none is, or one is: with the owners, groups and modes of that one if `keeps_rights`.
    fn put_bundle(
        &self,
        dir: &Path,
        files: &[(FileKind, &[u8])],
        keeps_rights: bool,
    ) -> Result<(), crate::bundle::Error> {
        if keeps_rights && dir.exists() {
            self.tree.replace_bundle(dir, files)
        } else {
            self.tree.put_bundle(dir, files)
        }
    }

    fn issue(&self, wanted: &Wanted, owner: &str, key: Option<KeyPair>) -> Result<Certificate, Error> {
        let settings = &wanted.certificate;
        let validity = Validity::asked(self.issuer.now, None, None, Some(settings.validity))?;
        let request = Request {
            usage: wanted.usage,
            subject: self.issuer.subject(wanted, owner),
            names: wanted.names.clone(),
            key_type: settings.key_type,
            validity,
            extensions: settings.extensions.clone(),
        };
        Ok(match key {
            Some(key) => self.ca.sign_key(&request, key)?,
            None => self.ca.sign(&request)?,
        })
    }

    /// Hands the files of a bundle to `write`. The folder of a client is its bundle: its command line goes with it.
    fn with_files(
        &self,
        issued: &Certificate,
        script: Option<&str>,
        write: impl FnOnce(&[(FileKind, &[u8])]) -> Result<(), crate::bundle::Error>,
    ) -> Result<(), Error> {
        let (cert, key) = (issued.cert_pem(), issued.key_pem());
        let mut files = vec![
            (FileKind::Certificate, cert.as_bytes()),
            (FileKind::PrivateKey, key.as_bytes()),
            (FileKind::CaBundle, self.issuer.ca_pem.as_bytes()),
        ];
        files.extend(script.map(|script| (FileKind::ClientScript, script.as_bytes())));
        Ok(write(&files)?)
    }
}

/// The key of a bundle; none: a new one is made.
fn key_of(dir: &Path) -> Option<KeyPair> {
    let read = read(&dir.join(FileKind::PrivateKey.file_name())).ok().flatten()?;
    KeyPair::read(&read.bytes).ok()
}
