//! Where Java is installed.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::machine::Machine;

/// Where Java keeps its roots, below an installation; before Java 9 a JDK had its runtime in a folder.
const SECURITY: [&str; 2] = ["lib/security", "jre/lib/security"];

/// Where `jssecacerts` is, Java reads it and leaves `cacerts` alone.
const NAMES: [&str; 2] = ["jssecacerts", "cacerts"];

/// One installation, or what should be one.
#[derive(Debug)]
pub(super) struct Home {
    /// Links resolved, if it is there.
    pub(super) path: PathBuf,
    /// The environment says that it is one.
    pub(super) is_java_home: bool,
}

impl Home {
    fn at(path: &Path, is_java_home: bool) -> Self {
        Self { path: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()), is_java_home }
    }

    /// Whether there is a Java in it that can be started.
    pub(super) fn has_java(&self) -> bool {
        programs(&self.path, "java").any(|path| path.is_file())
    }

    /// For a person.
    pub(super) fn title(&self) -> String {
        format!("Java {}", title(&self.path))
    }
}

/// The folders that hold one installation in each folder.
pub(super) fn folders(machine: &Machine) -> Vec<PathBuf> {
    let system: &[&str] = if cfg!(target_os = "macos") {
        &["/Library/Java/JavaVirtualMachines"]
    } else if cfg!(windows) {
        &["C:\\Program Files\\Java", "C:\\Program Files\\Eclipse Adoptium"]
    } else {
        &["/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java", "/opt/java"]
    };
    let own: &[&str] = if cfg!(target_os = "macos") { &["Library/Java/JavaVirtualMachines"] } else { &[] };
    let own = own.iter().chain(&[".sdkman/candidates/java", ".jdks"]).map(|dir| machine.home.join(dir));
    system.iter().map(PathBuf::from).chain(own).collect()
}

/// Every installation once: that of `JAVA_HOME`, that of the `java` in `PATH`, those in `folders`.
pub(super) fn all(machine: &Machine, folders: &[PathBuf]) -> Vec<Home> {
    let mut homes: Vec<Home> = machine.java_home.iter().map(|path| Home::at(path, true)).collect();
    let mut add = |path: &Path| {
        let home = Home::at(path, false);
        if homes.iter().all(|known| known.path != home.path) {
            homes.push(home);
        }
    };
    let java = machine.program(if cfg!(windows) { "java.exe" } else { "java" });
    if let Some(java) = java.and_then(|path| fs::canonicalize(path).ok()) {
        // HOME/bin/java; it may be a script of a version manager, which has no keystore two folders above.
        java.ancestors().nth(2).filter(|home| keystore_in(home).is_some()).map(&mut add);
    }
    for folder in folders {
        let mut found: Vec<_> =
            fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        found.sort();
        for path in found {
            let bundled = path.join("Contents/Home");
            add(if bundled.is_dir() { &bundled } else { &path });
        }
    }
    homes
}

/// The keystore that an installation reads, links resolved.
pub(super) fn keystore_in(home: &Path) -> Option<PathBuf> {
    let paths = SECURITY.iter().flat_map(|dir| NAMES.map(|name| home.join(dir).join(name)));
    paths.filter_map(|path| fs::canonicalize(path).ok()).find(|path| path.is_file())
}

/// The installation that a keystore is part of, by its path.
pub(super) fn home_of(keystore: &Path) -> Option<&Path> {
    let security = keystore.parent()?;
    let dir = SECURITY.iter().rev().find(|dir| security.ends_with(dir))?;
    security.ancestors().nth(Path::new(dir).components().count())
}

/// Where an installation may have a program.
pub(super) fn programs(home: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let name = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    let above = home.parent().filter(|_| home.ends_with("jre")).map(|dir| dir.join("bin"));
    let dirs = [home.join("bin"), home.join("jre/bin")].into_iter().chain(above);
    dirs.map(move |dir| dir.join(&name)).collect::<Vec<_>>().into_iter()
}

/// What an installation is called: the last folder that tells one from another.
pub(super) fn title(home: &Path) -> String {
    let names = home.ancestors().filter_map(|dir| dir.file_name()).map(|name| name.to_string_lossy());
    let name = names.into_iter().find(|name| !matches!(name.as_ref(), "Home" | "Contents" | "jre"));
    name.map_or_else(|| home.display().to_string(), std::borrow::Cow::into_owned)
}
