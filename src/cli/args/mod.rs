//! The command line as clap reads it: words and paths, not yet understood.

// Doc comments here are help texts: they are printed as they stand.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

mod apply;
mod ca;
mod conf;
mod explain;
mod fixture;
mod intermediate;
mod issue;
mod lint;
mod renew;
mod revocation;
mod roll;
mod sign;
mod topology;
mod trust;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::nats::Context;

pub(in crate::cli) use apply::{ApplyArgs, PlanArgs, TopologyArgs};
pub(in crate::cli) use ca::{CaArgs, CaCommand, CaDirArgs, CaExportArgs, CaFormat, CaInitArgs};
pub(in crate::cli) use conf::ConfArgs;
pub(in crate::cli) use explain::ExplainArgs;
pub(in crate::cli) use fixture::{FixtureArgs, FixtureCommand, FixtureListArgs, FixtureMakeArgs};
pub(in crate::cli) use intermediate::{
    IntermediateAddArgs, IntermediateArgs, IntermediateCommand, IntermediateNameArgs,
};
pub(in crate::cli) use issue::{BlockArgs, IssueArgs, PlaceArgs, ProfileArgs};
pub(in crate::cli) use lint::{LintArgs, LintFormat};
pub(in crate::cli) use renew::RenewArgs;
pub(in crate::cli) use revocation::{CrlArgs, OcspArgs, RevokeArgs};
pub(in crate::cli) use roll::{RollArgs, RollCommand, RollStartArgs, RollStepArgs, RollTaken};
pub(in crate::cli) use sign::SignArgs;
pub(in crate::cli) use topology::{GraphArgs, GraphFormat, NewArgs};
pub(in crate::cli) use trust::{
    TrustArgs, TrustBundleArgs, TrustChangeArgs, TrustCommand, TrustStatusArgs, TrustUserArgs,
};

/// mkcert for NATS: a local CA, certificates for every NATS role, and the tls blocks and pins that match.
#[derive(Debug, Parser)]
#[command(
    name = "natscert",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "\
Examples:
  natscert issue server localhost 127.0.0.1 ::1     a server certificate and its tls block
  natscert issue client alice@example.com           a client that verify_and_map knows
  natscert issue cluster n1.example.com 10.0.0.1    for routes: server and client in one
  natscert pin natscert/cluster/n1.example.com/cert.pem
  nats-server -c nats.conf 2>&1 | natscert explain -   why TLS fails, and who has to change what
  natscert new --local                              a manifest of a whole system, and
  natscert apply nats.toml                          all certificates and configurations for it

