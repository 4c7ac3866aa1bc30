//! A folder of its own for every test, and the program run in it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_natscert");

/// A folder in which everything is the test's own: working directory, home and CA (`ca`, not made yet).
pub(crate) struct Sandbox {
    _dir: TempDir,
    pub(crate) root: PathBuf,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self::of(TempDir::with_prefix("natscert-test-").unwrap())
    }

    fn of(dir: TempDir) -> Self {
        let root = dir.path().canonicalize().unwrap();
        // Tests give up root's rights.
        fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
        Self { _dir: dir, root }
    }

    /// One that has a CA.
    pub(crate) fn with_ca() -> Self {
        let sandbox = Self::new();
        sandbox.ok(&["ca", "init", "-q"]);
        sandbox
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Any program, with nothing of this process's environment.
    pub(crate) fn tool(&self, program: &str) -> Command {
        let programs = Path::new(PROGRAM).parent().unwrap().display();
        let mut command = Command::new(program);
        command.current_dir(&self.root).env_clear().stdin(Stdio::null());
        command
            .env("PATH", format!("{programs}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"));
        command.env("HOME", &self.root).env("USER", "alice").env("LC_ALL", "C");
        command.env("ROOT", &self.root).env("NATSCERT_CA_DIR", "ca");
        command
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.tool(PROGRAM);
        command.args(args);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Done {
        Done::of(&mut self.command(args))
    }

    /// Runs what must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Done {
        let done = self.run(args);
        assert_eq!(done.code, Some(0), "natscert {args:?}: {done:?}");
        done
    }

    /// A script for bash; a missing tool is a failure of the test that says so.
    pub(crate) fn bash(&self, script: &str) -> Done {
        Done::of(self.tool("bash").args(["-euo", "pipefail", "-c", script]))
    }

    /// Everything below the folder: path, kind, mode and what a link points to or a file holds.
    pub(crate) fn tree(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        list(&self.root, &self.root, &mut found);
        found
    }

    pub(crate) fn mode(&self, relative: &str) -> u32 {
        let path = self.path(relative);
        let found = fs::symlink_metadata(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        found.permissions().mode() & 0o7777
    }
}

/// Without root's rights, folders that were made read-only could not be removed.
impl Drop for Sandbox {
    fn drop(&mut self) {
        unlock(&self.root);
    }
}

fn unlock(dir: &Path) {
    let _ = fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlock(&entry.path());
        }
    }
}

fn list(root: &Path, dir: &Path, found: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let meta = fs::symlink_metadata(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let mode = meta.permissions().mode() & 0o7777;
        let what = if meta.is_dir() {
            list(root, &path, found);
            "folder".to_owned()
        } else if meta.is_symlink() {
            format!("link to {}", fs::read_link(&path).unwrap().display())
        } else {
            format!("file {:?}", String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()))
        };
        found.insert(format!("{name} {mode:o} {what}"));
    }
}

/// How a process ended and what it said.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap_or_else(|why| panic!("cannot run {command:?}: {why}")))
    }

    /// That it is an error of two lines, the first of which has `what` in it.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, what: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        let lines: Vec<_> = self.stderr.lines().collect();
        let [error, hint] = lines[..] else { panic!("not two lines: {self:?}") };
        assert!(error.starts_with("error: ") && error.contains(what), "no {what:?}: {self:?}");
        assert!(hint.starts_with(" hint: ") && hint.len() > 12, "{self:?}");
        assert!(!self.stderr.contains("os error"), "{self:?}");
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A folder with keys and certificates that openssl made, for the whole run; see `tests/cmd/fixtures.sh`.
pub(crate) fn fixtures() -> &'static Path {
    static MADE: OnceLock<Sandbox> = OnceLock::new();
    let sandbox = MADE.get_or_init(|| {
        let sandbox = Sandbox::of(fixtures_folder());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/fixtures.sh");
        let done = Done::of(sandbox.tool("bash").arg("-euo").arg("pipefail").arg(script));
        assert_eq!(done.code, Some(0), "fixtures.sh failed; it needs openssl: {done:?}");
        expired_root(&sandbox.root);
        sandbox
    });
    &sandbox.root
}

/// Nobody removes it at the end of the run, so the next run does.
fn fixtures_folder() -> TempDir {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in fs::read_dir(parent).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let process = name.strip_prefix("fixtures-").and_then(|rest| rest.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    TempDir::with_prefix_in(format!("fixtures-{}-", std::process::id()), parent).unwrap()
}

/// A CA directory whose root ended in 2021, which openssl before 3.4 cannot make from its command line.
fn expired_root(fixtures: &Path) {
    use natscert::pki::{Ca, CaRequest, Constraints, KeyType, Subject, Validity};
    use time::macros::datetime;
    let period = Validity::new(datetime!(2020-01-01 00:00 UTC), datetime!(2021-01-01 00:00 UTC)).unwrap();
    let ca = Ca::create(&CaRequest {
        subject: Subject::common_name("old root"),
        key_type: KeyType::default(),
        validity: period,
        constraints: Constraints::default(),
    });
    let (ca, dir) = (ca.unwrap(), fixtures.join("old-ca"));
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("root.pem"), ca.pem()).unwrap();
    fs::write(dir.join("root-key.pem"), ca.key().to_pem().as_bytes()).unwrap();
    fs::set_permissions(dir.join("root-key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
}
