//! `natscert trust status`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::args::TrustStatusArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::trust_root::{self, JsonRoot, stores};
use crate::bundle::{CaDir, FileKind};
use crate::truststore::{Found, Other, Root, State, View, Wanted, holds, status};

pub(super) fn run(args: &TrustStatusArgs, environment: &Environment, report: &Report) -> Result<(), Failure> {
    if let Some(invoker) = environment.invoker()? {
        // Nothing here needs root, and the browsers are the user's.
        let words: Vec<_> = std::env::args_os().skip(1).collect();
        let answer = invoker.run(&words, &[], false)?;
        return if answer.code == Some(0) { Ok(()) } else { Err(Failure::silent(answer.code)) };
    }
    let ca_dir = environment.ca_dir(args.ca.ca_dir.as_ref())?;
    let ledger = Environment::ledger()?;
    let found = match trust_root::find(args, &ca_dir, &ledger) {
        // Which root is meant is not clear: the stores show which there are.
        Err(why) if args.fingerprint.is_none() => {
            report.failure(&why);
            None
        }
        found => found?,
    };
    let (root, wanted) = found.unwrap_or_else(|| (None, Wanted::none()));
    let entry = ledger.entry(&wanted);
    let known = entry.map_or_else(Vec::new, |entry| entry.places);
    let views = status(&stores(args), &environment.machine(known), &wanted);
    let places: Vec<_> = views.iter().map(Json::of).collect();
    let hints = root.as_ref().map_or_else(Vec::new, |root| variables(root, &ca_dir));
    if report.json {
        report.json(&Whole {
            root: root.as_ref().map(JsonRoot::of),
            fingerprint: Some(wanted.fingerprint()).filter(|_| wanted != Wanted::none()),
            ca_dir: ca_dir.path().display().to_string(),
            places: &places,
            environment: &hints,
        })?;
    } else {
        let text = text(root.as_ref(), &wanted, &places, &hints, &ca_dir.path().display().to_string());
        report.product(text.as_bytes())?;
    }
    let is_right = root.is_some() || args.fingerprint.is_some();
    let fine = is_right && places.iter().all(Json::is_fine);
    if fine { Ok(()) } else { Err(Failure::pending()) }
}

#[derive(Serialize)]
struct Whole<'a> {
    root: Option<JsonRoot<'a>>,
    fingerprint: Option<&'a str>,
    ca_dir: String,
    places: &'a [Json<'a>],
    environment: &'a [Variable],
}

/// A line for programs that have no store.
#[derive(Debug, Serialize)]
pub(in super::super) struct Variable {
    /// Which programs.
    pub(in super::super) programs: &'static str,
    /// What to set, as a line of a shell; or what to run.
    pub(in super::super) line: String,
    /// What to know about it.
    pub(in super::super) note: Option<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    store: &'static str,
    name: &'a str,
    path: Option<String>,
    state: &'static str,
    reason: Option<&'a str>,
    hint: Option<&'a str>,
    names: &'a [String],
    others: &'a [Other],
    leftovers: &'a [String],
}

impl<'a> Json<'a> {
    fn of(view: &'a View) -> Self {
        let none = Self {
            store: view.store.as_str(),
            name: &view.name,
            path: view.path.as_ref().map(|path| path.display().to_string()),
            state: "none",
            reason: view.reason.as_deref(),
            hint: None,
            names: &[],
            others: &[],
            leftovers: &[],
        };
        match &view.found {
            Ok(None) => none,
            Err(trouble) => {
                Self { state: "unknown", reason: Some(&trouble.reason), hint: Some(&trouble.hint), ..none }
            }
            Ok(Some(Found { state, names, others, leftovers })) => {
                let (state, reason) = match state {
                    State::Trusted => ("trusted", None),
                    State::Partly(why) => ("partly", Some(why.as_str())),
                    State::Absent => ("absent", None),
                };
                Self { state, reason, names, others, leftovers, ..none }
            }
        }
    }

    fn is_fine(&self) -> bool {
        matches!(self.state, "trusted" | "none") && self.others.is_empty() && self.leftovers.is_empty()
    }
}