Certificates are for development and tests: the root's key lies unencrypted on this disk.")]
pub struct Cli {
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OutputArgs {
    /// Print one JSON value on stdout
    #[arg(long, global = true, help_heading = "Output")]
    pub(in crate::cli) json: bool,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(in crate::cli) quiet: bool,
    /// Colour what is said to people
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN", help_heading = "Output")]
    pub(in crate::cli) color: ColorWhen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Make a certificate for a NATS role, and print its configuration block
    Issue(Box<IssueArgs>),
    /// Make a certificate from a signing request, for a key that stays where it is
    Sign(Box<SignArgs>),
    /// Make, show or export the root CA
    Ca(CaArgs),
    /// Print pinned_certs hashes of certificates, requests and keys
    Pin(PinArgs),
    /// Show what a certificate says and which NATS roles it can serve
    Inspect(InspectArgs),
    /// Print the configuration block for a certificate that is there already
    Snippet(Box<SnippetArgs>),
    /// Say what an error text, a log or a code of a finding means, and what to do
    Explain(ExplainArgs),
    /// Ask what is to be secured, then issue it
    Wizard(WizardArgs),
    /// Write a manifest of a whole NATS system to begin with
    New(NewArgs),
    /// Show what apply would do
    Plan(PlanArgs),
    /// Make every certificate and configuration of a manifest
    Apply(ApplyArgs),
    /// Renew certificates before they end
    Renew(RenewArgs),
    /// Draw what a manifest describes
    Graph(GraphArgs),
    /// Find TLS mistakes in nats-server configurations
    Lint(LintArgs),
    /// Print a configuration as nats-server reads it
    Conf(ConfArgs),
    /// Revoke certificates, or take that back
    Revoke(RevokeArgs),
    /// Print the list of revoked certificates
    Crl(CrlArgs),
    /// Answer OCSP requests on this machine
    Ocsp(OcspArgs),
    /// Make a certificate with exactly one defect, for tests of refusals
    Fixture(Box<FixtureArgs>),
    /// Have this machine, its browsers and its Java trust the root, or no longer
    Trust(TrustArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Reads certificates, certificate requests, public and private keys, in PEM or DER; all of a chain.

Examples:
  natscert pin cert.pem
  natscert pin --format nats natscert/cluster/*/cert.pem
  openssl s_client -connect localhost:6222 </dev/null | natscert pin -")]
pub(in crate::cli) struct PinArgs {
    /// Files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// How to print them
    #[arg(long, value_enum, default_value_t = PinFormat::Plain)]
    pub(in crate::cli) format: PinFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PinFormat {
    /// HEX, with the file behind it when there are several
    Plain,
    /// pinned_certs: ["HEX"]
    Nats,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  natscert inspect natscert/server/localhost/cert.pem
  openssl s_client -connect localhost:6222 -showcerts </dev/null | natscert inspect -")]
pub(in crate::cli) struct InspectArgs {
    /// Files with certificates; - is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  natscert snippet websocket natscert/server/localhost
  natscert snippet remote natscert/leaf/hub.example.com
  natscert snippet cluster --cert tls.crt --key tls.key --ca ca.crt --config-dir /etc/nats")]
pub(in crate::cli) struct SnippetArgs {
    /// Where in the configuration
    #[arg(value_name = "CONTEXT", value_parser = contexts())]
    pub(in crate::cli) context: Context,
    /// A bundle: a folder with cert.pem, key.pem and ca.pem
    #[arg(value_name = "BUNDLE-DIR", conflicts_with_all = ["cert", "key", "cacert"], required_unless_present = "cert")]
    pub(in crate::cli) bundle: Option<PathBuf>,
    /// A certificate file, with its chain
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(in crate::cli) cert: Option<PathBuf>,
    /// Its key file
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(in crate::cli) key: Option<PathBuf>,
    /// The file with the roots that peers are checked against
    #[arg(long = "ca", id = "cacert", value_name = "FILE", requires = "cert")]
    pub(in crate::cli) cacert: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) block: BlockArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Ends by printing the command line that would have done the same.

Examples:
  natscert wizard
  natscert wizard --out ./tls")]
pub(in crate::cli) struct WizardArgs {
    /// The folder for bundles
    #[arg(short, long = "out", value_name = "DIR", default_value = "natscert")]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) ca: CaDirArgs,
}

// A word that is offered is a word that parses: the fallbacks are never taken.

fn contexts() -> impl clap::builder::TypedValueParser<Value = Context> {
    PossibleValuesParser::new(Context::ALL.map(Context::as_str))
        .map(|word| word.parse().unwrap_or(Context::Server))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn clap_finds_no_contradiction() {
        super::Cli::command().debug_assert();
    }

    /// Whoever has a narrow terminal would see it wrapped twice.
    #[test]
    fn text_in_the_help_is_wrapped_by_clap_alone() {
        let mut todo = vec![super::Cli::command()];
        let mut seen = 0;
        while let Some(command) = todo.pop() {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for paragraph in text.split("\n\n") {
                let mut lines = paragraph.lines();
                // Lists and examples have lines of their own.
                let is_text =
                    lines.next().is_some_and(|first| !first.contains(":  ") && !first.ends_with(':'));
                if is_text && !paragraph.starts_with(' ') {
                    assert_eq!(lines.next(), None, "{}: {paragraph}", command.get_name());
                    seen += 1;
                }
            }
            todo.extend(command.get_subcommands().cloned());
        }
        assert!(seen > 10, "only {seen} were found");
    }
}
