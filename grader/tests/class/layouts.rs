//! However a platform names it, the same class comes out.

use grader::results::{Outcome, Results};
use tempfile::TempDir;

use super::synthetic::{As, Student, class, lay, pack};
use super::{grade, row};

/// What everybody earned, in their order.
fn earned(results: &Results, class: &[Student], key: fn(&Student) -> String) -> Vec<Option<u32>> {
    let earned = class.iter().map(|student| {
        let row = row(results, &key(student));
        row.score().map(|score| score.earned)
    });
    earned.collect()
}

#[test]
fn one_class_comes_out_the_same_in_every_layout() {
    let people = class(7, 8);
    let full = |one: &Student| format!("{} {}", one.first, one.last);
    let low = |one: &Student| format!("{}{}", one.last, one.first).to_lowercase();
    let last = |one: &Student| one.last.clone();
    let layouts: [(As, fn(&Student) -> String); 5] = [
        (As::Folders, full),
        (As::Canvas, low),
        (As::Moodle, full),
        (As::Blackboard, last),
        (As::Gradescope, full),
    ];
    let wanted = [
        Some(32),
        Some(28),
        Some(0),
        Some(32),
        Some(28),
        None,
        Some(28),
        None,
    ];
    for (layout, key) in layouts {
        let dir = TempDir::new().expect("a place for files");
        let handed = dir.path().join("handed");
        lay(&people, layout, &handed);
        let packed = dir.path().join("handed.zip");
        pack(&handed, &packed);
        for path in [handed, packed] {
            let out = TempDir::new().expect("a place for files");
            let done = grade(std::slice::from_ref(&path), out.path());
            let mut earned = earned(&done.results, &people, key);
            // The hostile one is graded, and what it earns beside is not the point here.
            assert!(
                earned[5].take().is_some_and(|points| points < 32),
                "{layout:?}"
            );
            assert_eq!(earned, wanted, "{layout:?} {}", path.display());
            let Outcome::NotGraded { problem, found } =
                row(&done.results, &key(&people[7])).outcome
            else {
                panic!("a misspelt name is refused");
            };
            assert!(problem.contains("did you mean `src/one.rs`?"), "{problem}");
            assert!(
                found.iter().any(|name| name.ends_with("ones.rs")),
                "{found:?}"
            );
        }
    }
}
