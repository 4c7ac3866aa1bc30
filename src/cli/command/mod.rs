//! One file per verb.

pub(super) mod apply;
pub(super) mod ca;
pub(super) mod conf;
mod configuration;
pub(super) mod crl;
pub(super) mod explain;
mod explain_code;
mod explain_words;
mod findings;
pub(super) mod fixture;
mod fixture_list;
pub(super) mod graph;
pub(super) mod inspect;
mod intermediate;
mod issuance;
mod issuance_json;
pub(super) mod issue;
pub(super) mod lint;
pub(super) mod new;
pub(super) mod ocsp;
mod outcome;
mod outcome_json;
pub(super) mod pin;
pub(super) mod plan;
mod plan_tree;
pub(super) mod renew;
mod renew_json;
mod renew_words;
mod revocation;
pub(super) mod revoke;
mod roll;
mod roll_json;
mod roll_status;
mod roll_text;
mod sarif;
pub(super) mod sign;
mod signal;
pub(super) mod snippet;
mod topology;
mod topology_ca;
pub(super) mod trust;
mod trust_job;
mod trust_root;
mod trust_status;
mod trust_user;
pub(super) mod wizard;

use std::path::Path;

use zeroize::Zeroizing;

use super::failure::Failure;
use super::report::Report;
use super::request::BlockRequest;
use crate::bundle::{self, Note, Refused, Revoked};
use crate::nats::{Checked, Context};
use crate::pki::{Authority, Facts, Intermediate, KeyType, Standing, Trust, rfc3339};

/// A file, or standard input for `-`. What was read may be a private key: it is wiped.
fn read_file_or_stdin(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    if path.as_os_str() != "-" {
        return Ok(Zeroizing::new(bundle::read_input(path)?));
    }
    Ok(Zeroizing::new(bundle::read_limited(std::io::stdin(), STDIN.as_ref())?))
}

/// What messages call `-`.
const STDIN: &str = "standard input";

fn about_input(path: &Path) -> String {
    if path.as_os_str() == "-" { STDIN.to_owned() } else { path.display().to_string() }
}

/// For who waits until another run is done with a folder.
fn another_works(report: &Report) -> impl Fn(&Path) {
    move |dir| report.note(&format!("another natscert works in {}", dir.display()))
}

/// The primes of an RSA key take up to some seconds to find.
fn tell_of_wait(report: &Report, key_type: KeyType) {
    if key_type.is_rsa() {
        report.busy(&format!("looking for the primes of an {key_type} key"));
    }
}

/// What the server will make of the options, by themselves and with this certificate, and of the paths.
fn warn_of_block(report: &Report, request: &BlockRequest, checked: &Checked, facts: &Facts) {
    for warning in checked.warnings() {
        report.warning(&warning.to_string(), Some(&warning.hint()));
    }
    // Who dials is bound to the other side's key.
    if checked.context().listens() && crate::suites_miss_key(facts, &checked.options().cipher_suites) {
        report.warning(
            &format!(
                "none of the cipher suites is for this certificate's key ({}): only TLS 1.3 will work",
                facts.key
            ),
            Some("add a suite for the key, or take a key of another kind"),
        );
    }
    if let Some(dir) = request.relative_config_dir() {
        report.warning(
            &format!("nats-server will look for {dir} below its working directory"),
            Some("give --config-dir an absolute path"),
        );
    }
}

/// The hosts for the URLs of examples. A client's certificate does not say which server it is for: the one on this
/// machine is a fair guess. Nor does who dials know from its own where the hub or the other cluster is.
fn example_hosts(facts: &Facts, context: Context) -> Vec<String> {
    match context {
        Context::Client => vec!["localhost".to_owned()],
        Context::RemoteGateway | Context::Remote => Vec::new(),
        _ => crate::hosts(facts),
    }
}

/// Intermediates can be trusted only where there is one that signs.
fn check_trust(authority: &Authority, trust: Trust) -> Result<(), Failure> {
    match authority.signing().active() {
        None if trust == Trust::Intermediates => Err(Refused::NoneActive.into()),
        _ => Ok(()),
    }
}

/// Signing with an intermediate that was revoked may be meant, to try revocation out: it is done, and said.
fn warn_of_revoked(revoked: &Revoked, authority: &Authority, report: &Report) {
    let Some((active, entry)) = revoked.signer(authority) else { return };
    let since = rfc3339(entry.revocation.at);
    report.warning(
        &format!("the intermediate {}, which signs, was revoked on {since}", active.name),
        Some(&another_intermediate(revoked, authority)),
    );
}

/// Who could sign in place of the active intermediate.
fn another_intermediate(revoked: &Revoked, authority: &Authority) -> String {
    let family = authority.signing();
    let is_fit = |one: &&Intermediate| {
        one.standing == Standing::Standby && revoked.intermediate(family, &one.name).is_none()
    };
    match family.intermediates.iter().find(is_fit) {
        Some(fit) => format!("activate another: natscert ca intermediate activate {}", fit.name),
        None => "have another one sign: natscert ca intermediate add NAME".into(),
    }
}

fn tell_notes(report: &Report, notes: &[Note]) {
    for note in notes {
        match note {
            Note::Tightened(path, mode) => {
                report.warning(
                    &format!("the mode of {} was too open; it is {mode:04o} now", path.display()),
                    None,
                );
            }
            Note::Loose(path, mode) => report.warning(
                &format!("the mode of {} is too open", path.display()),
                Some(&format!("let its owner set it: chmod {mode:o}")),
            ),
            Note::WritableDir(path) => report.warning(
                &format!("others may exchange the files in {}", path.display()),
                Some("make it yours alone: chmod 700"),
            ),
            Note::NoWayBack(path) => report.warning(
                &format!("the old root in {} cannot be read: there is no way back to it", path.display()),
                Some("remove that folder if you want it gone, else bring back what is missing"),
            ),
        }
    }
}
