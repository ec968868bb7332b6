//! Everybody has a row: who was refused, who handed nothing in, whoever's name is hostile.

use grader::batch::Layout;
use grader::error::Exit;
use grader::page::{self, Entry};
use grader::report::view::Reader;
use grader::results::{Outcome, Row};
use grader::table;
use tempfile::TempDir;

use super::synthetic::{class, lay, put};
use super::{batch, grade, row};

#[test]
fn what_cannot_be_taken_in_has_a_row_that_says_what_was_found() {
    let dir = TempDir::new().expect("a place for files");
    let path = |name: &str| dir.path().join(name);
    lay(&class(1, 1), Layout::Folders, dir.path());
    std::fs::create_dir(path("empty")).expect("room");
    put(&path("damaged.zip"), b"PK\x03\x04 and no more");
    put(&path("essay.pdf"), b"%PDF");
    put(&path("notes/todo.txt"), b"later");
    let link = "/etc/passwd";
    std::os::unix::fs::symlink(link, path("link.rs")).expect("room");
    let out = TempDir::new().expect("a place for files");
    let done = grade(&[dir.path().to_owned()], out.path());
    assert_eq!(done.exit, Exit::NotGraded);
    for (name, says, holds) in [
        ("empty", "it is empty", None),
        ("damaged", "is a damaged archive", None),
        ("essay.pdf", "is neither a folder nor an archive", None),
        (
            "notes",
            "holds none of the files of lab `tiny`",
            Some("todo.txt"),
        ),
        ("link", "is a symbolic link", None),
    ] {
        let Outcome::NotGraded { problem, found } = row(&done.results, name).outcome else {
            panic!("{name} is refused");
        };
        assert!(problem.contains(says), "{name}: {problem}");
        assert!(
            !problem.contains("/tmp"),
            "no path of this machine: {problem}"
        );
        assert_eq!(found.first().map(String::as_str), holds, "{name}");
    }
}

#[test]
fn who_is_on_the_roster_and_handed_nothing_in_is_missing() {
    let dir = TempDir::new().expect("a place for files");
    let handed = [dir.path().join("handed")];
    lay(&class(1, 1), Layout::Moodle, &handed[0]);
    let roster = dir.path().join("class.csv");
    let text = "Identifier,\"Full name\",\"Email address\"\n\"Participant 1000\",\"Ann D.\",\
                ann@example.edu\n\"Participant 7\",\"Bob Lee\",bob@example.edu\n";
    put(&roster, text.as_bytes());
    let out = dir.path().join("out");
    let done = grader::batch::Batch {
        roster: Some(&roster),
        ..batch(&handed, &out)
    };
    let done = done.run().expect("the class is graded");
    let ann = row(&done.results, "Ann D.");
    assert_eq!(ann.person.email.as_deref(), Some("ann@example.edu"));
    assert!(ann.report().is_some());
    assert_eq!(row(&done.results, "Bob Lee").outcome, Outcome::Missing);
    assert_eq!(done.exit, Exit::Done);
}

#[test]
fn a_hostile_name_is_text_wherever_it_is_shown() {
    let dir = TempDir::new().expect("a place for files");
    let name = "<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}'\"&";
    put(&dir.path().join("a/notes.txt"), b"");
    put(&dir.path().join(name).join("<script>.txt"), b"");
    let out = TempDir::new().expect("a place for files");
    let done = grade(&[dir.path().to_owned()], out.path());
    let rows = done.results.rows().expect("they are whole");
    let shown = table::of(&rows).render();
    let shown = anstream::adapter::strip_str(&shown).to_string();
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    let pages = TempDir::new().expect("a place for files");
    let entry = |row: Row| Entry {
        shown: Some(row.clone()),
        held: None,
        row,
    };
    let entries: Vec<Entry> = rows.into_iter().map(entry).collect();
    page::write(&done.results, &entries, &[], Reader::Student, pages.path()).expect("room");
    for file in grader::tree::files_below(pages.path()).expect("pages") {
        let text = std::fs::read_to_string(pages.path().join(file)).expect("a page");
        assert!(!text.contains("<img") && !text.contains(['\u{1b}', '\u{202e}']));
        assert_eq!(
            text.matches("<script>").count(),
            text.matches("</script>").count()
        );
        assert!(!text.contains("<script>.txt"));
    }
}
