//! The CA of a manifest: what `plan` and `apply` do to it before anything else.

use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human::count;
use super::super::report::Report;
use crate::apply::{CaStep, Outcome, Reason, ca_steps, take_ca_steps};
use crate::bundle::{CaDir, Held, Revoked};
use crate::pki::{Authority, IntermediateWish, KeyType, Standing};
use crate::topology::{CaSettings, System};

/// What is to be done to the CA, and the CA as it is then.
pub(super) struct Settled<'a> {
    /// The CA directory, if it had to be changed when that was looked for.
    held: Option<Held<'a>>,
    pub(super) steps: Vec<CaStep>,
}

/// Takes the steps in memory.
pub(super) fn settle(
    authority: &mut Authority,
    wanted: &CaSettings,
    revoked: &Revoked,
    environment: &Environment,
    report: &Report,
) -> Result<Vec<CaStep>, Failure> {
    let steps = ca_steps(Some(authority), wanted, revoked)?;
    let wish = IntermediateWish {
        user_at_host: environment.user_at_host(),
        key_type: Some(KeyType::default()),
        ..IntermediateWish::default()
    };
    take_ca_steps(authority, &steps, |authority, name| {
        authority.new_intermediate(name, &wish, None, environment.now)
    })?;
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
    super::warn_of_revoked(revoked, authority, report);
    Ok(steps)
}

impl<'a> Settled<'a> {
    /// Holds the CA directory, and takes the steps in memory. Where another run took them before, none are left.
    pub(super) fn hold(
        ca_dir: &'a CaDir,
        system: &System,
        environment: &Environment,
        report: &Report,
    ) -> Result<Self, Failure> {
        let mut held = ca_dir.hold(super::another_works(report))?;
        let revoked = held.revoked.clone();
        let steps = settle(&mut held.opened.authority, &system.ca, &revoked, environment, report)?;
        for step in &steps {
            held.change(step.change())?;
        }
        Ok(Self { held: Some(held), steps })
    }

    /// Nothing is to be done.
    pub(super) fn nothing() -> Self {
        Self { held: None, steps: Vec::new() }
    }

    /// The CA as it will be, if it will be another one.
    pub(super) fn authority(&self) -> Option<&Authority> {
        self.held.as_ref().map(|held| &held.opened.authority)
    }

    /// What the CA revoked, if it is held.
    pub(super) fn revoked(&self) -> Option<&Revoked> {
        self.held.as_ref().map(|held| &held.revoked)
    }

    /// Writes it, if there are steps.
    pub(super) fn commit(&self) -> Result<(), crate::bundle::Error> {
        let Some(held) = self.held.as_ref().filter(|_| !self.steps.is_empty()) else { return Ok(()) };
        for step in self.steps.iter().filter(|step| step.make) {
            if let Some(made) = held.opened.authority.family.intermediate(&step.name) {
                held.put(&step.name, &made.ca)?;
            }
        }
        held.write()
    }
}

/// A step that is to be done, in words.
pub(super) fn pending(step: &CaStep, outcome: &Outcome) -> String {
    let make = if step.make { "make, " } else { "" };
    format!("intermediate {}: {make}{}{}{}", step.name, step.standing, instead(step), follows(step, outcome))
}

/// A step that was done: a verb and the rest.
pub(super) fn done(step: &CaStep, outcome: &Outcome) -> (&'static str, String) {
    let (name, follows) = (&step.name, follows(step, outcome));
    if step.make {
        ("added", format!("intermediate CA {name}, {}{}{follows}", step.standing, instead(step)))
    } else {
        ("now", format!("{name} is {}{}{follows}", step.standing, instead(step)))
    }
}

/// Whom it takes over from. The CA directory has one active intermediate for all that is issued with it.
fn instead(step: &CaStep) -> String {
    let before = step.before.as_ref();
    before.map(|before| format!(" in the CA directory instead of {before}")).unwrap_or_default()
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
