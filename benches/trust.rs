//! `natscert trust` as whole processes beside mkcert, on the same stores: Debian's, four NSS databases, and one Java with a
//! keystore of its own. In a root file system of its own, so that the machine's stores are never touched: needs root.
//!
//! `cargo bench --bench trust` (`-- --runs 9`). What the system's own tools take of it is measured by what is put in
//! their place: a script that runs them and notes how long it took.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

#[allow(dead_code)]
#[path = "../tests/trust/house.rs"]
mod house;
#[allow(dead_code)]
#[path = "../tests/trust/said.rs"]
mod said;

use house::{House, Person};

/// In milliseconds: the whole, and of it each of the tools.
#[derive(Default)]
struct Times {
    whole: Vec<f64>,
    of_tools: BTreeMap<String, Vec<f64>>,
}

const TOOLS: [&str; 3] = ["update-ca-certificates", "keytool", "certutil"];
const NOTES: &str = "/tmp/notes";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == "--runs");
    let runs = at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(7);

    let house = House::new();
    let root = house.root().with("JAVA_HOME", &furnish(&house));
    root.natscert(&["ca", "init", "-q"]).ok();
    let rows: [(&str, &[&str]); 8] = [
        ("natscert trust install", &["natscert", "trust", "install"]),
        ("natscert trust install, again", &["natscert", "trust", "install"]),
        ("natscert trust status", &["natscert", "trust", "status"]),
        ("natscert trust uninstall", &["natscert", "trust", "uninstall"]),
        ("mkcert -install", &["mkcert", "-install"]),
        ("mkcert -install, again", &["mkcert", "-install"]),
        ("mkcert -uninstall", &["mkcert", "-uninstall"]),
        ("true (what measuring costs)", &["true"]),
    ];
    let mut times: Vec<Times> = rows.iter().map(|_| Times::default()).collect();
    for run in 0..=runs {
        for ((_, words), times) in rows.iter().zip(&mut times) {
            let (whole, of_tools) = measure(&root, words);
            // The first round warms the caches.
            if run == 0 {
                continue;
            }
            times.whole.push(whole);
            for tool in TOOLS {
                times
                    .of_tools
                    .entry(tool.into())
                    .or_default()
                    .push(of_tools.get(tool).copied().unwrap_or(0.0));
            }
        }
        // What mkcert leaves: dangling links, its alias in Debian's keystore.
        house.bash("find -L /etc/ssl/certs -type l -delete; cp /opt/cacerts /etc/ssl/certs/java/cacerts");
    }
    pair(&root, runs * 20);
    println!("{:<34}{:>9}{:>9}", format!("{runs} whole processes, ms"), "median", "least");
    for ((name, _), times) in rows.iter().zip(&times) {
        let least = times.whole.iter().copied().fold(f64::INFINITY, f64::min);
        let parts = TOOLS.iter().map(|tool| (tool, median(&times.of_tools[*tool])));
        let parts: Vec<_> =
            parts.filter(|(_, time)| *time > 0.0).map(|(tool, time)| format!("{tool} {time:.0}")).collect();
        println!("{name:<34}{:>9.1}{least:>9.1}  {}", median(&times.whole), parts.join(", "));
    }
}

/// Four databases that both programs know, one Java, tools that are timed, and mkcert's CA; the home of that Java.
fn furnish(house: &House) -> String {
    let java = house.bash("readlink -f /usr/bin/java");
    let java = java.trim().strip_suffix("/bin/java").unwrap().to_owned();
    house.bash(&format!(
        "cp -r /opt/mkcert /root/.local-mkcert; mkdir -p /root/.local/share; mv /root/.local-mkcert /root/.local/share/mkcert
        for dir in .mozilla/firefox/a .mozilla/firefox/b .mozilla/firefox/c .pki/nssdb; do
            mkdir -p /root/$dir; cp /opt/nssdb/* /root/$dir; done
        for other in /usr/lib/jvm/*; do [ \"$(readlink -f $other)\" = {java} ] || rm -rf $other; done
        cp /etc/ssl/certs/java/cacerts /opt/cacerts
        rm {java}/lib/security/cacerts; cp /opt/cacerts {java}/lib/security/cacerts"
    ));
    for (tool, path) in TOOLS.iter().zip(["/usr/sbin", &format!("{java}/bin"), "/usr/bin"]) {
        house.bash(&format!("mv {path}/{tool} {path}/{tool}.real"));
        let script = format!(
            "#!/bin/bash\nbegin=$EPOCHREALTIME\n{path}/{tool}.real \"$@\"\ncode=$?\n\
             echo \"{tool} $begin $EPOCHREALTIME\" >>{NOTES}\nexit $code\n"
        );
        house.write(&format!("{path}/{tool}"), script, 0o755);
    }
    java
}

fn measure(person: &Person<'_>, words: &[&str]) -> (f64, BTreeMap<String, f64>) {
    let script = format!(
        "rm -f {NOTES}; begin=$EPOCHREALTIME; \"$@\" >/tmp/said 2>&1; code=$?; end=$EPOCHREALTIME\n\
         echo \"$begin $end\"; cat {NOTES} 2>/dev/null; [ $code = 0 ] || cat /tmp/said >&2; exit $code"
    );
    let done = person.run(["bash", "-c", &script, "measure"].iter().chain(words)).ok();
    let mut lines = done.stdout.lines();
    let whole = span(lines.next().unwrap());
    let mut of_tools = BTreeMap::new();
    for line in lines {
        let (tool, times) = line.split_once(' ').unwrap();
        *of_tools.entry(tool.to_owned()).or_default() += span(times);
    }
    (whole, of_tools)
}

/// Milliseconds between two times in seconds.
fn span(times: &str) -> f64 {
    let (begin, end) = times.split_once(' ').unwrap();
    (end.parse::<f64>().unwrap() - begin.parse::<f64>().unwrap()) * 1000.0
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What an install with nothing to do takes beside a status, in turn: they differ by less than the rounds above show.
fn pair(root: &Person<'_>, runs: usize) {
    let words = [["natscert", "trust", "install"], ["natscert", "trust", "status"]];
    measure(root, &words[0]);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..runs {
        for (words, times) in words.iter().zip(&mut times) {
            times.push(measure(root, words).0);
        }
    }
    let [install, status] = times.map(|times| median(&times));
    println!("{runs} of both in turn: install again {install:.2} ms, status {status:.2} ms (medians)");
}
