//! The table of the lecture's ideas says of each where it is, and what is not there yet is not
//! claimed.
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> Option<String> {
    std::fs::read_to_string(root().join(path)).ok()
}

/// The cells of each row of the page's tables, with its line.
fn rows(page: &str) -> Vec<(usize, Vec<&str>)> {
    let lines = page.lines().enumerate();
    let rows =
        lines.filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| the lecture"));
    rows.map(|(at, line)| {
        let cells = line.trim_matches('|').split('|').map(str::trim);
        (at + 1, cells.collect())
    })
    .collect()
}

/// The course's labs in their order.
fn labs() -> Vec<String> {
    manifest::labs(&root()).expect("a course")
}

/// The names of the exercises of a lab.
fn exercises(lab: &str) -> Vec<String> {
    let lab = manifest::Lab::read(&root(), lab).expect("a lab");
    let names = lab.exercises.into_iter().map(|exercise| exercise.name);
    names.collect()
}

#[test]
fn each_idea_has_a_section_or_waits_for_a_lab_that_is_not_there() {
    let page = text("notes/ideas.md").expect("the page");
    for (line, cells) in rows(&page) {
        assert_eq!(cells.len(), 4, "notes/ideas.md:{line}: {cells:?}");
        let place = format!("{} {}", cells[1], cells[2]);
        // That a link leads somewhere is the business of another test.
        assert!(
            place.contains(".md#") || place.contains("coming with the lab `"),
            "notes/ideas.md:{line}: where is it?"
        );
        for lab in labs() {
            let waits = place.contains(&format!("coming with the lab `{lab}`"));
            let there = text(&format!("notes/{lab}.md")).is_some();
            assert!(
                !(waits && there),
                "notes/ideas.md:{line}: notes/{lab}.md is there now; link to it"
            );
        }
    }
    assert!(
        rows(&page).len() > 60,
        "the lecture has more ideas than that"
    );
}

#[test]
fn each_exercise_is_named_by_an_idea() {
    let page = text("notes/ideas.md").expect("the page");
    for lab in labs() {
        for exercise in exercises(&lab) {
            let named = [format!("`{exercise}`"), format!("`{lab}/{exercise}`")];
            let is_named = rows(&page)
                .iter()
                .any(|(_, cells)| named.iter().any(|name| cells[2].contains(name)));
            assert!(is_named, "no row of notes/ideas.md names {lab}/{exercise}");
        }
    }
}
