#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

#[test]
fn what_others_can_change_is_told() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("jdk");
    let file = folder.join("tool");
    let link = home.path().join("link");
    fs::create_dir(&folder).unwrap();
    fs::write(&file, "").unwrap();
    symlink(&file, &link).unwrap();
    let me = rustix::process::geteuid().as_raw();
    for (of_folder, of_file, is_safe) in [
        (0o755, 0o755, true),
        (0o1777, 0o755, true),
        (0o777, 0o755, false),
        (0o775, 0o755, false),
        (0o755, 0o757, false),
        (0o755, 0o775, false),
        (0o755, 0o1777, false),
    ] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(of_folder)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(of_file)).unwrap();
        for path in [&file, &link] {
            let case = format!("{of_folder:o} {of_file:o} {}", path.display());
            assert_eq!(is_changed_by_alone(path, &[0, me]), is_safe, "{case}");
            assert!(!is_changed_by_alone(path, &[me + 1]), "{case}");
        }
    }
    assert!(!is_safe_for_root(&home.path().join("missing")));
    assert!(is_safe_for_root(Path::new("/bin/sh")));
    assert!(safe_for_root(&link).is_none());
}
