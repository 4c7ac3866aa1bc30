//! `natscert trust install | uninstall | status | bundle`

use serde::Serialize;

use super::super::args::{TrustArgs, TrustBundleArgs, TrustChangeArgs, TrustCommand};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::trust_job::{Job, carry_out_here, tell};
use super::trust_root::{Target, Verb, stores};
use super::{trust_root, trust_status, trust_user};
use crate::bundle;
use crate::truststore::{Invoker, Kind, Line, Outcome, Stores, Wanted, merged};

pub(in super::super) fn run(
    args: &TrustArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    match &args.command {
        TrustCommand::Install(args) => change(Verb::Install, args, environment, report),
        TrustCommand::Uninstall(args) => change(Verb::Uninstall, args, environment, report),
        TrustCommand::Status(args) => trust_status::run(args, environment, report),
        TrustCommand::Bundle(args) => bundle(args, environment, report),
        TrustCommand::UserPart(args) => trust_user::run(args, environment, report),
    }
}

fn change(
    verb: Verb,
    args: &TrustChangeArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    if let Some(invoker) = environment.invoker()? {
        return under_sudo(verb, args, &invoker, environment, report);
    }
    let Some(target) = trust_root::resolve(verb, &args.which, args.dry_run, environment, report)? else {
        return nothing(args, environment, report);
    };
    let (lines, is_noted) =
        carry_out_here(verb, &stores(&args.which), args.dry_run, &target, environment, report);
    finish(&target, &lines, args.dry_run, is_noted, report)
}

/// The user's part is done by a process that is the user, the rest by this one, which trusts nothing that the user owns.
fn under_sudo(
    verb: Verb,
    args: &TrustChangeArgs,
    invoker: &Invoker,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let Some(part) = trust_user::ask_part(verb, args, invoker, report)? else {
        return nothing(args, environment, report);
    };
    let target = part.target()?;
    let mut lines = part.lines;
    for line in &lines {
        tell(line, report);
    }
    let asked = stores(&args.which);
    let kinds: Vec<_> = asked.kinds.into_iter().filter(|kind| *kind != Kind::Nss).collect();
    // The user's own Java is enough of one.
    let has_java = lines.iter().any(|line| line.store == Kind::Java);
    let rest = Stores { kinds, named: asked.named && !has_java, own_only: false };
    let job = Job { verb, dry_run: args.dry_run, target: &target, machine: Environment::machine_of_all() };
    let more = job.carry_out(&rest, environment, report, &mut |_| ());
    let is_noted = args.dry_run || trust_user::note(verb, args, invoker, &more)?;
    lines.extend(more);
    finish(&target, &lines, args.dry_run, is_noted, report)
}

#[derive(Serialize)]
struct Json<'a> {
    root: Option<trust_root::JsonRoot<'a>>,
    fingerprint: Option<&'a str>,
    ca_dir: String,
    state_file: Option<String>,
    dry_run: bool,
    places: &'a [Line],
}

/// Nothing is known, and nothing is there.
fn nothing(args: &TrustChangeArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    if !report.json {
        return Ok(());
    }
    let ca_dir = environment.ca_dir(args.which.ca.ca_dir.as_ref())?.path().display().to_string();
    let dry_run = args.dry_run;
    report.json(&Json { root: None, fingerprint: None, ca_dir, state_file: None, dry_run, places: &[] })
}

fn finish(
    target: &Target,
    lines: &[Line],
    dry_run: bool,
    is_noted: bool,
    report: &Report,
) -> Result<(), Failure> {
    for other in trust_root::distinct_others(lines.iter().flat_map(|line| &line.others)) {
        report.warning(
            &format!("another root of natscert's is trusted: {} ({})", other.title, other.fingerprint),
            Some(&format!("natscert trust uninstall --fingerprint {}", other.fingerprint)),
        );
    }
    if lines.iter().any(|line| matches!(line.outcome, Outcome::Installed | Outcome::Removed)) {
        report.next_step("programs that run already see it after a restart");
    }
    if report.json {
        let wanted = Some(&target.wanted).filter(|wanted| **wanted != Wanted::none());
        report.json(&Json {
            root: target.root.as_ref().map(trust_root::JsonRoot::of),
            fingerprint: wanted.map(Wanted::fingerprint),
            ca_dir: target.ca_dir.display().to_string(),
            state_file: wanted.map(|wanted| target.ledger.path(wanted).display().to_string()),
            dry_run,
            places: lines,
        })?;
    }
    if is_noted && lines.iter().all(|line| line.as_asked) { Ok(()) } else { Err(Failure::pending()) }
}

fn bundle(args: &TrustBundleArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    let root = match environment.invoker()? {
        Some(invoker) => trust_user::root_of(&invoker, &args.ca)?,
        None => trust_root::root_in(&environment.ca_dir(args.ca.ca_dir.as_ref())?)?,
    };
    let text = merged(&root)?;
    let Some(out) = &args.out else {
        return report.either(&text, &serde_json::json!({ "file": null, "pem": text }));
    };
    bundle::write_text(out, &text, args.force)?;
    let file = std::path::absolute(out).unwrap_or_else(|_| out.clone()).display().to_string();
    report.done("wrote", &file);
    report.next_step(&format!("export SSL_CERT_FILE={}", crate::render::shell(&file)?));
    if report.json { report.json(&serde_json::json!({ "file": file, "pem": text })) } else { Ok(()) }
}
