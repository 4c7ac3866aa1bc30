//! The CAs of a CA directory: `root.pem`, `root-key.pem` and `intermediates/NAME/`, and the same below `next/` while a
//! root is rolled and below `previous/` afterwards.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::atomic::{Staging, sweep};
use super::ca_dir::DIR_MODE;
use super::ca_state::{FILE as STATE, State};
use super::dirs::{make_dir, sync_dir};
use super::error::Error;
use super::kind::FileKind;
use super::layout::BundleName;
use super::read::read_input;
use crate::pki::{Ca, Family, Intermediate, Standing};

pub(super) const INTERMEDIATES: &str = "intermediates";
/// Where the new root of a roll is.
pub(super) const NEXT: &str = "next";
/// Where the old root is after a roll.
pub(super) const PREVIOUS: &str = "previous";

/// The folder of an intermediate.
pub(super) fn intermediate_dir(dir: &Path, name: &str) -> PathBuf {
    dir.join(INTERMEDIATES).join(name)
}

/// The names of the folders of intermediates below `dir`, in order, whatever the state says of them.
pub(super) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join(INTERMEDIATES)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.parse::<BundleName>().is_ok())
        .collect();
    names.sort_unstable();
    names
}

/// Reads a root, and the intermediates that the state names. Whether they have expired is not looked at.
pub(super) fn load(dir: &Path, ca_dir: &Path, state: &State) -> Result<Family, Error> {
    let read = |dir: &Path, kinds: [FileKind; 2], parent: Option<&Ca>| {
        let [certificate_path, key_path] = kinds.map(|kind| dir.join(kind.file_name()));
        let certificate = read_input(&certificate_path)?;
        let key = Zeroizing::new(read_input(&key_path)?);
        let ever = OffsetDateTime::UNIX_EPOCH;
        match parent {
            Some(parent) => parent.load_intermediate(&certificate, &key, ever),
            None => Ca::load(&certificate, &key, ever),
        }
        .map_err(|source| Error::BrokenCa {
            path: if key.is_empty() || source.is_about_key() { key_path } else { certificate_path },
            dir: ca_dir.to_owned(),
            source,
        })
    };
    let root = read(dir, FileKind::CA, None).map_err(|why| match why {
        Error::Io { path, source, .. } if dir != ca_dir && source.kind() == ErrorKind::NotFound => {
            Error::LostRoot { state: ca_dir.join(STATE), path }
        }
        why => why,
    })?;
    let mut names: Vec<&String> = state.names().collect();
    names.sort_unstable();
    let intermediates = names
        .into_iter()
        // A new family begins without those that were retired in the old one; they stay with that.
        .filter(|name| {
            let is_needed = dir == ca_dir && state.standing(name) != Some(Standing::Retired);
            is_needed || intermediate_dir(dir, name).exists()
        })
        .filter_map(|name| {
            let kinds = [FileKind::Certificate, FileKind::PrivateKey];
            let standing = state.standing(name)?;
            let ca = read(&intermediate_dir(dir, name), kinds, Some(&root)).map_err(|why| match why {
                Error::Io { path, source, .. } if source.kind() == ErrorKind::NotFound => {
                    let state = ca_dir.join(STATE);
                    Error::LostIntermediate { state, name: name.clone(), standing, path }
                }
                why => why,
            });
            Some(ca.map(|ca| Intermediate { name: name.clone(), standing, ca }))
        })
        .collect::<Result<_, _>>()?;
    Ok(Family { root, intermediates })
}

/// Writes an intermediate: its folder appears whole, and takes the place of one that no state names.
pub(super) fn write_intermediate(dir: &Path, name: &str, ca: &Ca) -> Result<(), Error> {
    let parent = dir.join(INTERMEDIATES);
    make_if_missing(&parent)?;
    sweep(&parent);
    let target = parent.join(name);
    let staging = Staging::new(&parent, DIR_MODE)?;
    let (certificate, key) = (ca.pem(), ca.key().to_pem());
    staging
        .write(&[(FileKind::PrivateKey, key.as_bytes()), (FileKind::Certificate, certificate.as_bytes())])?;
    if staging.publish(&target)? || staging.replace(&target)? {
        sync_dir(&parent)
    } else {
        Err(Error::io("create", &target)(ErrorKind::AlreadyExists.into()))
    }
}

/// Writes a whole family to a folder that no state names yet; what a killed run left there goes.
pub(super) fn write(dir: &Path, root: &Ca, intermediates: &[(&str, &Ca)]) -> Result<(), Error> {
    remove(dir)?;
    make_if_missing(dir)?;
    make_if_missing(&dir.join(INTERMEDIATES))?;
    let (certificate, key) = (root.pem(), root.key().to_pem());
    for (kind, text) in [(FileKind::RootKey, key.as_str()), (FileKind::Root, &certificate)] {
        super::atomic::write_new(&dir.join(kind.file_name()), kind, text.as_bytes())?;
    }
    for (name, ca) in intermediates {
        write_intermediate(dir, name, ca)?;
    }
    sync_dir(dir)
}

/// Makes the folder of intermediates of a family that is to be moved: an empty one takes the place of the other's, too.
pub(super) fn make_folder(dir: &Path) -> Result<(), Error> {
    make_if_missing(&dir.join(INTERMEDIATES))
}

/// Moves the family in `from` to `to`, and the one there to `aside`. Interrupted, it is begun again and does what is left:
/// what still lies in `from` has not been moved.
pub(super) fn shift(from: &Path, to: &Path, aside: &Path) -> Result<(), Error> {
    if !from.exists() {
        return Ok(());
    }
    make_if_missing(aside)?;
    for name in [FileKind::RootKey.file_name(), FileKind::Root.file_name(), INTERMEDIATES] {
        let (source, target) = (from.join(name), to.join(name));
        if source.exists() {
            if target.exists() {
                rename(&target, &aside.join(name))?;
            }
            rename(&source, &target)?;
        }
    }
    sync_dir(to)?;
    sync_dir(aside)?;
    let _ = fs::remove_dir(from);
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::io("replace", to))
}

/// Removes an intermediate that no state names any more.
pub(super) fn remove_intermediate(dir: &Path, name: &str) -> Result<(), Error> {
    let dir = intermediate_dir(dir, name);
    super::hidden::remove_ours(&dir);
    if dir.join(FileKind::PrivateKey.file_name()).exists() {
        return Err(Error::io("remove", &dir)(ErrorKind::PermissionDenied.into()));
    }
    Ok(())
}

/// Removes a family and its folder, and nothing else that might lie there.
pub(super) fn remove(dir: &Path) -> Result<(), Error> {
    let intermediates = dir.join(INTERMEDIATES);
    sweep(&intermediates);
    for entry in fs::read_dir(&intermediates).into_iter().flatten().flatten() {
        super::hidden::remove_ours(&entry.path());
    }
    let _ = fs::remove_dir(&intermediates);
    super::hidden::remove_ours(dir);
    // What stays would be in the way of the next one.
    for name in [FileKind::RootKey.file_name(), FileKind::Root.file_name(), INTERMEDIATES] {
        let left = dir.join(name);
        if left.exists() {
            let why = if left.is_dir() { ErrorKind::DirectoryNotEmpty } else { ErrorKind::PermissionDenied };
            return Err(Error::io("remove", &left)(why.into()));
        }
    }
    Ok(())
}

fn make_if_missing(dir: &Path) -> Result<(), Error> {
    match make_dir(dir, DIR_MODE) {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => Ok(()),
        done => done.map_err(Error::io("create", dir)),
    }
}
