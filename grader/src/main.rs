//! Parses the command line and exits. Everything else is in the library.

use clap::Parser;

fn main() -> std::process::ExitCode {
    if let Some(exit) = grader::jail::serve() {
        return exit;
    }
    grader::cli::Cli::parse().run().into()
}
