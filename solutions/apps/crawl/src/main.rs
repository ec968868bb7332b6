//! Parses the command line and exits. Everything else is in the library.

use clap::Parser;

fn main() -> std::process::ExitCode {
    crawl::cli::Cli::parse().run().into()
}
