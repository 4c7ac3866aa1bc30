//! How a package is installed on this machine.

use std::path::Path;

/// A package, whose name each distribution chooses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Package {
    debian: &'static str,
    fedora: &'static str,
    suse: &'static str,
    arch: &'static str,
    alpine: &'static str,
}

/// The library.
pub(super) const LIBRARY: Package =
    Package { debian: "libnss3", fedora: "nss", suse: "mozilla-nss", arch: "nss", alpine: "nss" };

impl Package {
    /// The command that installs it here, after `/etc/os-release`.
    pub(super) fn command(self) -> String {
        self.command_for(&std::fs::read_to_string(Path::new("/etc/os-release")).unwrap_or_default())
    }

    /// As [`Package::command`], after the text of such a file.
    pub(super) fn command_for(self, release: &str) -> String {
        let of = |key: &str| release.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        let words = format!("{} {}", of("ID="), of("ID_LIKE=")).replace(['"', '\''], " ");
        let known = words.split_whitespace().find_map(|word| match word {
            "debian" | "ubuntu" => Some(format!("apt install {}", self.debian)),
            "fedora" | "rhel" | "centos" => Some(format!("dnf install {}", self.fedora)),
            "suse" | "opensuse" | "sles" => Some(format!("zypper install {}", self.suse)),
            "arch" | "manjaro" => Some(format!("pacman -S {}", self.arch)),
            "alpine" => Some(format!("apk add {}", self.alpine)),
            _ => None,
        });
        known.unwrap_or_else(|| {
            format!("install the package with libnss3.so, often {} or {}", self.debian, self.arch)
        })
    }
}
