//! What the kit tells `cargo lab` about one test: a file of JSON, a [`Searched`].
use picture::{Failure, Outcome};
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

impl std::ops::AddAssign for Stress {
    fn add_assign(&mut self, other: Stress) {
        self.runs += other.runs;
        self.failed += other.failed;
        self.hung |= other.hung;
    }
}
