//! The platforms' own files, byte for byte.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::results::Member;

const CANVAS: &str = include_str!("../../tests/fixtures/gradebooks/canvas.csv");
const MOODLE: &str = include_str!("../../tests/fixtures/gradebooks/moodle.csv");
const GERMAN: &str = include_str!("../../tests/fixtures/gradebooks/moodle-german.csv");
const BLACKBOARD: &str = include_str!("../../tests/fixtures/gradebooks/blackboard.tsv");
const GRADESCOPE: &str = include_str!("../../tests/fixtures/gradebooks/gradescope.csv");

fn person(name: &str, id: &str, email: &str, ids: &[(&str, &str)]) -> Person {
    let ids = ids
        .iter()
        .map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned()));
    Person {
        id: id.to_owned(),
        name: name.to_owned(),
        email: (!email.is_empty()).then(|| email.to_owned()),
        ids: ids.collect(),
        members: Vec::new(),
    }
}

fn jane() -> Person {
    let ids = [
        ("canvas", "123456"),
        ("moodle", "12345"),
        ("gradescope", "128746829"),
    ];
    person("Jane Doe", "jdoe", "jane@example.edu", &ids)
}

fn entry(person: &Person, points: f64) -> Entry<'_> {
    Entry {
        person,
        mark: Ok(Points::from_number(points).expect("a number")),
        of: Points::whole(60),
        feedback: Some("<p>bank: deadlock</p>".to_owned()),
    }
}

fn column(title: &str) -> Columns {
    Columns {
        grade: Some(title.to_owned()),
        ..Columns::default()
    }
}

/// The file with grades, and its notes in one text.
fn filled(file: &str, entries: &[Entry], columns: &Columns) -> (String, String) {
    let filled = fill(Path::new("export.csv"), file.as_bytes(), entries, columns);
    let filled = filled.expect("it is filled");
    let text = String::from_utf8(filled.bytes).expect("UTF-8");
    (text, filled.notes.join("\n"))
}

fn refused(file: &str, columns: &Columns) -> String {
    let filled = fill(Path::new("export.csv"), file.as_bytes(), &[], columns);
    filled.expect_err("it is refused").to_string()
}

#[test]
fn canvas_has_its_grade_in_the_assignments_column_and_nothing_else_changes() {
    let jane = jane();
    let zoe = person("Zoë O'Hara", "z", "", &[("sid", "S003")]);
    let entries = [entry(&jane, 60.0), entry(&zoe, 33.25)];
    let (text, notes) = filled(CANVAS, &entries, &column("Lab locks"));
    let expected = CANVAS
        .replace("ECS101-01,18,52.5,", "ECS101-01,18,60,")
        .replace("ECS101-02\",20,,100", "ECS101-02\",20,33.25,100");
    assert_eq!(text, expected);
    assert!(notes.contains("Jane Doe: 52.5 becomes 60"), "{notes}");
    assert!(notes.contains("Lee, Ann 123457: no result here"), "{notes}");
}

#[test]
fn canvas_keeps_who_is_excused() {
    let ann = person("Ann Lee", "alee", "", &[]);
    let (text, notes) = filled(CANVAS, &[entry(&ann, 10.0)], &column("Lab locks (77123)"));
    assert_eq!(text, CANVAS);
    assert!(
        notes.contains("Ann Lee: left as it is (the student is excused there)"),
        "{notes}"
    );
}

#[test]
fn a_column_that_canvas_or_blackboard_would_make_anew_is_refused() {
    let told = refused(CANVAS, &Columns::default());
    assert!(
        told.contains("`Lab threads (77100)`, `Lab locks (77123)`; name one"),
        "{told}"
    );
    let bare = CANVAS.replace(" (77123)", "").replace(" (77100)", "");
    assert!(refused(&bare, &Columns::default()).contains("Canvas would make a new one"));
    let told = refused(&bare, &column("Lab locks"));
    assert!(
        told.contains("Canvas would take column `Lab locks` for a new assignment"),
        "{told}"
    );
    let bare = BLACKBOARD.replace(" |1281892", "");
    assert!(refused(&bare, &Columns::default()).contains("Blackboard would make a new one"));
    let told = refused(CANVAS, &column("Lab lcoks"));
    assert!(told.contains("did you mean `Lab locks (77123)`?"), "{told}");
    let read_only = refused(CANVAS, &column("Labs Current Score"));
    assert!(read_only.contains("a new assignment"), "{read_only}");
}

