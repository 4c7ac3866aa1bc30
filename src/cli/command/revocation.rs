//! The CAs of a CA directory, for the commands about revocation.

use time::OffsetDateTime;

use super::super::args::CaDirArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use crate::bundle::{self, CaDir};
use crate::pki::{Authority, Ca, Family, Intermediate};

/// What the root is called where CAs are told apart.
const ROOT: &str = "root";

/// A CA that can be asked what it revoked.
pub(super) struct Named {
    /// `root` or the intermediate's name; of the other family of a roll behind `next/` or `previous/`, as its folder.
    pub(super) name: String,
    pub(super) ca: Ca,
}

/// All CAs of the directory that may have issued something, those that sign no more too; expired or not.
pub(super) fn open(
    args: &CaDirArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(CaDir, Vec<Named>), Failure> {
    let dir = environment.ca_dir(args.ca_dir.as_ref())?;
    let Some(opened) = dir.open(OffsetDateTime::UNIX_EPOCH)? else {
        return Err(bundle::Error::NoCa(dir.path().to_owned()).into());
    };
    super::tell_notes(report, &opened.notes);
    Ok((dir, named(opened.authority)))
}

/// The same once more, for who goes on answering.
pub(super) fn again(dir: &CaDir) -> Result<Vec<Ca>, bundle::Error> {
    let opened = dir.open(OffsetDateTime::UNIX_EPOCH)?;
    let opened = opened.ok_or_else(|| bundle::Error::NoCa(dir.path().to_owned()))?;
    Ok(named(opened.authority).into_iter().map(|known| known.ca).collect())
}

fn named(authority: Authority) -> Vec<Named> {
    let other = if authority.is_rolling() { "next/" } else { "previous/" };
    let family = |prefix: &str, family: Family| -> Vec<Named> {
        let root = Named { name: format!("{prefix}{ROOT}"), ca: family.root };
        let below = family
            .intermediates
            .into_iter()
            .map(|Intermediate { name, ca, .. }| (format!("{prefix}{name}"), ca));
        std::iter::once(root).chain(below.map(|(name, ca)| Named { name, ca })).collect()
    };
    let mut all = family("", authority.family);
    all.extend(authority.other.into_iter().flat_map(|second| family(other, second)));
    all.extend(authority.before.into_iter().flat_map(|old| family("previous/", old)));
    all
}
