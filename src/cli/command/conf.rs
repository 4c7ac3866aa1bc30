//! `natscert conf`: a configuration as nats-server reads it.

use serde::Serialize;

use super::super::args::ConfArgs;
use super::super::failure::Failure;
use super::super::report::Report;
use super::super::request;
use super::configuration;
use crate::natsconf::Config;
use crate::pki::shown;

#[derive(Serialize)]
struct Json<'a> {
    digest: &'a str,
}

pub(in super::super) fn run(args: &ConfArgs, report: &Report) -> Result<(), Failure> {
    let version = request::version(args.server_version.as_deref())?;
    let config = configuration::read(&args.file, version)?;
    warn_of_strays(&config, report);
    if args.digest {
        let digest = config.digest();
        return report.either(&format!("{digest}\n"), &Json { digest: &digest });
    }
    report.product(config.pretty().as_bytes())
}

/// What stands in the file and not in the product, for a reason that is hard to see.
fn warn_of_strays(config: &Config, report: &Report) {
    for stray in config.stray().iter().take(MAX_STRAYS) {
        let place = config.sources().describe(stray.span);
        report.warning(
            &format!("{place}: nats-server forgets the key {}: it gets no value", shown(&stray.key.to_string())),
            Some("quote a value such as 1kbb; if it is a map, give each key in it a value: one without takes the map"),
        );
    }
    if let Some(more) = config.stray().len().checked_sub(MAX_STRAYS).filter(|more| *more > 0) {
        report.warning(&format!("{} without a value", super::super::human::count(more, "more key")), None);
    }
}

const MAX_STRAYS: usize = 10;
