//! Where databases are looked for.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::super::discover::{Spot, Survey};
use super::super::served;
use super::*;
use crate::truststore::{Candidate, Kind, Machine};

/// A home with files (or, if they end in a slash, folders), and what is found there.
struct Home(TempDir);

impl Home {
    fn with(paths: &[&str]) -> Self {
        let home = Self(folder());
        for path in paths {
            home.make(path, "");
        }
        home
    }

    fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    fn make(&self, path: &str, content: &str) {
        let full = self.path().join(path);
        if path.ends_with('/') {
            std::fs::create_dir_all(full).unwrap();
        } else {
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, content).unwrap();
        }
    }

    fn machine(&self) -> Machine {
        Machine { home: self.path(), path: vec![self.path().join("bin")], ..Machine::default() }
    }

    fn found(&self, explicit: bool) -> Vec<String> {
        self.found_by(&self.machine(), explicit)
    }

    /// `NAME: folder below home` per database, `NAME! reason` per trouble.
    fn found_by(&self, machine: &Machine, explicit: bool) -> Vec<String> {
        let survey = Survey::of(machine, explicit);
        let home = self.path();
        let spots = survey.spots.iter().map(|Spot { name, dir }| {
            format!("{name}: {}", dir.strip_prefix(&home).unwrap_or(dir).display())
        });
        let troubles = survey.troubles.iter().map(|(name, trouble)| format!("{name}! {}", trouble.reason));
        spots.chain(troubles).collect()
    }
}

const NONE: [&str; 0] = [];

#[test]
fn chromium_has_its_database_in_one_of_two_places() {
    let (old, new) = ("Chromium's database: .pki/nssdb", "Chromium's database: .local/share/pki/nssdb");
    let (old_db, new_db) = (".pki/nssdb/cert9.db", ".local/share/pki/nssdb/cert9.db");
    for (files, there, with_browser) in [
        (&[][..], &[][..], &[new][..]),
        (&[".pki/"], &[], &[new]),
        (&[".pki/nssdb/"], &[], &[old]),
        (&[".pki/nssdb"], &[], &[new]),
        (&[old_db], &[old], &[old]),
        (&[new_db], &[new], &[new]),
        (&[old_db, new_db], &[old, new], &[old, new]),
        (&[".pki/nssdb/", new_db], &[new], &[old, new]),
    ] {
        let home = Home::with(files);
        assert_eq!(home.found(false), there, "{files:?}");
        assert_eq!(home.found(true), with_browser, "{files:?}");
        for browser in ["chromium", "google-chrome-stable", "brave-browser", "microsoft-edge", "vivaldi"] {
            let home = Home::with(files);
            home.make(&format!("bin/{browser}"), "");
            assert_eq!(home.found(false), with_browser, "{files:?} {browser}");
        }
    }
}

#[test]
fn xdg_data_home_moves_it() {
    let home = Home::with(&[]);
    let machine = Machine { xdg_data_home: Some(home.path().join("data")), ..home.machine() };
    assert_eq!(home.found_by(&machine, true), ["Chromium's database: data/pki/nssdb"]);
}

#[test]
fn confined_browsers_have_their_own() {
    let home = Home::with(&[
        "snap/chromium/123/.pki/nssdb/cert9.db",
        "snap/brave/current/.local/share/pki/nssdb/cert9.db",
        ".var/app/com.google.Chrome/.pki/nssdb/cert9.db",
        ".var/app/org.chromium.Chromium/data/pki/nssdb/cert9.db",
        ".var/app/org.gimp.GIMP/data/",
    ]);
    symlink("123", home.path().join("snap/chromium/current")).unwrap();
    let expected = [
        "Chromium's database (snap brave): snap/brave/current/.local/share/pki/nssdb",
        "Chromium's database (snap chromium): snap/chromium/123/.pki/nssdb",
        "Chromium's database (flatpak com.google.Chrome): .var/app/com.google.Chrome/.pki/nssdb",
        "Chromium's database (flatpak org.chromium.Chromium): .var/app/org.chromium.Chromium/data/pki/nssdb",
    ];
    assert_eq!(home.found(false), expected);
}

#[test]
fn a_snap_is_not_served_by_the_database_of_other_chromiums() {
    let home = Home::with(&["usr/bin/snap", "bin/"]);
    symlink(home.path().join("usr/bin/snap"), home.path().join("bin/chromium")).unwrap();
    assert_eq!(home.found(false), ["Chromium! Chromium's snap has no database yet"]);
    home.make("snap/chromium/current/.pki/nssdb/cert9.db", "");
    assert_eq!(home.found(false), ["Chromium's database (snap chromium): snap/chromium/current/.pki/nssdb"]);
}

