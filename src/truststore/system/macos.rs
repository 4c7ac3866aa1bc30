//! macOS: the system's keychain keeps certificates, and the administrator's trust settings say which of them are roots.
//! Both are read and changed by the system's tool `security` alone.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::scan;
use crate::truststore::hand::Hand;
use crate::truststore::place::{Found, Kind, Other, Place, State, Trouble};
use crate::truststore::program;
use crate::truststore::root::{Root, Wanted, Which};
use crate::truststore::step::Step;

const SECURITY: &str = "/usr/bin/security";
const KEYCHAIN: &str = "/Library/Keychains/System.keychain";

/// The system's keychain.
#[derive(Debug)]
pub(super) struct Keychain {
    path: PathBuf,
}

impl Keychain {
    pub(super) fn system() -> Self {
        Self { path: KEYCHAIN.into() }
    }

    /// The DER of each certificate in it.
    fn certificates() -> Result<Vec<Vec<u8>>, Trouble> {
        let args = ["find-certificate", "-a", "-p", KEYCHAIN].map(OsString::from);
        let output = program::run(Path::new(SECURITY), &args, &[])?;
        Ok(scan::certificates(&output.stdout))
    }

    /// What the administrator trusts, as a property list whose keys are SHA-1 in upper-case hex.
    fn trust_settings() -> Result<String, Trouble> {
        let file = temporary("trust.plist");
        let args = ["trust-settings-export".into(), "-d".into(), file.clone().into_os_string()];
        let output = program::output(Path::new(SECURITY), &args, &[])?;
        let text = std::fs::read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let _ = std::fs::remove_file(&file);
        if output.status.success() {
            return Ok(text.unwrap_or_default());
        }
        // Where nobody ever trusted anything, there is nothing to export.
        if is_about_nothing(&String::from_utf8_lossy(&output.stderr)) {
            return Ok(String::new());
        }
        Err(program::failure(Path::new(SECURITY), &output))
    }
}

impl Place for Keychain {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn name(&self) -> String {
        "macOS's system keychain".to_owned()
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn needs_root(&self) -> bool {
        true
    }

    fn look(&self, wanted: &Wanted) -> Result<Found, Trouble> {
        let mut found = Found::default();
        for der in Self::certificates()? {
            match wanted.judge(&der) {
                Which::Wanted if found.state == State::Absent => {
                    let is_trusted = Self::trust_settings()?.contains(&sha1_hex(&der));
                    let partly = || State::Partly("it is in the keychain, but not trusted".to_owned());
                    found.state = if is_trusted { State::Trusted } else { partly() };
                    found.names = vec![KEYCHAIN.to_owned()];
                }
                Which::Other { fingerprint, title } => {
                    found.others.push(Other { fingerprint, title, name: KEYCHAIN.to_owned() });
                }
                Which::Wanted | Which::Foreign => {}
            }
        }
        Ok(found)
    }

    fn install(&self, root: &Root, hand: &Hand<'_>) -> Result<(), Trouble> {
        with_file(root.der(), hand, |pem| {
            let words = ["add-trusted-cert", "-d", "-r", "trustRoot", "-k", KEYCHAIN].map(OsString::from);
            hand.as_root(&[Step::run(SECURITY, words.into_iter().chain([pem.into()]))])
        })
        .map_err(|mut why| {
            why.hint = format!("{}; macOS asks at the screen, so this does not work over ssh", why.hint);
            why
        })
    }

    fn remove(&self, wanted: &Wanted, hand: &Hand<'_>) -> Result<(), Trouble> {
        let all = Self::certificates()?;
        let Some(der) = all.iter().find(|der| wanted.judge(der) == Which::Wanted) else { return Ok(()) };
        with_file(der, hand, |pem| {
            let words = ["remove-trusted-cert".into(), "-d".into(), pem.into()];
            match hand.as_root(&[Step::run::<OsString>(SECURITY, words)]) {
                Err(why) if !is_about_nothing(&why.reason) => Err(why),
                Ok(()) | Err(_) => Ok(()),
            }
        })?;
        hand.as_root(&[Step::run(SECURITY, ["delete-certificate", "-Z", &sha1_hex(der), KEYCHAIN])])
    }
}

/// What the tool says of trust settings that are not there.
fn is_about_nothing(said: &str) -> bool {
    ["No Trust Settings", "could not be found"].iter().any(|words| said.contains(words))
}

/// The tool reads certificates from files alone.
fn with_file(
    der: &[u8],
    hand: &Hand<'_>,
    act: impl FnOnce(&Path) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let path = temporary("root.pem");
    hand.as_user(&[Step::Write { path: path.clone(), content: crate::pki::pem_block(der).into_bytes() }])?;
    let done = act(&path);
    hand.as_user(&[Step::Remove(path)])?;
    done
}

/// In this user's own folder for such files.
fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("natscert-{}-{name}", std::process::id()))
}

/// What keychains know certificates by.
fn sha1_hex(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, der);
    digest.as_ref().iter().map(|octet| format!("{octet:02X}")).collect()
}
