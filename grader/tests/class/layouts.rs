//! However a platform names it, the same class comes out.

use std::collections::BTreeSet;

use grader::batch::Layout;
use grader::rehearsal::{Rehearsal, Student};
use grader::results::{Outcome, Results};
use tempfile::TempDir;

use super::synthetic::{class, lay, pack};
use super::{course, grade, row};

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
    type Name = fn(&Student) -> String;
    let layouts: [(Layout, Name); 5] = [
        (Layout::Folders, full),
        (Layout::Canvas, low),
        (Layout::Moodle, full),
        (Layout::Blackboard, last),
        (Layout::Gradescope, full),
    ];
    let wanted = [
        Some(32),
        Some(27),
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
        let mut paths = vec![handed.clone()];
        if matches!(layout, Layout::Folders | Layout::Gradescope) {
            paths.push(dir.path().join("handed.zip"));
            pack(&handed, &paths[1]);
        }
        for path in paths {
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

#[test]
fn a_class_that_never_was_is_the_same_for_the_same_seed() {
    let rehearsal = Rehearsal::of(&course().tree, &course().lab).expect("a lab");
    let people = rehearsal.class(7, 40, false);
    assert_eq!(people, rehearsal.class(7, 40, false));
    assert_ne!(people, rehearsal.class(8, 40, false));
    let answers = |people: &[Student]| {
        let files = people.iter().flat_map(|one| one.files.values());
        (files.clone().count(), files.collect::<BTreeSet<_>>().len())
    };
    let (all, distinct) = answers(&people);
    assert!(distinct < all / 2, "{distinct} of {all}");
    let (all, distinct) = answers(&rehearsal.class(7, 40, true));
    assert_eq!(all, distinct);
}

#[test]
fn whatever_people_hand_in_each_has_a_row_in_every_layout() {
    let rehearsal = Rehearsal::of(&course().tree, &course().lab).expect("a lab");
    // Those who copy, stop early, hand in half a file, attack, or hand in something else.
    let people = &rehearsal.class(7, 20, false)[12..];
    for layout in [
        Layout::Folders,
        Layout::Canvas,
        Layout::Moodle,
        Layout::Blackboard,
        Layout::Gradescope,
    ] {
        let dir = TempDir::new().expect("a place for files");
        let (handed, out) = ([dir.path().join("handed")], dir.path().join("out"));
        lay(people, layout, &handed[0]);
        let results = grade(&handed, &out).results;
        let rows = results.rows().expect("they are whole");
        assert_eq!(rows.len(), 8, "{layout:?}");
        let graded = rows.iter().filter(|row| row.report().is_some());
        assert_eq!(graded.count(), 7, "{layout:?}: one is something else");
    }
}

#[test]
fn a_commit_is_read_without_the_repository_s_own_configuration() {
    let dir = TempDir::new().expect("a place for files");
    let handed = dir.path().join("handed");
    let people = &class(7, 2)[1..];
    lay(people, Layout::Folders, &handed);
    let name = format!("{} {}", people[0].first, people[0].last);
    let repository = handed.join(&name);
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command
            .current_dir(&repository)
            .args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        let ended = command.args(args).output().expect("git is there");
        assert!(ended.status.success(), "{ended:?}");
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "mine"]);
    // What is there now is another answer, and who asks git is made to run something.
    let spoilt = dir.path().join("spoilt");
    let hook = format!("touch {}", spoilt.display());
    for key in ["core.fsmonitor", "core.sshCommand", "core.pager"] {
        git(&["config", key, &hook]);
    }
    std::fs::remove_dir_all(repository.join("src")).expect("it is ours");
    let path = std::path::PathBuf::from(format!("{}@main", handed.display()));
    let out = TempDir::new().expect("a place for files");
    let done = grade(&[path], out.path());
    let row = row(&done.results, &name);
    assert_eq!(row.source, [format!("{name}@main")]);
    assert_eq!(row.score().map(|score| score.earned), Some(27));
    assert!(!spoilt.exists());
}
