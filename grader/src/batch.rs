//! A whole class: who handed in what, graded once each, and a row for everybody.
//!
//! The one idea: a submission becomes a row whatever it is, and a row is written as soon as it is
//! known. What is there already, graded with the same checks from the same files, stays; so a run
//! that was killed is started again and goes on, and so machines can share a class.
//!
//! Step by step: `holder` lists what lies in a folder or in the archive that a platform gives;
//! `layout` knows whose each thing is by its name; `people` gives everybody an id, with the
//! `roster`; `handed` takes the files; `run` grades each answer once and writes the rows.
//!
//! What is not here: the rows ([`crate::results`]), and what is shown of them.

mod git;
mod handed;
mod holder;
mod layout;
mod people;
mod roster;
mod run;
mod shard;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::lab::Lab;
use crate::tree::Tree;
pub use layout::Layout;
pub use roster::Roster;
pub use run::Done;
pub(crate) use run::{exit_of, facts};
pub use shard::Shard;

/// What is asked for.
#[derive(Debug)]
pub struct Batch<'b> {
    /// The course.
    pub tree: &'b Tree,
    /// The lab.
    pub lab: &'b Lab,
    /// Folders and archives: of one person each, or of a class.
    pub paths: &'b [PathBuf],
    /// How they are named, if it need not be found out.
    pub layout: Option<Layout>,
    /// Who should have handed in.
    pub roster: Option<&'b Path>,
    /// Where the results go.
    pub out: &'b Path,
    /// How many answers are graded at once.
    pub jobs: usize,
    /// How many times each is graded.
    pub repeat: u32,
    /// Whose rows are written here.
    pub shard: Shard,
    /// Whether a file whose name is nearly right is taken for the one that is meant.
    pub accept_near_names: bool,
}

impl Batch<'_> {
    /// Writes everybody's row. Blocks until that is done.
    ///
    /// # Errors
    ///
    /// Where the paths, the roster or the results cannot be read, or nothing can be written.
    pub fn run(&self) -> Result<Done> {
        let roster = self.roster.map(Roster::read).transpose()?;
        let handed = layout::find(self.lab, self.paths, self.layout)?;
        let entries = people::assign(handed, &roster.unwrap_or_default());
        run::run(self, entries)
    }
}
