//! The two ways to go through a system: look, and do.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::conf::ConfChange;
use super::inspect::Issuer;
use super::paths::{Layout, text_kind};
use super::read::read;
use super::survey::{Stray, Survey, Unit, strays};
use super::{Error, Progress};
use super::{issue, texts};
use crate::bundle::{FileKind, Tree};
use crate::pki::Ca;
use crate::render::Servers;
use crate::topology::{Links, NODE_FOLDERS, System};

/// What is to be brought where.
pub struct Order<'a> {
    /// What is wanted.
    pub system: &'a System,
    /// The output folder.
    pub out: PathBuf,
    /// The CA; none, for a plan: there is none yet.
    pub ca: Option<&'a Ca>,
    /// The present.
    pub now: OffsetDateTime,
}

/// What is to be done, or was done.
#[derive(Debug)]
pub struct Outcome {
    /// Where.
    pub layout: Layout,
    /// The certificates of the nodes, then of the clients, with why each is made again.
    pub units: Vec<Unit>,
    /// For each of them why its text (configuration, command line) is written; none: it is right.
    pub texts: Vec<Option<ConfChange>>,
    /// Whether `OUT/ca.pem` is written.
    pub ca_file: bool,
    /// What is there and not wanted.
    pub strays: Vec<Stray>,
}

impl Outcome {
    /// Whether there is anything to do, beside what `--prune` would remove.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        let certificate = |unit: &Unit| unit.certificates.iter().any(super::Found::needs_reload);
        self.ca_file || self.units.iter().any(certificate) || self.texts.iter().any(Option::is_some)
    }
}

/// Says what [`apply`] would do. Writes nothing.
///
/// # Errors
/// When something cannot be read, or is in the way.
pub fn plan(order: &Order<'_>, progress: &dyn Progress) -> Result<Outcome, Error> {
    // As apply finds it: configurations name the folder that a link leads to.
    let layout = Layout::new(fs::canonicalize(&order.out).unwrap_or_else(|_| order.out.clone()));
    let issuer = Issuer::new(order.ca, order.now);
    let links = Links::of(order.system);
    let servers = Servers::new(order.system, &links)?;
    let survey = Survey::new(order.system, &layout, &issuer, progress)?;
    let texts = texts::all(&survey, &servers, progress, &|_, _| Ok(()))?;
    let strays = strays(&survey);
    let units = survey.units;
    Ok(Outcome { ca_file: ca_differs(&layout, &issuer)?, units, texts, strays, layout })
}

/// Does it. `ca` of the order has to be there; `wait` is called when another run works in the folder.
///
/// # Errors
/// When something cannot be read or written, or is in the way.
pub fn apply(
    order: &Order<'_>,
    prune: bool,
    progress: &dyn Progress,
    wait: impl FnOnce(&Path),
) -> Result<Outcome, Error> {
    let ca = order.ca.ok_or_else(|| crate::bundle::Error::NoCa(order.out.clone()))?;
    let links = Links::of(order.system);
    let servers = Servers::new(order.system, &links)?;
    let tree = Tree::open(&order.out, wait)?;
    let layout = Layout::new(tree.root().to_owned());
    let issuer = Issuer::new(order.ca, order.now);
    let mut survey = Survey::new(order.system, &layout, &issuer, progress)?;
    let ca_file = ca_differs(&layout, &issuer)?;
    if ca_file {
        tree.put_file(&layout.ca(), FileKind::CaBundle, issuer.ca_pem.as_bytes())?;
    }
    let any_issued = issue::all(&tree, ca, &issuer, &mut survey, progress)?;
    let texts = texts::all(&survey, &servers, progress, &|owner, text| {
        Ok(tree.put_file(&layout.text(order.system, owner), text_kind(owner), text.as_bytes())?)
    })?;
    let mut strays = strays(&survey);
    if prune {
        for stray in &mut strays {
            remove(&tree, stray)?;
        }
    }
    let units = survey.units;
    let outcome = Outcome { ca_file, units, texts, strays, layout: layout.clone() };
    if any_issued || outcome.has_changes() || outcome.strays.iter().any(|stray| stray.removed) {
        progress.begin("bringing it to the disk", 0);
        tree.finish()?;
    }
    Ok(outcome)
}

fn ca_differs(layout: &Layout, issuer: &Issuer<'_>) -> Result<bool, Error> {
    let found = read(&layout.ca())?;
    Ok(found.is_none_or(|found| found.bytes.as_slice() != issuer.ca_pem.as_bytes()))
}

/// Removes what natscert wrote of a node, a client or a role.
fn remove(tree: &Tree, stray: &mut Stray) -> Result<(), Error> {
    for folder in NODE_FOLDERS {
        tree.remove(&stray.path.join(folder))?;
    }
    stray.removed = tree.remove(&stray.path)?;
    stray.kept = !stray.removed;
    Ok(())
}
