//! One variant before both judges: real servers, and `natscert lint`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::folder::Folder;
use crate::proof;
use crate::servers::{self, Started};
use crate::setup::Setup;
use crate::support::tools::ask;
use crate::table::Verdict;

/// What came of it.
pub(crate) struct Half {
    pub(crate) verdict: Verdict,
    pub(crate) failures: Vec<String>,
}

pub(crate) fn judge(setup: &Setup, broken: bool, run: bool, lint: bool) -> Half {
    let variant = if broken { "broken" } else { "works" };
    let mut half = Half { verdict: Verdict::default(), failures: Vec::new() };
    let mut failures = Vec::new();
    // Somebody else may have taken a port since it was found free.
    for attempt in 1.. {
        failures.clear();
        let folder = match Folder::make(setup, broken) {
            Ok(folder) => folder,
            Err(why) => {
                failures.push(why);
                break;
            }
        };
        let refused = servers::check(setup, &folder);
        half.verdict.refused = !refused.is_empty();
        if lint && attempt == 1 {
            let found = find(setup, &folder);
            match found {
                Ok(found) => {
                    failures.extend(found.compare(setup, broken));
                    half.verdict.found = found.alarms();
                }
                Err(why) => failures.push(why),
            }
            half.failures.append(&mut failures);
        }
        if run {
            let monitored = !broken
                && (setup.ok.routes.is_some() || setup.ok.gateways.is_some() || setup.ok.leafs.is_some());
            if let Some(wrong) = proof::of_check(setup, broken, &refused) {
                failures.push(wrong);
            } else if refused.is_empty() && (broken || setup.ok.elsewhere.is_none()) {
                let started = servers::start(setup, &folder, monitored);
                if matches!(started, Started::Taken) && attempt < 5 {
                    continue;
                }
                failures.extend(proof::of_servers(setup, broken, &folder, started));
            }
        }
        break;
    }
    half.failures.append(&mut failures);
    half.failures.iter_mut().for_each(|failure| *failure = format!("{variant}: {failure}"));
    half
}

/// Code, severity, `file:line` and message of each finding.
struct Found(Vec<[String; 4]>);

fn find(setup: &Setup, folder: &Folder) -> Result<Found, String> {
    let mut command = folder.command("natscert");
    command.args(["lint", "--json"]);
    if let Some(version) = &setup.server {
        command.args(["--server-version", version]);
    }
    command.args(setup.lint.iter().map(|word| folder.fill(word)));
    if setup.lints.is_empty() {
        command.args(folder.confs(setup));
    } else {
        command.args(&setup.lints);
    }
    let output = ask(&mut command, &[]);
    let json: Value = serde_json::from_slice(&output.stdout).map_err(|_| format!("lint: {}", output.said))?;
    let findings = json["findings"].as_array().ok_or_else(|| format!("lint: {json}"))?;
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let found = findings.iter().map(|finding| {
        let place = format!("{}:{}", word(finding, "file"), finding["line"]);
        [word(finding, "code"), word(finding, "severity"), place, word(finding, "message")]
    });
    let found = Found(found.collect());
    let (code, wanted) = (output.code, i32::from(!found.alarms().is_empty()));
    if code == Some(wanted) { Ok(found) } else { Err(format!("lint ends with {code:?}\n{}", found.list())) }
}

impl Found {
    fn codes(&self, severities: &[&str]) -> BTreeSet<String> {
        let these = self.0.iter().filter(|[_, severity, ..]| severities.contains(&severity.as_str()));
        these.map(|[code, ..]| code.clone()).collect()
    }

    /// The codes of errors and warnings.
    fn alarms(&self) -> BTreeSet<String> {
        self.codes(&["error", "warning"])
    }

    fn list(&self) -> String {
        self.0.iter().map(|finding| format!("  {}", finding.join(" "))).collect::<Vec<_>>().join("\n")
    }

    /// What is not as the setup says.
    fn compare(&self, setup: &Setup, broken: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        let wanted: BTreeSet<String> = setup.finds.iter().filter(|_| broken).cloned().collect();
        if self.alarms() != wanted {
            wrong.push(format!("lint should find {wanted:?}, and finds\n{}", self.list()));
        }
        let notes: BTreeSet<String> = setup.notes.iter().cloned().collect();
        let missed: Vec<_> = notes.difference(&self.codes(&["note"])).cloned().collect();
        if broken && !missed.is_empty() {
            wrong.push(format!("lint should note {missed:?}, and finds\n{}", self.list()));
        }
        let again: Vec<_> = notes.intersection(&self.codes(&["note"])).cloned().collect();
        if !broken && !again.is_empty() {
            wrong.push(format!("lint notes {again:?} here, too\n{}", self.list()));
        }
        let there =
            |place: &&String| self.0.iter().any(|[code, _, found, _]| **place == format!("{code} {found}"));
        let lacking: Vec<_> = setup.places.iter().filter(|place| !there(place)).collect();
        if broken && !lacking.is_empty() {
            wrong.push(format!("lint should find {lacking:?}, and finds\n{}", self.list()));
        }
        for [code, .., message] in &self.0 {
            if message.is_empty() || message.ends_with('.') || message.contains('\n') {
                wrong.push(format!("the message of {code} is not one line without a full stop: {message:?}"));
            }
        }
        wrong
    }
}
