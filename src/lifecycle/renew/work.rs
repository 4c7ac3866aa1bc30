//! One place: what is due is signed and written, then the configurations.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

use rayon::prelude::*;

use super::due::{Draft, Signers, is_due};
use super::pins::{Exchange, Named};
use super::{Member, Order, Outcome, Refusal, Server, State};
use crate::apply::{ConfChange, Progress, is_made_by_natscert, read};
use crate::bundle::{FileKind, Replacement, noted_pins};
use crate::lifecycle::Error;
use crate::lifecycle::bundle::{Bundle, Key};
use crate::lifecycle::change::Change;
use crate::lifecycle::folder::{Owner, OwnerKind, Place};
use crate::nats::Version;
use crate::pki::{Pin, Validity, pem_block};
use crate::topology::NODE_FOLDERS;

/// Where it is done.
pub(super) struct Desk<'a> {
    pub(super) place: &'a Place,
    pub(super) change: Change,
    pub(super) order: &'a Order<'a>,
    pub(super) signers: &'a Signers<'a>,
    pub(super) progress: &'a dyn Progress,
}

/// What is written of a bundle, or is about to be.
struct Done {
    state: State,
    staged: Option<Replacement>,
}

impl From<Refusal> for Done {
    fn from(why: Refusal) -> Self {
        Self { state: State::Refused(why), staged: None }
    }
}

