//! `natscert ocsp`

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use time::OffsetDateTime;

use super::super::args::OcspArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::revocation::{self, Named};
use crate::bundle::{CaDir, FileKind};
use crate::pki::{KeyKind, Refusal, Status};
use crate::responder::{Desk, Responder, Told};

pub(in super::super) fn run(
    args: &OcspArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    if !args.listen.ip().is_loopback() && !args.allow_remote {
        return Err(Failure::input(
            format!("other machines could reach {}", args.listen),
            "listen on 127.0.0.1; or, if that is meant, add --allow-remote",
        ));
    }
    let (dir, cas) = revocation::open(&args.ca, environment, report)?;
    if cas.iter().any(|known| known.ca.facts().key == KeyKind::Ed25519) {
        report.warning(
            "nats-server reads no OCSP responses that are signed with Ed25519",
            Some("make a CA with another --key-type"),
        );
    }
    let told = |told: &Told| tell(told, report);
    let read = || revocation::again(&dir);
    let desk = Desk::new(&dir, &read, args.next_update, &OffsetDateTime::now_utc, &told)?;
    let responder = Arc::new(Responder::bind(args.listen).map_err(|why| refused(args.listen, &why))?);
    stop_on_signal(&responder)?;
    announce(&responder, &dir, &cas, report)?;
    responder.serve(&desk);
    Ok(())
}

fn refused(address: SocketAddr, why: &std::io::Error) -> Failure {
    let text = why.to_string().to_lowercase();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let hint = "choose another address or port with --listen; port 0 takes a free one";
    Failure::failed(format!("cannot listen on {address}: {text}"), hint)
}

fn announce(responder: &Responder, dir: &CaDir, cas: &[Named], report: &Report) -> Result<(), Failure> {
    let url = responder.url();
    let subjects: Vec<_> = cas.iter().map(|known| known.ca.facts().subject.to_string()).collect();
    report.done("listening", &format!("on {url} until Ctrl-C"));
    for subject in &subjects {
        report.detail("for", subject);
    }
    let list = dir.path().join(FileKind::Revoked.file_name());
    report.detail("revoked", &format!("what natscert revoke put into {}", list.display()));
    report.next_step(&format!("natscert issue server localhost 127.0.0.1 ::1 --ocsp {url}"));
    if report.json {
        return report.json(&json!({
            "url": url,
            "address": responder.address().to_string(),
            "dir": dir.path().to_string_lossy(),
            "cas": subjects,
        }));
    }
    Ok(())
}

/// A line for each answer.
fn tell(told: &Told, report: &Report) {
    match told {
        Told::Status(answer) => {
            let word = match answer.status {
                Status::Good => "good",
                Status::Revoked(_) => "revoked",
                Status::Unknown => "unknown",
            };
            report.detail(word, &format!("serial {}", answer.serial));
        }
        Told::Refused(refusal, why) => {
            let what = match refusal {
                Refusal::MalformedRequest => "what came is no OCSP request",
                Refusal::Unauthorized => "asked about a certificate of another CA",
                Refusal::TryLater | Refusal::InternalError => "there was no answer",
            };
            match why {
                Some(why) => report.warning(&format!("{what}: {why}"), Some(&why.hint())),
                None => report.detail("refused", what),
            }
        }
    }
}

/// Ctrl-C and a plain kill end it in good order.
#[cfg(unix)]
fn stop_on_signal(responder: &Arc<Responder>) -> Result<(), Failure> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let responder = Arc::clone(responder);
    let mut signals =
        signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(|why| no_signals(&why))?;
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            responder.stop();
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn stop_on_signal(responder: &Arc<Responder>) -> Result<(), Failure> {
    let responder = Arc::clone(responder);
    ctrlc::set_handler(move || responder.stop()).map_err(|why| no_signals(&why))
}

fn no_signals(why: &dyn std::error::Error) -> Failure {
    Failure::failed(format!("cannot wait for Ctrl-C: {why}"), "this should not happen: please report it")
}
