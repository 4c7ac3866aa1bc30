//! Which root the trust commands mean, and what is known of where it was installed.

use std::path::PathBuf;

use serde::Serialize;

use super::super::args::TrustStatusArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::ca::default_root;
use crate::bundle::{self, CaDir, FileKind};
use crate::truststore::{Entry, Kind, Ledger, Line, Other, Outcome, Root, Stores, Wanted, status};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Install,
    Uninstall,
}

/// The root that is meant.
#[derive(Debug)]
pub(super) struct Target {
    /// None: of a root that was lost, only its fingerprint is known.
    pub(super) root: Option<Root>,
    pub(super) wanted: Wanted,
    pub(super) ca_dir: PathBuf,
    pub(super) ledger: Ledger,
}

#[derive(Serialize)]
pub(super) struct JsonRoot<'a> {
    title: &'a str,
    pem: String,
}

impl<'a> JsonRoot<'a> {
    pub(super) fn of(root: &'a Root) -> Self {
        Self { title: root.title(), pem: root.pem() }
    }
}

/// The stores that are asked for: all, or those that were named.
pub(super) fn stores(args: &TrustStatusArgs) -> Stores {
    let mut kinds = if args.stores.is_empty() { Kind::ALL.to_vec() } else { args.stores.clone() };
    kinds.sort();
    kinds.dedup();
    Stores { kinds, named: !args.stores.is_empty(), own_only: false }
}

/// The root of a CA directory, whose key may be missing or not ours to read.
pub(super) fn root_in(ca_dir: &CaDir) -> Result<Root, Failure> {
    known_root(ca_dir)?.ok_or_else(|| bundle::Error::NoCa(ca_dir.path().to_owned()).into())
}

fn known_root(ca_dir: &CaDir) -> Result<Option<Root>, Failure> {
    let path = ca_dir.path().join(FileKind::Root.file_name());
    if !path.try_exists().unwrap_or(true) {
        return Ok(None);
    }
    let bytes = bundle::read_input(&path)?;
    Root::read(&bytes).map(Some).map_err(|why| {
        Failure::input(
            format!("{}: {why}", path.display()),
            "put the root back; in the stores it is found without, by --fingerprint HEX",
        )
    })
}

/// The root that is meant. `None`: there is none, everything has been said, and nothing is to be done.
pub(super) fn resolve(
    verb: Verb,
    args: &TrustStatusArgs,
    dry_run: bool,
    environment: &Environment,
    report: &Report,
) -> Result<Option<Target>, Failure> {
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    let ledger = Environment::ledger()?;
    let found = match (verb, &args.fingerprint) {
        (Verb::Install, None) => Some(to_install(&ca_dir, dry_run, environment, report)?),
        _ => find(args, &ca_dir, &ledger)?,
    };
    let target = |(root, wanted): (Option<Root>, Wanted)| Target {
        root,
        wanted,
        ca_dir: ca_dir.path().to_owned(),
        ledger: ledger.clone(),
    };
    match found {
        Some((None, wanted)) if verb == Verb::Install => Err(Failure::input(
            format!("no root with the fingerprint {} is known", wanted.fingerprint()),
            "point --ca-dir to the CA that it is the root of",
        )),
        Some(found) => Ok(Some(target(found))),
        None => {
            let left = nothing_known(&ca_dir, &stores(args), environment, report)?;
            Ok(left.map(|wanted| target((None, wanted))))
        }
    }
}

/// The root of the CA directory, made if there is none.
fn to_install(
    ca_dir: &CaDir,
    dry_run: bool,
    environment: &Environment,
    report: &Report,
) -> Result<(Option<Root>, Wanted), Failure> {
    // The key is not needed, and may be somewhere else.
    if let Some(root) = known_root(ca_dir)? {
        root.facts().check_root(environment.now)?;
        let wanted = root.wanted();
        return Ok((Some(root), wanted));
    }
    if dry_run {
        return Err(bundle::Error::NoCa(ca_dir.path().to_owned()).into());
    }
    let opened = ca_dir.open_or_create(environment.now, || default_root(environment))?;
    super::tell_notes(report, &opened.notes);
    if opened.created {
        let title = human::title(opened.root().facts());
        report.done("created", &format!("root CA {title} in {}", ca_dir.path().display()));
    }
    let root = Root::of(opened.root().der())?;
    let wanted = root.wanted();
    Ok((Some(root), wanted))
}

/// The root that was named, else that of the CA directory, else the one that the state files know.
pub(super) fn find(
    args: &TrustStatusArgs,
    ca_dir: &CaDir,
    ledger: &Ledger,
) -> Result<Option<(Option<Root>, Wanted)>, Failure> {
    if let Some(text) = &args.fingerprint {
        let wanted = Wanted::parse(text).ok_or_else(|| {
            Failure::input(
                format!("{text:?} is no SHA-256 fingerprint"),
                "give 64 hex digits, as natscert ca show and openssl x509 -fingerprint -sha256 print them",
            )
        })?;
        // A CA directory that cannot be read is no reason: the fingerprint is enough.
        // In a roll there are two roots, and one of them is to come or to go.
        let there = ca_dir.root_files().into_iter().filter_map(|file| bundle::read_input(&file).ok());
        let of_ca = there.filter_map(|bytes| Root::read(&bytes).ok()).find(|root| root.wanted() == wanted);
        let root = of_ca.or_else(|| ledger.entry(&wanted).map(|entry| entry.root));
        return Ok(Some((root, wanted)));
    }
    if let Some(root) = known_root(ca_dir)? {
        let wanted = root.wanted();
        return Ok(Some((Some(root), wanted)));
    }
    let (mut entries, unread) = ledger.entries();
    if let Some(path) = unread.first() {
        return Err(Failure::input(
            format!("{} is no state file", path.display()),
            "remove it; natscert trust uninstall --fingerprint HEX works without",
        ));
    }
    match entries.len() {
        0 => Ok(None),
        1 => {
            let root = entries.swap_remove(0).root;
            let wanted = root.wanted();
            Ok(Some((Some(root), wanted)))
        }
        _ => {
            let list = choices(entries.iter().map(|entry| (entry.root.fingerprint(), entry.root.title())));
            Err(Failure::input(
                format!("there is no CA in {}, and several roots are installed", ca_dir.path().display()),
                "choose one of these with --fingerprint",
            )
            .among(&list))
        }
    }
}

