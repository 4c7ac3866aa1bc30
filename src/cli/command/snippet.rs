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
use crate::pki::{Facts, KeyPair, San};
use crate::render::{self, Details, Files};
use crate::{map_users, obstacles};

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
        let mut chain = Facts::all_in(&read_input(&self.cert)?).map_err(about(&self.cert))?;
        let facts = chain.swap_remove(0);
        let key = zeroize::Zeroizing::new(read_input(&self.key)?);
        match KeyPair::read(&key) {
            Ok(key) if key.spki() != facts.spki => {
                return Err(about(&self.key)(crate::pki::Error::KeyMismatch));
            }
            // nats-server loads P-521 keys too, which natscert itself does not sign with.
            Ok(_) | Err(crate::pki::Error::UnusableKey) => {}
            Err(why) => return Err(about(&self.key)(why)),
        }
        if let Some(ca) = &self.ca {
            Facts::all_in(&read_input(ca)?).map_err(about(ca))?;
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

/// What keeps a certificate from serving in a context. A remote only dials, whatever its role may do.
fn unfit(facts: &Facts, context: Context, environment: &Environment) -> Vec<String> {
    let role = if context == Context::Remote { Role::Client } else { context.role() };
    let mut reasons = obstacles(facts, role, environment.now);
    let wildcard_only = facts.sans.iter().all(|san| matches!(san, San::Dns(name) if name.starts_with("*.")));
    if context == Context::Gateway && wildcard_only && !facts.sans.is_empty() {
        reasons.push("it names wildcards only, and gossiped gateways are dialled by IP".to_owned());
    }
    reasons
}
