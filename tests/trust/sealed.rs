//! What a test does in a house stays there.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::house::House;

fn identity(path: &Path) -> (u64, u64) {
    let meta = path.symlink_metadata().unwrap();
    (meta.dev(), meta.ino())
}

/// Devices, too, even if root replaces them.
#[test]
fn the_machines_devices_are_out_of_reach() {
    let house = House::new();
    let outside = || ["/dev", "/dev/full", "/dev/null"].map(|path| identity(Path::new(path)));
    let before = outside();
    // Else what follows would replace the machine's.
    assert_ne!(identity(&house.path("/dev")).0, before[0].0);
    house.bash("echo replaced >/dev/new; mv /dev/new /dev/full; rm /dev/null");
    assert_eq!(house.read("/dev/full"), b"replaced\n");
    assert!(!house.exists("/dev/null"));
    assert_eq!(outside(), before);
    assert_eq!(house.bash("findmnt --noheadings --raw --output OPTIONS /sys | cut -d, -f1"), "ro\n");
}
