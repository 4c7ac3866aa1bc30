//! A Linux distribution's store: a folder of anchors, and a tool that makes of it what programs read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::anchors::{self, Anchor};
use super::distribution::{ALL, Distribution};
use super::links::Links;
use super::scan;
use crate::bundle::read_plain;
use crate::truststore::hand::Hand;
use crate::truststore::place::{Found, Kind, Other, Place, State, Trouble};
use crate::truststore::program::plain;
use crate::truststore::root::{Root, Wanted, Which};
use crate::truststore::step::Step;

/// What else starts a program as a keystore of JKS.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

/// A distribution's store below a root folder, which is `/` but for tests.
#[derive(Debug)]
pub(super) struct Folder {
    distribution: &'static Distribution,
    base: PathBuf,
    anchors: PathBuf,
}

/// What there is before something changes.
struct Scene {
    anchors: Vec<Anchor>,
    links: Links,
}

impl Folder {
    /// The store that is there: what counts is its tool and its folder, not how the distribution calls itself.
    pub(super) fn find(base: &Path) -> Option<Self> {
        let at = |path: &str| under(base, path);
        let with_folder = |row: &&Distribution| at(row.tool).is_file() && at(row.anchors).is_dir();
        let has_sign = |row: &&Distribution| at(row.tool).is_file() && at(row.sign).is_dir();
        // Alpine's folders are Debian's; it is told by its sign.
        let both = |row: &&Distribution| with_folder(row) && has_sign(row);
        let rows = || ALL.iter();
        let row = rows().find(both).or_else(|| rows().find(with_folder)).or_else(|| rows().find(has_sign))?;
        Some(Self { distribution: row, anchors: under(base, row.anchors), base: base.to_owned() })
    }

    /// The file that its tool makes.
    pub(super) fn bundle(&self) -> PathBuf {
        self.at(self.distribution.bundle)
    }

    fn at(&self, path: &str) -> PathBuf {
        under(&self.base, path)
    }

    fn update(&self) -> Step {
        Step::run(self.at(self.distribution.tool), self.distribution.args)
    }

    fn scene(&self, wanted: &Wanted) -> Result<Scene, Trouble> {
        let anchors =
            anchors::in_folder(&self.anchors, wanted).map_err(|why| unreadable(&self.anchors, &why))?;
        Ok(Scene { anchors, links: self.links()? })
    }

    fn links(&self) -> Result<Links, Trouble> {
        let Some(folder) = self.distribution.links.map(|folder| self.at(folder)) else {
            return Ok(Links::default());
        };
        Links::read(&folder).map_err(|why| unreadable(&folder, &why))
    }

    fn bundled(&self, wanted: &Wanted) -> Result<Vec<Which>, Trouble> {
        let bundle = self.bundle();
        anchors::in_bundle(&bundle, wanted).map_err(|why| unreadable(&bundle, &why))
    }

    /// Anchors of the root that is wanted which the tool reads, but which are not where an administrator puts them.
    fn elsewhere(&self, wanted: &Wanted) -> Vec<Anchor> {
        let folders = self.distribution.elsewhere.iter().map(|folder| self.at(folder));
        let all = folders.flat_map(|folder| anchors::in_folder(&folder, wanted).unwrap_or_default());
        all.filter(|anchor| anchor.which == Which::Wanted).collect()
    }

    fn others(&self, anchors: &[Anchor], bundled: &[Which]) -> Vec<Other> {
        let bundle = self.bundle();
        let files = anchors.iter().map(|anchor| (&anchor.which, &anchor.path));
        let mut others: Vec<Other> = Vec::new();
        for (which, path) in files.chain(bundled.iter().map(|which| (which, &bundle))) {
            let Which::Other { fingerprint, title } = which else { continue };
            if !others.iter().any(|other| other.fingerprint == *fingerprint) {
                let name = path.display().to_string();
                others.push(Other { fingerprint: fingerprint.clone(), title: title.clone(), name });
            }
        }
        others
    }

    /// Takes the anchor out again after the tool failed, and what the tool made of it before that, as well as it can.
    fn take_back(&self, anchor: &Path, hand: &Hand<'_>) {
        let mut steps: Vec<_> =
            self.links().unwrap_or_default().to(&[anchor.to_owned()]).into_iter().map(Step::Remove).collect();
        steps.push(Step::Remove(anchor.to_owned()));
        // What is told is why the tool failed.
        let _ = hand.as_root(&steps);
        let _ = hand.as_root(&[self.update()]);
    }

    /// Lets openssl name the links of other roots anew that stood behind one that goes.
    fn number_again(&self, behind: &[PathBuf]) -> Vec<Step> {
        let openssl = self.at("/usr/bin/openssl");
        let Some(folder) = self.distribution.links.filter(|_| !behind.is_empty() && openssl.is_file()) else {
            return Vec::new();
        };
        let mut steps: Vec<_> = behind.iter().cloned().map(Step::Remove).collect();
        steps.push(Step::run(openssl, ["rehash".into(), self.at(folder).into_os_string()]));
        steps
    }

    /// Makes Java's keystore of the system forget what the tool's hook told it of these links: the hook hears of links that
    /// come, not of those that go.
    fn tell_java(&self, gone: &[PathBuf], own: &[PathBuf]) -> Option<Step> {
        let (hook, keystore) =
            self.distribution.java.map(|(hook, keystore)| (self.at(hook), self.at(keystore)))?;
        let bytes = read_plain(&keystore).ok()?;
        let may_hold = |link: &&PathBuf| {
            let name = link.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            let alias = format!("debian:{name}");
            !bytes.starts_with(&JKS) || bytes.windows(alias.len()).any(|window| window == alias.as_bytes())
        };
        let folder = self.at(self.distribution.links?);
        let of_file =
            |file: &PathBuf| Some(folder.join(format!("{}.pem", file.file_stem()?.to_string_lossy())));
        let mut links: Vec<_> = gone.iter().filter(|link| ends_with(link, ".pem")).cloned().collect();
        links.extend(own.iter().filter_map(of_file));
        links.sort();
        links.dedup();
        let told: Vec<_> =
            links.iter().filter(may_hold).map(|link| format!("-{}\n", link.display())).collect();
        let has_something = hook.is_file() && !told.is_empty();
        has_something.then(|| Step::Run { program: hook, args: Vec::new(), input: told.concat().into() })
    }
}

