//! The natscert program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(natscert::cli::main())
}
