//! Which changes of intermediates and of trust are safe. Pure: what a CA directory says decides.
//!
//! Where intermediates are trusted, not the root, the `ca.pem` of peers holds the active one and those on standby. Whoever
//! presents a certificate of any other is refused.

use super::ca_state::{RollState, State, Step};
use crate::pki::{Authority, Standing, Trust};

/// A change that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// A new intermediate, active or on standby.
    Add(&'a str, Standing),
    /// One that is there gets another standing.
    Stand(&'a str, Standing),
    /// What stands in `ca.pem` from now on.
    Trust(Trust),
}

/// Something to look after when a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caution {
    /// Certificates that the root signed itself are refused where intermediates are trusted.
    OlderCertificates,
    /// Those of an intermediate that is not trusted any more.
    Untrusted,
    /// `ca.pem` that is out there holds intermediates alone.
    NotYetRoots,
    /// The root signs itself now.
    RootSigns,
}

/// A change that is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A roll is under way.
    #[error("the CA is being rolled")]
    Rolling,
    /// The name is taken.
    #[error("there is an intermediate {0} already; it is {1}")]
    Exists(String, Standing),
    /// There is none of this name.
    #[error("there is no intermediate {name}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// It would sign before its peers trust it.
    #[error(
        "peers may not trust {0} yet: their ca.pem holds the active intermediate and those on standby alone"
    )]
    Unannounced(String),
    /// On some file systems their folders would be one.
    #[error("{0} and {1}, which is there, are one folder on some file systems")]
    Alike(String, String),
    /// Its files are gone.
    #[error("the files of the intermediate {0} are gone from the CA directory")]
    Lost(String),
    /// It was revoked.
    #[error("the intermediate {0} was revoked")]
    Revoked(String),
    /// Nobody that is trusted would sign.
    #[error("{0} is active, and peers trust intermediates, not the root")]
    SoleSigner(String),
    /// There is nothing to trust.
    #[error("there is no active intermediate to trust")]
    NoneActive,
}

impl Refused {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Rolling => "finish the roll or take it back first: see natscert ca roll status".into(),
            Self::Exists(name, Standing::Active) => {
                format!("{name} signs already; give a new one another name")
            }
            Self::Exists(name, _) => {
                format!("natscert ca intermediate activate {name} has it sign; give a new one another name")
            }
            Self::Unknown { known, .. } if known.is_empty() => {
                "there is none: natscert ca intermediate add NAME makes one".into()
            }
            Self::Unknown { known, .. } => format!("the CA directory has {}", known.join(", ")),
            Self::Alike(..) => "give it a name that differs in more than upper and lower case".into(),
            Self::Lost(name) => {
                format!("restore intermediates/{name} there from a copy, or make one with another name")
            }
            Self::Revoked(_) => {
                "activate or make another one (natscert ca intermediate list), or take that back: natscert revoke --undo CERT".into()
            }
            Self::Unannounced(name) => format!(
                "have {name} on standby first (add --standby, or standby for one that is there), bring ca.pem everywhere \
                 (natscert apply, natscert ca roll), reload every server, then activate it"
            ),
            Self::SoleSigner(_) => {
                "activate one that is on standby first; this one is on standby then and may retire".into()
            }
            Self::NoneActive => "add one first: natscert ca intermediate add NAME".into(),
        }
    }
}

impl Caution {
    /// What is to be known.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::OlderCertificates => {
                "with the new ca.pem, certificates that the root or a retired intermediate signed are refused"
            }
            Self::Untrusted => "with the next ca.pem, certificates that it signed are refused",
            Self::NotYetRoots => "ca.pem that was written before holds intermediates alone",
            Self::RootSigns => "no intermediate is active: the root signs certificates itself",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::OlderCertificates => {
                "reissue those first, with the roots trusted (natscert apply, natscert renew --all), and reload; natscert inspect says who signed one"
            }
            Self::Untrusted => "natscert inspect says who signed one; natscert apply or renew reissues it",
            Self::NotYetRoots => {
                "until each was written anew and its server has reloaded, activate none but those on standby"
            }
            Self::RootSigns => "natscert ca intermediate activate NAME has one sign",
        }
    }
}

