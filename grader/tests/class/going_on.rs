//! Killed and started again, by one machine or by many: the same bytes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use grader::batch::Layout;
use grader::error::Exit;
use grader::rehearsal::Dice;
use grader::results::merge::merge;
use tempfile::TempDir;

use super::synthetic::{class, lay};
use super::{batch, bytes, course, grade, program};

fn handed(dir: &TempDir, count: u32) -> PathBuf {
    let path = dir.path().join("handed");
    lay(&class(3, count), Layout::Canvas, &path);
    path
}

fn forget_verdicts() {
    let kept = course().tree.root().join("target/grader/verdicts");
    let _ = std::fs::remove_dir_all(kept);
}

fn run(handed: &Path, out: &Path) -> std::process::Command {
    let words = |path: &Path| path.to_str().expect("a name").to_owned();
    program(&[
        "batch",
        "--allow-unsandboxed",
        "--lab",
        "tiny",
        "--out",
        &words(out),
        &words(handed),
    ])
}

#[test]
fn killed_at_any_moment_it_goes_on_and_ends_with_the_same_bytes() {
    let dir = TempDir::new().expect("a place for files");
    let handed = handed(&dir, 6);
    let whole = dir.path().join("whole");
    let status = run(&handed, &whole).output().expect("it runs").status;
    assert_eq!(status.code(), Some(0), "nobody was refused");
    let mut dice = Dice(11);
    for round in 0..2 {
        let out = dir.path().join(format!("killed-{round}"));
        forget_verdicts();
        for _ in 0..3 {
            let mut child = run(&handed, &out).spawn().expect("it starts");
            std::thread::sleep(Duration::from_millis(50 + dice.below(1500)));
            // On Unix this is SIGKILL.
            child.kill().expect("it is ours");
            child.wait().expect("it was killed");
        }
        run(&handed, &out).output().expect("it runs");
        assert_eq!(bytes(&out), bytes(&whole), "round {round}");
    }
}

#[test]
fn any_number_of_machines_write_the_same_bytes() {
    let dir = TempDir::new().expect("a place for files");
    let handed = [handed(&dir, 5)];
    let whole = dir.path().join("whole");
    grade(&handed, &whole);
    for n in [1, 3, 50] {
        let shard = |i: usize, out: &Path| {
            let shard = format!("{i}/{n}").parse().expect("a part");
            let done = super::Batch {
                shard,
                ..batch(&handed, out)
            };
            done.run().expect("it is graded").exit
        };
        let outs: Vec<PathBuf> = (1..=n)
            .map(|i| dir.path().join(format!("{n}-{i}")))
            .collect();
        for (at, out) in outs.iter().enumerate() {
            let exit = shard(at + 1, out);
            assert!(
                n == 1 || exit == Exit::Done,
                "a part exits with 0 once its rows are there"
            );
        }
        let all = dir.path().join(format!("merged-{n}"));
        let merged = merge(&outs, &all).expect("they are of one class");
        assert!(merged.gaps.is_empty());
        assert_eq!(bytes(&all), bytes(&whole), "{n} folders");
        if n > 1 {
            let has_rows = |out: &&PathBuf| out.join("rows").exists();
            let lacks = outs.iter().find(has_rows).expect("somebody is somewhere");
            let others: Vec<PathBuf> = outs.iter().filter(|out| *out != lacks).cloned().collect();
            let part = merge(&others, &dir.path().join(format!("part-{n}")));
            let part = part.expect("they are of one class");
            assert!(!part.gaps.is_empty(), "a shard is missing");
        }
        // All into one folder, as on a shared disk.
        let shared = dir.path().join(format!("shared-{n}"));
        for i in (1..=n).rev() {
            shard(i, &shared);
        }
        assert_eq!(bytes(&shared), bytes(&whole), "{n} into one folder");
    }
}

#[test]
fn what_is_there_is_not_graded_again_and_what_is_damaged_is() {
    let dir = TempDir::new().expect("a place for files");
    let handed = [handed(&dir, 3)];
    let out = dir.path().join("out");
    let first = grade(&handed, &out);
    assert_eq!((first.kept, first.written), (0, 3));
    let whole = bytes(&out);
    let again = grade(&handed, &out);
    assert_eq!((again.kept, again.written), (3, 0));
    std::fs::write(out.join("rows/canvas-1001.json"), "{").expect("it is ours");
    let again = grade(&handed, &out);
    assert_eq!((again.kept, again.written), (2, 1));
    assert_eq!(bytes(&out), whole);
}
