//! The student's desk: the course, where they stand in it, and the folder for what commands leave
//! behind.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::course::{Course, Exercise};
use crate::handed_out;
use crate::state::{self, Last, Standing, State};
use crate::suite::{self, How};

/// The course and where the student stands.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) course: Course,
    pub(crate) state: State,
}

impl Desk {
    /// Reads everything, from the current folder upwards.
    pub(crate) fn open() -> Result<Desk> {
        let course = Course::find(&std::env::current_dir()?)?;
        let state = State::read(&course.root)?;
        Ok(Desk { course, state })
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.course.root
    }

    /// `target/lab`: pictures, and what the last check found. Nothing in it is needed again.
    pub(crate) fn scratch(&self) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        self.root().join(target).join("lab")
    }

    /// Where a lab's searches leave what they find.
    pub(crate) fn failures(&self, lab: &str) -> PathBuf {
        self.scratch().join("failures").join(lab)
    }

    /// How the tests of a lab are run.
    pub(crate) fn how(&self, lab: &str) -> How {
        How {
            folder: self.course.folder(lab),
            failures: self.failures(lab),
            env: Vec::new(),
            deadline: suite::DEADLINE,
        }
    }

    /// A hash of the exercise's files as they are now.
    pub(crate) fn hash(&self, exercise: &Exercise) -> String {
        let read = |file: String| fs::read(self.root().join(file)).unwrap_or_default();
        let texts: Vec<Vec<u8>> = exercise.files().map(read).collect();
        state::hash(texts.iter().map(Vec::as_slice))
    }

    /// Where the student stands with an exercise.
    pub(crate) fn standing(&self, exercise: &Exercise) -> Standing {
        let line = self.state.get(&exercise.id());
        line.standing(&self.hash(exercise))
    }

    /// The exercise that was checked last, or the first that does not pass.
    pub(crate) fn here(&self) -> Option<&Exercise> {
        let last = fs::read_to_string(self.scratch().join("here")).unwrap_or_default();
        self.course.get(last.trim()).or_else(|| self.next(None))
    }

    /// The exercise to work on: the one where the student is, or the next if that passes.
    pub(crate) fn open_exercise(&self) -> Option<&Exercise> {
        let here = self.here();
        here.filter(|here| self.standing(here) != Standing::Passing)
            .or_else(|| self.next(here))
    }

    /// The first exercise that does not pass, after `from` and then from the start; never `from`
    /// itself.
    pub(crate) fn next(&self, from: Option<&Exercise>) -> Option<&Exercise> {
        let all: Vec<&Exercise> = self.course.exercises().collect();
        let from = from.map(Exercise::id);
        let start = all
            .iter()
            .position(|known| Some(known.id()) == from)
            .map_or(0, |at| at + 1);
        let open = |exercise: &&&Exercise| {
            Some(exercise.id()) != from && self.standing(exercise) != Standing::Passing
        };
        all[start..].iter().chain(&all[..start]).find(open).copied()
    }

    /// Keeps how a check of an exercise ended, and that the student is there.
    pub(crate) fn keep(&mut self, exercise: &Exercise, passed: bool) -> Result<()> {
        let hash = self.hash(exercise);
        // Another command may have written since this one began.
        self.state = State::read(self.root())?;
        let line = self.state.of(&exercise.id());
        line.last = match passed {
            true => Last::Passed,
            false if line.last == Last::New && handed_out::is_untouched(&self.course, exercise) => {
                Last::New
            }
            false => Last::Failing,
        };
        line.hash = Some(hash);
        self.state.write(&self.course.root)?;
        let scratch = self.scratch();
        fs::create_dir_all(&scratch)?;
        fs::write(scratch.join("here"), exercise.id())?;
        Ok(())
    }
}
