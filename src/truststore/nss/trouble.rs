//! What is wrong with a database, in plain words: NSS has one error for a file that is damaged, locked or not there.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::{Access, FlockOperation, OFlags};
use rustix::io::Errno;

use super::super::place::Trouble;
use super::super::program::plain;
use super::tool::Fault;

/// What every such file begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const FILES: [&str; 2] = [super::CERTIFICATES, super::KEYS];
const AGAIN: &str = "then run the same command again";

/// Why the database in `dir` cannot be opened, as far as its files say it. NSS would wait for a pipe.
pub(super) fn before(dir: &Path) -> Result<(), Trouble> {
    FILES.into_iter().try_for_each(|name| open(dir, name).and_then(|file| check(dir, name, file)))
}

fn open(dir: &Path, name: &str) -> Result<File, Trouble> {
    let path = dir.join(name);
    let shown = path.display();
    let kind = fs::metadata(&path)
        .and_then(|meta| if meta.is_file() { Ok(()) } else { Err(ErrorKind::InvalidInput.into()) });
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    match kind.and_then(|()| OpenOptions::new().read(true).custom_flags(flags).open(&path)) {
        Ok(file) => Ok(file),
        Err(why) if why.kind() == ErrorKind::NotFound => {
            Err(Trouble::failed(format!("{shown} is missing"), format!("start the browser once, {AGAIN}")))
        }
        Err(why) if why.kind() == ErrorKind::InvalidInput => Err(Trouble::failed(
            format!("{shown} is not a file"),
            format!("move it away, start the browser once, {AGAIN}"),
        )),
        Err(why) => Err(Trouble::failed(
            format!("cannot read {shown}: {}", plain(&why)),
            format!("let this user read it, {AGAIN}"),
        )),
    }
}

fn check(dir: &Path, name: &str, mut file: File) -> Result<(), Trouble> {
    let mut start = [0; MAGIC.len()];
    if file.read_exact(&mut start).is_ok() && start == *MAGIC {
        return Ok(());
    }
    let hint = if name == super::KEYS {
        // It holds what decrypts the user's saved passwords.
        format!("bring it back from a backup, {AGAIN}")
    } else {
        format!("close the browser, move that file away, start the browser once, {AGAIN}")
    };
    Err(Trouble::failed(format!("{} is damaged: it is no SQLite database", dir.join(name).display()), hint))
}

/// What `fault` means for the database in `dir`.
pub(super) fn explain(dir: &Path, fault: &Fault, writing: bool) -> Trouble {
    let shown = dir.display();
    match fault {
        Fault::Password => Trouble::skipped(
            "a Primary Password protects it",
            "run the same command at a terminal, where it asks for the password, or add the root in the browser's settings",
        ),
        Fault::WrongPassword => Trouble::skipped(
            "the Primary Password was wrong",
            "run the same command again with the password of this profile",
        ),
        Fault::Ambiguous(nickname) => Trouble::failed(
            format!(
                "several certificates in {shown} are named \"{nickname}\", and certutil cannot tell them apart"
            ),
            format!("install libnss3 ({}), {AGAIN}", super::package::LIBRARY.command()),
        ),
        Fault::HalfDone(said) => Trouble::failed(
            format!(
                "the root was added to {shown}, could not be trusted ({said}), and could not be taken out again"
            ),
            "close the browser, then run natscert trust uninstall".to_owned(),
        ),
        Fault::ReadOnly => unwritable(dir).unwrap_or_else(|| {
            Trouble::failed(format!("{shown} can only be read"), format!("let this user write it, {AGAIN}"))
        }),
        Fault::Said(said) => from_files(dir, writing).unwrap_or_else(|| {
            let verb = if writing { "change" } else { "read" };
            let hint = format!(
                "close the browser, {AGAIN}; if its {} is damaged, move it away first",
                super::CERTIFICATES
            );
            Trouble::failed(format!("cannot {verb} the database in {shown}: {said}"), hint)
        }),
    }
}

fn from_files(dir: &Path, writing: bool) -> Option<Trouble> {
    if dir.join(super::CERTIFICATES).exists()
        && let Err(trouble) = before(dir)
    {
        return Some(trouble);
    }
    writing.then(|| unwritable(dir)).flatten().or_else(|| locked(dir))
}

/// A journal is made beside the files, so the folder counts as well.
pub(super) fn unwritable(dir: &Path) -> Option<Trouble> {
    let paths = [dir.to_owned(), dir.join(super::CERTIFICATES), dir.join(super::KEYS)];
    paths.iter().find_map(|path| match rustix::fs::access(path, Access::WRITE_OK) {
        Ok(()) | Err(Errno::NOENT) => None,
        Err(why) => {
            let (shown, why) = (path.display(), plain(&why.into()));
            Some(Trouble::failed(
                format!("cannot write {shown}: {why}"),
                format!("let this user write it, {AGAIN}"),
            ))
        }
    })
}

/// Ranges of the files are locked: whoever may not share the whole of one has somebody else changing it.
fn locked(dir: &Path) -> Option<Trouble> {
    FILES.into_iter().find_map(|name| {
        let file = open(dir, name).ok()?;
        let shown = dir.join(name);
        let why = rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockShared).err()?;
        matches!(why, Errno::AGAIN | Errno::ACCESS).then(|| {
            let reason = format!("another program keeps {} locked", shown.display());
            Trouble::failed(reason, format!("close the browser that uses it, {AGAIN}"))
        })
    })
}
