//! One person's result.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::score::Score;

/// What came of what one person, or one group, handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Who.
    pub person: Person,
    /// What was handed in: the names of files and folders as they came. Anything may stand in a
    /// name: whoever shows one makes it harmless ([`crate::report::escape`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// When, as the platform says: a date and time as in RFC 3339, without an offset where the
    /// platform gives none (`2026-11-30T09:15:02`): it is the course's own time, then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<String>,
    /// Whether the platform says that it was late.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Which attempt it was, where the platform counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The name of the answer's files; see [`super::Results::answer`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The [`super::Class::basis`] that it was graded with.
    pub basis: String,
    /// How it came out.
    pub outcome: Outcome,
}

/// Who handed something in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Stable and unique in the class, and safe as the name of a file: `a-z`, `0-9`, `-`, `_`, `.`
    /// and `~`.
    pub id: String,
    /// Their name, or their group's, as the platform or the roster has it.
    pub name: String,
    /// Their address, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What they are called elsewhere: `canvas` (user id), `moodle` (participant id),
    /// `blackboard` (user name), `gradescope` (submission id), `sid`, `login`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// The members of a group; empty where one person has handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
}

/// One of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Their name.
    pub name: String,
    /// Their address, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What they are called elsewhere, as in [`Person::ids`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
}

/// How it came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was graded. The report is the instructor's: what students see of it,
    /// [`crate::report::view`] says.
    Graded(Box<Report>),
    /// It could not be taken in.
    NotGraded {
        /// Why, and what to do about it.
        problem: String,
        /// What it holds instead: the first names.
        found: Vec<String>,
    },
    /// On the roster, and nothing was handed in.
    Missing,
}

impl Row {
    /// The report, if it was graded.
    pub fn report(&self) -> Option<&Report> {
        match &self.outcome {
            Outcome::Graded(report) => Some(report),
            Outcome::NotGraded { .. } | Outcome::Missing => None,
        }
    }

    /// Its points by the lab's own rule; nothing is earned by what could not be taken in.
    pub fn score(&self) -> Option<Score> {
        self.report().map(|report| report.score)
    }
}
