//! Where no store is known: what was looked for, and the way out.

use super::super::place::{Candidate, Kind, Trouble};

#[cfg(target_os = "linux")]
pub(super) fn candidate() -> Candidate {
    use super::distribution::ALL;

    let mut looked_for: Vec<_> = ALL.iter().map(|row| row.anchors).collect();
    looked_for.dedup();
    let install = [
        ("/usr/bin/apt-get", "apt-get install ca-certificates"),
        ("/sbin/apk", "apk add ca-certificates"),
        ("/usr/bin/dnf", "dnf install ca-certificates"),
        ("/usr/bin/zypper", "zypper install ca-certificates"),
        ("/usr/bin/pacman", "pacman -S ca-certificates"),
    ];
    let installed = install.iter().find(|(manager, _)| std::path::Path::new(manager).is_file());
    let reason = format!("it is not known: there is none of {} with its tool", looked_for.join(", "));
    trouble(&reason, installed.map(|(_, command)| *command))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn candidate() -> Candidate {
    trouble(&format!("on {} it is not known", std::env::consts::OS), None)
}

fn trouble(reason: &str, install: Option<&str>) -> Candidate {
    let bundle = "write `natscert trust bundle` to a file and name it in SSL_CERT_FILE";
    let hint = install.map_or_else(|| bundle.to_owned(), |command| format!("{command}; or {bundle}"));
    Candidate::Trouble {
        kind: Kind::System,
        name: "this system's store".into(),
        trouble: Trouble::skipped(reason, hint),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_named_and_the_way_out_told() {
        let Candidate::Trouble { kind, name, trouble } = candidate() else { panic!("it is known") };
        let said = format!("{kind} {name}: {}", trouble.reason);
        let start =
            "system this system's store: it is not known: there is none of /etc/pki/ca-trust/source/anchors,";
        assert!(said.starts_with(start), "{said}");
        assert!(trouble.is_skip && trouble.hint.contains("natscert trust bundle"), "{trouble:?}");
    }
}
