//! One keystore: looked at by natscert, changed by keytool.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::super::hand::Hand;
use super::super::machine::Machine;
use super::super::place::{Found, Kind, Other, Place, State, Trouble};
use super::super::program::{self, plain};
use super::super::root::{Root, Wanted, Which};
use super::homes;
use super::keystore::{self, Entry, Keystore, PASSWORDS, Role, Unreadable};
use super::keytool::{Change, is_option};
use crate::bundle::open_plain;

/// Nobody has so many roots; a keystore is read whole.
const MAX_SIZE: u64 = 64 * 1024 * 1024;

/// Below these the system's tools write keystores anew from its own store: RHEL and Fedora, Arch, openSUSE.
const GENERATED: [&str; 4] = [
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/java",
    "/etc/ca-certificates/extracted",
    "/var/lib/ca-certificates",
];

/// A keystore, and the installations that read it.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    homes: Vec<PathBuf>,
    /// The one to be preferred first.
    keytools: Vec<PathBuf>,
}

/// Whether this process can write a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Free,
    NeedsRoot,
    ReadOnly,
}

impl Store {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, homes: Vec::new(), keytools: Vec::new() }
    }

    pub(super) fn has_path(&self, path: &Path) -> bool {
        self.path == path
    }

    /// An installation that reads it; of one that only the state file knows, the path tells which it was.
    pub(super) fn add_home(&mut self, home: Option<&Path>) {
        let home = home.or_else(|| homes::home_of(&self.path)).map(Path::to_owned);
        self.homes.extend(home.filter(|home| !self.homes.contains(home)));
    }

    /// That of an installation that reads this keystore, since another may write what these do not understand.
    pub(super) fn find_keytools(&mut self, machine: &Machine, others: &[PathBuf]) {
        let all = self.homes.iter().chain(others).flat_map(|home| homes::programs(home, "keytool"));
        let in_path = machine.program(if cfg!(windows) { "keytool.exe" } else { "keytool" });
        self.keytools = all.chain(in_path).filter(|path| path.is_absolute() && path.is_file()).collect();
    }

    /// Whether keytool has root's rights when it changes this keystore.
    fn is_changed_as_root(&self) -> bool {
        program::is_root() || self.needs_root()
    }

    /// The first; with root's rights, the first that nobody else can have replaced.
    pub(super) fn keytool(&self, as_root: bool) -> Option<PathBuf> {
        let mut all = self.keytools.iter();
        if as_root { all.find_map(|path| program::safe_for_root(path)) } else { all.next().cloned() }
    }

    pub(super) fn no_keytool(&self) -> Trouble {
        let Some(unsafe_one) = self.keytools.first().map(|path| path.display()) else {
            return Trouble::skipped("no keytool found", "install a JDK, whose bin folder has it");
        };
        let reason = format!("{unsafe_one} would run with root's rights, but others than root can change it");
        let install = "install a JDK from the system's packages, whose keytool is taken then";
        let hint = if program::is_root() {
            format!("run this without sudo, as the user who owns {}; or {install}", self.path.display())
        } else {
            format!("{install}; or {}", self.way_out())
        };
        Trouble::skipped(reason, hint)
    }

    /// `hint`: what a person has to do where natscert cannot.
    fn read(&self, hint: impl Fn() -> String) -> Result<Keystore, Trouble> {
        let shown = self.path.display();
        let mut bytes = Vec::new();
        open_plain(&self.path).and_then(|file| file.take(MAX_SIZE).read_to_end(&mut bytes)).map_err(
            |why| Trouble::failed(format!("cannot read {shown}: {}", plain(&why)), self.way_out()),
        )?;
        keystore::read(&bytes).map_err(|why| match why {
            Unreadable::Password => self.wrong_password(hint()),
            Unreadable::Damaged => Trouble::failed(
                format!("{shown} is no keystore, or a damaged one"),
                "reinstall the Java that it belongs to, or put back a copy",
            ),
            Unreadable::Unsupported(what) => {
                Trouble::failed(format!("{shown} is {what}, which natscert does not read"), hint())
            }
        })
    }

    fn wrong_password(&self, hint: String) -> Trouble {
        Trouble::failed(format!("the password of {} is not {}", self.path.display(), PASSWORDS[0]), hint)
    }

    /// What a person can do.
    fn by_hand(&self, changes: &[Change], password: &str) -> String {
        let lines: Vec<_> = changes.iter().map(|change| self.command(change, password)).collect();
        format!("{}; or {}", lines.join(" && "), self.way_out())
    }

    fn command(&self, change: &Change, password: &str) -> String {
        let keytool = self.keytool(self.is_changed_as_root()).unwrap_or_else(|| "keytool".into());
        change.by_hand(&keytool, &self.path, password, self.needs_root())
    }

    fn way_out(&self) -> String {
        let path = self.path.display();
        format!("start Java with -Djavax.net.ssl.trustStore=FILE, a copy of {path} that can be changed")
    }

    fn make(&self, changes: &[Change], password: &str, hand: &Hand<'_>) -> Result<(), Trouble> {
        let access = self.access();
        if access == Access::ReadOnly {
            return Err(Trouble::failed(
                format!("{} is on a disk mounted read-only", self.path.display()),
                format!("make it writable, then {}", self.by_hand(changes, password)),
            ));
        }
        let needs_root = access == Access::NeedsRoot;
        let keytool = self.keytool(needs_root || program::is_root()).ok_or_else(|| self.no_keytool())?;
        let steps: Vec<_> =
            changes.iter().map(|change| change.step(&keytool, &self.path, password)).collect();
        let done = if needs_root { hand.as_root(&steps) } else { hand.as_user(&steps) };
        done.map_err(|trouble| {
            let is_of_keytool = trouble.reason.contains("keytool error");
            let hint = if is_of_keytool { self.by_hand(changes, "PASSWORD") } else { trouble.hint };
            Trouble { hint, ..trouble }
        })
    }

    fn access(&self) -> Access {
        if is_mounted_read_only(&self.path) {
            return Access::ReadOnly;
        }
        // To append nothing changes nothing.
        match OpenOptions::new().append(true).open(&self.path) {
            Ok(_) => Access::Free,
            Err(why) if why.kind() == io::ErrorKind::ReadOnlyFilesystem => Access::ReadOnly,
            Err(_) => Access::NeedsRoot,
        }
    }

    fn refuse_generated(&self, verb: &str) -> Result<(), Trouble> {
        if !GENERATED.iter().any(|dir| self.path.starts_with(dir)) {
            return Ok(());
        }
        let reason = format!("{} is made from the system's store", self.path.display());
        Err(Trouble::skipped(reason, format!("natscert trust {verb} --store system")))
    }
}