impl Place for Folder {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn name(&self) -> String {
        self.distribution.name.to_owned()
    }

    fn path(&self) -> &Path {
        &self.anchors
    }

    fn needs_root(&self) -> bool {
        true
    }

    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble> {
        let Scene { anchors, links } = self.scene(wanted)?;
        let bundled = self.bundled(wanted)?;
        let mut names = names_of(&anchors);
        let is_bundled = bundled.contains(&Which::Wanted);
        if names.is_empty() && is_bundled {
            names = names_of(&self.elsewhere(wanted));
        }
        let bundle = self.bundle();
        let state = match (names.first(), is_bundled) {
            (Some(_), true) => State::Trusted,
            (Some(name), false) => {
                State::Partly(format!("{name} is there, but {} was not updated", bundle.display()))
            }
            (None, true) => State::Partly(format!(
                "{} still holds it, but no file in {} does",
                bundle.display(),
                self.anchors.display()
            )),
            (None, false) => State::Absent,
        };
        let leftovers = links.leftover().iter().map(|path| path.display().to_string()).collect();
        Ok(Found { state, names, others: self.others(&anchors, &bundled), leftovers })
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        let anchor = self.anchors.join(root.file_stem() + self.distribution.suffix);
        let has_some = anchors::in_folder(&self.anchors, &root.wanted())
            .map_err(|why| unreadable(&self.anchors, &why))?
            .iter()
            .any(|there| there.which == Which::Wanted && ends_with(&there.path, self.distribution.suffix));
        let mut steps = Vec::new();
        if !self.anchors.is_dir() {
            let args = ["-p", "-m", "0755", "--"].map(Into::into).into_iter();
            let args = args.chain([self.anchors.clone().into()]).collect();
            steps.push(Step::Run { program: "/bin/mkdir".into(), args, input: Vec::new() });
        }
        if !has_some {
            steps.push(Step::Write { path: anchor.clone(), content: root.pem().into_bytes() });
        }
        steps.push(self.update());
        let done = hand.as_root(&steps).and_then(|()| self.check(root, hand));
        if done.is_err() && !has_some && anchor.exists() {
            self.take_back(&anchor, hand);
        }
        done
    }

    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        let Scene { mut anchors, links } = self.scene(wanted)?;
        anchors.retain(|anchor| anchor.which == Which::Wanted);
        let elsewhere = self.elsewhere(wanted);
        anchors.extend(elsewhere);
        anchors.sort_by(|one, other| one.path.cmp(&other.path));
        anchors.dedup_by(|one, other| one.path == other.path);
        let (shared, own): (Vec<_>, Vec<_>) = anchors.into_iter().partition(|anchor| anchor.is_shared);
        let own: Vec<_> = own.into_iter().map(|anchor| anchor.path).collect();
        let mut gone = links.to(&own);
        gone.extend(links.leftover());
        gone.sort();
        gone.dedup();
        // The links first: where these cannot be removed, everything stays as it is.
        let mut steps: Vec<_> = gone.iter().chain(&own).cloned().map(Step::Remove).collect();
        steps.push(self.update());
        steps.extend(self.number_again(&links.behind(&gone)));
        steps.extend(self.tell_java(&gone, &own));
        if let Err(why) = hand.as_root(&steps) {
            // Where an anchor stayed, so shall its links, which the tool makes.
            let is_gone = |path: &PathBuf| fs::symlink_metadata(path).is_err();
            if gone.iter().any(is_gone) && !own.iter().all(is_gone) {
                let _ = hand.as_root(&[self.update()]);
            }
            return Err(why);
        }
        match shared.first() {
            Some(Anchor { path, .. }) => Err(Trouble::failed(
                format!("{} holds it beside other certificates", path.display()),
                format!("take it out of {} and run {}", path.display(), self.update()),
            )),
            None => Ok(()),
        }
    }
}

impl Folder {
    /// Some tools say nothing when they could not write.
    fn check(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        let bundle = self.bundle();
        if hand.is_dry() || read_plain(&bundle).is_ok_and(|bytes| scan::holds(&bytes, root)) {
            return Ok(());
        }
        Err(Trouble::failed(
            format!("{} ran, but {} lacks the root", self.update(), bundle.display()),
            format!("see whether {} can be written, and what {} says", bundle.display(), self.update()),
        ))
    }
}

fn names_of(anchors: &[Anchor]) -> Vec<String> {
    let wanted = anchors.iter().filter(|anchor| anchor.which == Which::Wanted);
    wanted.map(|anchor| anchor.path.display().to_string()).collect()
}

fn ends_with(path: &Path, suffix: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(suffix))
}

fn unreadable(path: &Path, why: &io::Error) -> Trouble {
    let hint = match why.kind() {
        io::ErrorKind::PermissionDenied => format!("let this user read {}", path.display()),
        _ => format!("see what {} is, and move it away", path.display()),
    };
    Trouble::failed(format!("cannot read {}: {}", path.display(), plain(why)), hint)
}

fn under(base: &Path, path: &str) -> PathBuf {
    base.join(path.trim_start_matches('/'))
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
