//! The command line: arguments → typed request → work → report. Only `main` imports this module.

mod args;
mod command;
mod environment;
mod failure;
mod human;
mod progress;
mod report;
mod request;
mod usage;

pub use args::Cli;
pub use failure::Failure;

use clap::Parser as _;

use args::Command;
use environment::Environment;
use report::Report;

/// Runs the program with the process's arguments and environment; the exit code.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(stop) => return explain(&stop),
    };
    let report = Report::new(&cli.output);
    match run(&cli, &report) {
        Ok(()) => 0,
        Err(failure) => {
            if !failure.is_silent() {
                report.failure(&failure);
            }
            failure.code()
        }
    }
}

/// Prints help, the version, or what is wrong with the arguments.
fn explain(stop: &clap::Error) -> u8 {
    if let Some(failure) = usage::of_value(stop) {
        Report::default().failure(&failure);
        return failure.code();
    }
    let code = u8::try_from(stop.exit_code()).unwrap_or(2);
    match stop.print() {
        // Help that was asked for and not printed is no success; whoever closed the pipe has seen enough.
        Err(why) if code == 0 && why.kind() != std::io::ErrorKind::BrokenPipe => {
            let failure = Failure::stdout(why);
            Report::default().failure(&failure);
            failure.code()
        }
        _ => code,
    }
}

fn run(cli: &Cli, report: &Report) -> Result<(), Failure> {
    let environment = Environment::of_process();
    match &cli.command {
        Command::Issue(args) => command::issue::run(args, &environment, report),
        Command::Sign(args) => command::sign::run(args, &environment, report),
        Command::Plan(args) => command::plan::run(args, &environment, report),
        Command::Apply(args) => command::apply::run(args, &environment, report),
        Command::Renew(args) => command::renew::run(args, &environment, report),
        Command::Ca(args) => command::ca::run(args, &environment, report),
        Command::Pin(args) => command::pin::run(args, report),
        Command::Inspect(args) => command::inspect::run(args, &environment, report),
        Command::Snippet(args) => command::snippet::run(args, &environment, report),
        Command::Explain(args) => command::explain::run(args, report),
        Command::Wizard(args) => command::wizard::run(args, &environment, report),
        Command::New(args) => command::new::run(args, report),
        Command::Graph(args) => command::graph::run(args, report),
        Command::Lint(args) => command::lint::run(args, &environment, report),
        Command::Conf(args) => command::conf::run(args, report),
        Command::Revoke(args) => command::revoke::run(args, &environment, report),
        Command::Crl(args) => command::crl::run(args, &environment, report),
        Command::Ocsp(args) => command::ocsp::run(args, &environment, report),
        Command::Fixture(args) => command::fixture::run(args, &environment, report),
        Command::Trust(args) => command::trust::run(args, &environment, report),
    }
}