#[test]
fn firefox_has_a_database_in_each_profile_of_each_root() {
    for root in [
        ".mozilla/firefox",
        ".config/mozilla/firefox",
        "snap/firefox/common/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ] {
        let home = Home::with(&[]);
        for file in [
            "b.dev/cert9.db",
            "a.default/cert9.db",
            "Crash Reports/x",
            "never-started/prefs.js",
            "installs.ini",
        ] {
            home.make(&format!("{root}/{file}"), "");
        }
        let expected = [
            format!("Firefox profile a.default: {root}/a.default"),
            format!("Firefox profile b.dev: {root}/b.dev"),
        ];
        assert_eq!(home.found(false), expected);
    }
    let home = Home::with(&["conf/mozilla/firefox/p/cert9.db", ".config/mozilla/firefox/q/cert9.db"]);
    let machine = Machine { xdg_config_home: Some(home.path().join("conf")), ..home.machine() };
    assert_eq!(home.found_by(&machine, false), ["Firefox profile p: conf/mozilla/firefox/p"]);
}

#[test]
fn profiles_elsewhere_are_named_by_profiles_ini() {
    let home = Home::with(&[
        "elsewhere/p/cert9.db",
        ".mozilla/firefox/Profiles/q/cert9.db",
        ".mozilla/firefox/r/cert9.db",
    ]);
    let elsewhere = home.path().join("elsewhere/p");
    let ini = format!(
        "[Install4F96D1932A9F858E]\nDefault=r\n\n[Profile0]\nName=p\nIsRelative=0\nPath={}\r\n[Profile1]\nIsRelative=1\n\
         Path=Profiles/q\n[Profile2]\nIsRelative=1\nPath=r\n[Profile3]\nIsRelative=1\nPath=gone\n",
        elsewhere.display()
    );
    home.make(".mozilla/firefox/profiles.ini", &ini);
    let expected = [
        "Firefox profile r: .mozilla/firefox/r",
        "Firefox profile p: elsewhere/p",
        "Firefox profile q: .mozilla/firefox/Profiles/q",
    ];
    assert_eq!(home.found(false), expected);
}

#[test]
fn links_are_resolved_and_nothing_comes_twice() {
    let home = Home::with(&[".mozilla/firefox/p/cert9.db"]);
    symlink("p", home.path().join(".mozilla/firefox/q")).unwrap();
    std::fs::create_dir_all(home.path().join(".config/mozilla")).unwrap();
    symlink(home.path().join(".mozilla/firefox"), home.path().join(".config/mozilla/firefox")).unwrap();
    assert_eq!(home.found(false), ["Firefox profile p: .mozilla/firefox/p"]);
}

#[test]
fn the_state_file_adds_places() {
    let home = Home::with(&["x/cert9.db", "y/nssdb/cert9.db", ".mozilla/firefox/p/cert9.db"]);
    let known = ["x", "y/nssdb", ".mozilla/firefox/p", "gone"].map(|dir| (Kind::Nss, home.path().join(dir)));
    let java = (Kind::Java, home.path().join("x"));
    let machine = Machine { known: known.into_iter().chain([java]).collect(), ..home.machine() };
    let expected =
        ["Firefox profile p: .mozilla/firefox/p", "Firefox profile x: x", "Chromium's database: y/nssdb"];
    assert_eq!(home.found_by(&machine, false), expected);
}

#[test]
fn firefox_without_a_profile_is_said() {
    for program in ["firefox", "firefox-esr"] {
        let home = Home::with(&[".mozilla/firefox/never-started/prefs.js"]);
        assert_eq!(home.found(false), NONE);
        home.make(&format!("bin/{program}"), "");
        assert_eq!(home.found(false), ["Firefox! it has no profile yet"]);
        home.make("snap/firefox/common/.mozilla/firefox/p/cert9.db", "");
        assert_eq!(home.found(false), ["Firefox profile p: snap/firefox/common/.mozilla/firefox/p"]);
    }
}

#[test]
fn nothing_is_said_with_its_reason() {
    let home = Home::with(&[]);
    let candidates = super::super::candidates(&home.machine(), false);
    let [Candidate::Nothing { kind: Kind::Nss, reason }] = &candidates[..] else { panic!("{candidates:?}") };
    assert_eq!(reason, "no Chromium and no Firefox found");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "looking makes nothing");
}

#[test]
fn a_root_of_profiles_that_is_a_loop_is_trouble_and_others_are_served() {
    let home = Home::with(&[".mozilla/", ".config/mozilla/firefox/p/cert9.db"]);
    symlink("firefox", home.path().join(".mozilla/firefox")).unwrap();
    let machine = home.machine();
    let candidates = served(Survey::of(&machine, false), &machine, || Some(native()));
    let [Candidate::Place(place), Candidate::Trouble { trouble, .. }] = &candidates[..] else {
        panic!("{candidates:?}")
    };
    assert_eq!(place.name(), "Firefox profile p");
    assert!(
        trouble.reason.starts_with("cannot read /") && trouble.reason.contains("firefox: "),
        "{trouble:?}"
    );
}

#[test]
fn a_database_of_somebody_else_is_a_place_all_the_same() {
    let home = Home::with(&[".mozilla/firefox/p/cert9.db"]);
    let file = home.path().join(".mozilla/firefox/p/cert9.db");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(home.found(false), ["Firefox profile p: .mozilla/firefox/p"]);
}
