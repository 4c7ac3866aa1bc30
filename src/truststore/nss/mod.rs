//! NSS databases: Chromium's, and one in each Firefox profile.

use super::machine::Machine;
use super::place::{Candidate, Kind};

mod certutil;
mod database;
mod discover;
mod library;
mod made;
mod native;
mod package;
#[cfg(test)]
mod tests;
mod tool;
mod trouble;

/// The file with the certificates and their trust.
const CERTIFICATES: &str = "cert9.db";
/// The file with the keys, and the password that seals the trust.
const KEYS: &str = "key4.db";

/// All databases of the user, with the tool that this machine has for them.
pub(super) fn candidates(machine: &Machine, explicit: bool) -> Vec<Candidate> {
    let tool = || -> Option<std::rc::Rc<dyn tool::Tool>> {
        match library::Library::load() {
            Some(library) => Some(std::rc::Rc::new(native::Native(library))),
            None => certutil::Certutil::find().map(|certutil| std::rc::Rc::new(certutil) as _),
        }
    };
    served(discover::Survey::of(machine, explicit), machine, tool)
}

fn served(
    survey: discover::Survey,
    machine: &Machine,
    tool: impl FnOnce() -> Option<std::rc::Rc<dyn tool::Tool>>,
) -> Vec<Candidate> {
    use super::place::Trouble;

    let kind = Kind::Nss;
    let troubles = survey.troubles.into_iter();
    let mut candidates: Vec<_> =
        troubles.map(|(name, trouble)| Candidate::Trouble { kind, name, trouble }).collect();
    if survey.spots.is_empty() {
        if candidates.is_empty() {
            candidates
                .push(Candidate::Nothing { kind, reason: "no Chromium and no Firefox found".to_owned() });
        }
        return candidates;
    }
    let Some(tool) = tool() else {
        let dirs: Vec<_> = survey.spots.iter().map(|spot| spot.dir.display().to_string()).collect();
        let reason = format!("neither libnss3 nor certutil is here, to read {}", dirs.join(", "));
        let hint = format!("{}, then run the same command again", package::LIBRARY.command());
        // Nobody can tell what is in a database that is there.
        let is_there = survey.spots.iter().any(|spot| discover::has_database(&spot.dir));
        let trouble = if is_there { Trouble::failed(reason, hint) } else { Trouble::skipped(reason, hint) };
        candidates.push(Candidate::Trouble { kind, name: "browsers".to_owned(), trouble });
        return candidates;
    };
    let ask = machine.ask.as_ref();
    let places = survey.spots.into_iter().map(|discover::Spot { name, dir }| {
        let (tool, ask) = (std::rc::Rc::clone(&tool), ask.cloned());
        Candidate::Place(Box::new(database::Database { name, dir, tool, ask }))
    });
    let mut all: Vec<_> = places.collect();
    all.append(&mut candidates);
    all
}
