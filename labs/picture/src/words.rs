//! The words that every view says in the same way.
use crate::{Failure, FailureKind, Step, Wait};

/// Threads that wait for the same each have a sentence, up to this number.
const FEW: usize = 4;

impl Failure {
    /// The claim, and what became of it: `lock_order does not hold`.
    pub fn headline(&self) -> String {
        let fate = match self.kind {
            FailureKind::Todo => "is not written",
            FailureKind::NotExplored => "could not be explored",
            FailureKind::Unreached => "was never reached",
            FailureKind::Hung => "did not end",
            _ => "does not hold",
        };
        format!("{} {fate}", self.claim)
    }

    /// [`Failure::found`] and [`Failure::cause`].
    pub fn found_and_cause(&self) -> String {
        format!("{} {}", self.found(), self.cause())
            .trim()
            .to_owned()
    }

    /// After a deadlock, who waits for whom: a sentence for each thread, but where many wait for
    /// the same only the first has its own.
    pub fn waits_in_words(&self) -> Vec<String> {
        let what = |wait: &Wait| {
            let what = wait.sentence.strip_prefix(self.name(wait.thread));
            what.unwrap_or(&wait.sentence).to_owned()
        };
        let all: Vec<String> = self.waits.iter().map(what).collect();
        let sentence = |(at, wait): (usize, &Wait)| {
            let same = all.iter().filter(|what| **what == all[at]).count();
            match same > FEW {
                false => Some(wait.sentence.clone()),
                true if all[..at].contains(&all[at]) => None,
                true => Some(format!("{}; so do {} others", wait.sentence, same - 1)),
            }
        };
        (self.waits.iter().enumerate())
            .filter_map(sentence)
            .collect()
    }

    /// What a thread is called.
    pub(crate) fn name(&self, thread: usize) -> &str {
        self.threads
            .get(thread)
            .map_or("?", |thread| thread.name.as_str())
    }

    /// `at labs/locks/src/semaphore.rs:23:9, in T1`; empty if no line failed.
    pub(crate) fn failing_line(&self) -> String {
        let Some(at) = &self.at else {
            return String::new();
        };
        let who = self.by.filter(|by| *by < self.threads.len());
        let who = who.map_or(String::new(), |by| format!(", in {}", self.name(by)));
        format!("at {at}{who}")
    }
}

impl FailureKind {
    /// In a word or two.
    pub(crate) fn word(self) -> &'static str {
        match self {
            FailureKind::Assertion => "assertion failed",
            FailureKind::Todo => "not written yet",
            FailureKind::Deadlock => "deadlock",
            FailureKind::Race => "data race",
            FailureKind::Leak => "leak",
            FailureKind::NotExplored => "not explored",
            FailureKind::Unreached => "never reached",
            FailureKind::Hung => "hung",
        }
    }
}

impl Step {
    /// What it did; of a thread that never goes on, that too.
    pub(crate) fn caption(&self) -> String {
        if self.stuck {
            format!("{} (for ever)", self.action)
        } else {
            match &self.saw {
                Some(saw) => format!("{}; {saw}", self.action),
                None => self.action.clone(),
            }
        }
    }
}
