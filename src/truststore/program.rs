//! Helper programs: how they are run, and how a command is shown so that it can be pasted into a shell.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::place::Trouble;

/// What a helper program finds as `PATH`; a user's own may hold anything, and lacks `/usr/sbin`.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// Lines of what a failed program said that are repeated.
const LAST_LINES: usize = 3;

/// Runs a program in an environment of its own and waits for it.
pub(super) fn output(program: &Path, args: &[OsString], input: &[u8]) -> Result<Output, Trouble> {
    let mut command = Command::new(program);
    command.args(args);
    if cfg!(unix) {
        command.env_clear().env("PATH", PATH).env("LC_ALL", "C");
        command.envs(std::env::var_os("HOME").map(|home| ("HOME", home)));
    }
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    feed(command, input).map_err(|why| match why.kind() {
        io::ErrorKind::NotFound => missing(program),
        _ => Trouble::failed(
            format!("cannot run {}: {}", program.display(), plain(&why)),
            "see whether this user may run it",
        ),
    })
}

/// What to say of a program that is not there.
pub(super) fn missing(program: &Path) -> Trouble {
    Trouble::failed(
        format!("there is no {}", program.display()),
        format!("install what provides {}, then run this again", base_name(program)),
    )
}

fn feed(mut command: Command, input: &[u8]) -> io::Result<Output> {
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // Beside the reading: a program that first says a lot and then listens would wait for ever.
        let writer = stdin.map(|mut stdin| scope.spawn(move || stdin.write_all(input)));
        let output = child.wait_with_output();
        if let Some(Ok(Err(why))) = writer.map(std::thread::ScopedJoinHandle::join)
            && why.kind() != io::ErrorKind::BrokenPipe
        {
            return Err(why);
        }
        output
    })
}

/// As [`output`], where anything but success is trouble: `update-ca-certificates failed: what it said last`.
pub(super) fn run(program: &Path, args: &[OsString], input: &[u8]) -> Result<Output, Trouble> {
    let output = output(program, args, input)?;
    if output.status.success() {
        return Ok(output);
    }
    Err(failure(program, &output))
}

/// What to say of a program that failed.
pub(super) fn failure(program: &Path, output: &Output) -> Trouble {
    let name = base_name(program);
    let reason = match last_words(output) {
        words if words.is_empty() => format!("{name} failed ({})", output.status),
        words => format!("{name} failed: {words}"),
    };
    Trouble::failed(reason, format!("put right what {name} says, then run this again"))
}

/// The last lines of what a program said; some speak of errors on stdout.
fn last_words(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let text = if stderr.trim().is_empty() { stdout } else { stderr };
    let mut lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.drain(..lines.len().saturating_sub(LAST_LINES));
    lines.join("; ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An error of the system without `(os error 13)`, in lower case.
pub(super) fn plain(why: &io::Error) -> String {
    let text = why.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Whether this process has root's rights.
#[cfg(unix)]
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
pub(super) fn is_root() -> bool {
    false
}

/// Links resolved, so that what was looked at is what runs; none where others than root could put something else there.
pub(super) fn safe_for_root(path: &Path) -> Option<PathBuf> {
    let path = std::fs::canonicalize(path).ok()?;
    is_safe_for_root(&path).then_some(path)
}

/// Whether nobody but root can change what runs under this path, links resolved.
#[cfg(unix)]
pub(super) fn is_safe_for_root(path: &Path) -> bool {
    is_changed_by_alone(path, &[0])
}

#[cfg(not(unix))]
pub(super) fn is_safe_for_root(_: &Path) -> bool {
    true
}

/// Whether these users alone can change a file or put another in its place.
#[cfg(unix)]
fn is_changed_by_alone(path: &Path, users: &[u32]) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    const STICKY: u32 = 0o1000;
    const OF_OTHERS: u32 = 0o022;
    let Ok(path) = std::fs::canonicalize(path) else { return false };
    path.ancestors().all(|part| {
        std::fs::symlink_metadata(part).is_ok_and(|meta| {
            // In a folder with the sticky bit, everybody removes only what is theirs.
            let is_kept = meta.is_dir() && meta.mode() & STICKY != 0;
            users.contains(&meta.uid()) && (is_kept || meta.mode() & OF_OTHERS == 0)
        })
    })
}

fn base_name(program: &Path) -> String {
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

/// A program and its arguments as a shell takes them.
pub(super) fn command_line<'a>(words: impl IntoIterator<Item = &'a OsStr>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| quote(&word.to_string_lossy())).collect();
    words.join(" ")
}

/// One word for a shell.
pub(super) fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.chars().any(char::is_control) {
        return format!("\"$(printf %b {})\"", printed(word));
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What `printf %b` makes these octets of: one line whatever is in them, as terminals are not to be steered by it.
pub(super) fn printed(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str(r"\n"),
            '\\' => quoted.push_str(r"\\"),
            '\'' => quoted.push_str(r"'\''"),
            _ if c.is_control() => {
                for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a String cannot fail.
                    let _ = write!(quoted, r"\0{octet:03o}");
                }
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(all(test, unix))]
#[path = "program_tests.rs"]
mod tests;
