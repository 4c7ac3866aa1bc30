//! `natscert lint`

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::super::args::{LintArgs, LintFormat};
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::human;
use super::super::report::Report;
use super::super::request;
use super::{findings, sarif};
use crate::bundle::{self, FileKind};
use crate::finding::{Code, Finding, Severity};
use crate::lint::conf::Server;
use crate::lint::{Client, Material, Raw, Settings, Shape, System, lint};
use crate::nats::nearest;
use crate::pki::Span;
use crate::quote;

pub(in super::super) fn run(
    args: &LintArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let settings = settings(args, environment)?;
    let (allowed, denied) = (codes(&args.allow)?, codes(&args.deny)?);
    let given = given(args)?;
    let mut servers = Vec::new();
    for path in &given.confs {
        servers.push(Server::of(
            path.display().to_string(),
            super::configuration::read(path, settings.version)?,
        ));
    }
    let material = Material::new(&open, settings.workdir.clone());
    let mut clients = Vec::new();
    for path in &given.clients {
        clients.push(Client { file: client(&material, path)? });
    }
    let system = System::new(servers, clients, settings, material);
    let mut found = lint(&system);
    found.retain(|finding| !allowed.contains(&finding.code));
    for finding in &mut found {
        if denied.contains(&finding.code) {
            finding.severity = Severity::Error;
        }
    }
    let files: Vec<_> = system.servers.iter().map(|server| server.file.as_str()).collect();
    match args.format {
        _ if report.json => report.json(&findings::Json::of(&files, &found))?,
        LintFormat::Sarif => report.json(&sarif::log(&found))?,
        LintFormat::Text => tell(&files, &found, report)?,
    }
    let is_clean = found.iter().all(|finding| finding.severity == Severity::Note);
    if is_clean { Ok(()) } else { Err(Failure::pending()) }
}

fn tell(files: &[&str], found: &[Finding], report: &Report) -> Result<(), Failure> {
    for finding in found {
        report.styled(&findings::text(finding))?;
    }
    let configurations = human::count(files.len(), "configuration");
    if found.is_empty() {
        report.done("clean", &configurations);
    } else {
        report.done("found", &format!("{} in {configurations}", findings::counts(found)));
        report.next_step(&format!("natscert explain {}", found[0].code));
    }
    Ok(())
}

fn settings(args: &LintArgs, environment: &Environment) -> Result<Settings, Failure> {
    let version = request::version(args.server_version.as_deref())?;
    let within: Span = args.within.parse()?;
    let workdir = args.workdir.clone().unwrap_or_else(|| PathBuf::from("."));
    if args.workdir.is_some() && !workdir.is_dir() {
        return Err(Failure::input(
            format!("{} is no folder", workdir.display()),
            "give --workdir the folder that nats-server is started in",
        ));
    }
    Ok(Settings { version, now: environment.now, within: within.duration(), workdir })
}

fn codes(words: &[String]) -> Result<Vec<Code>, Failure> {
    let code =
        |word: &String| word.parse::<Code>().map_err(|why| Failure::input(why.to_string(), code_hint(word)));
    words.iter().map(code).collect()
}

/// What somebody may have meant who gave a code that there is not.
pub(super) fn code_hint(word: &str) -> String {
    let names = Code::ALL.iter().map(|code| code.name());
    match nearest(word, names, 3).as_slice() {
        [] => "natscert explain lists all of them".to_owned(),
        near => format!("did you mean {}?", crate::nats::or_list(near)),
    }
}

/// Configurations and clients' certificates, in the order in which they are read.
struct Given {
    confs: Vec<PathBuf>,
    clients: Vec<PathBuf>,
}

fn given(args: &LintArgs) -> Result<Given, Failure> {
    let mut given = Given { confs: Vec::new(), clients: args.clients.clone() };
    for path in &args.confs {
        if !path.is_dir() {
            given.confs.push(path.clone());
            continue;
        }
        let before = given.confs.len();
        look_into(path, 0, &mut given).map_err(bundle::Error::io("read", path))?;
        if given.confs.len() == before {
            return Err(Failure::input(
                format!("there is no nats.conf in {}", path.display()),
                "name the configurations themselves; of a folder, files called nats.conf are read",
            ));
        }
    }
    Ok(given)
}

/// How deep folders are looked into: natscert apply's are two deep.
const DEPTH: usize = 6;

fn look_into(dir: &Path, depth: usize, given: &mut Given) -> io::Result<()> {
    let mut entries = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if path.is_file() && name == "nats.conf" {
            given.confs.push(path);
        } else if path.is_file() && name == "nats.sh" {
            // The command line of a client: its certificate lies beside it.
            let certificate = dir.join(FileKind::Certificate.file_name());
            given.clients.extend(certificate.is_file().then_some(certificate));
        } else if depth < DEPTH && entry.file_type()?.is_dir() {
            look_into(&path, depth + 1, given)?;
        }
    }
    Ok(())
}

/// A client's certificate, or the folder of its bundle.
fn client(material: &Material<'_>, path: &Path) -> Result<std::rc::Rc<crate::lint::File>, Failure> {
    let path = &if path.is_dir() { path.join(FileKind::Certificate.file_name()) } else { path.to_owned() };
    // A client's path is of the current folder, whatever --workdir says.
    let absolute = std::path::absolute(path).map_err(bundle::Error::io("read", path))?;
    let file = material.file(&absolute.to_string_lossy());
    if file.certificates.is_empty() {
        // This says why.
        crate::pki::Facts::all_in(&bundle::read_input(path)?)
            .map_err(|why| Failure::from(why).about(&path.display().to_string()))?;
        // We find one in it, and Go does not: DER, or hidden.
        let hint = if file.shape == Shape::Der {
            format!("openssl x509 -inform DER -in {} -out cert.pem", quote::word(&path.to_string_lossy()))
        } else {
            "-----BEGIN CERTIFICATE----- has to begin a line, without a byte order mark in front of it"
                .to_owned()
        };
        return Err(Failure::input(
            format!("{}: NATS clients in Go find no certificate in it", path.display()),
            hint,
        ));
    }
    Ok(file)
}

/// What a `tls` map names.
fn open(path: &Path) -> io::Result<Raw> {
    let file = bundle::open_plain(path)?;
    let mode =
        mode(&file.metadata()?).map(|mode| if is_reachable(path, mode) { mode } else { mode & !0o007 });
    let mut bytes = Vec::new();
    file.take(bundle::MAX_INPUT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bundle::MAX_INPUT {
        return Err(io::Error::other(format!("larger than {} MiB", bundle::MAX_INPUT >> 20)));
    }
    Ok(Raw { bytes, mode })
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere there are none")]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(metadata.mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Option<u32> {
    None
}

/// Whether others come to a file that they may read: every folder above it has to let them through.
fn is_reachable(path: &Path, file: u32) -> bool {
    let lets_through = |dir: &Path| {
        fs::metadata(dir).ok().and_then(|found| mode(&found)).is_none_or(|mode| mode & 0o001 != 0)
    };
    file & 0o004 == 0 || fs::canonicalize(path).is_ok_and(|path| path.ancestors().skip(1).all(lets_through))
}
