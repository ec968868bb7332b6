//! Colours for a terminal, or none.
use crate::{Effect, Step};

/// Whether to use them.
pub(super) struct Paint(pub(super) bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn red(&self, text: &str) -> String {
        self.with("31", text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }

    /// By what the step did.
    pub(super) fn step(&self, step: &Step, text: &str) -> String {
        match step.effect {
            _ if step.stuck => self.with("1;31", text),
            Effect::Fail | Effect::Load { stale: true } | Effect::Lost => self.with("1;31", text),
            Effect::Acquire | Effect::AcquireShared => self.with("32", text),
            Effect::Blocked | Effect::Wait { .. } => self.with("33", text),
            Effect::Notify { woke: 0 } => self.with("33", text),
            Effect::Notify { .. } | Effect::Send | Effect::Receive | Effect::Duplicated => {
                self.with("36", text)
            }
            _ => text.to_owned(),
        }
    }
}
