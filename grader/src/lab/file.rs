//! The hidden file of a lab, as it is written.

use serde::Deserialize;

use super::Check;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChecksFile {
    #[serde(default)]
    pub(super) check: Vec<Check>,
}
