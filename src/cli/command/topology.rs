//! What the commands on manifests have in common: reading one, and where its files go.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::super::args::TopologyArgs;
use super::super::failure::Failure;
use super::super::report::Report;
use crate::apply;
use crate::bundle::{CaDir, FileKind, Opened};
use crate::pki::{self, Ca, Usage};
use crate::topology::{Owner, System};

/// A manifest that was read.
pub(super) struct Manifest {
    pub(super) system: System,
    /// Absolute.
    pub(super) out: PathBuf,
}

impl Manifest {
    pub(super) fn read(args: &TopologyArgs, report: &Report) -> Result<Self, Failure> {
        let (system, stem) = read(&args.manifest)?;
        let out = match &args.out {
            Some(out) if out.as_os_str().is_empty() => {
                return Err(Failure::input("--out is an empty path", "give it a folder"));
            }
            Some(out) => out.clone(),
            None if is_stdin(&args.manifest) => {
                return Err(Failure::input(
                    "a manifest from standard input has no name for its folder",
                    "give the folder with --out",
                ));
            }
            None if args.manifest.extension().is_none() => {
                return Err(Failure::input(
                    "the manifest's name has no extension, so its folder would have the same name",
                    "give the folder with --out",
                ));
            }
            None => stem,
        };
        for (what, hint) in &system.warnings {
            report.warning(what, Some(hint));
        }
        let out = std::path::absolute(&out).map_err(crate::bundle::Error::io("open", &out))?;
        Ok(Self { system, out })
    }
}

/// Nothing is written, and no plan made, when the CA may not certify a name.
pub(super) fn check_permitted(system: &System, ca: &Ca) -> Result<(), Failure> {
    let for_all = ca.is_root() || ca.facts().good_for(Usage::Both);
    if ca.is_unconstrained() && for_all {
        return Ok(());
    }
    let nodes = (0..system.nodes.len()).map(Owner::Node);
    for owner in nodes.chain((0..system.clients.len()).map(Owner::Client)) {
        let name = system.owner_name(owner);
        for wanted in system.wanted(owner) {
            let subject = wanted.subject.unwrap_or_else(|| ca.subject_for(&wanted.names, name));
            if !for_all && !ca.facts().good_for(wanted.usage) {
                let ca = ca.facts().subject.to_string();
                return Err(Failure::from(pki::Error::UsageNotPermitted(ca)).about(name));
            }
            let Err(why) = ca.permits(&subject, &wanted.names) else { continue };
            return Err(match owner {
                Owner::Node(_) => Failure::from(why).about(name),
                // Perhaps a name that stands for a client that has none.
                Owner::Client(_) => Failure::input(
                    format!("{name}: {why}"),
                    "give the client an identity that this CA may certify: a DNS name, email address or URI",
                ),
            });
        }
    }
    Ok(())
}

/// The CA of the directory, if there is one. Where there is none, nothing may have been issued: a forgotten `--ca-dir`
/// would have everything issued anew.
pub(super) fn open_ca(ca_dir: &CaDir, out: &Path, now: OffsetDateTime) -> Result<Option<Opened>, Failure> {
    let ca_file = out.join(FileKind::CaBundle.file_name());
    // In this order: another run may just be making both.
    let is_issued = ca_file.exists();
    match ca_dir.open(now)? {
        None if is_issued => Err(apply::Error::LostCa(ca_file).into()),
        opened => Ok(opened),
    }
}

/// Certificates end with their CA, whatever `renew_before` says.
pub(super) fn warn_of_end(ca: &Ca, now: OffsetDateTime, report: &Report) {
    let days = (ca.end() - now).whole_days();
    if days < WARN_DAYS {
        report.warning(
            &format!("the CA ends in {days} days, and all certificates with it"),
            Some(if ca.end() < ca.facts().not_after || ca.is_root() {
                "have another one follow, without an outage: natscert ca roll start MANIFEST"
            } else {
                "have another intermediate sign: natscert ca intermediate add NAME, or intermediates in the manifest"
            }),
        );
    }
}

/// Said where a new CA waits.
pub(super) const WAITS: &str = "not every ca.pem led to the CA that a roll has switched to: now they do, and until all have read it the CA before it signs";

/// When the end of a CA is near.
const WARN_DAYS: i64 = 30;

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The system of a manifest, and the manifest's name without its extension.
pub(super) fn read(path: &Path) -> Result<(System, PathBuf), Failure> {
    let bytes = super::read_file_or_stdin(path)?;
    let shown = super::about_input(path);
    let text = std::str::from_utf8(&bytes).map_err(|why| {
        let line = bytes[..why.valid_up_to()].split(|byte| *byte == b'\n').count();
        Failure::input(format!("{shown}:{line}: the manifest is not UTF-8"), "save it as UTF-8 text")
    })?;
    let stem =
        if is_stdin(path) { "manifest".into() } else { path.file_stem().unwrap_or_default().to_owned() };
    let system =
        System::read(text, &stem.to_string_lossy()).map_err(|why| Failure::in_manifest(&why, &shown))?;
    Ok((system, stem.into()))
}
