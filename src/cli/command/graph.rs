//! `natscert graph`: the picture of a manifest, with what was issued for it.

use std::cell::RefCell;
use std::path::Path;

use serde::Serialize;
use time::OffsetDateTime;

use super::super::args::{GraphArgs, GraphFormat};
use super::super::failure::Failure;
use super::super::report::Report;
use crate::apply::Layout;
use crate::bundle::{FileKind, read_input};
use crate::pki::Facts;
use crate::topology::{self, Owner};

#[derive(Serialize)]
struct Json<'a> {
    format: &'a str,
    graph: &'a str,
}

pub(in super::super) fn run(args: &GraphArgs, report: &Report) -> Result<(), Failure> {
    let (system, stem) = super::topology::read(&args.manifest)?;
    let out = match &args.out {
        Some(out) => Some(out.clone()),
        // A manifest from standard input has no name, so nothing can have been issued under it.
        None => (args.manifest.as_os_str() != "-").then_some(stem),
    };
    let layout = out.map(Layout::new);
    let unreadable = Unreadable::default();
    let expiry = |owner: Owner, folder: &str| {
        let bundle = layout.as_ref()?.bundle(&system, owner, folder);
        unreadable.end_of(&bundle.join(FileKind::Certificate.file_name()))
    };
    let text = topology::draw(&system, args.format.into(), &expiry);
    unreadable.tell(report);
    let format = match args.format {
        GraphFormat::Mermaid => "mermaid",
        GraphFormat::Dot => "dot",
        GraphFormat::Svg => "svg",
    };
    report.either(&text, &Json { format, graph: &text })
}

/// The certificates that are there and cannot be read, with the reasons.
#[derive(Default)]
struct Unreadable(RefCell<Vec<String>>);

impl Unreadable {
    /// The end of a certificate; none where it is not there.
    fn end_of(&self, path: &Path) -> Option<OffsetDateTime> {
        if !path.exists() {
            return None;
        }
        let read = || -> Result<OffsetDateTime, String> {
            let bytes = read_input(path).map_err(|why| why.to_string())?;
            let mut facts = Facts::all_in(&bytes).map_err(|why| format!("{}: {why}", path.display()))?;
            Ok(facts.swap_remove(0).not_after)
        };
        read().map_err(|why| self.note(why)).ok()
    }

    /// Some are looked at twice.
    fn note(&self, why: String) {
        let mut found = self.0.borrow_mut();
        if !found.contains(&why) {
            found.push(why);
        }
    }

    fn tell(&self, report: &Report) {
        let found = self.0.borrow();
        if let [why, others @ ..] = &found[..] {
            let more = if others.is_empty() { String::new() } else { format!(" ({} more)", others.len()) };
            report.warning(
                &format!("drawn as not issued: {why}{more}"),
                Some("natscert plan says what is wrong with it"),
            );
        }
    }
}
