//! Grades submissions of the throw-away lab `tiny`, compiled and run as any other. One binary, so
//! that the stage is prepared once.

#[path = "../common/mod.rs"]
mod common;

mod autograder;
mod facade;
mod independence;
mod processes;
mod recalling;
mod trust;
mod verifying;

use std::path::Path;
use std::sync::OnceLock;

use grader::cache::Form;
use grader::grade::{Effort, Graded, Grader, Only};
use grader::lab::Lab;
use grader::report::{CheckReport, Report};
use grader::stage::Stage;
use grader::subject::{Subject, Submission};
use grader::template::Template;
use grader::tree::Tree;
use tempfile::TempDir;

struct Course {
    tree: Tree,
    lab: Lab,
    template: Template,
}

/// The one course of all tests here. No test changes it.
fn course() -> &'static Course {
    static COURSE: OnceLock<Course> = OnceLock::new();
    COURSE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grading");
        let tree = common::course(&dir);
        let lab = Lab::read(&tree, "tiny").expect("a lab");
        let template = Template::prepare(&tree, &["tiny"]).expect("the course builds");
        Course {
            tree,
            lab,
            template,
        }
    })
}

fn stage() -> Stage {
    Stage::of(&course().template, "tiny").expect("a stage")
}

fn grade_on(stage: &mut Stage, subject: &Subject) -> anyhow::Result<Graded> {
    let Course { tree, lab, .. } = course();
    Grader {
        tree,
        lab,
        only: Only::All,
        effort: Effort::Full,
        cache: None,
        form: Form::Mark,
    }
    .grade(stage, subject)
}

fn grade(subject: &Subject) -> Report {
    grade_on(&mut stage(), subject)
        .expect("it is graded")
        .report
}

/// Grades a submission of these files; the folder lives as long as the grading.
fn grade_files(files: &[(&str, &str)]) -> Report {
    let dir = TempDir::new().expect("a place for files");
    common::put(dir.path(), files);
    grade(&Subject::Submission(Submission::at(dir.path())))
}

fn check<'r>(report: &'r Report, id: &str) -> &'r CheckReport {
    report
        .checks()
        .find(|check| check.id == id)
        .unwrap_or_else(|| panic!("no check {id}"))
}

fn answer(name: &str, value: &str) -> String {
    format!("//! You write this file.\n\npub fn {name}() -> u32 {{\n    {value}\n}}\n")
}
