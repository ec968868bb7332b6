//! The student's desk: the course, where they stand in it, and the folder for what commands leave
//! behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::Result;

use crate::course::{Course, Exercise};
use crate::handed_out;
use crate::state::{Last, Standing, State};
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
        parcel::hash(texts.iter().map(Vec::as_slice))
    }

    /// Where the student stands with an exercise.
    pub(crate) fn standing(&self, exercise: &Exercise) -> Standing {
        let line = self.state.get(&exercise.id());
        match line.standing(&self.hash(exercise)) {
            Standing::NotStarted if handed_out::is_edited(&self.course, exercise) => {
                Standing::Begun
            }
            standing => standing,
        }
    }

    /// Where the student is: at what was edited after the last check, at what was checked last, or
    /// at the first exercise that does not pass.
    pub(crate) fn here(&self) -> Option<&Exercise> {
        let mark = self.scratch().join("here");
        let checked = fs::metadata(&mark).and_then(|mark| mark.modified()).ok();
        let edited = self.edited_last();
        if let Some((when, exercise)) = edited
            && checked.is_none_or(|checked| when > checked)
        {
            return Some(exercise);
        }
        let last = fs::read_to_string(mark).unwrap_or_default();
        self.course.get(last.trim()).or_else(|| {
            self.course
                .exercises()
                .find(|exercise| self.is_open(exercise))
        })
    }

    /// The exercise whose file was written last, of those that are not as they were handed out.
    fn edited_last(&self) -> Option<(SystemTime, &Exercise)> {
        let written = |exercise: &Exercise| {
            let files = exercise.files().map(|file| self.root().join(file));
            files
                .filter_map(|file| fs::metadata(file).ok()?.modified().ok())
                .max()
        };
        let all = self.course.exercises();
        let edited = all.filter(|exercise| handed_out::is_edited(&self.course, exercise));
        edited
            .filter_map(|exercise| Some((written(exercise)?, exercise)))
            .max_by_key(|(when, _)| *when)
    }

    /// The exercise to work on: the one where the student is, or the next if that passes.
    pub(crate) fn open_exercise(&self) -> Option<&Exercise> {
        let here = self.here();
        here.filter(|here| self.is_open(here))
            .or_else(|| self.next(here))
    }

    /// The first exercise that does not pass: of the lab where the student is, so that nothing in
    /// it is skipped, then of those after it, then of those before. Never `from` itself.
    pub(crate) fn next(&self, from: Option<&Exercise>) -> Option<&Exercise> {
        let labs = &self.course.labs;
        let at = from.and_then(|from| labs.iter().position(|lab| lab.name == from.lab));
        let (before, rest) = labs.split_at(at.unwrap_or(0));
        let from = from.map(Exercise::id);
        let mut all = rest.iter().chain(before).flat_map(|lab| &lab.exercises);
        all.find(|exercise| Some(exercise.id()) != from && self.is_open(exercise))
    }

    /// The exercise after `from` that does not pass, all around the course: to leaf through it.
    pub(crate) fn after(&self, from: &str) -> Option<&Exercise> {
        let all: Vec<&Exercise> = self.course.exercises().collect();
        let at = all.iter().position(|known| known.id() == from)?;
        let mut others = all[at + 1..].iter().chain(&all[..at]).copied();
        others.find(|exercise| self.is_open(exercise))
    }

    /// The first exercise of a lab that does not pass.
    pub(crate) fn first_open(&self, lab: &str) -> Option<&Exercise> {
        let mut all = self
            .course
            .exercises()
            .filter(|exercise| exercise.lab == lab);
        all.find(|exercise| self.is_open(exercise))
    }

    fn is_open(&self, exercise: &Exercise) -> bool {
        self.standing(exercise) != Standing::Passing
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
