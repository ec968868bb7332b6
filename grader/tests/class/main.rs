//! A class of the throw-away lab `tiny`, from what platforms give to rows on disk. One binary, so
//! that the stage is prepared once.

#[path = "../common/mod.rs"]
mod common;

mod going_on;
mod layouts;
mod refused;
mod regrading;
mod repeating;
mod room;
mod slurm;
mod synthetic;

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use grader::batch::{Batch, Done, Shard};
use grader::lab::Lab;
use grader::results::{Results, Row};
use grader::tree::{Tree, files_below};

struct Course {
    tree: Tree,
    lab: Lab,
}

/// The one course of all tests here. No test changes it.
fn course() -> &'static Course {
    static COURSE: OnceLock<Course> = OnceLock::new();
    COURSE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("class");
        let tree = common::course(&dir);
        // The program finds the same stages as the tests.
        std::fs::create_dir_all(dir.join("target")).expect("room");
        std::os::unix::fs::symlink(dir.join("target"), tree.root().join("target")).expect("room");
        let tree = Tree::find(tree.root()).expect("a course");
        let lab = Lab::read(&tree, "tiny").expect("a lab");
        Course { tree, lab }
    })
}

fn batch<'b>(paths: &'b [PathBuf], out: &'b Path) -> Batch<'b> {
    let Course { tree, lab } = course();
    Batch {
        tree,
        lab,
        paths,
        layout: None,
        roster: None,
        out,
        jobs: 1,
        repeat: 1,
        shard: Shard::WHOLE,
        accept_near_names: false,
    }
}

fn grade(paths: &[PathBuf], out: &Path) -> Done {
    batch(paths, out).run().expect("the class is graded")
}

/// The program, as somebody types it.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grader"));
    command.arg("--root").arg(course().tree.root()).args(args);
    command
}

/// Whether these tests are root's.
fn is_root() -> bool {
    let own = std::fs::metadata("/proc/self");
    own.is_ok_and(|own| own.uid() == 0)
}

/// All files of some results, byte by byte.
fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files_below(dir).expect("a folder").into_iter();
    files
        .map(|file| {
            let bytes = std::fs::read(dir.join(&file)).expect("a file");
            (file, bytes)
        })
        .collect()
}

/// The row of the person of that name.
fn row(results: &Results, name: &str) -> Row {
    let rows = results.rows().expect("they are whole").into_iter();
    let mut fitting = rows.filter(|row| row.person.name == name);
    fitting.next().unwrap_or_else(|| panic!("{name} has a row"))
}
