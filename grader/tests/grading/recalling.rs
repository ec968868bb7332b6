//! What was graded before, and on what that depends.

use std::path::PathBuf;

use grader::cache::{Cache, Form};
use grader::grade::{Effort, Grader, Only};
use grader::report::json;
use grader::tree::files_below;
use tempfile::TempDir;

use super::{Course, Report, Subject, Submission, answer, common, course, stage};

/// A cache of its own, and a folder for answers.
struct Desk {
    dir: TempDir,
    cache: Cache,
}

impl Desk {
    fn new() -> Self {
        let dir = TempDir::new().expect("a place for files");
        let Course {
            tree,
            lab,
            template,
        } = course();
        let tree = tree.clone().with_target(dir.path().join("target"));
        let cache = Cache::of(&tree, lab, template, false).expect("a cache");
        Desk { dir, cache }
    }

    /// A submission of those files, under one name.
    fn submission(&self, files: &[(&str, &str)]) -> Subject {
        let path = self.dir.path().join("answer");
        let _ = std::fs::remove_dir_all(&path);
        common::put(&path, files);
        Subject::Submission(Submission::at(&path))
    }

    fn grader(&self) -> Grader<'_> {
        let Course { tree, lab, .. } = course();
        Grader {
            tree,
            lab,
            // The others hang, and are never kept.
            only: Only::Checks(Vec::from(
                ["one::is_one", "one::is_one_however_searched", "two::is_two"].map(str::to_owned),
            )),
            effort: Effort::Full,
            cache: Some(&self.cache),
            form: Form::Mark,
        }
    }

    fn grade(&self, subject: &Subject) -> Report {
        let graded = self.grader().grade(&mut stage(), subject);
        graded.expect("it is graded").report
    }

    fn recall(&self, subject: &Subject) -> Option<Report> {
        let known = self.grader().recall(subject).expect("it is taken in");
        known.map(|graded| graded.report)
    }

    fn entries(&self) -> Vec<PathBuf> {
        let all = self.dir.path().join("target/grader/verdicts");
        let entries = files_below(&all).expect("a folder");
        entries.iter().map(|entry| all.join(entry)).collect()
    }
}

#[test]
fn what_was_graded_before_is_known_word_by_word() {
    let desk = Desk::new();
    let one = answer("one", "10");
    let subject = desk.submission(&[("src/one.rs", &one)]);
    assert!(desk.recall(&subject).is_none());
    let graded = desk.grade(&subject);
    let known = desk.recall(&subject).expect("it was graded");
    assert!(graded.checks().any(|check| check.judged.failure.is_some()));
    assert_eq!(json::render(&[graded]), json::render(&[known]));
}

#[test]
fn an_exercise_is_graded_again_only_where_its_own_files_have_changed() {
    let desk = Desk::new();
    desk.grade(&desk.submission(&[("src/one.rs", &answer("one", "1"))]));
    let before = desk.entries();
    assert_eq!(before.len(), 2, "one and two");
    let other = desk.submission(&[("src/one.rs", &answer("one", "10"))]);
    assert!(desk.recall(&other).is_none());
    desk.grade(&other);
    let after = desk.entries();
    assert_eq!(after.len(), 3, "`two` is known as the skeleton's");
    assert!(before.iter().all(|entry| after.contains(entry)));
}

#[test]
fn an_answer_that_names_another_module_depends_on_it() {
    let desk = Desk::new();
    let two = answer("two", "crate::one::one() + 1");
    let with =
        |one: &str| desk.submission(&[("src/one.rs", &answer("one", one)), ("src/two.rs", &two)]);
    let passed = |report: &Report| report.exercises[1].score.earned;
    assert_eq!(passed(&desk.grade(&with("1"))), 2);
    assert_eq!(passed(&desk.grade(&with("2"))), 0);
    assert_eq!(desk.entries().len(), 4);
}

#[test]
fn an_entry_that_is_damaged_is_none() {
    let desk = Desk::new();
    let subject = desk.submission(&[("src/one.rs", &answer("one", "1"))]);
    let graded = desk.grade(&subject);
    for damage in [
        |text: &str| text[..text.len() - 2].to_owned(),
        |text: &str| text.replace("\"pass\"", "\"fail\""),
        |text: &str| text.replace('\n', " "),
        |_: &str| String::new(),
    ] {
        assert!(desk.recall(&subject).is_some());
        for entry in desk.entries() {
            let text = std::fs::read_to_string(&entry).expect("an entry");
            std::fs::write(&entry, damage(&text)).expect("room");
        }
        assert!(desk.recall(&subject).is_none());
        assert_eq!(
            json::render(&[desk.grade(&subject)]),
            json::render(std::slice::from_ref(&graded))
        );
    }
}

#[test]
fn what_might_come_out_otherwise_another_time_is_not_kept() {
    let desk = Desk::new();
    // It is not explored; the check that searches nothing is broken.
    for odd in ["12", "13"] {
        let subject = desk.submission(&[("src/one.rs", &answer("one", odd))]);
        desk.grade(&subject);
        assert!(desk.recall(&subject).is_none(), "{odd}");
    }
    let unbuilt = desk.submission(&[("src/one.rs", "pub fn one() -> u32 { \"1\" }")]);
    desk.grade(&unbuilt);
    assert!(desk.recall(&unbuilt).is_none());
    assert_eq!(desk.entries().len(), 1, "`two`, the skeleton's");
}
