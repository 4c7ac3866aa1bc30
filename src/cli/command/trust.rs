//! `natscert trust install | uninstall | status | bundle`

use serde::Serialize;

use super::super::args::{TrustArgs, TrustBundleArgs, TrustChangeArgs, TrustCommand};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::trust_root::{Target, stores};
use super::trust_user::{self, UserPart};
use super::{trust_root, trust_status};
use crate::bundle::{self, FileKind};
use crate::truststore::{Hand, Invoker, Kind, Line, Outcome, Privilege, Stores, Task, carry_out, merged};

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
        TrustCommand::UserPart(args) => {
            let verb = if args.uninstall { Verb::Uninstall } else { Verb::Install };
            trust_user::print_part(verb, &args.change, environment, report)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Install,
    Uninstall,
}

fn change(
    verb: Verb,
    args: &TrustChangeArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let asked = stores(&args.which);
    let (target, mut lines) = if let Some(invoker) = environment.invoker()? {
        // What is the user's is done by a process that is the user.
        let Some(part) = trust_user::ask_part(verb, args, &invoker, report)? else { return Ok(()) };
        (Target::of_part(&part, &invoker)?, part.lines)
    } else {
        let Some(target) = trust_root::resolve(verb, &args.which, args.dry_run, environment, report)? else {
            return Ok(());
        };
        (target, Vec::new())
    };
    for line in &lines {
        tell(line, report);
    }
    let kinds = asked.kinds.iter().copied().filter(|kind| target.owner.is_none() || *kind != Kind::Nss);
    let rest = Stores { kinds: kinds.collect(), named: asked.named };
    lines.extend(carry_out_here(verb, &rest, args.dry_run, &target, environment, report)?);
    finish(&target, &lines, args.dry_run, report)
}

/// What this process does itself, and notes in the state file.
pub(super) fn carry_out_here(
    verb: Verb,
    stores: &Stores,
    dry_run: bool,
    target: &Target,
    environment: &Environment,
    report: &Report,
) -> Result<Vec<Line>, Failure> {
    let wait =
        || report.note("another natscert changes trust stores; this one goes on when that one is done");
    let _lock = target.ledger.lock(verb == Verb::Install && !dry_run, wait)?;
    let mut book = target.book();
    if verb == Verb::Install && !dry_run {
        // Before anything is changed: whoever is interrupted leaves a trace.
        book.save()?;
    }
    let machine = environment.machine(target.home.as_deref(), book.known());
    let show = |command: &str| report.command(command);
    let privilege = if environment.is_root {
        Privilege::Root
    } else {
        Privilege::Sudo { interactive: environment.interactive }
    };
    let mut hand = Hand::new(privilege, dry_run, &show);
    if let Some(root) = &target.root {
        hand = hand.knowing(&target.ca_dir.join(FileKind::Root.file_name()), root.pem().as_bytes());
    }
    let task = match (&target.root, verb) {
        (Some(root), Verb::Install) => Task::Install(root),
        _ => Task::Remove(&target.wanted),
    };
    let lines = carry_out(task, stores, &machine, &hand, &mut |line| tell(line, report));
    if !dry_run {
        book.note(&lines);
        if verb == Verb::Install { book.save()? } else { book.close(&lines)? }
    }
    Ok(lines)
}

/// One line for each place, as soon as it is known.
fn tell(line: &Line, report: &Report) {
    let verb = match line.outcome {
        Outcome::Installed => "installed",
        Outcome::Already => "already",
        Outcome::Removed => "removed",
        Outcome::Absent => "absent",
        Outcome::Pending => "would",
        Outcome::Skipped => "skipped",
        Outcome::Failed => "failed",
    };
    let place = line.path.as_ref().map_or_else(String::new, |path| format!(" {}", path.display()));
    let mut text = format!("{:<6} {}{place}", line.store, line.name);
    if let Some(reason) = &line.reason {
        text = format!("{}: {reason}", text.trim_end());
    }
    match (line.outcome, line.as_asked) {
        (Outcome::Skipped | Outcome::Failed, false) => report.trouble(verb, &text, line.hint.as_deref()),
        _ => report.done(verb, &text),
    }
    for command in &line.commands {
        report.detail("", command);
    }
}

#[derive(Serialize)]
struct Json<'a> {
    root: Option<trust_root::JsonRoot<'a>>,
    fingerprint: &'a str,
    ca_dir: String,
    state_file: String,
    dry_run: bool,
    places: &'a [Line],
}

fn finish(target: &Target, lines: &[Line], dry_run: bool, report: &Report) -> Result<(), Failure> {
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
        report.json(&Json {
            root: target.root.as_ref().map(trust_root::JsonRoot::of),
            fingerprint: target.wanted.fingerprint(),
            ca_dir: target.ca_dir.display().to_string(),
            state_file: target.ledger.path(&target.wanted).display().to_string(),
            dry_run,
            places: lines,
        })?;
    }
    if lines.iter().all(|line| line.as_asked) { Ok(()) } else { Err(Failure::pending()) }
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

impl Target {
    fn of_part(part: &UserPart, invoker: &Invoker) -> Result<Self, Failure> {
        part.target(invoker)
    }
}
