//! Searches a trap of the book, and draws what it finds.
//!
//! ```sh
//! cargo run -q -p book                             # lists the traps
//! cargo run -q -p book -- locks::check_then_act    # searches one
//! cargo run -q -p book -- finish target/book ../.. # `make book` does: see `book::finish`
//! ```
//!
//! The token in the last line of a picture is for the tests of labs; here `WEFT_REPLAY=<token>`
//! before the command runs that interleaving again.
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => list(),
        ["finish", folder, repository] => {
            if let Err(error) = book::finish(Path::new(folder), repository) {
                eprintln!("{folder}: {error}");
                return ExitCode::FAILURE;
            }
        }
        [name] => {
            let Some(trap) = book::find(name) else {
                eprintln!("there is no trap `{name}`; without a name this program lists them");
                return ExitCode::from(2);
            };
            search(trap);
        }
        _ => {
            eprintln!("which trap? Without a name this program lists them");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn list() {
    for (page, traps) in book::PAGES {
        for trap in *traps {
            println!("{page}::{}", trap.name);
        }
    }
}

/// Finding something is what a trap is for, and the search has printed it.
fn search(trap: book::Trap) {
    if let Ok(outcomes) = book::run(trap) {
        println!("{}: nothing failed", trap.name);
        outcomes.iter().for_each(|outcome| println!("{outcome}"));
    }
}
