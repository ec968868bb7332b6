//! Searches a trap of the book, and draws what it finds.
//!
//! ```sh
//! cargo run -q -p book                             # lists the traps
//! cargo run -q -p book -- locks::check_then_act    # searches one
//! ```
//!
//! The token in the last line is for the tests of labs; here `WEFT_REPLAY=<token>` before the command runs that
//! interleaving again.
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(wanted) = std::env::args().nth(1) else {
        for (page, traps) in book::PAGES {
            for trap in *traps {
                println!("{page}::{}", trap.name);
            }
        }
        return ExitCode::SUCCESS;
    };
    let Some(trap) = book::find(&wanted) else {
        eprintln!("there is no trap `{wanted}`; without a name this program lists them");
        return ExitCode::from(2);
    };
    // What a search finds it has printed already, and finding it is what this program is for.
    if let Ok(outcomes) = book::run(trap) {
        println!("{}: nothing failed", trap.name);
        outcomes.iter().for_each(|outcome| println!("{outcome}"));
    }
    ExitCode::SUCCESS
}
