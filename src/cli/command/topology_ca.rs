//! The CA of a manifest: what `plan` and `apply` do to it before anything else.

use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human::count;
use super::super::report::Report;
use super::intermediate::{Wish, make};
use crate::apply::{CaStep, Outcome, Reason, ca_steps, take_ca_steps};
use crate::bundle::{CaDir, Held, State};
use crate::pki::{Authority, Standing};
use crate::topology::{CaSettings, System};

/// What is to be done to the CA, and the CA as it is then.
pub(super) struct Settled<'a> {
    /// The CA directory, if anything is to be done to it.
    held: Option<Held<'a>>,
    state: State,
    pub(super) steps: Vec<CaStep>,
}

/// Takes the steps in memory.
pub(super) fn settle(
    authority: &mut Authority,
    wanted: &CaSettings,
    environment: &Environment,
    report: &Report,
) -> Result<Vec<CaStep>, Failure> {
    let steps = ca_steps(Some(authority), wanted)?;
    take_ca_steps(authority, &steps, |authority, name| make(authority, name, &Wish::default(), environment))?;
    if let Some(trust) = wanted.trust {
        super::check_trust(authority, trust)?;
    }
    let signs = authority.signing().active().map(|active| active.name.as_str());
    if let Some(first) = wanted.intermediates.first().filter(|first| Some(first.as_str()) != signs) {
        report.warning(
            &format!("the CA is being rolled, so {first} of the manifest does not sign"),
            Some("finish the roll, and have the manifest name the one that signs then first"),
        );
    }
    Ok(steps)
}

impl<'a> Settled<'a> {
    /// Takes the steps in memory, and holds the CA directory if there are any. None: there is nothing to do.
    pub(super) fn hold(
        ca_dir: &'a CaDir,
        system: &System,
        environment: &Environment,
        report: &Report,
    ) -> Result<Self, Failure> {
        let mut held = ca_dir.hold()?;
        let steps = settle(&mut held.opened.authority, &system.ca, environment, report)?;
        let mut state = held.state.clone();
        for step in &steps {
            state.change(step.change())?;
        }
        Ok(Self { held: Some(held), state, steps })
    }

    /// Nothing is to be done.
    pub(super) fn nothing() -> Self {
        Self { held: None, state: State::default(), steps: Vec::new() }
    }

    /// The CA as it will be, if it will be another one.
    pub(super) fn authority(&self) -> Option<&Authority> {
        self.held.as_ref().map(|held| &held.opened.authority)
    }

    /// Writes it.
    pub(super) fn commit(&self) -> Result<(), crate::bundle::Error> {
        let Some(held) = &self.held else { return Ok(()) };
        for step in self.steps.iter().filter(|step| step.make) {
            if let Some(made) = held.opened.authority.family.intermediate(&step.name) {
                held.put(&step.name, &made.ca)?;
            }
        }
        held.replace(&self.state)
    }
}

/// A step that is to be done, in words.
pub(super) fn pending(step: &CaStep, outcome: &Outcome) -> String {
    let make = if step.make { "make, " } else { "" };
    format!("intermediate {}: {make}{}{}", step.name, step.standing, follows(step, outcome))
}

/// A step that was done: a verb and the rest.
pub(super) fn done(step: &CaStep, outcome: &Outcome) -> (&'static str, String) {
    let (name, follows) = (&step.name, follows(step, outcome));
    if step.make {
        ("added", format!("intermediate CA {name}, {}{follows}", step.standing))
    } else {
        ("now", format!("{name} is {}{follows}", step.standing))
    }
}

/// What becomes of certificates.
fn follows(step: &CaStep, outcome: &Outcome) -> String {
    let all = outcome.units.iter().flat_map(|unit| &unit.certificates);
    let again = all.filter(|found| found.reasons.iter().any(|r| matches!(r, Reason::Signer { .. }))).count();
    match (step.standing, again) {
        (Standing::Active, 1..) => format!(": {} made again, each with its key", count(again, "certificate")),
        _ => String::new(),
    }
}
