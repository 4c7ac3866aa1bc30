#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::lifecycle::testing::{Quiet, bundle, folder};
use crate::lifecycle::{Folders, Reader};
use crate::pki::Ca;

const CONF: &str = "# made by natscert from x.toml\n";

fn older(node: &Path) -> bool {
    is_older(&node.join("cluster"), &node.join("nats.conf"))
}

/// An output folder of apply with two nodes, of which the second has a certificate that is newer than its configuration.
fn applied(root: &Path) -> Place {
    let ca = Ca::generate().unwrap();
    for node in ["n1", "n2"] {
        bundle(&ca, &root.join("nodes").join(node).join("cluster"));
        fs::write(root.join("nodes").join(node).join("nats.conf"), CONF).unwrap();
    }
    fs::write(root.join("ca.pem"), ca.pem()).unwrap();
    // The clock of a file system may tick once in some milliseconds.
    while older(&root.join("nodes/n2")) {
        bundle(&ca, &root.join("nodes/n2/cluster"));
    }
    Folders::find(&[root.to_owned()]).unwrap().places.remove(0)
}

fn begin(root: &Path) -> Change {
    Change::begin(&Folders::find(&[root.to_owned()]).unwrap(), |_| ()).unwrap().remove(0)
}

#[test]
fn a_configuration_is_the_newest_file_of_its_node() {
    let (_guard, root) = folder();
    let place = applied(&root);
    let mut change = begin(&root);
    change.settle(&Reader::default().read(&place, &Quiet).0);
    let owner = |node: usize| place.owner(&place.dirs[node]).unwrap();
    assert_eq!((change.is_settled(&owner(0)), change.is_settled(&owner(1))), (true, false));
    change.put_file(&place.dirs[0], FileKind::Certificate, b"new").unwrap();
    assert!(!older(&owner(0).dir));
    let nodes = [owner(0).dir];
    change.finish(&nodes, |_, text| Some([text, b"# more\n"].concat()), &Quiet).unwrap();
    assert!(older(&owner(0).dir) && !older(&owner(1).dir));
    assert_eq!(fs::read_to_string(owner(0).text()).unwrap(), format!("{CONF}# more\n"));
    assert!(!root.join(".natscert-apply").exists());
}

/// One that stays as it is is not written: many thousand are touched in no time.
#[test]
fn a_configuration_that_stays_is_touched() {
    use std::os::unix::fs::MetadataExt as _;
    let (_guard, root) = folder();
    applied(&root);
    let node = root.join("nodes/n2");
    let number = || fs::metadata(node.join("nats.conf")).unwrap().ino();
    let before = number();
    let change = begin(&root);
    change.finish(std::slice::from_ref(&node), |_, _| None, &Quiet).unwrap();
    assert!(older(&node));
    assert_eq!((number(), fs::read_to_string(node.join("nats.conf")).unwrap()), (before, CONF.to_owned()));
}

#[test]
fn a_configuration_of_somebody_else_is_not_written() {
    let (_guard, root) = folder();
    applied(&root);
    let conf = root.join("nodes/n1/nats.conf");
    fs::write(&conf, "port: 4222\n").unwrap();
    let change = begin(&root);
    change.finish(&[root.join("nodes/n1")], |_, _| Some(Vec::new()), &Quiet).unwrap();
    assert_eq!(fs::read_to_string(conf).unwrap(), "port: 4222\n");
}