/// No CA, no state file: the stores may hold roots of natscert's all the same, or what was left of one.
fn nothing_known(
    ca_dir: &CaDir,
    stores: &Stores,
    environment: &Environment,
    report: &Report,
) -> Result<Option<Wanted>, Failure> {
    let views = status(stores, &environment.machine(Vec::new()), &Wanted::none());
    let found = || views.iter().filter_map(|view| view.found.as_ref().ok()?.as_ref());
    let others = distinct_others(found().flat_map(|found| &found.others));
    let dir = ca_dir.path().display();
    if !others.is_empty() {
        return Err(Failure::input(
            format!("there is no CA in {dir}, and no state file says which root is meant"),
            "choose one of these with --fingerprint",
        )
        .among(&choices(others.iter().map(|other| (&*other.fingerprint, &*other.title)))));
    }
    let is_unread = views.iter().any(|view| view.found.as_ref().is_err_and(|trouble| !trouble.is_skip));
    if is_unread || found().any(|found| !found.leftovers.is_empty()) {
        // What can be told of them is told as they are gone through.
        return Ok(Some(Wanted::none()));
    }
    report.done("absent", &format!("there is no CA in {dir}, and no store has a root of natscert's"));
    Ok(None)
}

/// A line for each root to choose from.
fn choices<'a>(roots: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    roots.map(|(fingerprint, title)| format!("{fingerprint} {title}")).collect()
}

/// Each root once.
pub(super) fn distinct_others<'a>(others: impl Iterator<Item = &'a Other>) -> Vec<&'a Other> {
    let mut distinct: Vec<&Other> = Vec::new();
    for other in others {
        if distinct.iter().all(|known| known.fingerprint != other.fingerprint) {
            distinct.push(other);
        }
    }
    distinct
}

/// The state file of a run. That it cannot be written is said once, and stops nothing.
pub(super) struct Book<'a> {
    ledger: &'a Ledger,
    wanted: &'a Wanted,
    entry: Option<Entry>,
    /// What the file says.
    written: Option<Entry>,
    report: &'a Report,
    pub(super) is_lost: bool,
}

impl Target {
    pub(super) fn book<'a>(&'a self, report: &'a Report) -> Book<'a> {
        let fresh = || self.root.clone().map(|root| Entry { root, places: Vec::new() });
        let written = self.ledger.entry(&self.wanted);
        let entry = written.clone().or_else(fresh);
        Book { ledger: &self.ledger, wanted: &self.wanted, entry, written, report, is_lost: false }
    }
}

impl Book<'_> {
    pub(super) fn known(&self) -> Vec<(Kind, PathBuf)> {
        self.entry.as_ref().map_or_else(Vec::new, |entry| entry.places.clone())
    }

    /// Notes whether a place has the root now. What was added is written at once: whoever is interrupted leaves a trace.
    pub(super) fn note(&mut self, line: &Line) {
        let (Some(entry), Some(path)) = (&mut self.entry, &line.path) else { return };
        let is_same = |place: &(Kind, PathBuf)| place.0 == line.store && &place.1 == path;
        match line.outcome {
            Outcome::Installed | Outcome::Already if !entry.places.iter().any(is_same) => {
                entry.places.push((line.store, path.clone()));
                self.save();
            }
            Outcome::Removed | Outcome::Absent => entry.places.retain(|place| !is_same(place)),
            _ => {}
        }
    }

    /// Writes it, unless the file says so already.
    pub(super) fn save(&mut self) {
        let Some(entry) = self.entry.as_ref().filter(|entry| self.written.as_ref() != Some(entry)) else {
            return;
        };
        let done = self.ledger.put(entry);
        if done.is_ok() {
            self.written = Some(entry.clone());
        }
        self.tell(done);
    }

    /// Writes it after an uninstall: a root that is nowhere needs none.
    pub(super) fn close(&mut self, lines: &[Line]) {
        if let Some(entry) = &mut self.entry {
            // A file that is gone has nothing to be removed from; one that cannot be seen may.
            entry
                .places
                .retain(|(kind, path)| *kind == Kind::System || !matches!(path.try_exists(), Ok(false)));
        }
        let is_left = self.entry.as_ref().is_some_and(|entry| !entry.places.is_empty());
        if is_left || lines.iter().any(|line| !line.as_asked) {
            return self.save();
        }
        let done = self.ledger.forget(self.wanted);
        self.tell(done);
    }

    fn tell(&mut self, done: Result<(), bundle::Error>) {
        let Err(why) = done else { return };
        if !self.is_lost {
            let hint = format!(
                "without it, natscert trust uninstall needs --fingerprint {}",
                self.wanted.fingerprint()
            );
            self.report.warning(&format!("the state file is not written: {why}"), Some(&hint));
        }
        self.is_lost = true;
    }
}
