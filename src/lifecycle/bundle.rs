//! What a bundle says.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::folder::{Owner, Place};
use super::{Error, Problem};
use crate::apply::{Changed, Content, Progress, changed, read};
use crate::bundle::FileKind;
use crate::pki::{Facts, certificates, pins_in};

/// A bundle that was read.
#[derive(Debug)]
pub struct Bundle {
    /// Its folder, absolute.
    pub dir: PathBuf,
    /// Whose it is, in an output folder of `apply`.
    pub owner: Option<Owner>,
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// What it says.
    pub facts: Facts,
    /// What follows it in `cert.pem`, DER.
    pub chain: Vec<Vec<u8>>,
    /// What is in `ca.pem`; none: it is not there.
    pub anchors: Option<Arc<Anchors>>,
    /// The key beside it.
    pub key: Key,
    /// Whether `cert.pem` has not changed since the text of its owner was written: whoever writes that last has verified
    /// the signature before. (The time of a change cannot be set, as that of a modification can.)
    pub(super) is_vouched: bool,
    /// Whether none of its files has changed since.
    pub(super) is_settled: bool,
}

/// The certificates of a `ca.pem`.
#[derive(Debug)]
pub struct Anchors {
    /// The file as it is.
    pub bytes: Vec<u8>,
    /// Each certificate, DER, and what it says.
    pub certificates: Vec<(Vec<u8>, Facts)>,
}

/// The key of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// There is none: the certificate answers a request.
    Missing,
    /// It is the certificate's.
    Matches,
    /// It is another one.
    Differs,
}

/// Reads bundles; what many of them hold it parses once.
#[derive(Debug, Default)]
pub struct Reader {
    anchors: Mutex<HashMap<Vec<u8>, Arc<Anchors>>>,
}

impl Reader {
    /// Reads the bundles of a place, in order. One that cannot be read does not stop the others.
    pub fn read(&self, place: &Place, progress: &dyn Progress) -> (Vec<Bundle>, Vec<Problem>) {
        progress.begin("reading", place.dirs.len());
        let read = |dir: &PathBuf| {
            let bundle = self.bundle(dir, place.owner(dir));
            progress.advance(1);
            bundle
        };
        let (mut bundles, mut problems) = (Vec::with_capacity(place.dirs.len()), Vec::new());
        let all: Vec<_> = place.dirs.par_iter().map(read).collect();
        for (dir, found) in place.dirs.iter().zip(all) {
            match found {
                Ok(bundle) => bundles.push(bundle),
                Err(error) => problems.push(Problem { path: dir.clone(), error }),
            }
        }
        (bundles, problems)
    }

    fn bundle(&self, dir: &Path, owner: Option<Owner>) -> Result<Bundle, Error> {
        let path = dir.join(FileKind::Certificate.file_name());
        let file = read(&path)?.ok_or_else(|| Error::NoCertificate(dir.to_owned()))?;
        let broken = |source| Error::Pki { path: path.clone(), source };
        let mut chain = certificates(&file.bytes).map_err(broken)?;
        let der = chain.remove(0);
        let facts = Facts::of(&der).map_err(broken)?;
        if facts.is_ca {
            return Err(Error::IsCa(path));
        }
        let of_anchors = self.file(&dir.join(FileKind::CaBundle.file_name()))?;
        let of_key = key(&dir.join(FileKind::PrivateKey.file_name()), &facts)?;
        let reference = owner.as_ref().and_then(|owner| changed(&owner.text()));
        let is_older = |changed: Changed| reference.is_some_and(|reference| changed <= reference);
        let is_vouched = is_older(file.changed);
        let others = [of_anchors.as_ref().map(|(_, changed)| *changed), of_key.map(|(_, changed)| changed)];
        let is_settled = is_vouched && others.into_iter().flatten().all(is_older);
        let anchors = of_anchors.map(|(anchors, _)| anchors);
        let key = of_key.map_or(Key::Missing, |(key, _)| key);
        Ok(Bundle { dir: dir.to_owned(), owner, der, facts, chain, anchors, key, is_vouched, is_settled })
    }

    /// Reads a `ca.pem`; none: it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn anchors(&self, path: &Path) -> Result<Option<Arc<Anchors>>, Error> {
        Ok(self.file(path)?.map(|(anchors, _)| anchors))
    }

    /// The same, and when it changed.
    fn file(&self, path: &Path) -> Result<Option<(Arc<Anchors>, Changed)>, Error> {
        let Some(Content { bytes, changed, .. }) = read(path)? else { return Ok(None) };
        let cache = || self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache().get(bytes.as_slice()) {
            return Ok(Some((Arc::clone(known), changed)));
        }
        let broken = |source| Error::Pki { path: path.to_owned(), source };
        let ders = certificates(&bytes).map_err(broken)?;
        let facts = |der: Vec<u8>| Facts::of(&der).map(|facts| (der, facts));
        let certificates = ders.into_iter().map(facts).collect::<Result<_, _>>().map_err(broken)?;
        let anchors = Arc::new(Anchors { bytes: bytes.to_vec(), certificates });
        cache().insert(bytes.to_vec(), Arc::clone(&anchors));
        Ok(Some((anchors, changed)))
    }
}

/// Whose key it is, and when the file changed; none: it is not there.
fn key(path: &Path, facts: &Facts) -> Result<Option<(Key, Changed)>, Error> {
    let Some(file) = read(path)? else { return Ok(None) };
    let found = pins_in(&file.bytes).map_err(|source| Error::Pki { path: path.to_owned(), source })?;
    let is_own = found.first().is_some_and(|key| key.pin == facts.pin);
    Ok(Some((if is_own { Key::Matches } else { Key::Differs }, file.changed)))
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
