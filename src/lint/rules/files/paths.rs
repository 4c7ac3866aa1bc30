//! Paths that depend on where the server is started.

use std::path::Path;

use super::{Once, named};
use crate::finding::{Code, Finding};
use crate::lint::conf::Server;

/// One note for a configuration.
pub(super) fn check<'a>(server: &'a Server, once: &mut Once<'a>) {
    let all = server.tls.iter().flat_map(|map| named(server, map));
    let mut relative = all.filter(|named| Path::new(&named.name.value).is_relative());
    let Some(first) = relative.next() else { return };
    let others = match relative.count() {
        0 => String::new(),
        1 => " (and one more)".to_owned(),
        count => format!(" (and {count} more)"),
    };
    let path = &first.name.value;
    let message =
        format!("{path}{others} is a relative path: nats-server takes it from the folder it is started in");
    let fix =
        "write the whole path, or always start nats-server in the same folder; lint takes --workdir for it";
    once.add(server, first.name.span, "", Finding::new(Code::RelativePath, message, fix));
}
