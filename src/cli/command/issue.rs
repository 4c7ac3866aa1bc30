//! `natscert issue`: the main job.

use super::super::args::IssueArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::super::request::IssueRequest;
use super::issuance::{self, Holder};

pub(in super::super) fn run(
    args: &IssueArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let request = IssueRequest::new(args, environment.now)?;
    let holder = Holder::New(args.certificate.key_type);
    let issued = issuance::issue(&request, &holder, &args.place, environment, report)?;
    issuance::tell("issued", &request, &issued, environment.now, report);
    issuance::tell_next(request.role, &issued, report)?;
    if report.json { report.json(&issued.json(&request)) } else { report.block(&issued.block) }
}
