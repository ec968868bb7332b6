//! What the kit's explorer says about the searches of a check.

use std::any::Any;

use kit::explore::{self, Failure};

use crate::wire::{Certainty, Search};

/// The searches that passed on this thread since the last call.
pub(crate) fn passed() -> Vec<Search> {
    explore::take_outcomes()
        .into_iter()
        .map(|outcome| Search {
            certainty: match outcome.certainty {
                explore::Certainty::Exhaustive => Certainty::Exhaustive,
                explore::Certainty::Bounded { preemptions } => Certainty::Bounded { preemptions },
                explore::Certainty::Witnessed => Certainty::Witnessed,
                explore::Certainty::Sampled { schedules } => Certainty::Sampled { schedules },
            },
            interleavings: outcome.interleavings,
        })
        .collect()
}

/// The description of a failed search, if that is what the check's body panicked with.
pub(crate) fn failure(payload: &(dyn Any + Send)) -> Option<serde_json::Value> {
    let failure = payload.downcast_ref::<Failure>()?;
    let mut value = serde_json::to_value(failure).ok()?;
    value["picture"] = failure.to_text(picture::Style::default()).into();
    Some(value)
}
