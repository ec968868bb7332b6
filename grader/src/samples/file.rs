//! `samples.toml`, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::verdict::Verdict;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SamplesFile {
    #[serde(default)]
    pub(super) sample: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: Spanned<String>,
    pub(super) about: String,
    /// What answers every exercise that is not under `exercise`.
    pub(super) base: Base,
    /// Where the lab lies in the submission; its root if left out.
    #[serde(default)]
    pub(super) folder: String,
    #[serde(default)]
    pub(super) exercise: BTreeMap<Spanned<String>, Answer>,
    #[serde(default)]
    pub(super) edit: Vec<FileEdit>,
    /// Files beside the lab's, or whole texts for them.
    #[serde(default)]
    pub(super) file: Vec<WholeFile>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Base {
    Solution,
    Skeleton,
    /// Not handed in.
    Nothing,
}

/// At most one of the first three.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) base: Option<Base>,
    pub(super) mutant: Option<String>,
    pub(super) accepted: Option<String>,
    pub(super) points: Option<u32>,
    #[serde(default)]
    pub(super) verdicts: BTreeMap<String, Verdict>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEdit {
    /// From the lab's folder.
    pub(super) file: String,
    pub(super) find: Spanned<String>,
    pub(super) replace: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WholeFile {
    /// From the submission's root.
    pub(super) path: Spanned<String>,
    pub(super) text: String,
}
