//! The `cacerts` file of each Java installation. Read by natscert itself, because a keytool process takes most of a
//! second; written by keytool alone: of a PKCS#12 file without password that others wrote, Java took no root any more.

mod homes;
mod jks;
mod keystore;
mod keytool;
mod pkcs12;
mod store;

use std::path::{Path, PathBuf};

use super::machine::Machine;
use super::place::{Candidate, Kind, Trouble};
use homes::{Home, keystore_in};
use store::Store;

pub(super) fn candidates(machine: &Machine) -> Vec<Candidate> {
    candidates_in(machine, &homes::folders(machine))
}

/// `folders` hold one installation in each folder.
fn candidates_in(machine: &Machine, folders: &[PathBuf]) -> Vec<Candidate> {
    let homes = homes::all(machine, folders);
    let mut stores: Vec<Store> = Vec::new();
    let mut found = Vec::new();
    for home in &homes {
        match keystore_in(&home.path) {
            Some(path) => add(&mut stores, path, Some(&home.path)),
            None => found.extend(trouble(home)),
        }
    }
    for (_, path) in machine.known.iter().filter(|(kind, _)| *kind == Kind::Java) {
        if let Some(path) = std::fs::canonicalize(path).ok().filter(|path| path.is_file()) {
            add(&mut stores, path, None);
        }
    }
    let others: Vec<_> = homes.into_iter().map(|home| home.path).collect();
    let places = stores.into_iter().map(|mut store| {
        store.find_keytools(machine, &others);
        Candidate::Place(Box::new(store))
    });
    found.splice(0..0, places);
    if found.is_empty() {
        found.push(Candidate::Nothing { kind: Kind::Java, reason: "no Java found".to_owned() });
    }
    found
}

/// Installations may share a keystore: those of Debian all have the one below `/etc`.
fn add(stores: &mut Vec<Store>, path: PathBuf, home: Option<&Path>) {
    let index = stores.iter().position(|store| store.has_path(&path)).unwrap_or_else(|| {
        stores.push(Store::new(path));
        stores.len() - 1
    });
    stores[index].add_home(home);
}

fn trouble(home: &Home) -> Option<Candidate> {
    let path = home.path.display();
    let (name, trouble) = if home.is_java_home {
        let what = if home.path.is_dir() { "has no lib/security/cacerts" } else { "does not exist" };
        let hint = "set JAVA_HOME to a Java installation, or unset it";
        ("JAVA_HOME".to_owned(), Trouble::skipped(format!("{path} {what}"), hint))
    } else if home.has_java() {
        let reason = format!("{path} has no lib/security/cacerts, or it leads nowhere");
        (
            home.title(),
            Trouble::skipped(reason, format!("install or repair the package that {path} comes from")),
        )
    } else {
        return None;
    };
    Some(Candidate::Trouble { kind: Kind::Java, name, trouble })
}

#[cfg(test)]
mod tests;
