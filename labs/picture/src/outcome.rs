//! What a search that found nothing wrong says.
use serde::{Deserialize, Serialize};
use std::fmt;

/// How sure a search that found nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Every interleaving was run, with every value that weak memory allows.
    Exhaustive,
    /// Every interleaving with at most this many preemptions was run.
    Bounded {
        /// A preemption takes the processor from a thread that could have gone on.
        preemptions: usize,
    },
    /// An interleaving that reaches the goal was found: what was claimed to be possible is.
    Witnessed,
    /// Threads were started, and none took a step that a search can see: they share nothing, or by
    /// means that are hidden from it.
    Blind,
    /// A number of schedules, sequentially consistent, chosen at random from a fixed seed.
    Sampled {
        /// How many.
        schedules: u64,
    },
}

/// What a search that found nothing wrong says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How sure it is.
    pub certainty: Certainty,
    /// How many interleavings the pass ran that gives the certainty.
    pub interleavings: u64,
    /// Which scenarios it ran, if it was not one that somebody wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<Scenarios>,
}

/// Which scenarios a search ran of those that it found itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenarios {
    /// The most threads of one.
    pub threads: usize,
    /// The most calls of one thread.
    pub each: usize,
    /// The most calls in all.
    pub calls: usize,
    /// The most calls of those whose calls come one after the other; 0 for none.
    pub turns: usize,
    /// Those of more than `.0` calls are made of `.1` kinds of calls only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<(usize, usize)>,
    /// How many of them were run, the smallest first.
    pub run: usize,
    /// How many there are.
    pub of: usize,
}

impl fmt::Display for Scenarios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scenarios {
            threads,
            each,
            calls,
            turns,
            plain,
            run,
            of,
        } = *self;
        let each = match each {
            1 => "one call".to_owned(),
            _ => format!("{each} calls"),
        };
        let mut scope = format!("up to {threads} threads, {each} each, {calls} in all");
        if turns > 0 {
            scope += &format!(", and of up to {turns} calls in turn");
        }
        if let Some((short, kinds)) = plain {
            scope += &format!(" (more than {short}: of {kinds} kinds)");
        }
        match (Grouped(run as u64), Grouped(of as u64)) {
            (_, of) if self.run == self.of => {
                write!(f, "every scenario of {scope}: {of} scenarios")
            }
            (run, of) => write!(f, "{run} of {of} scenarios of {scope}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = Grouped(self.interleavings);
        let interleavings = if self.interleavings == 1 {
            "interleaving"
        } else {
            "interleavings"
        };
        if let Some(scenarios) = self.scenarios {
            write!(f, "{scenarios}, {n} {interleavings}")?;
            return match self.certainty {
                Certainty::Exhaustive => f.write_str(", exhaustive"),
                Certainty::Bounded { preemptions: 1 } => f.write_str(" (1 preemption)"),
                Certainty::Bounded { preemptions } => write!(f, " ({preemptions} preemptions)"),
                Certainty::Witnessed | Certainty::Blind | Certainty::Sampled { .. } => Ok(()),
            };
        }
        match self.certainty {
            Certainty::Exhaustive => write!(f, "exhaustive: {n} {interleavings}"),
            Certainty::Bounded { preemptions: 1 } => {
                write!(f, "bounded (1 preemption): {n} {interleavings}")
            }
            Certainty::Bounded { preemptions } => {
                write!(
                    f,
                    "bounded ({preemptions} preemptions): {n} {interleavings}"
                )
            }
            Certainty::Blind => {
                f.write_str("nothing to search: no thread took a step that a search can see")
            }
            Certainty::Witnessed => write!(f, "shown: reached after {n} {interleavings}"),
            Certainty::Sampled { .. } => write!(f, "sampled: {n} schedules"),
        }
    }
}

/// A number with its thousands apart: 6,225.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}