fn text(
    root: Option<&Root>,
    wanted: &Wanted,
    places: &[Json<'_>],
    hints: &[Variable],
    ca_dir: &str,
) -> String {
    let mut text = String::new();
    match root {
        Some(root) => _ = writeln!(text, "root      {}\nSHA-256   {}\n", root.title(), root.fingerprint()),
        None if *wanted != Wanted::none() => _ = writeln!(text, "SHA-256   {}\n", wanted.fingerprint()),
        None => _ = writeln!(text, "there is no CA in {ca_dir}\n"),
    }
    for place in places {
        let path = place.path.as_ref().map_or_else(String::new, |path| format!(" {path}"));
        let reason = place.reason.map_or_else(String::new, |reason| format!(": {reason}"));
        let name = format!("{}{path}{reason}", place.name);
        let name = name.trim_start_matches(": ");
        let _ = writeln!(text, "{:<9} {:<7} {name}", place.state, place.store);
        let own = wanted.file_stem();
        for name in place.names.iter().filter(|name| !name.contains(&own)) {
            let _ = writeln!(text, "       as {name}");
        }
        if let Some(hint) = place.hint {
            let _ = writeln!(text, "     hint {hint}");
        }
        for other in place.others {
            let Other { fingerprint, title, name } = other;
            let _ = writeln!(
                text,
                "    other {title} as {name}\n          natscert trust uninstall --fingerprint {fingerprint}"
            );
        }
        for leftover in place.leftovers {
            let _ = writeln!(text, " leftover {leftover}");
        }
    }
    if !hints.is_empty() {
        text.push_str("\nFor programs that read no store:\n");
    }
    for Variable { programs, line, note } in hints {
        let _ = writeln!(
            text,
            "  # {programs}{}\n  {line}",
            note.as_ref().map_or_else(String::new, |note| format!("; {note}"))
        );
    }
    text
}

/// What programs without a store are told.
fn variables(root: &Root, ca_dir: &CaDir) -> Vec<Variable> {
    let pem = ca_dir.path().join(FileKind::Root.file_name());
    // Of another root, or one that was lost, there is no file to name.
    if !trust_root::root_in(ca_dir).is_ok_and(|there| there == *root) {
        return Vec::new();
    }
    let quoted = |path: &Path| crate::render::shell(&path.to_string_lossy()).unwrap_or_default();
    let set = |name: &str| crate::cli::environment::path(name);
    let root_pem = quoted(&pem);
    let merged = "\"$HOME/natscert-roots.pem\"";
    let own = "\"$HOME/natscert-roots.p12\"";
    let lacks_root = |path: &PathBuf| !std::fs::read(path).is_ok_and(|bytes| holds(&bytes, root));
    let node = set("NODE_EXTRA_CA_CERTS").filter(lacks_root).map(|path| {
        format!(
            "it is {} now, which lacks this root, and it takes one file only: put both into one",
            path.display()
        )
    });
    let replaced = set("SSL_CERT_FILE").filter(lacks_root).map(|path| {
        format!("it is {} now, which lacks this root: they do not see the system's store", path.display())
    });
    let variable = |programs, line: String, note| Variable { programs, line, note };
    vec![
        variable("Node.js", format!("export NODE_EXTRA_CA_CERTS={root_pem}"), node),
        variable(
            "the system's roots and this one in one file, for what follows and for containers",
            format!("natscert trust bundle -o {merged} --force"),
            None,
        ),
        variable(
            "Python: requests, certifi",
            format!("export REQUESTS_CA_BUNDLE={merged} SSL_CERT_FILE={merged}"),
            None,
        ),
        variable(
            "Go, Rust, OpenSSL, curl where there is no system store",
            format!("export SSL_CERT_FILE={merged}"),
            replaced,
        ),
        variable(
            "Java with a truststore of its own",
            format!(
                "keytool -importcert -noprompt -alias {} -file {root_pem} -keystore {own} -storepass changeit && \
                 export JAVA_TOOL_OPTIONS=\"-Djavax.net.ssl.trustStore=$HOME/natscert-roots.p12 \
                 -Djavax.net.ssl.trustStorePassword=changeit\"",
                root.file_stem()
            ),
            None,
        ),
    ]
}
