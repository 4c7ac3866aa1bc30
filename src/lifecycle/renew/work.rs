//! One place: what is due is signed and written, then the configurations.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use rayon::prelude::*;

use super::due::{Draft, Signers, is_due};
use super::pins::{Exchange, Named};
use super::{Member, Order, Outcome, Refusal, Server, State};
use crate::apply::{ConfChange, Progress, is_made_by_natscert, read};
use crate::bundle::{self, FileKind, noted_pins};
use crate::lifecycle::Error;
use crate::lifecycle::bundle::{Bundle, Key};
use crate::lifecycle::change::Change;
use crate::lifecycle::folder::{Owner, OwnerKind, Place};
use crate::nats::Version;
use crate::pki::{Certificate, Pin, Validity};
use crate::topology::NODE_FOLDERS;

/// Where it is done.
pub(super) struct Desk<'a> {
    pub(super) place: &'a Place,
    pub(super) change: Change,
    /// What was named.
    pub(super) named: &'a [PathBuf],
    pub(super) order: &'a Order<'a>,
    pub(super) signers: &'a Signers<'a>,
    pub(super) progress: &'a dyn Progress,
}

/// What is written of a bundle, or is about to be.
struct Done {
    state: State,
    /// A new certificate and its key, for the place of the old ones.
    made: Option<Certificate>,
}

impl From<Refusal> for Done {
    fn from(why: Refusal) -> Self {
        Self { state: State::Refused(why), made: None }
    }
}

/// The servers of a place that have something to do.
#[derive(Default)]
struct Told {
    /// Whose configurations are written again.
    nodes: BTreeSet<Owner>,
    /// Who reloads; or has to start anew.
    servers: BTreeMap<Owner, bool>,
}