impl Place for Store {
    fn kind(&self) -> Kind {
        Kind::Java
    }

    fn name(&self) -> String {
        let names: Vec<_> = self.homes.iter().map(|home| homes::title(home)).collect();
        format!("Java {}", names.join(", ")).trim_end().to_owned()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn needs_root(&self) -> bool {
        self.access() == Access::NeedsRoot
    }

    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble> {
        let mut found = Found::default();
        let hint = || {
            let import = Change::Import { alias: wanted.file_stem(), pem: String::new() };
            let delete = Change::Delete { alias: wanted.file_stem() };
            let undo = self.command(&delete, "PASSWORD");
            format!("{} (and to undo that: {undo}); or {}", self.command(&import, "PASSWORD"), self.way_out())
        };
        for entry in self.read(hint)?.entries.into_iter().filter(is_javas) {
            match wanted.judge_named(&entry.der, &entry.alias) {
                Which::Wanted => {
                    found.state = State::Trusted;
                    found.names.push(entry.alias);
                }
                Which::Other { fingerprint, title } => {
                    found.others.push(Other { fingerprint, title, name: entry.alias });
                }
                Which::Foreign => {}
            }
        }
        Ok(found)
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        self.refuse_generated("install")?;
        let import = |alias| [Change::Import { alias, pem: root.pem() }];
        let keystore = self.read(|| self.by_hand(&import(root.file_stem()), "PASSWORD"))?;
        let import = import(free_alias(&root.file_stem(), &keystore.entries));
        let wrong = || self.wrong_password(self.by_hand(&import, "PASSWORD"));
        let password = keystore.password.ok_or_else(wrong)?;
        self.make(&import, password, hand)
    }

    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        self.refuse_generated("uninstall")?;
        let delete = |alias: &str| Change::Delete { alias: alias.to_owned() };
        let keystore = self.read(|| self.by_hand(&[delete(&wanted.file_stem())], "PASSWORD"))?;
        let is_wanted = |entry: &&Entry| is_javas(entry) && wanted.judge(&entry.der) == Which::Wanted;
        let entries: Vec<_> = keystore.entries.iter().filter(is_wanted).collect();
        if let Some(entry) = entries.iter().find(|entry| is_option(&entry.alias)) {
            let (path, alias) = (self.path.display(), entry.alias.escape_debug());
            let reason = format!("keytool would take the alias {alias} in {path} for an option");
            let hint = format!("delete it by hand, with another program than keytool; or {}", self.way_out());
            return Err(Trouble::skipped(reason, hint));
        }
        let changes: Vec<_> = entries.iter().map(|entry| delete(&entry.alias)).collect();
        if let Some(entry) = entries.iter().find(|entry| entry.role == Role::OfKey) {
            let reason =
                format!("the private key of {} in {} would go with it", entry.alias, self.path.display());
            return Err(Trouble::skipped(reason, self.by_hand(&changes, "PASSWORD")));
        }
        let wrong = || self.wrong_password(self.by_hand(&changes, "PASSWORD"));
        let password = keystore.password.ok_or_else(wrong)?;
        self.make(&changes, password, hand)
    }
}

/// Whether it is an entry to Java and keytool: what they do not know, nobody trusts and nobody can remove.
fn is_javas(entry: &Entry) -> bool {
    entry.role != Role::Bystander
}

/// Java tells no upper from lower case in aliases.
fn free_alias(stem: &str, entries: &[Entry]) -> String {
    let is_free = |alias: &String| entries.iter().all(|entry| !entry.alias.eq_ignore_ascii_case(alias));
    let numbered = (2..).map(|number| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| stem.to_owned())
}

#[cfg(unix)]
fn is_mounted_read_only(path: &Path) -> bool {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    statvfs(path).is_ok_and(|disk| disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

#[cfg(not(unix))]
fn is_mounted_read_only(_: &Path) -> bool {
    false
}
