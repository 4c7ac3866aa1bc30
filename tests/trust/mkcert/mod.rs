//! The faults of mkcert 1.4.4, one test each: natscert has none of them, and mkcert shows it.

mod java;
mod nss;
mod privilege;
mod system;

use super::house::{House, Person};

/// mkcert's root of root's.
const ROOT: &str = "/root/.local/share/mkcert/rootCA.pem";

/// A house in which this person has a CA of mkcert's.
fn give_mkcert(person: &Person<'_>) {
    let (home, house) = (person.home(), person.house());
    house.bash(&format!(
        "mkdir -p {home}/.local/share && cp -r /opt/mkcert {home}/.local/share/mkcert && \
         chown -R --reference={home} {home}/.local"
    ));
}

/// A house for mkcert, whose CA is root's.
fn with_mkcert() -> House {
    let house = House::new();
    give_mkcert(&house.root());
    let version = house.root().mkcert(&["-version"]).ok().stdout;
    assert!(version.contains("1.4.4"), "its faults may be others in {version}");
    house
}
