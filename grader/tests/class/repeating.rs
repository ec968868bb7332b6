//! Graded several times over: what comes out differently is marked, and costs nothing.

use grader::batch::Batch;
use grader::error::Exit;
use grader::verdict::Verdict;
use tempfile::TempDir;

use super::{batch, common, row};

#[test]
fn a_check_that_comes_out_differently_is_marked_and_costs_no_point() {
    let dir = TempDir::new().expect("a place for files");
    let now_and_then = "use std::hash::{BuildHasher, RandomState};\n\npub fn two() -> u32 {\n    2 + \
                        (RandomState::new().hash_one(0) % 2) as u32\n}\n";
    let one = "pub fn one() -> u32 {\n    1\n}\n";
    let files = [
        ("handed/jane/src/one.rs", one),
        ("handed/jane/src/two.rs", now_and_then),
    ];
    common::put(dir.path(), &files);
    let handed = [dir.path().join("handed")];
    let out = dir.path().join("out");
    let repeated = Batch {
        repeat: 12,
        ..batch(&handed, &out)
    };
    let done = repeated.run().expect("the class is graded");
    assert_eq!(done.exit, Exit::Broken, "somebody has to look");
    let jane = row(&done.results, "jane");
    let report = jane.report().expect("it was graded");
    let check = |id: &str| {
        report
            .checks()
            .find(|check| check.id == id)
            .expect("a check")
    };
    let two = check("two::is_two");
    let flaky = two.flaky.as_ref().expect("it came out in both ways");
    assert_eq!(flaky.verdicts.values().sum::<u32>(), 12);
    assert_eq!((two.judged.verdict, two.score.earned), (Verdict::Pass, 2));
    assert_eq!(check("one::is_one").flaky, None);
    assert_eq!(done.results.class().repeat, 12);
}
