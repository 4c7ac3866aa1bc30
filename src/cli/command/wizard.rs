//! `natscert wizard`
use super::super::args::WizardArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;

pub(in super::super) fn run(
    _args: &WizardArgs,
    _environment: &Environment,
    _report: &Report,
) -> Result<(), Failure> {
    Err(Failure::input("not yet", "later"))
}
