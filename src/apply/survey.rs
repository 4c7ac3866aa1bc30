//! Everything of a system on disk: what is right, what is not, what is left over.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::conf::ConfChange;
use super::inspect::Found;
use super::issuer::Issuer;
use super::paths::Layout;
use super::read::{changed, read};
use super::texts::is_made_by_natscert;
use super::{Error, Progress};
use crate::bundle::{FileKind, check_replaceable, refuse_link};
use crate::pki::Pin;
use crate::render::Site;
use crate::topology::{NODE_FOLDERS, Owner, System, Wanted};

/// The certificates of one node or client.
#[derive(Debug)]
pub struct Unit {
    /// Whose.
    pub owner: Owner,
    /// Whether it has no folder yet.
    pub(super) is_new: bool,
    /// Each of them.
    pub certificates: Vec<Found>,
    /// Why the command line of a client was written together with its bundle.
    pub(super) script: Option<ConfChange>,
}

/// What is there.
pub(super) struct Survey<'a> {
    pub(super) system: &'a System,
    pub(super) layout: &'a Layout,
    /// The nodes, then the clients.
    pub(super) units: Vec<Unit>,
    /// Whether what was missing has been issued.
    pub(super) applied: bool,
}

impl Unit {
    fn inspect(system: &System, layout: &Layout, issuer: &Issuer<'_>, owner: Owner) -> Result<Self, Error> {
        refuse_link(&layout.owner(system, owner))?;
        let reference = changed(&layout.text(system, owner));
        let is_new = reference.is_none() && fs::symlink_metadata(layout.owner(system, owner)).is_err();
        let inspect = |wanted: &Wanted| {
            if is_new {
                return Ok(Found::missing(wanted.folder));
            }
            let dir = layout.bundle(system, owner, wanted.folder);
            let mut found = issuer.inspect(&dir, wanted, system.owner_name(owner), reference)?;
            found.is_newer &= matches!(owner, Owner::Node(_));
            if !found.reasons.is_empty() {
                // What cannot be replaced stops the run before anything is written.
                check_replaceable(&dir)?;
            }
            Ok::<_, Error>(found)
        };
        let certificates = system.wanted(owner).iter().map(inspect).collect::<Result<_, _>>()?;
        Ok(Self { owner, is_new, certificates, script: None })
    }
}

impl<'a> Survey<'a> {
    /// Reads every bundle. Nothing is written.
    pub(super) fn new(
        system: &'a System,
        layout: &'a Layout,
        issuer: &Issuer<'_>,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let owners = system.nodes.len() + system.clients.len();
        progress.begin("reading", owners);
        refuse_link(&layout.nodes())?;
        refuse_link(&layout.clients())?;
        let units = (0..owners)
            .into_par_iter()
            .map(|index| {
                let unit = Unit::inspect(system, layout, issuer, owner(system, index))?;
                progress.advance(1);
                Ok(unit)
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { system, layout, units, applied: false })
    }

    /// The pin of a certificate that was made again, or in a plan one that no key has.
    fn new_pin(&self, found: &Found) -> Pin {
        if self.applied { found.pin } else { None }.unwrap_or_else(|| Pin::of_spki(&[]))
    }

    fn unit(&self, owner: Owner) -> &Unit {
        match owner {
            Owner::Node(index) => &self.units[index],
            Owner::Client(index) => &self.units[self.system.nodes.len() + index],
        }
    }

    pub(super) fn found(&self, owner: Owner, folder: &str) -> Option<&Found> {
        self.unit(owner).certificates.iter().find(|found| found.folder == folder)
    }
}

/// The owner at a place in [`Survey::units`].
fn owner(system: &System, index: usize) -> Owner {
    match index.checked_sub(system.nodes.len()) {
        None => Owner::Node(index),
        Some(client) => Owner::Client(client),
    }
}

impl Site for Survey<'_> {
    fn dir(&self, node: usize) -> String {
        self.layout.seen(self.system, Owner::Node(node))
    }

    fn pin(&self, owner: Owner, folder: &'static str) -> Option<Pin> {
        let found = self.found(owner, folder)?;
        // A key that is still to be made counts as one that is not known yet: the configuration will change.
        if found.reasons.is_empty() || found.keeps_key() { found.pin } else { Some(self.new_pin(found)) }
    }
}

/// Something in the output folder that the manifest does not have any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its folder.
    pub path: PathBuf,
    /// Whether it was removed.
    pub removed: bool,
    /// Whether files of somebody else are in it.
    pub kept: bool,
}

impl Stray {
    fn new(path: PathBuf) -> Self {
        Self { path, removed: false, kept: false }
    }
}

/// Folders of nodes and clients, and of roles in them, that are not wanted.
pub(super) fn strays(survey: &Survey<'_>) -> Vec<Stray> {
    let (system, layout) = (survey.system, survey.layout);
    let known =
        |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<std::collections::HashSet<_>>();
    let nodes = known(system.nodes.iter().map(|node| node.name.as_str()).collect());
    let clients = known(system.clients.iter().map(|client| client.name.as_str()).collect());
    let mut found = Vec::new();
    for (dir, known) in [(layout.nodes(), nodes), (layout.clients(), clients)] {
        let Ok(entries) = fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let path = entry.path();
            let hidden = name.as_encoded_bytes().starts_with(b".");
            if !hidden && !name.to_str().is_some_and(|name| known.contains(name)) && is_ours(&path) {
                found.push(Stray::new(path));
            }
        }
    }
    found.extend(
        survey
            .units
            .par_iter()
            .flat_map_iter(|unit| stray_roles(survey, unit))
            .map(Stray::new)
            .collect::<Vec<_>>(),
    );
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn stray_roles(survey: &Survey<'_>, unit: &Unit) -> Vec<PathBuf> {
    if unit.is_new || !matches!(unit.owner, Owner::Node(_)) {
        return Vec::new();
    }
    let dir = survey.layout.owner(survey.system, unit.owner);
    if !is_folder(&dir) {
        return Vec::new();
    }
    let unwanted =
        NODE_FOLDERS.iter().filter(|folder| unit.certificates.iter().all(|found| found.folder != **folder));
    unwanted.map(|folder| dir.join(folder)).filter(|dir| has_bundle(dir)).collect()
}

/// A folder itself, not a link to one: what a link leads to is not ours.
fn is_folder(dir: &Path) -> bool {
    fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir())
}

fn has_bundle(dir: &Path) -> bool {
    let has = |kind: FileKind| dir.join(kind.file_name()).exists();
    is_folder(dir) && (has(FileKind::Certificate) || has(FileKind::PrivateKey))
}

/// Whether natscert made this folder: the text in it says so.
fn is_ours(dir: &Path) -> bool {
    let is_made = |kind: FileKind| {
        read(&dir.join(kind.file_name()))
            .is_ok_and(|text| text.is_some_and(|t| is_made_by_natscert(&t.bytes)))
    };
    is_folder(dir) && (is_made(FileKind::NatsConf) || is_made(FileKind::ClientScript))
}