impl Desk<'_> {
    /// Does it all; the pins that changed.
    pub(super) fn work(
        mut self,
        bundles: Vec<Bundle>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Exchange>, Error> {
        let mut exchanges = Vec::new();
        let damaged = bundles.par_iter().filter(|bundle| self.signers.is_damaged(bundle));
        let damaged: Vec<_> = damaged.map(|bundle| bundle.dir.clone()).collect();
        self.change.doubt(damaged);
        let noted = noted_pins(&self.place.root)?;
        let mut nodes = self.unsettled(&bundles);
        let mut servers: BTreeMap<Owner, bool> = nodes.iter().map(|node| (node.clone(), false)).collect();
        if let Some(noted) = noted.as_deref().map(Exchange::noted).filter(|noted| !noted.is_empty()) {
            self.exchange(&noted, &mut nodes, &mut servers, outcome)?;
            exchanges.push(noted);
        }
        let due = bundles.iter().filter(|bundle| is_due(&bundle.facts, self.order)).count();
        self.progress.begin("renewing", due);
        let done: Vec<Done> =
            bundles.par_iter().map(|bundle| self.renew(bundle)).collect::<Result<_, _>>()?;
        let mut exchange = Exchange::default();
        let mut staged = Vec::new();
        for (bundle, Done { state, staged: replacement }) in bundles.into_iter().zip(done) {
            if let State::Renewed { pin, .. } = &state {
                if *pin != bundle.facts.pin {
                    exchange.add(bundle.facts.pin, *pin, &bundle.dir);
                }
                if let Some(node) = bundle.owner.as_ref().filter(|owner| owner.kind == OwnerKind::Node) {
                    if !servers.contains_key(node) {
                        servers.insert(node.clone(), false);
                    }
                    if self.change.is_settled(node) && !nodes.contains(node) {
                        nodes.insert(node.clone());
                    }
                }
            }
            staged.extend(replacement);
            outcome.members.push(Member::of(bundle, state));
        }
        if !exchange.is_empty() {
            self.change.tree().note_pins(&exchange.to_text())?;
            self.progress.begin("replacing", staged.len());
            staged.into_par_iter().try_for_each(Replacement::put)?;
            self.exchange(&exchange, &mut nodes, &mut servers, outcome)?;
            exchanges.push(exchange);
        }
        outcome
            .servers
            .extend(servers.into_iter().map(|(node, needs_restart)| Server { node, needs_restart }));
        let is_renewed = outcome.members.iter().any(|member| matches!(member.state, State::Renewed { .. }));
        if is_renewed || noted.is_some() || !nodes.is_empty() {
            let nodes: Vec<_> = nodes.into_iter().map(|node| node.dir).collect();
            self.change.configure(&nodes, |_, _| None, self.progress)?;
            self.change.finish_with_pins(self.progress)?;
        }
        Ok(exchanges)
    }

    /// Nodes of which a run that was killed did not come to say that they have to reload, if all that they have is right.
    fn unsettled(&self, bundles: &[Bundle]) -> BTreeSet<Owner> {
        let mut nodes: HashMap<&Owner, Vec<&Bundle>> = HashMap::new();
        for bundle in bundles {
            let owner = bundle.owner.as_ref().filter(|owner| owner.kind == OwnerKind::Node);
            if let Some(owner) = owner.filter(|owner| !self.change.is_settled(owner)) {
                nodes.entry(owner).or_default().push(bundle);
            }
        }
        let has = |node: &Owner, folder: &str| {
            node.dir.join(folder).join(FileKind::Certificate.file_name()).exists()
        };
        let is_right = |node: &Owner, found: &[&Bundle]| {
            node.text().exists()
                && found.len() == NODE_FOLDERS.iter().filter(|folder| has(node, folder)).count()
                && found.iter().all(|one| one.key == Key::Matches && self.signers.issued(one))
        };
        let right = nodes.into_iter().filter(|(node, found)| is_right(node, found));
        right.map(|(node, _)| node.clone()).collect()
    }

    /// Signs what is due. With the same key it is written; with a new one it is staged.
    fn renew(&self, bundle: &Bundle) -> Result<Done, Error> {
        if !is_due(&bundle.facts, self.order) {
            return Ok(Done { state: State::Right, staged: None });
        }
        let draft = match self.signers.draft(bundle, self.order) {
            Ok(draft) => draft,
            Err(why) => return Ok(why.into()),
        };
        let done =
            if self.order.new_key { self.with_new_key(bundle, &draft) } else { self.write(bundle, &draft) };
        self.progress.advance(1);
        done
    }

    fn write(&self, bundle: &Bundle, draft: &Draft<'_>) -> Result<Done, Error> {
        let der = match draft.signer.certify(&draft.request, &bundle.facts.spki) {
            Ok(der) => der,
            Err(why) => return Ok(Refusal::Pki(why).into()),
        };
        let text = pem_block(&der) + &draft.signer.intermediates_pem();
        self.change.put_file(&bundle.dir, FileKind::Certificate, text.as_bytes())?;
        Ok(Done { state: self.renewed(draft, bundle.facts.pin), staged: None })
    }

    fn with_new_key(&self, bundle: &Bundle, draft: &Draft<'_>) -> Result<Done, Error> {
        let issued = match draft.signer.sign(&draft.request) {
            Ok(issued) => issued,
            Err(why) => return Ok(Refusal::Pki(why).into()),
        };
        let (cert, key) = (issued.cert_pem(), issued.key_pem());
        let files = [(FileKind::Certificate, cert.as_bytes()), (FileKind::PrivateKey, key.as_bytes())];
        let staged = self.change.tree().replacement(&bundle.dir, &files)?;
        Ok(Done { state: self.renewed(draft, issued.pin()), staged: Some(staged) })
    }

    fn renewed(&self, draft: &Draft<'_>, pin: Pin) -> State {
        let asked = draft.request.validity;
        let not_after = asked.not_after.min(draft.signer.end());
        let validity = Validity { not_after, ..asked };
        State::Renewed { validity, pin, is_former_ca: !self.signers.is_current(draft.signer) }
    }

    /// Puts new pins into the configurations of all nodes of the place that name the old ones.
    fn exchange(
        &self,
        exchange: &Exchange,
        nodes: &mut BTreeSet<Owner>,
        servers: &mut BTreeMap<Owner, bool>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let found: Vec<(Owner, Vec<Named>, bool)> = self
            .nodes()
            .into_par_iter()
            .map(|node| {
                let path = node.text();
                let Some(text) = read(&path)?.filter(|text| is_made_by_natscert(&text.bytes)) else {
                    return Ok((node, Vec::new(), false));
                };
                let named = exchange.named(&path, &text.bytes);
                let edited = exchange.applied(&text.bytes);
                let restart = edited.is_some_and(|edited| needs_restart(&text.bytes, &edited));
                Ok((node, named, restart))
            })
            .collect::<Result<_, Error>>()?;
        let mut edited = Vec::new();
        for (node, named, restart) in found.into_iter().filter(|(_, named, _)| !named.is_empty()) {
            edited.push(node.dir.clone());
            *servers.entry(node.clone()).or_default() |= restart;
            // Its configuration is the newest of its files then.
            nodes.remove(&node);
            outcome.named.extend(named.into_iter().map(|named| Named { is_rewritten: true, ..named }));
        }
        self.change.configure(&edited, |_, text| exchange.applied(text), self.progress)
    }

    /// Every node of an output folder of `apply`, whether its bundles were named or not.
    fn nodes(&self) -> Vec<Owner> {
        if !self.place.is_applied {
            return Vec::new();
        }
        let entries = fs::read_dir(self.place.root.join("nodes")).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let node = |entry: fs::DirEntry| Owner {
            kind: OwnerKind::Node,
            name: entry.file_name().to_string_lossy().into_owned(),
            dir: entry.path(),
        };
        folders.map(node).filter(|node| !node.name.starts_with('.')).collect()
    }
}

/// Whether the nats-server that a configuration was made for takes the change by a reload.
fn needs_restart(old: &[u8], new: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&old[..old.len().min(1024)]).into_owned();
    let version =
        head.split_once("for nats-server ").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    let version: Version = version.unwrap_or(Version::OLDEST);
    ConfChange::between(old, &String::from_utf8_lossy(new), version).needs_restart()
}