impl Desk<'_> {
    /// Does it all; the pins that changed.
    pub(super) fn work(
        mut self,
        bundles: Vec<Bundle>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Exchange>, Error> {
        let damaged = bundles.par_iter().filter(|bundle| self.signers.is_damaged(bundle));
        let damaged: Vec<_> = damaged.map(|bundle| bundle.dir.clone()).collect();
        self.change.doubt(damaged);
        let due = bundles.iter().filter(|bundle| is_due(&bundle.facts, self.order)).count();
        let noted = noted_pins(&self.place.root)?;
        let nodes = self.unsettled(&bundles);
        let mut told = Told { servers: nodes.iter().map(|node| (node.clone(), false)).collect(), nodes };
        let is_noted = self.note_reload(due > 0 || noted.is_some() || !told.nodes.is_empty());
        let mut exchanges = Vec::new();
        if let Some(noted) = noted.as_deref().map(Exchange::noted).filter(|noted| !noted.is_empty()) {
            self.exchange(&noted, &mut told, outcome)?;
            exchanges.push(noted);
        }
        let shared = self.shared(&bundles);
        self.progress.begin("renewing", due);
        let mut done: Vec<Done> =
            bundles.par_iter().map(|bundle| self.renew(bundle, &shared)).collect::<Result<_, _>>()?;
        self.put(&bundles, &mut done, exchanges.first())?;
        let is_renewed = done.iter().any(|done| matches!(done.state, State::Renewed { .. }));
        let exchange = self.conclude(bundles, done, &mut told, outcome);
        if !exchange.is_empty() {
            self.exchange(&exchange, &mut told, outcome)?;
            exchanges.push(exchange);
        }
        let has_changes = is_renewed || !told.servers.is_empty();
        match is_noted {
            Ok(Some(_)) if has_changes => _ = outcome.noted.insert(self.place.root.clone()),
            Ok(Some(mark)) if !outcome.noted.contains(&self.place.root) => {
                self.change.tree().forget_reload(mark)?;
            }
            // Where that cannot be written, nothing else can, as a rule.
            Err(why) if has_changes => return Err(why.into()),
            _ => {}
        }
        let Told { nodes, servers } = told;
        let server = |(node, needs_restart)| Server { node, needs_restart };
        outcome.servers.extend(servers.into_iter().map(server));
        if has_changes || noted.is_some() {
            let nodes: Vec<_> = nodes.into_iter().map(|node| node.dir).collect();
            let unwritten = self.change.configure(&nodes, |_, _| None, self.progress);
            outcome.problems.extend(unwritten);
            // What was noted stays for the next run as long as a text may name an old pin.
            if outcome.problems.iter().any(|problem| problem.path.starts_with(&self.place.root)) {
                self.change.finish(&[], |_, _| None, self.progress)?;
            } else {
                self.change.finish_with_pins(self.progress)?;
            }
        }
        Ok(exchanges)
    }

    /// Notes that servers have to reload, if they will be told to and there may be something new; by which mark.
    fn note_reload(&self, may_be_new: bool) -> Result<Option<&str>, bundle::Error> {
        let Some(mark) = self.order.reload.filter(|_| may_be_new) else { return Ok(None) };
        self.change.tree().note_reload(mark, self.named).map(|()| Some(mark))
    }

    /// Puts what was made into its place, after what becomes of pins was noted. What cannot be put stays as it is.
    fn put(&self, bundles: &[Bundle], done: &mut [Done], noted: Option<&Exchange>) -> Result<(), Error> {
        let mut exchange = Exchange::default();
        for (bundle, made) in bundles.iter().zip(done.iter().map(|done| &done.made)) {
            if let Some(made) = made {
                exchange.add(bundle.facts.pin, made.pin(), &bundle.dir);
            }
        }
        if exchange.is_empty() {
            return Ok(());
        }
        if let Some(noted) = noted {
            exchange.follow(noted);
        }
        self.change.tree().note_pins(&exchange.to_text())?;
        self.progress.begin("replacing", done.iter().filter(|done| done.made.is_some()).count());
        bundles.par_iter().zip(done).try_for_each(|(bundle, done)| {
            let Some(made) = done.made.take() else { return Ok(()) };
            let (cert, key) = (made.cert_pem(), made.key_pem());
            let files = [(FileKind::Certificate, cert.as_bytes()), (FileKind::PrivateKey, key.as_bytes())];
            if let Err(why) = self.change.tree().replace_bundle(&bundle.dir, &files) {
                *done = not_written(why)?;
            }
            self.progress.advance(1);
            Ok(())
        })
    }

    /// Says what became of each bundle, and who has to know; the pins that changed.
    fn conclude(
        &self,
        bundles: Vec<Bundle>,
        done: Vec<Done>,
        told: &mut Told,
        outcome: &mut Outcome,
    ) -> Exchange {
        let mut exchange = Exchange::default();
        for (bundle, Done { state, .. }) in bundles.into_iter().zip(done) {
            if let State::Renewed { pin, .. } = &state {
                if *pin != bundle.facts.pin {
                    exchange.add(bundle.facts.pin, *pin, &bundle.dir);
                }
                if let Some(node) = bundle.owner.as_ref().filter(|owner| owner.kind == OwnerKind::Node) {
                    if !told.servers.contains_key(node) {
                        told.servers.insert(node.clone(), false);
                    }
                    if self.change.is_settled(node) && !told.nodes.contains(node) {
                        told.nodes.insert(node.clone());
                    }
                }
            }
            outcome.members.push(Member::of(bundle, state));
        }
        exchange
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

    /// Pins that stand for several bundles, whose configurations name each once.
    fn shared(&self, bundles: &[Bundle]) -> HashSet<Pin> {
        let mut seen = HashSet::new();
        let pins = bundles.iter().map(|bundle| bundle.facts.pin);
        pins.filter(|pin| self.order.new_key && self.place.is_applied && !seen.insert(*pin)).collect()
    }

    /// Signs what is due. With the same key it is written; with a new one it waits for all pins to be noted.
    fn renew(&self, bundle: &Bundle, shared: &HashSet<Pin>) -> Result<Done, Error> {
        if !is_due(&bundle.facts, self.order) {
            return Ok(Done { state: State::Right, made: None });
        }
        if shared.contains(&bundle.facts.pin) {
            return Ok(Refusal::SharedKey.into());
        }
        let draft = match self.signers.draft(bundle, self.order) {
            Ok(draft) => draft,
            Err(why) => return Ok(why.into()),
        };
        let done =
            if self.order.new_key { Ok(self.with_new_key(&draft)) } else { self.write(bundle, &draft) };
        self.progress.advance(1);
        done
    }

    fn write(&self, bundle: &Bundle, draft: &Draft<'_>) -> Result<Done, Error> {
        let der = match draft.signer.certify(&draft.request, &bundle.facts.spki) {
            Ok(der) => der,
            Err(why) => return Ok(Refusal::Pki(why).into()),
        };
        let text = draft.signer.cert_pem(&der);
        let (path, kind) = (bundle.dir.join(FileKind::Certificate.file_name()), FileKind::Certificate);
        match self.change.tree().replace_file(&path, kind, text.as_bytes()) {
            Ok(()) => Ok(Done { state: self.renewed(draft, bundle.facts.pin), made: None }),
            Err(why) => not_written(why),
        }
    }

    fn with_new_key(&self, draft: &Draft<'_>) -> Done {
        match draft.signer.sign(&draft.request) {
            Ok(made) => Done { state: self.renewed(draft, made.pin()), made: Some(made) },
            Err(why) => Refusal::Pki(why).into(),
        }
    }

    fn renewed(&self, draft: &Draft<'_>, pin: Pin) -> State {
        let asked = draft.request.validity;
        let not_after = asked.not_after.min(draft.signer.end());
        let validity = Validity { not_after, ..asked };
        State::Renewed { validity, pin, is_former_ca: !self.signers.is_current(draft.signer) }
    }

    /// Puts new pins into the configurations of all nodes of the place that name the old ones.
    fn exchange(&self, exchange: &Exchange, told: &mut Told, outcome: &mut Outcome) -> Result<(), Error> {
        let found: Vec<(Owner, Vec<Named>, bool)> = self
            .nodes()
            .into_par_iter()
            .map(|node| {
                let path = node.text();
                let Some(text) = read(&path)?.filter(|text| is_made_by_natscert(&text.bytes)) else {
                    return Ok((node, Vec::new(), false));
                };
                let named = exchange.named(&path, &text.bytes);
                if named.is_empty() {
                    return Ok((node, named, false));
                }
                let edited = exchange.applied(&text.bytes);
                let restart = edited.is_some_and(|edited| needs_restart(&text.bytes, &edited));
                Ok((node, named, restart))
            })
            .collect::<Result<_, Error>>()?;
        let (mut edited, mut all) = (Vec::new(), Vec::new());
        for (node, named, restart) in found.into_iter().filter(|(_, named, _)| !named.is_empty()) {
            edited.push(node.dir.clone());
            *told.servers.entry(node.clone()).or_default() |= restart;
            // Its configuration is the newest of its files then.
            told.nodes.remove(&node);
            all.extend(named);
        }
        let unwritten = self.change.configure(&edited, |_, text| exchange.applied(text), self.progress);
        let is_rewritten = |named: &Named| unwritten.iter().all(|problem| problem.path != named.file);
        let told_of = |named: Named| Named { is_rewritten: is_rewritten(&named), ..named };
        outcome.named.extend(all.into_iter().map(told_of));
        outcome.problems.extend(unwritten);
        Ok(())
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

/// A bundle that cannot be written does not keep others from being renewed. A full disk does.
fn not_written(why: bundle::Error) -> Result<Done, Error> {
    match why {
        bundle::Error::Io { ref source, .. }
            if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) =>
        {
            Err(why.into())
        }
        why => Ok(Refusal::NotWritten(why).into()),
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
