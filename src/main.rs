//! The `scaling` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    scaling_laws::cli::main()
}
