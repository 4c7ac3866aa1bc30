//! Where the databases of a user are.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::machine::Machine;
use super::super::place::{Kind, Trouble};
use super::super::program::plain;

/// Programs that keep their roots where Chromium does.
const CHROMIUMS: [&str; 14] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "google-chrome-beta",
    "google-chrome-unstable",
    "brave",
    "brave-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
    "opera",
    "vivaldi",
    "vivaldi-stable",
    "ungoogled-chromium",
];
const FIREFOXES: [&str; 5] =
    ["firefox", "firefox-esr", "firefox-nightly", "firefox-devedition", "firefox-developer-edition"];
const AGAIN: &str = "then run the same command again";

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Databases, and where one is to be made.
    pub(super) spots: Vec<Spot>,
    /// What cannot be served, and why.
    pub(super) troubles: Vec<(String, Trouble)>,
    seen: BTreeSet<PathBuf>,
}

/// A database's folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) name: String,
    pub(super) dir: PathBuf,
}

impl Survey {
    /// Looks everywhere. `explicit`: Chromium's database is to be made even if there is no Chromium.
    pub(super) fn of(machine: &Machine, explicit: bool) -> Self {
        let mut survey = Self::default();
        survey.chromium(machine, explicit);
        survey.firefox(machine);
        for (_, dir) in machine.known.iter().filter(|(kind, dir)| *kind == Kind::Nss && has_database(dir)) {
            survey.add(
                if dir.ends_with("nssdb") { "Chromium's database".to_owned() } else { profile_name(dir) },
                dir,
            );
        }
        survey
    }

    fn chromium(&mut self, machine: &Machine, explicit: bool) {
        let (old, new) = (machine.home.join(".pki/nssdb"), machine.data_home().join("pki/nssdb"));
        // The old folder wins as soon as it exists, even if it is empty.
        let effective = if old.is_dir() { &old } else { &new };
        let installed: Vec<_> = CHROMIUMS.iter().filter_map(|name| machine.program(name)).collect();
        let is_snap =
            |program: &PathBuf| fs::canonicalize(program).is_ok_and(|path| path.ends_with("bin/snap"));
        let is_served = explicit || installed.iter().any(|program| !is_snap(program));
        for dir in [&old, &new] {
            if has_database(dir) || (is_served && dir == effective) {
                self.add("Chromium's database".to_owned(), dir);
            }
        }
        let before = self.spots.len();
        let snaps = children(&machine.home.join("snap")).unwrap_or_default();
        for dir in snaps {
            self.confined(
                "snap",
                &dir,
                &["current/.pki/nssdb", "current/.local/share/pki/nssdb", "common/.pki/nssdb"],
            );
        }
        if self.spots.len() == before && installed.iter().any(is_snap) {
            let hint = format!("start Chromium once, {AGAIN}");
            self.troubles
                .push(("Chromium".to_owned(), Trouble::skipped("Chromium's snap has no database yet", hint)));
        }
        for dir in children(&machine.home.join(".var/app")).unwrap_or_default() {
            self.confined("flatpak", &dir, &[".pki/nssdb", "data/pki/nssdb", ".local/share/pki/nssdb"]);
        }
    }

    fn confined(&mut self, how: &str, app: &Path, places: &[&str]) {
        for dir in places.iter().map(|place| app.join(place)).filter(|dir| has_database(dir)) {
            self.add(format!("Chromium's database ({how} {})", last(app)), &dir);
        }
    }

    fn firefox(&mut self, machine: &Machine) {
        let home = &machine.home;
        let flatpak = home.join(".var/app/org.mozilla.firefox");
        let roots = [
            home.join(".mozilla/firefox"),
            machine.config_home().join("mozilla/firefox"),
            home.join("snap/firefox/common/.mozilla/firefox"),
            home.join("snap/firefox/common/.config/mozilla/firefox"),
            flatpak.join(".mozilla/firefox"),
            flatpak.join("config/mozilla/firefox"),
        ];
        let (spots, troubles) = (self.spots.len(), self.troubles.len());
        for root in roots {
            match children(&root) {
                Ok(dirs) => {
                    let named = fs::read_to_string(root.join("profiles.ini")).unwrap_or_default();
                    let dirs = dirs.into_iter().chain(profiles(&root, &named));
                    dirs.filter(|dir| has_database(dir)).for_each(|dir| self.add(profile_name(&dir), &dir));
                }
                Err(why) => {
                    let reason = format!("cannot read {}: {}", root.display(), plain(&why));
                    let hint = format!("let this user read it, {AGAIN}");
                    self.troubles.push(("Firefox".to_owned(), Trouble::failed(reason, hint)));
                }
            }
        }
        let is_installed = FIREFOXES.iter().any(|name| machine.program(name).is_some());
        if is_installed && self.spots.len() == spots && self.troubles.len() == troubles {
            let trouble = Trouble::skipped("it has no profile yet", format!("start Firefox once, {AGAIN}"));
            self.troubles.push(("Firefox".to_owned(), trouble));
        }
    }

    /// Once, however many links lead there.
    fn add(&mut self, name: String, dir: &Path) {
        let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        if self.seen.insert(dir.clone()) {
            self.spots.push(Spot { name, dir });
        }
    }
}

/// Whether there is a database, be it one that cannot be read.
pub(super) fn has_database(dir: &Path) -> bool {
    match fs::symlink_metadata(dir.join(super::CERTIFICATES)) {
        Ok(_) => true,
        Err(why) => !is_missing(&why),
    }
}

fn is_missing(why: &std::io::Error) -> bool {
    matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// The folders of a folder, in order; none if it does not exist.
fn children(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Err(why) if is_missing(&why) => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut dirs: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    dirs.sort();
    Ok(dirs)
}

/// The profiles that a `profiles.ini` names: below its folder or anywhere.
fn profiles(root: &Path, ini: &str) -> Vec<PathBuf> {
    let paths = ini.lines().filter_map(|line| line.trim().strip_prefix("Path="));
    paths.map(|path| root.join(path.trim())).collect() // an absolute path stays one
}

fn profile_name(dir: &Path) -> String {
    format!("Firefox profile {}", last(dir))
}

fn last(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
