//! Runs a trap as its test would be run: on a thread that has its name, which is the claim.
use crate::Trap;
use kit::explore::{Failure, Outcome, take_outcomes};
use picture::{Orders, Style};
use std::panic::resume_unwind;

/// Searches; what was found is on standard error already, in colours and with the command that
/// replays it.
///
/// # Errors
///
/// What the search found.
///
/// # Panics
///
/// If the trap does, elsewhere than in a search.
pub fn run(trap: Trap) -> Result<Vec<Outcome>, Box<Failure>> {
    let searching = std::thread::Builder::new()
        .name(trap.name.to_owned())
        .spawn(move || {
            (trap.search)();
            take_outcomes()
        });
    let searched = searching.expect("a thread can be started").join();
    searched.map_err(|payload| {
        payload
            .downcast::<Failure>()
            .unwrap_or_else(|other| resume_unwind(other))
    })
}

/// Every order of the steps of a trap, to walk through; `None` if there are too many.
pub fn orders(trap: Trap) -> Option<Orders> {
    let searching = std::thread::Builder::new()
        .name(trap.name.to_owned())
        .spawn(move || kit::explore::orders(trap.search));
    let searched = searching.expect("a thread can be started").join();
    searched
        .unwrap_or_else(|payload| resume_unwind(payload))?
        .ok()
}

/// The drawing of what a trap's search finds, as an SVG.
pub fn drawn(trap: Trap) -> Option<String> {
    Some(run(trap).err()?.to_svg())
}

/// What a page shows of a trap: the picture, or how sure the search is that there is none.
pub fn shown(trap: Trap) -> String {
    match run(trap) {
        Ok(outcomes) => outcomes.iter().fold(
            format!("{}: nothing failed\n", trap.name),
            |text, outcome| text + &format!("{outcome}\n"),
        ),
        Err(failure) => failure.to_text(Style::default()),
    }
}
