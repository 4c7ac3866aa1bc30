//! Real servers of three versions: each must accept what natscert wrote for it, and refuse the wrong one, saying why.

mod client_tls;
mod leafnode;
mod library;
mod listeners;
mod options;
mod peers;
mod verify;
mod verify_and_map;

use crate::support::server::Version;

/// One test per server version for every function named.
macro_rules! on_every_server {
    ($($test:ident),* $(,)?) => { $(
        mod $test {
            use $crate::support::server::Version;
            #[test]
            fn nats_server_2_9_10() { super::$test(Version::V2_9_10); }
            #[test]
            fn nats_server_2_10_25() { super::$test(Version::V2_10_25); }
            #[test]
            fn nats_server_2_15_1() { super::$test(Version::V2_15_1); }
        }
    )* };
}
pub(crate) use on_every_server;

/// The printed block with lines of the user's own at its beginning: a second block of that name would replace the first.
pub(crate) fn with_lines(block: &str, context: &str, lines: &str) -> String {
    let head = format!("{context} {{");
    assert_eq!(block.lines().filter(|line| *line == head).count(), 1, "one block {context} in\n{block}");
    let more = |line| if line == head { format!("{line}\n{lines}\n") } else { format!("{line}\n") };
    block.lines().map(more).collect()
}

/// `given` and the option that names the server's version.
pub(crate) fn on<'a>(version: Version, given: &[&'a str]) -> Vec<&'a str> {
    [given, &["--server-version", version.minor()]].concat()
}
