//! Windows: the certificate store ROOT, of the machine where this process may change it, else of the user.

use std::io;
use std::path::{Path, PathBuf};

use schannel::cert_context::CertContext;
use schannel::cert_store::{CertAdd, CertStore};

use crate::truststore::hand::Hand;
use crate::truststore::place::{Found, Kind, Other, Place, State, Trouble};
use crate::truststore::program::plain;
use crate::truststore::root::{Root, Wanted, Which};

const STORE: &str = "ROOT";

/// The roots that the user trusts: the user's own, and those of the machine, which Windows shows among them.
#[derive(Debug)]
pub(super) struct Roots {
    path: PathBuf,
    /// Whether somebody can answer the dialog with which Windows guards the user's roots.
    interactive: bool,
}

impl Roots {
    pub(super) fn new(interactive: bool) -> Self {
        Self { path: r"Cert:\CurrentUser\Root".into(), interactive }
    }

    fn all() -> Result<Vec<CertContext>, Trouble> {
        let store = CertStore::open_current_user(STORE).map_err(|why| failed("read", &why))?;
        Ok(store.certs().collect())
    }
}

impl Place for Roots {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn name(&self) -> String {
        "Windows' trusted roots".to_owned()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn needs_root(&self) -> bool {
        false
    }

    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble> {
        let mut found = Found::default();
        let name = self.path.display().to_string();
        for certificate in Self::all()? {
            match wanted.judge(certificate.to_der()) {
                Which::Wanted => {
                    found.state = State::Trusted;
                    found.names = vec![name.clone()];
                }
                Which::Other { fingerprint, title } => {
                    found.others.push(Other { fingerprint, title, name: name.clone() });
                }
                Which::Foreign => {}
            }
        }
        Ok(found)
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        let what = format!("add {} to {} or to LocalMachine", root.title(), self.path.display());
        hand.inside(&what, || {
            let certificate = CertContext::new(root.der()).map_err(|why| failed("add to", &why))?;
            let add = |mut store: CertStore| store.add_cert(&certificate, CertAdd::ReplaceExisting).map(drop);
            if CertStore::open_local_machine(STORE).and_then(add).is_ok() {
                return Ok(());
            }
            self.may_ask("added to")?;
            CertStore::open_current_user(STORE).and_then(add).map_err(|why| failed("add to", &why))
        })
    }

    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        let ours = |certificate: &CertContext| wanted.judge(certificate.to_der()) == Which::Wanted;
        hand.inside(&format!("remove {} from {}", wanted.file_stem(), self.path.display()), || {
            // The machine's first: with them gone, perhaps nothing is left that Windows asks for.
            if let Ok(store) = CertStore::open_local_machine(STORE) {
                let machine: Vec<_> = store.certs().filter(&ours).collect();
                let _ = machine.into_iter().try_for_each(CertContext::delete);
            }
            let all: Vec<_> = Self::all()?.into_iter().filter(ours).collect();
            if all.is_empty() {
                return Ok(());
            }
            self.may_ask("removed from")?;
            all.into_iter().try_for_each(CertContext::delete).map_err(|why| failed("remove from", &why))
        })
    }
}

impl Roots {
    fn may_ask(&self, what: &str) -> Result<(), Trouble> {
        if self.interactive {
            return Ok(());
        }
        let reason =
            format!("a root is {what} the user's store only by a dialog, and nobody is there to answer it");
        Err(Trouble::skipped(reason, "run the same command elevated: then there is no dialog"))
    }
}

fn failed(what: &str, why: &io::Error) -> Trouble {
    Trouble::failed(
        format!("cannot {what} the store {STORE}: {}", plain(why)),
        "run the same command elevated, and answer the dialog with yes",
    )
}
