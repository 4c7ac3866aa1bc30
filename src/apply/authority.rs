//! What a manifest wants of the CA, against what the CA directory says. Pure.

use crate::bundle::{Change, Refused, Revoked, State};
use crate::pki::{Authority, Ca, Intermediate, Standing};
use crate::topology::CaSettings;

/// A step to the CA that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaStep {
    /// Of which intermediate.
    pub name: String,
    /// Whether it has to be made.
    pub make: bool,
    /// What it is then.
    pub standing: Standing,
    /// Where it signs from now on: who did before, an intermediate's name; none: the root, or another standing.
    pub before: Option<String>,
}

/// Why the CA cannot be as the manifest wants it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaTrouble {
    /// The step is not safe.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// It was retired, which a manifest does not undo.
    #[error("the intermediate {name} of the manifest was retired{}", signs_now(signs.as_deref()))]
    Retired {
        /// Its name.
        name: String,
        /// The intermediate that signs; none: the root.
        signs: Option<String>,
    },
}

fn signs_now(name: Option<&str>) -> String {
    name.map(|name| format!("; {name} signs")).unwrap_or_default()
}

impl CaTrouble {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Refused(why) => why.hint(),
            Self::Retired { name, signs: Some(signs) } => format!(
                "take {name} out of intermediates in [ca] and name {signs} first there (see natscert ca intermediate list), or \
                 have it trusted again: natscert ca intermediate standby {name}"
            ),
            Self::Retired { name, signs: None } => format!(
                "take {name} out of intermediates in [ca] (see natscert ca intermediate list), or have it trusted again: \
                 natscert ca intermediate standby {name}"
            ),
        }
    }
}

impl CaStep {
    /// The same as a change of the CA directory's state.
    #[must_use]
    pub fn change(&self) -> Change<'_> {
        if self.make {
            Change::Add(&self.name, self.standing)
        } else {
            Change::Stand(&self.name, self.standing)
        }
    }
}

/// What has to be done so that the first intermediate of the manifest signs and the others are at least on standby. While
/// the CA is rolled nothing is: the CA directory decides alone.
///
/// # Errors
/// When it cannot be done, or not without cutting peers off.
pub fn ca_steps(
    authority: Option<&Authority>,
    wanted: &CaSettings,
    revoked: &Revoked,
) -> Result<Vec<CaStep>, CaTrouble> {
    let mut state = authority.map(State::of).unwrap_or_default();
    if state.is_rolling() {
        return Ok(Vec::new());
    }
    let mut steps = Vec::new();
    for (index, name) in wanted.intermediates.iter().enumerate() {
        let standing = if index == 0 { Standing::Active } else { Standing::Standby };
        let there = state.standing(name.as_str());
        let make = match there {
            Some(Standing::Retired) => {
                return Err(CaTrouble::Retired { name: name.to_string(), signs: state.active });
            }
            Some(there) if there == standing => continue,
            there => there.is_none(),
        };
        let entry = authority.and_then(|authority| revoked.intermediate(&authority.family, name.as_str()));
        if standing == Standing::Active && entry.is_some() {
            return Err(Refused::Revoked(name.to_string()).into());
        }
        let before = state.active.clone().filter(|_| standing == Standing::Active);
        let step = CaStep { name: name.to_string(), make, standing, before };
        state.change(step.change())?;
        steps.push(step);
    }
    Ok(steps)
}

/// Takes the steps in memory; `make` makes an intermediate of this name.
///
/// # Errors
/// Those of `make`.
pub fn take_ca_steps<E>(
    authority: &mut Authority,
    steps: &[CaStep],
    mut make: impl FnMut(&Authority, &str) -> Result<Ca, E>,
) -> Result<(), E> {
    for CaStep { name, make: is_new, standing, .. } in steps {
        let new = if *is_new { Some(make(authority, name)?) } else { None };
        let all = &mut authority.family.intermediates;
        if *standing == Standing::Active {
            let active = all.iter_mut().filter(|one| one.standing == Standing::Active);
            active.for_each(|one| one.standing = Standing::Standby);
        }
        match new {
            Some(ca) => all.push(Intermediate { name: name.clone(), standing: *standing, ca }),
            None => {
                all.iter_mut().filter(|one| one.name == *name).for_each(|one| one.standing = *standing);
            }
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
    }
    Ok(())
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
