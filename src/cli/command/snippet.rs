//! `natscert snippet`: the block again, for our bundles and for certificates that others made.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::args::SnippetArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::super::request::BlockRequest;
use crate::bundle::{FileKind, Paths, read_input};
use crate::nats::{Context, Role};
use crate::pki::{Facts, SourceKind, pins_in};
use crate::render::{self, Details, Files};
use crate::{cautions, map_users, obstacles};

#[derive(Serialize)]
struct Json<'a> {
    context: &'a str,
    files: JsonFiles<'a>,
    snippet: &'a str,
}

#[derive(Serialize)]
struct JsonFiles<'a> {
    cert: &'a str,
    key: &'a str,
    ca: Option<&'a str>,
}

pub(in super::super) fn run(
    args: &SnippetArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let request = BlockRequest::new(&args.block)?;
    let checked = request.options.check(args.context, request.version)?;
    let local = Local::of(args)?;
    let facts = local.check(args.context, environment, report)?;
    super::warn_of_block(report, &request, &checked, &facts);
    let named = local.named(&request)?;
    let files =
        Files { cert: &named.cert, key: &named.key, ca: local.ca.is_some().then_some(named.ca.as_str()) };
    let users = map_users(&facts, Context::Client);
    let hosts = super::example_hosts(&facts, args.context);
    let block = render::block(&files, &checked, &Details { identities: &users, hosts: &hosts })?;
    let object = Json {
        context: args.context.as_str(),
        files: JsonFiles { cert: files.cert, key: files.key, ca: files.ca },
        snippet: &block,
    };
    report.either(&block, &object)
}

/// The files on this machine.
struct Local {
    cert: PathBuf,
    key: PathBuf,
    ca: Option<PathBuf>,
}

impl Local {
    fn of(args: &SnippetArgs) -> Result<Self, Failure> {
        let absolute = |path: &PathBuf| {
            std::path::absolute(path).map_err(|_| Failure::input("a path is empty", "give the file's name"))
        };
        if let (Some(cert), Some(key)) = (&args.cert, &args.key) {
            let ca = args.cacert.as_ref().map(absolute).transpose()?;
            return Ok(Self { cert: absolute(cert)?, key: absolute(key)?, ca });
        }
        let dir = absolute(args.bundle.as_ref().unwrap_or(&PathBuf::from(".")))?;
        let file = |kind: FileKind| dir.join(kind.file_name());
        let ca = file(FileKind::CaBundle);
        Ok(Self {
            cert: file(FileKind::Certificate),
            key: file(FileKind::PrivateKey),
            ca: ca.exists().then_some(ca),
        })
    }

    /// Reads them, so that the block names nothing that nats-server would refuse.
    fn check(&self, context: Context, environment: &Environment, report: &Report) -> Result<Facts, Failure> {
        let about = |path: &Path| {
            let path = path.display().to_string();
            move |why: crate::pki::Error| Failure::from(why).about(&path)
        };
        let cert = read_input(&self.cert)?;
        let facts = Facts::all_in(&cert).map_err(about(&self.cert))?.swap_remove(0);
        warn_of_form(report, &self.cert, &cert, &["CERTIFICATE"], "x509");
        let key = zeroize::Zeroizing::new(read_input(&self.key)?);
        let pins = pins_in(&key).map_err(about(&self.key))?;
        match pins.iter().find(|pinned| pinned.kind == SourceKind::PrivateKey) {
            None => return Err(about(&self.key)(crate::pki::Error::NoPrivateKey)),
            Some(own) if own.pin != facts.pin => {
                return Err(about(&self.key)(crate::pki::Error::KeyMismatch));
            }
            Some(_) => warn_of_form(
                report,
                &self.key,
                &key,
                &["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"],
                "pkey",
            ),
        }
        if let Some(ca) = &self.ca {
            let roots = read_input(ca)?;
            Facts::all_in(&roots).map_err(about(ca))?;
            warn_of_form(report, ca, &roots, &["CERTIFICATE"], "x509");
        }
        for reason in unfit(&facts, context, environment) {
            report.warning(
                &format!("{} does not fit {}: {reason}", self.cert.display(), context.config_path()),
                Some("issue one for the role: natscert issue --help"),
            );
        }
        Ok(facts)
    }

    /// The paths as the configuration shall name them: `--config-dir` and the same file names.
    fn named(&self, request: &BlockRequest) -> Result<Paths, Failure> {
        let text = |path: &Path| {
            path.to_str().filter(|text| !text.chars().any(char::is_control)).map(str::to_owned).ok_or_else(
                || {
                    let shown = path.to_string_lossy().escape_debug().to_string();
                    Failure::from(crate::bundle::Error::Unprintable(shown))
                },
            )
        };
        let name = |path: &Path| match &request.config_dir {
            Some(dir) => {
                let file = path.file_name().map(PathBuf::from).unwrap_or_default();
                Ok(Paths::join(dir, &text(&file)?))
            }
            None => text(path),
        };
        let ca = self.ca.as_deref().map(name).transpose()?;
        Ok(Paths {
            cert: name(&self.cert)?,
            key: name(&self.key)?,
            ca: ca.unwrap_or_default(),
            tls_conf: String::new(),
        })
    }
}

/// What keeps a certificate from serving in a context, or may surprise there. Who only dials needs no more than a client,
/// whatever its role may do.
fn unfit(facts: &Facts, context: Context, environment: &Environment) -> Vec<String> {
    let role = if context.listens() { context.role() } else { Role::Client };
    let mut reasons = obstacles(facts, role, environment.now);
    reasons.extend(cautions(facts, role));
    reasons
}

/// nats-server reads less than natscert does: PEM blocks with certain labels, each on lines of its own.
fn warn_of_form(report: &Report, path: &Path, bytes: &[u8], labels: &[&str], convert: &str) {
    let begins = |label: &&str| {
        let line = format!("-----BEGIN {label}-----");
        String::from_utf8_lossy(bytes).lines().any(|text| text.trim_end() == line)
    };
    if !labels.iter().any(begins) {
        report.warning(
            &format!(
                "nats-server cannot read {}: it wants PEM, {} on a line of its own",
                path.display(),
                labels[0]
            ),
            Some(&format!("convert it: openssl {convert} -in {} -out NEW.pem", path.display())),
        );
    }
}
