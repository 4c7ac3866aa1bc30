//! Everything that is linted together.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use time::{Duration, OffsetDateTime};

use super::conf::{Pair, Server, TlsMap};
use super::material::{Certificate, File, Key, Material};
use crate::nats::Version;
use crate::pki::{self, Chain, Facts, Member, Obstacle, Signature, Usage};

/// What lint is told beside the configurations.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The servers' version.
    pub version: Version,
    /// The time.
    pub now: OffsetDateTime,
    /// Who ends within this is found.
    pub within: Duration,
    /// Where the servers are started: relative paths are of it.
    pub workdir: PathBuf,
}

/// A client that connects with a certificate.
#[derive(Debug)]
pub struct Client {
    /// Its certificate's file.
    pub file: Rc<File>,
}

/// Configurations that belong together, and what they name.
pub struct System<'a> {
    /// The servers, in the order in which they were given.
    pub servers: Vec<Server>,
    /// Clients that should get in.
    pub clients: Vec<Client>,
    /// What else was said.
    pub settings: Settings,
    /// Their files.
    pub material: Material<'a>,
    /// Whether a certificate was signed by another, by fingerprint.
    signatures: RefCell<HashMap<(String, String), Signature>>,
}

impl<'a> System<'a> {
    /// All of it.
    #[must_use]
    pub fn new(
        servers: Vec<Server>,
        clients: Vec<Client>,
        settings: Settings,
        material: Material<'a>,
    ) -> Self {
        Self { servers, clients, settings, material, signatures: RefCell::default() }
    }
}

impl System<'_> {
    /// Whether a certificate leads to one of the roots in a file, as Go sees it. Each signature is looked at once.
    ///
    /// # Errors
    /// Why not; members are those of `file` (its first certificate is the leaf, the rest the intermediates) and of `roots`.
    pub fn verify(&self, file: &File, roots: &File, usage: Usage) -> Result<(), Obstacle> {
        let Some((leaf, rest)) = file.certificates.split_first() else {
            return Err(Obstacle::UnknownIssuer(Member::Leaf));
        };
        let signed = |child: &Facts, issuer: &Facts| self.signature(file, roots, child, issuer);
        let chain = Chain {
            leaf: &leaf.facts,
            intermediates: &rest.iter().map(|one| &one.facts).collect::<Vec<_>>(),
            roots: &roots.certificates.iter().map(|one| &one.facts).collect::<Vec<_>>(),
            signed: &signed,
            now: self.settings.now,
        };
        pki::verify(&chain, usage)
    }

    fn signature(&self, file: &File, roots: &File, child: &Facts, issuer: &Facts) -> Signature {
        let key = (child.fingerprint.clone(), issuer.fingerprint.clone());
        if let Some(known) = self.signatures.borrow().get(&key) {
            return *known;
        }
        let mut all = file.certificates.iter().chain(&roots.certificates);
        let found = all.find(|one| one.facts.fingerprint == child.fingerprint);
        let signature = found.map_or(Signature::Unknown, |one| pki::signature(&one.der, issuer));
        self.signatures.borrow_mut().insert(key, signature);
        signature
    }

    /// The certificate file of a pair, if it names one.
    #[must_use]
    pub fn cert_file(&self, pair: &Pair) -> Option<Rc<File>> {
        pair.cert.as_ref().map(|name| self.material.file(&name.value))
    }

    /// The certificates of a pair; none where the server does not start because the key belongs to another one.
    #[must_use]
    pub fn shown(&self, pair: &Pair) -> Option<Rc<File>> {
        let file = self.cert_file(pair)?;
        let key = pair.key.as_ref().map(|name| self.material.file(&name.value));
        let spki = match key.as_ref().map(|file| &file.key) {
            Some(Some(Key::Clear(spki))) => Some(spki),
            _ => None,
        };
        let fits = file.leaf().is_some_and(|leaf| spki.is_none_or(|spki| *spki == leaf.facts.spki));
        fits.then_some(file)
    }

    /// What a `tls` map shows: the first certificate of each of its pairs.
    #[must_use]
    pub fn leaves(&self, map: &TlsMap) -> Vec<Rc<Certificate>> {
        let files = map.pairs.iter().filter_map(|pair| self.shown(pair));
        files.filter_map(|file| file.leaf().cloned()).collect()
    }

    /// What peers are checked against; none where it is the system's roots, or nobody can tell.
    #[must_use]
    pub fn roots(&self, map: &TlsMap) -> Option<Rc<File>> {
        let file = self.material.pool(&map.ca.as_ref()?.value);
        (!file.certificates.is_empty()).then_some(file)
    }
}