impl State {
    /// What an authority says, but for the folders of a roll.
    #[must_use]
    pub fn of(authority: &Authority) -> Self {
        let mut state = Self::default();
        state.trust = authority.trust;
        for one in &authority.signing().intermediates {
            match one.standing {
                Standing::Active => state.active = Some(one.name.clone()),
                Standing::Standby => state.standby.push(one.name.clone()),
                Standing::Retired => state.retired.push(one.name.clone()),
            }
        }
        state.roll = authority.roll.as_ref().map(|roll| RollState {
            rolled: roll.rolled.clone(),
            step: roll.phase.into(),
            made: false,
            aside: Vec::new(),
        });
        state
    }

    /// Whether a roll is under way.
    #[must_use]
    pub fn is_rolling(&self) -> bool {
        self.roll.as_ref().is_some_and(|roll| roll.step != Step::Finished)
    }

    /// The name of an intermediate that is there, whose folder some file systems do not tell from that of this one.
    #[must_use]
    pub fn alike(&self, name: &str) -> Option<&str> {
        self.names().map(String::as_str).find(|there| there.eq_ignore_ascii_case(name))
    }

    /// Makes a change, or says why it is not made.
    ///
    /// # Errors
    /// When it would cut peers off, or names what is not there or there already.
    pub fn change(&mut self, change: Change<'_>) -> Result<Option<Caution>, Refused> {
        if self.is_rolling() {
            return Err(Refused::Rolling);
        }
        match change {
            Change::Add(name, standing) => {
                if let Some(there) = self.standing(name) {
                    return Err(Refused::Exists(name.to_owned(), there));
                }
                if let Some(there) = self.alike(name) {
                    return Err(Refused::Alike(name.to_owned(), there.to_owned()));
                }
                self.stand(name, standing)
            }
            Change::Stand(name, standing) => {
                if self.standing(name).is_none() {
                    let known = self.names().cloned().collect();
                    return Err(Refused::Unknown { name: name.to_owned(), known });
                }
                self.stand(name, standing)
            }
            Change::Trust(trust) => self.trust(trust),
        }
    }

    fn stand(&mut self, name: &str, standing: Standing) -> Result<Option<Caution>, Refused> {
        let before = self.standing(name);
        if before == Some(standing) {
            return Ok(None);
        }
        let by_intermediates = self.trust == Trust::Intermediates && self.active.is_some();
        let caution = match standing {
            Standing::Active if by_intermediates && before != Some(Standing::Standby) => {
                return Err(Refused::Unannounced(name.to_owned()));
            }
            Standing::Standby | Standing::Retired if before == Some(Standing::Active) => {
                if by_intermediates {
                    return Err(Refused::SoleSigner(name.to_owned()));
                }
                Some(Caution::RootSigns)
            }
            Standing::Active if self.trust == Trust::Intermediates && self.active.is_none() => {
                Some(Caution::OlderCertificates)
            }
            Standing::Retired if by_intermediates => Some(Caution::Untrusted),
            _ => None,
        };
        self.set_standing(name, standing);
        Ok(caution)
    }

    fn trust(&mut self, trust: Trust) -> Result<Option<Caution>, Refused> {
        if trust == self.trust {
            return Ok(None);
        }
        if trust == Trust::Intermediates && self.active.is_none() {
            return Err(Refused::NoneActive);
        }
        self.trust = trust;
        Ok(Some(match trust {
            Trust::Intermediates => Caution::OlderCertificates,
            Trust::Roots => Caution::NotYetRoots,
        }))
    }
}

#[cfg(test)]
#[path = "ca_standing_tests.rs"]
mod tests;
