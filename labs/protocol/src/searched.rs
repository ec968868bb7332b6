//! What the kit tells `cargo lab` about one test: a file of JSON, a [`Searched`].
use picture::{Failure, Orders, Outcome};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What the searches of one test came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// The name of the test.
    pub claim: String,
    /// Of the searches that found nothing.
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    /// What the last search found, if it found something.
    pub failure: Option<Failure>,
    /// How the scenarios did on real threads, if that was asked for.
    #[serde(default)]
    pub stress: Option<Stress>,
    /// Every order of a scenario's steps, if that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<Orders>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_orders: Option<String>,
}

/// How scenarios did on real threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stress {
    /// How many runs ended, whichever way.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Whether one more run did not end.
    #[serde(default)]
    pub hung: bool,
}

impl Searched {
    /// Where the kit leaves what the searches of the test `claim` came to.
    pub fn path(folder: &Path, claim: &str) -> PathBuf {
        folder.join(format!("{}.json", claim.replace("::", ".")))
    }
}

impl Searched {
    /// Keeps every order of a scenario: of several scenarios those of the first, or of the first
    /// that some order breaks.
    pub fn play(&mut self, orders: Result<Orders, String>) {
        let breaks = |orders: &Orders| orders.count().1 > 0;
        match orders {
            Ok(new) => {
                let better = !self.orders.as_ref().is_some_and(breaks) && breaks(&new);
                if self.orders.is_none() || better {
                    self.orders = Some(new);
                }
            }
            Err(why) => self.no_orders = Some(why),
        }
    }
}

impl std::ops::AddAssign for Stress {
    fn add_assign(&mut self, other: Stress) {
        self.runs += other.runs;
        self.failed += other.failed;
        self.hung |= other.hung;
    }
}
