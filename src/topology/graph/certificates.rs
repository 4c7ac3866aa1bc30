//! Certificates and their ends, in few words.

use time::{Date, OffsetDateTime};

use super::words::count;
use crate::topology::{Owner, System};

/// Until when the certificate in a folder of its owner is valid.
pub(super) type Expiry<'a> = &'a dyn Fn(Owner, &str) -> Option<OffsetDateTime>;

/// One line per end: `server, cluster until 2029-02-23`.
pub(super) fn each(system: &System, owner: Owner, expiry: Expiry<'_>) -> Vec<String> {
    let mut ends: Vec<(Option<Date>, Vec<&str>)> = Vec::new();
    for folder in folders(system, owner) {
        let end = expiry(owner, folder).map(OffsetDateTime::date);
        // A client has one certificate, in its own folder.
        let folder = if folder.is_empty() { "client" } else { folder };
        match ends.iter_mut().find(|(same, _)| *same == end) {
            Some((_, folders)) => folders.push(folder),
            None => ends.push((end, vec![folder])),
        }
    }
    let line = |(end, folders): (Option<Date>, Vec<&str>)| {
        let folders = folders.join(", ");
        end.map_or_else(|| format!("{folders} not issued yet"), |end| format!("{folders} until {end}"))
    };
    ends.into_iter().map(line).collect()
}

/// All of them together: `6 certificates until 2029-02-23 … 2029-03-01`.
pub(super) fn together(
    system: &System,
    owners: impl Iterator<Item = Owner>,
    expiry: Expiry<'_>,
) -> Vec<String> {
    let (mut issued, mut missing) = (0, 0);
    let mut ends: Option<(Date, Date)> = None;
    for owner in owners {
        for folder in folders(system, owner) {
            let Some(end) = expiry(owner, folder).map(OffsetDateTime::date) else {
                missing += 1;
                continue;
            };
            issued += 1;
            let (first, last) = ends.unwrap_or((end, end));
            ends = Some((first.min(end), last.max(end)));
        }
    }
    let mut lines = Vec::new();
    if let Some((first, last)) = ends {
        let range = if first == last { first.to_string() } else { format!("{first} … {last}") };
        lines.push(format!("{} until {range}", count(issued, "certificate")));
    }
    if missing > 0 {
        lines.push(format!("{} not issued yet", count(missing, "certificate")));
    }
    lines
}

fn folders(system: &System, owner: Owner) -> Vec<&'static str> {
    system.wanted(owner).iter().map(|wanted| wanted.folder).collect()
}
