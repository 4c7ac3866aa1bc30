//! Who may read and change what is in a CA directory: its owner. A key that others can read is no secret, a CA that they
//! can change is none.

use super::ca_dir::{CaDir, Note};

impl CaDir {
    /// Takes the rights of others away.
    #[cfg(unix)]
    pub(super) fn tighten(&self) -> Vec<Note> {
        use std::fs;
        use std::os::unix::fs::PermissionsExt as _;
        use std::path::Path;

        use super::ca_family::{self, NEXT, PREVIOUS};
        use super::ca_state::FILE as STATE;
        use super::kind::FileKind;

        let mode = |path: &Path| fs::metadata(path).map_or(0, |m| m.permissions().mode());
        let mut notes = Vec::new();
        let families = [self.path().to_owned(), self.path().join(NEXT), self.path().join(PREVIOUS)];
        let own = families.iter().flat_map(|family| {
            [(FileKind::RootKey, 0o077), (FileKind::Root, 0o022)].map(|(kind, o)| (family.clone(), kind, o))
        });
        let below = families.iter().flat_map(|family| {
            ca_family::names(family).into_iter().flat_map(move |name| {
                let dir = ca_family::intermediate_dir(family, &name);
                [(FileKind::PrivateKey, 0o077), (FileKind::Certificate, 0o022)]
                    .map(|(kind, o)| (dir.clone(), kind, o))
            })
        });
        let files = own.chain(below).map(|(dir, kind, o)| (dir.join(kind.file_name()), kind.mode(), o));
        for (file, tight, others) in files.chain([(self.path().join(STATE), 0o644, 0o022)]) {
            if mode(&file) & others != 0 {
                let set = fs::set_permissions(&file, fs::Permissions::from_mode(tight));
                notes.push(if set.is_ok() { Note::Tightened(file, tight) } else { Note::Loose(file, tight) });
            }
        }
        if mode(self.path()) & 0o022 != 0 {
            notes.push(Note::WritableDir(self.path().to_owned()));
        }
        notes
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self)]
    pub(super) fn tighten(&self) -> Vec<Note> {
        Vec::new()
    }
}
