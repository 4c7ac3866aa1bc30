//! What real servers have to show.

use std::thread;
use std::time::Duration;

use serde_json::Map;

use crate::client;
use crate::folder::Folder;
use crate::servers::{Server, Started, wait};
use crate::setup::{Command, Said, Setup};
use crate::support::tools::Verdict;

/// How long servers are listened to after all that was waited for: an error may come later.
const LATER: Duration = Duration::from_millis(300);

/// Whether `nats-server -t` refuses what it has to, and says what it should.
pub(crate) fn of_check(setup: &Setup, broken: bool, refused: &str) -> Option<String> {
    let wanted = setup.shows.as_ref().filter(|_| broken).and_then(|shows| shows.check.as_deref());
    match wanted {
        None if refused.is_empty() => None,
        None => Some(format!("nats-server -t refuses it: {refused}")),
        Some(text) if refused.contains(text) => None,
        Some(text) => Some(format!("nats-server -t should say {text:?}, and says {refused:?}")),
    }
}

/// What the servers do not show, though they should.
pub(crate) fn of_servers(setup: &Setup, broken: bool, folder: &Folder, started: Started) -> Vec<String> {
    let stops = setup.shows.as_ref().filter(|_| broken).and_then(|shows| shows.stops.as_deref());
    let servers = match (started, stops) {
        (Started::Taken, _) => return vec!["no free ports".to_owned()],
        (Started::Ended(log), Some(text)) if log.contains(text) => return Vec::new(),
        (Started::Ended(log), _) => return vec![format!("a server does not start:\n{log}")],
        (Started::Ready(_), Some(text)) => return vec![format!("all start, without saying {text:?}")],
        (Started::Ready(servers), None) => servers,
    };
    let mut wrong =
        if broken { symptoms(setup, folder, &servers) } else { successes(setup, folder, &servers) };
    if !wrong.is_empty() {
        wrong.extend(servers.iter().map(|server| format!("---- log of {}\n{}", server.name, server.log())));
    }
    wrong
}

fn symptoms(setup: &Setup, folder: &Folder, servers: &[Server]) -> Vec<String> {
    let shows = setup.shows.as_ref().unwrap();
    let mut wrong = Vec::new();
    for command in &shows.run {
        let verdict = run(folder, command);
        let text = folder.fill(command.told().unwrap_or_default());
        if !verdict.said.contains(&text) || (command.told().is_none() && verdict.accepted) {
            wrong.push(said(command, &text, &verdict));
        }
    }
    wrong.extend(missing(&shows.log, folder, servers));
    if shows.quiet.is_some() {
        thread::sleep(LATER);
        wrong.extend(errors(servers));
    }
    wrong
}

fn successes(setup: &Setup, folder: &Folder, servers: &[Server]) -> Vec<String> {
    let ok = &setup.ok;
    let mut wrong = Vec::new();
    for (what, count) in [("routes", &ok.routes), ("gateways", &ok.gateways), ("leafs", &ok.leafs)] {
        let Some(count) = count else { continue };
        for server in servers {
            let Some(wanted) = count.of(&server.name) else { continue };
            let mut found = 0;
            let right = wait(|| {
                found = peers(what, folder, server);
                found == wanted
            });
            if !right {
                wrong.push(format!("{} should have {wanted} {what}, and has {found}", server.name));
            }
        }
    }
    for command in &ok.run {
        let verdict = run(folder, command);
        let text = folder.fill(command.told().unwrap_or_default());
        if !verdict.said.contains(&text) || !verdict.accepted {
            wrong.push(said(command, &text, &verdict));
        }
    }
    wrong.extend(missing(&ok.log, folder, servers));
    thread::sleep(LATER);
    wrong.extend(errors(servers));
    wrong
}

/// How many servers a server is connected with. Of gateways only those that it dialled: the others count theirs.
fn peers(what: &str, folder: &Folder, server: &Server) -> usize {
    match what {
        "routes" => {
            let page = server.page(folder, "/routez");
            let routes = page["routes"].as_array().cloned().unwrap_or_default();
            let mut ids: Vec<_> = routes.iter().map(|route| route["remote_id"].to_string()).collect();
            ids.sort();
            ids.dedup();
            ids.len()
        }
        "gateways" => server.page(folder, "/gatewayz")["outbound_gateways"].as_object().map_or(0, Map::len),
        _ => server.page(folder, "/leafz")["leafs"].as_array().map_or(0, Vec::len),
    }
}

fn run(folder: &Folder, command: &Command) -> Verdict {
    let line = folder.fill(command.line());
    client::run(folder.path(), &line).unwrap_or_else(|| folder.bash(&line))
}

fn said(command: &Command, text: &str, verdict: &Verdict) -> String {
    let ended = if verdict.accepted { "succeeds" } else { "fails" };
    format!("{} should say {text:?}, {ended} and says {}", command.line(), verdict.said)
}

/// The texts that no log has, though they were waited for.
fn missing(texts: &[Said], folder: &Folder, servers: &[Server]) -> Vec<String> {
    let mut missing = Vec::new();
    for said in texts {
        let (conf, text) = match said {
            Said::Anywhere(text) => (None, folder.fill(text)),
            Said::By { conf, text } => (Some(conf), folder.fill(text)),
        };
        let asked: Vec<_> =
            servers.iter().filter(|server| conf.is_none_or(|conf| *conf == server.name)).collect();
        if !wait(|| asked.iter().any(|server| server.log().contains(&text))) {
            let whom = conf.map_or("no server", String::as_str);
            missing.push(format!("{whom}: not in the log: {text:?}"));
        }
    }
    missing
}

/// Errors in logs, but that somebody dialled before the other was there.
fn errors(servers: &[Server]) -> Vec<String> {
    let is_error = |line: &&str| line.contains("[ERR]") || line.contains("[FTL]");
    let too_early =
        |line: &&str| line.contains("(attempt 1): dial tcp ") && line.contains(" connection refused");
    let of = |server: &Server| -> Vec<String> {
        let log = server.log();
        let lines = log.lines().filter(is_error).filter(|line| !too_early(line)).take(3);
        lines.map(|line| format!("{}: {line}", server.name)).collect()
    };
    servers.iter().flat_map(of).collect()
}
