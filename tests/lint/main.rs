//! Setups: each file of `tests/setups` is one that is broken and one that works, or only one that works. A real
//! nats-server proves both, and `natscert lint` has to find what is wrong in the first and nothing in the second.
//!
//! ```toml
//! what = "key_file belongs to another certificate"  # its row of the table
//! finds = ["NC004"]          # exactly the codes of errors and warnings that lint finds in the broken one
//! notes = ["NC013"]          # notes that it finds there as well; others are no matter
//! places = ["NC004 a.conf:3"] # findings that have to be there, with file and line
//! lint = ["--within", "30d"] # more arguments of lint, for both
//! server = "2.10.25"         # the nats-server that proves it, and lint's --server-version; otherwise 2.15.1, and none
//! debug = true               # servers run with -DV; otherwise with -D
//! in_turn = true             # each server has a second before the next starts: the last is new to all others
//! env = { HOST = "127.0.0.1" } # environment of make, the servers and lint
//! hosts = ["n1.example.com", "127.0.0.2 n2.example.com"] # names that the servers and bash know; 127.0.0.1 without address
//! confs = ["nats/nodes/*/nats.conf"] # the configurations; otherwise every *.conf of the folder itself, in the
//!                            # order of their names. What is included has another ending, or lies in a folder below.
//! lints = ["nats"]           # what lint is given, if it is not these
//! make = '''                 # bash
//! natscert issue server localhost
//! '''
//!
//! [files]                    # for both
//! "users.inc" = '''…'''
//!
//! [broken]                   # and for one of them; `make` runs in addition. Absent: a setup that only works.
//! make = '''…'''
//! "a.conf" = '''…'''
//!
//! [works]
//! "a.conf" = '''…'''
//!
//! [shows]                    # the symptom of the broken one
//! check = "text"             # nats-server -t refuses one of them, and says so; absent: it accepts all
//! stops = "text"             # one of them ends at its start, and says so
//! log = ["text", { conf = "b", text = "text" }] # lines of any log; of that of b.conf (or nodes/b/nats.conf)
//! run = ["command", { run = "command", told = "text" }] # fails; prints this text, whether it fails or not
//! quiet = "reason"           # no server can show it: all start, and no log has an [ERR]
//!
//! [ok]                       # what shows that the other one works, beside: -t accepts it, it starts, and there
//! log = ["text"]             # is no [ERR] in any log but refused connections while the others start
//! run = ["command", { run = "command", told = "text" }] # all succeed
//! routes = 1                 # so many servers each server has routes with; or of each: { a = 1, b = 1 }
//! gateways = 1               # so many clusters each server dials; or of each
//! leafs = { a = 1 }          # connections; a hub counts its remotes, and a remote its hub
//! idle = "reason"            # nothing of the above: that it starts is all that there is to see
//! elsewhere = "where"        # another test shows it: here nothing is started
//! ```
//!
//! Each variant has a folder of its own, in which everything runs. First the files are written, then `make` runs, then
//! the variant's own `make`; what depends on certificates (a pin) is put into a file by `sed -i`. There `natscert` is
//! the program under test with a CA directory of the folder (`ca/`), and `natscert issue` writes below the folder itself:
//! `server/localhost/cert.pem`. `$EXAMPLES` is docs/examples. openssl is at hand for what natscert does not make. In all texts `@client@` is a free
//! port, the same wherever it is called so in one variant; any name of lower case letters, digits, dots and hyphens
//! does, `@offset@` is a `port_offset` for a manifest with less than 120 nodes, and `@dir@` is the folder. Listen on 127.0.0.1 alone.
//!
//! A command is bash, too, unless it begins with `nats` or `mqtt`, which are clients of ours:
//!
//! ```text
//! nats URL [ca=FILE] [as=FOLDER] [user=NAME] [password=WORD] [first]
//! mqtt HOST:PORT FOLDER
//! ```
//!
//! `nats` trusts ca= (otherwise nothing but the system's roots), shows the certificate of the folder as=, begins with
//! TLS if told so, prints `connected` or why not. `mqtt` takes all from the folder.
//!
//! `NATSCERT_CASES=NC004` runs the setups with this in their name. `NATSCERT_CASES=overwrite` writes the table of
//! what was found; otherwise it has to be as it stands. `NATSCERT_SETUPS=servers` leaves lint out,
//! `NATSCERT_SETUPS=lint` the servers, and neither looks at the table.
#![allow(clippy::unwrap_used)]

