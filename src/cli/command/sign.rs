//! `natscert sign`: a certificate for a key that was made elsewhere, from its request.

use serde::Serialize;

use super::super::args::SignArgs;
use super::super::environment::Environment;
use super::super::failure::Failure;
use super::super::report::Report;
use super::super::request::IssueRequest;
use super::issuance::{self, Holder, Issued};
use super::issuance_json;
use crate::bundle::{self, Paths, read_input};
use crate::pki::{self, Csr, Name, SourceKind, pins_in};
use crate::render;

pub(in super::super) fn run(
    args: &SignArgs,
    environment: &Environment,
    report: &Report,
) -> Result<(), Failure> {
    let about = |why: pki::Error| Failure::from(why).about(&super::about_input(&args.request));
    let csr = Csr::read(&super::read_file_or_stdin(&args.request)?).map_err(about)?;
    let request = wanted(args, &csr, environment)?;
    let holder = Holder::Of(&csr, key_file(args, &csr)?);
    let issued = issuance::issue(&request, &holder, &args.place, environment, report)?;
    if !csr.ca_claims.is_empty() {
        report.warning(
            &format!("the request asks to be a CA ({}); the certificate is none", csr.ca_claims.join(", ")),
            Some("a CA below this one is made with natscert ca intermediate add"),
        );
    }
    let ignored = csr.ignored(&issued.facts);
    issuance::tell("signed", &request, &issued, environment.now, report);
    tell(args, &issued, &ignored, report)?;
    issuance::tell_next(request.role, &issued, report)?;
    if !report.json {
        return report.block(&issued.block);
    }
    let ignored = csr.ca_claims.iter().map(|claim| (*claim).to_owned()).chain(ignored).collect();
    report.json(&Json { certificate: issued.json(&request), ignored })
}

/// What `issue` prints, and what the request asked for in vain (docs/output.md).
#[derive(Serialize)]
struct Json<'a> {
    #[serde(flatten)]
    certificate: issuance_json::Json<'a>,
    ignored: Vec<String>,
}

/// With names on the command line, the request gives its key alone; else its names and its subject as well.
fn wanted(args: &SignArgs, csr: &Csr, environment: &Environment) -> Result<IssueRequest, Failure> {
    let about = |why: pki::Error| Failure::from(why).about(&super::about_input(&args.request));
    let mut names = args.names.iter().map(|name| name.parse()).collect::<Result<Vec<Name>, _>>()?;
    let alone = names.is_empty();
    if alone || args.from_request.add_request_names {
        names.extend(csr.names().map_err(about)?);
    }
    if names.is_empty() {
        return Err(no_names(args, csr)?);
    }
    let mut request = IssueRequest::signing(args, names, environment.now)?;
    if request.subject.is_none() && (alone || args.from_request.request_subject) {
        request.subject = Some(csr.subject().map_err(about)?).filter(|subject| !subject.is_empty());
    }
    Ok(request)
}

/// Requests of old have a common name alone.
fn no_names(args: &SignArgs, csr: &Csr) -> Result<Failure, Failure> {
    let subject = csr.subject().unwrap_or_default();
    let name = subject.last_common_name().filter(|cn| cn.parse::<Name>().is_ok());
    let name = name.map_or_else(|| Ok("NAME".to_owned()), render::shell)?;
    let what = "it asks for no names (subject alternative names), and none was given";
    let hint = format!("say which it shall have: natscert sign REQUEST {} {name}", args.role);
    Ok(Failure::input(what, hint).about(&super::about_input(&args.request)))
}

/// What the block calls the key, if it is told; where that is a file that can be read here, it has to be the request's.
fn key_file(args: &SignArgs, csr: &Csr) -> Result<Option<String>, Failure> {
    let Some(path) = &args.from_request.key else { return Ok(None) };
    let plain = path.to_str().filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
    let Some(text) = plain else {
        let shown = path.to_string_lossy().escape_debug().to_string();
        return Err(bundle::Error::Unprintable(shown).into());
    };
    if let Some(dir) = &args.block.config_dir {
        let relative = super::super::request::is_relative(text);
        return Ok(Some(if relative { Paths::join(dir, text) } else { text.to_owned() }));
    }
    if let Ok(bytes) = read_input(path) {
        let about = |why: pki::Error| Failure::from(why).about(text);
        let found = pins_in(&zeroize::Zeroizing::new(bytes)).map_err(about)?;
        if !found.iter().any(|key| key.kind == SourceKind::PrivateKey && key.pin == csr.pin) {
            return Err(about(pki::Error::NotOfRequest));
        }
    }
    let absolute = std::path::absolute(path).map_err(bundle::Error::io("read", path))?;
    let text = if super::super::request::is_relative(text) {
        absolute.to_string_lossy().into_owned()
    } else {
        text.to_owned()
    };
    Ok(Some(text))
}

fn tell(args: &SignArgs, issued: &Issued, ignored: &[String], report: &Report) -> Result<(), Failure> {
    if !ignored.is_empty() {
        report.detail("ignored", &format!("what else the request asks for: {}", ignored.join("; ")));
    }
    if issued.has_key {
        report.detail("kept", "key.pem, which is the request's");
    } else if args.from_request.key.is_none() {
        let key = render::shell(&issued.local.key)?;
        report.next_step(&format!("put the key of the request into the bundle: install -m 600 KEY {key}"));
    }
    Ok(())
}
