//! The two ways to go through a system: look, and do.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::conf::ConfChange;
use super::issuer::Issuer;
use super::paths::{Layout, text_kind};
use super::read::read;
use super::survey::{Stray, Survey, Unit, strays};
use super::turn::{Decision, Turn, decide};
use super::{Error, Progress};
use super::{issue, texts};
use crate::bundle::{FileKind, Revoked, Tree};
use crate::pki::{Authority, Ca, Phase};
use crate::render::Servers;
use crate::topology::{Links, NODE_FOLDERS, System};

/// What is to be brought where.
pub struct Order<'a> {
    /// What is wanted.
    pub system: &'a System,
    /// The output folder.
    pub out: PathBuf,
    /// The CA; none, for a plan: there is none yet.
    pub ca: Option<&'a Authority>,
    /// What it revoked.
    pub revoked: &'a Revoked,
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
    /// Whether a new signer waits until every server has read the new `ca.pem`.
    pub waits: bool,
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
    let links = Links::of(order.system);
    let servers = Servers::new(order.system, &links)?;
    let Look { survey, ca_file, waits, .. } = Look::new(order, &layout, progress)?;
    let texts = texts::all(&survey, &servers, progress, &|_, _| Ok(()))?;
    let strays = strays(&survey);
    let units = survey.units;
    Ok(Outcome { layout, units, texts, ca_file, strays, waits })
}

/// Does it. `ca` of the order has to be there; `wait` is called when another run works in the folder, `commit` when it is
/// sure that nothing stands in the way of the CA, before anything is written. `is_still` says, when nobody else works in the
/// folder any more, whether the CA is the one of the order: if not, nothing is done, and there is no outcome.
///
/// # Errors
/// When something cannot be read or written, or is in the way.
pub fn apply(
    order: &Order<'_>,
    prune: bool,
    progress: &dyn Progress,
    wait: impl FnOnce(&Path),
    is_still: impl FnOnce() -> Result<bool, crate::bundle::Error>,
    commit: impl FnOnce() -> Result<(), crate::bundle::Error>,
) -> Result<Option<Outcome>, Error> {
    let links = Links::of(order.system);
    let servers = Servers::new(order.system, &links)?;
    let tree = Tree::open(&order.out, wait)?;
    if !is_still()? {
        return Ok(None);
    }
    let layout = Layout::new(tree.root().to_owned());
    let Look { issuer, mut survey, ca_file, waits } = Look::new(order, &layout, progress)?;
    let ca = issuer.ca.ok_or_else(|| crate::bundle::Error::NoCa(order.out.clone()))?;
    commit()?;
    if ca_file {
        tree.replace_file(&layout.ca(), FileKind::CaBundle, issuer.ca_pem.as_bytes())?;
    }
    let any_issued = issue::all(&tree, ca, &issuer, &mut survey, progress)?;
    let texts = texts::all(&survey, &servers, progress, &|owner, text| {
        Ok(tree.replace_file(&layout.text(order.system, owner), text_kind(owner), text.as_bytes())?)
    })?;
    let mut strays = strays(&survey);
    if prune {
        for stray in &mut strays {
            remove(&tree, stray)?;
        }
    }
    let units = survey.units;
    let outcome = Outcome { layout: layout.clone(), units, texts, ca_file, strays, waits };
    if any_issued || outcome.has_changes() || outcome.strays.iter().any(|stray| stray.removed) {
        progress.begin("bringing it to the disk", 0);
        // Every configuration is written as it should be.
        tree.finish_with_pins()?;
    }
    Ok(Some(outcome))
}

/// What is there, and who signs what is missing.
struct Look<'a> {
    issuer: Issuer<'a>,
    survey: Survey<'a>,
    ca_file: bool,
    waits: bool,
}

impl<'a> Look<'a> {
    fn new(order: &Order<'a>, layout: &'a Layout, progress: &dyn Progress) -> Result<Self, Error> {
        let signer: Vec<&Ca> = order.ca.map(Authority::signer).into_iter().collect();
        let look = Self::by(order, &signer, layout, progress)?;
        let Some(authority) = order.ca else { return Ok(look) };
        let switched = authority.roll.as_ref().is_some_and(|roll| roll.phase == Phase::Switched);
        let before = authority.signers().filter(|_| switched);
        match look.decide(order, authority, before.is_some()) {
            Decision::Go => Ok(look),
            Decision::Refuse(why) => Err(why.into()),
            Decision::Wait => {
                let signers: Vec<&Ca> = before.into_iter().flat_map(|(old, new)| [old, new]).collect();
                let look = Self::by(order, &signers, layout, progress)?;
                match look.decide(order, authority, false) {
                    Decision::Refuse(why) => Err(why.into()),
                    _ => Ok(Self { waits: true, ..look }),
                }
            }
        }
    }

    /// As it is if the first of these signs, and what the others signed is right.
    fn by(
        order: &Order<'a>,
        signers: &[&'a Ca],
        layout: &'a Layout,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let issuer = Issuer::of(order.ca, order.system.ca.trust, signers, order.now, order.revoked);
        let survey = Survey::new(order.system, layout, &issuer, progress)?;
        let found = read(&layout.ca())?;
        let ca_file = found.as_ref().is_none_or(|found| found.bytes.as_slice() != issuer.ca_pem.as_bytes());
        if let Some(found) = found.filter(|_| ca_file) {
            issuer.note_pool(&found.bytes);
        }
        Ok(Self { issuer, survey, ca_file, waits: false })
    }

    fn decide(&self, order: &Order<'_>, authority: &Authority, in_roll: bool) -> Decision {
        let Some(signer) = self.issuer.ca else { return Decision::Go };
        let anchors = authority.anchors(order.system.ca.trust.unwrap_or(authority.trust));
        let known: Vec<_> = authority.all().map(|ca| (ca, authority.title(ca))).collect();
        decide(&Turn { signer, anchors: &anchors, known: &known, in_roll }, &self.issuer.seen())
    }
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