mod client;
mod folder;
mod judge;
mod proof;
mod servers;
mod setup;
mod table;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock};

use setup::Setup;
use table::Row;

/// What became of one setup.
pub(crate) struct Outcome {
    pub(crate) row: Row,
    pub(crate) failures: Vec<String>,
}

/// What the caller wants of the setups.
struct Wish {
    filter: String,
    overwrite: bool,
    servers: bool,
    lint: bool,
}

impl Wish {
    fn get() -> Wish {
        let cases = std::env::var("NATSCERT_CASES").unwrap_or_default();
        let half = std::env::var("NATSCERT_SETUPS").unwrap_or_default();
        assert!(["", "servers", "lint"].contains(&half.as_str()), "NATSCERT_SETUPS is servers or lint");
        let overwrite = cases == "overwrite";
        let filter = if overwrite { String::new() } else { cases };
        Wish { filter, overwrite, servers: half != "lint", lint: half != "servers" }
    }

    fn whole(&self) -> bool {
        self.filter.is_empty() && self.servers && self.lint
    }
}

/// Every setup is tried once, whoever asks first.
fn outcomes() -> &'static [Outcome] {
    static OUTCOMES: OnceLock<Vec<Outcome>> = OnceLock::new();
    OUTCOMES.get_or_init(|| {
        let wish = Wish::get();
        let mut setups = setup::all();
        setups.retain(|setup| setup.name.contains(&wish.filter));
        assert!(!setups.is_empty(), "no setup is called {:?}", wish.filter);
        let (todo, done) = (Mutex::new(setups.iter().enumerate()), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let next = todo.lock().unwrap().next();
                        let Some((place, setup)) = next else { break };
                        let outcome = try_out(setup, &wish);
                        done.lock().unwrap().push((place, outcome));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap();
        done.sort_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, outcome)| outcome).collect()
    })
}

/// Both variants of a setup, before both judges.
fn try_out(setup: &Setup, wish: &Wish) -> Outcome {
    let mut failures = Vec::new();
    let mut row = Row::of(setup);
    if setup.broken.is_some() {
        let half = judge::judge(setup, true, wish.servers, wish.lint);
        failures.extend(half.failures);
        row.broken = Some(half.verdict);
    }
    let half = judge::judge(setup, false, wish.servers, wish.lint);
    failures.extend(half.failures);
    row.works = half.verdict;
    Outcome { row, failures }
}

#[test]
fn every_setup_is_proven_and_found() {
    let outcomes = outcomes();
    let wrong: Vec<_> = outcomes.iter().filter(|outcome| !outcome.failures.is_empty()).collect();
    let list = wrong.iter().map(|outcome| format!("{}\n{}", outcome.row.name, outcome.failures.join("\n")));
    let list: Vec<_> = list.map(|text| text.replace('\n', "\n    ")).collect();
    assert!(wrong.is_empty(), "{} of {} setups:\n{}", wrong.len(), outcomes.len(), list.join("\n"));
}

#[test]
fn the_table_is_what_was_found() {
    let wish = Wish::get();
    if wish.whole() {
        let rows: Vec<_> = outcomes().iter().map(|outcome| &outcome.row).collect();
        table::compare(&rows, wish.overwrite);
    }
}

/// A code that no setup breaks is a rule that nothing proves.
#[test]
fn every_code_has_a_setup() {
    let setups = setup::all();
    let proven: BTreeSet<&str> =
        setups.iter().flat_map(|setup| setup.finds.iter().chain(&setup.notes)).map(String::as_str).collect();
    let known: BTreeSet<&str> = natscert::finding::Code::ALL.iter().map(|code| code.as_str()).collect();
    let lacking: Vec<_> = known.difference(&proven).collect();
    assert!(lacking.is_empty(), "no setup finds {lacking:?}");
    let unknown: Vec<_> = proven.difference(&known).collect();
    assert!(unknown.is_empty(), "setups find {unknown:?}, which are no codes");
}