#[test]
fn moodle_has_grade_and_feedback_and_says_what_it_would_pass_over() {
    let jane = jane();
    let ann = person("Ann Lee", "ann", "ANN@example.edu", &[]);
    let zoe = person("Zoë", "zoe", "zoe@example.edu", &[]);
    let bo = person("Bo Li", "bo", "", &[("moodle", "12348")]);
    let people = [
        entry(&jane, 52.5),
        entry(&ann, 7.0),
        entry(&zoe, 1.0),
        entry(&bo, 61.0),
    ];
    let (text, notes) = filled(MOODLE, &people, &Columns::default());
    let feedback = "<p>bank: deadlock</p>";
    let line = |at: usize| text.lines().nth(at).expect("a line");
    assert!(line(1).contains(",52.50,60.00,Yes,"), "{text}");
    assert!(line(1).ends_with(&format!("-,\"{feedback}\"")), "{text}");
    assert!(line(2).contains("Not graded\",7,60.00,Yes,"), "{text}");
    assert!(line(2).ends_with(&format!("-,{feedback}")), "{text}");
    for says in [
        "Zoë: left as it is (the grade is locked there",
        "Jane Doe: has that grade already, so Moodle passes over the row and its feedback",
        "Bo Li: left as it is (above the maximum there",
        "Moodle passes over rows that somebody has graded there",
    ] {
        assert!(notes.contains(says), "{says}\n{notes}");
    }
}

#[test]
fn moodle_in_another_language_needs_the_title_and_has_its_own_mark() {
    let told = refused(GERMAN, &Columns::default());
    assert!(
        told.contains("is not an export of Canvas, Moodle") && told.contains("--column"),
        "{told}"
    );
    let columns = Columns {
        platform: Some(Platform::Moodle),
        ..column("Bewertung")
    };
    let (text, _) = filled(GERMAN, &[entry(&jane(), 41.5)], &columns);
    assert_eq!(text, GERMAN.replace("\"40,50\"", "\"41,5\""));
}

#[test]
fn blackboard_is_tabs_in_utf_16_as_it_downloads() {
    let units = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    let file = units(BLACKBOARD);
    let jane = jane();
    let entries = [entry(&jane, 52.5)];
    let filled = fill(Path::new("gc.xls"), &file, &entries, &Columns::default());
    let filled = filled.expect("it is filled");
    let expected = BLACKBOARD.replace("\"Yes\"\t\"\"", "\"Yes\"\t\"52.5\"");
    assert_eq!(filled.bytes, units(&expected));
    assert_eq!((filled.platform, filled.filled), (Platform::Blackboard, 1));
}

#[test]
fn gradescope_is_filled_for_other_readers_and_says_that_it_is_not_taken_back() {
    let (text, notes) = filled(GRADESCOPE, &[entry(&jane(), 52.5)], &Columns::default());
    assert_eq!(
        text,
        GRADESCOPE.replace(
            "example.edu,1,,60.0,Ungraded",
            "example.edu,1,52.5,60.0,Ungraded"
        )
    );
    assert!(notes.contains("does not take this file back"), "{notes}");
}

#[test]
fn a_groups_grade_is_each_members() {
    let member = |name: &str, sid: &str| Member {
        name: name.to_owned(),
        email: None,
        ids: BTreeMap::from([("sid".to_owned(), sid.to_owned())]),
    };
    let pair = Person {
        members: vec![
            member("Jane", "S001"),
            member("Ann", "S002"),
            member("Eve", "S009"),
        ],
        ..person("Pair One", "pair-one", "", &[])
    };
    let (text, notes) = filled(GRADESCOPE, &[entry(&pair, 20.0)], &Columns::default());
    assert_eq!(text.matches(",1,20,").count(), 2, "{text}");
    assert!(notes.contains("Eve: not in the file"), "{notes}");
}

#[test]
fn a_row_that_fits_two_and_one_that_stands_twice_are_left_as_they_are() {
    let (one, other) = (jane(), jane());
    let twice = [entry(&one, 1.0), entry(&other, 2.0)];
    let (text, notes) = filled(CANVAS, &twice, &column("Lab locks"));
    assert_eq!(text, CANVAS);
    assert!(
        notes.contains("left as it is (fits several results)"),
        "{notes}"
    );
    let row = CANVAS.lines().nth(2).expect("a row");
    let doubled = format!("{CANVAS}{row}\n");
    let (text, notes) = filled(&doubled, &[entry(&one, 1.0)], &column("Lab locks"));
    assert_eq!(text, doubled);
    assert!(
        notes.contains("Jane Doe: left as it is (has several rows in the file)"),
        "{notes}"
    );
}

#[test]
fn what_is_not_to_be_given_out_and_other_full_points_are_said() {
    let jane = jane();
    let held = Entry {
        mark: Err("held: a talk first".to_owned()),
        of: Points::whole(100),
        ..entry(&jane, 0.0)
    };
    let (text, notes) = filled(CANVAS, &[held], &column("Lab locks"));
    assert_eq!(text, CANVAS);
    assert!(
        notes.contains("Jane Doe: left as it is (held: a talk first)"),
        "{notes}"
    );
    assert!(
        notes.contains("full points are 100 here and 60 in the column"),
        "{notes}"
    );
}
