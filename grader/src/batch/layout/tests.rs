use super::*;

fn file(name: &str) -> Name {
    Name {
        name: name.to_owned(),
        folder: false,
    }
}

fn folder(name: &str) -> Name {
    Name {
        folder: true,
        ..file(name)
    }
}

/// Who handed in what: id, source, names of the files; from a folder with these files.
fn found(files: &[(&str, &str)]) -> Vec<(String, Vec<String>, Vec<String>)> {
    let dir = tempfile::TempDir::new().expect("a place for files");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file")).expect("room");
        std::fs::write(path, text).expect("room");
    }
    let (holder, layout) = recognise(Holder::folder(dir.path()).expect("it is there")).expect("ok");
    let handed = of(&holder, layout.unwrap_or(Layout::Folders)).expect("it can be read");
    let mut all: Vec<_> = handed
        .into_iter()
        .map(|handed| {
            let bundle = handed.open(Path::new("x")).expect("it can be read");
            let names = bundle.names().map(str::to_owned).collect();
            (handed.person.id, handed.source, names)
        })
        .collect();
    all.sort();
    all
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_canvas_name_says_who_when_and_what() {
    let name = file("doejane_LATE_123456_987654_bank_v2.rs");
    let read = canvas::read(&name).expect("Canvas's");
    assert_eq!((read.name.as_str(), read.late), ("doejane", true));
    assert_eq!(
        (read.user.as_str(), read.attachment, read.file),
        ("123456", 987_654, "bank_v2.rs")
    );
    let name = file("LATE_anon_Ab3x9_987654_bank.rs");
    let read = canvas::read(&name).expect("Canvas's");
    assert_eq!((read.name.as_str(), read.late), ("", true));
    assert_eq!((read.user.as_str(), read.file), ("anon_Ab3x9", "bank.rs"));
    for other in [
        "bank.rs",
        "jane_doe_bank.rs",
        "1_2",
        "Jane Doe_12345_assignsubmission_file_x.rs",
    ] {
        assert_eq!(canvas::read(&file(other)), None, "{other}");
    }
}

#[test]
fn of_a_canvas_file_the_newest_attachment_counts() {
    let all = found(&[
        ("doejane_123_10_bank.rs", "old"),
        ("doejane_123_12_bank-1.rs", "new"),
        ("doejane_123_11_visited.rs", ""),
        ("leeann_124_13_text.html", ""),
    ]);
    let jane = [
        "doejane_123_10_bank.rs",
        "doejane_123_11_visited.rs",
        "doejane_123_12_bank-1.rs",
    ];
    let ann = ["leeann_124_13_text.html"];
    let wanted = vec![
        (
            "canvas-123".to_owned(),
            strings(&jane),
            strings(&["bank.rs", "visited.rs"]),
        ),
        (
            "canvas-124".to_owned(),
            strings(&ann),
            strings(&["text.html"]),
        ),
    ];
    assert_eq!(all, wanted);
}

#[test]
fn moodle_has_three_forms() {
    for (name, file) in [
        (folder("Jane Doe_12345_assignsubmission_file"), ""),
        (folder("Jane Doe_12345_assignsubmission_file_"), ""),
        (
            file("Jane Doe_12345_assignsubmission_file_bank.rs"),
            "bank.rs",
        ),
    ] {
        let read = moodle::read(&name).expect("Moodle's");
        assert_eq!(
            (read.name, read.participant, read.file),
            ("Jane Doe", "12345", file)
        );
    }
    let all = found(&[
        ("Jane Doe_12345_assignsubmission_file/src/bank.rs", ""),
        (
            "Jane Doe_12345_assignsubmission_onlinetext/onlinetext.html",
            "",
        ),
        ("Participant_12346_assignsubmission_file/bank.rs", ""),
    ]);
    assert_eq!(all[0].0, "moodle-12345");
    assert_eq!(all[0].2, strings(&["onlinetext.html", "src/bank.rs"]));
    assert_eq!(all[1].0, "moodle-12346");
}

#[test]
fn of_blackboard_s_attempts_the_newest_counts() {
    let all = found(&[
        ("Lab locks_jdoe_attempt_2026-11-29-09-15-02_bank.rs", ""),
        ("Lab locks_jdoe_attempt_2026-11-30-09-15-02_visited.rs", ""),
        ("Lab locks_jdoe_attempt_2026-11-30-09-15-02.txt", "receipt"),
        ("Lab locks_alee_attempt_2026-11-30-10-00-00.txt", "receipt"),
    ]);
    let ids: Vec<&str> = all.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(ids, ["alee", "jdoe"]);
    assert_eq!(all[0].2, strings(&[]));
    assert_eq!(all[1].2, strings(&["visited.rs"]));
}

#[test]
fn gradescope_says_who_is_in_a_group_and_when_it_was() {
    let yml = "---\nsubmission_1:\n  :submitters:\n  - :name: Pair One\n    :sid: '200'\n    :email: \
               one@example.edu\n  - :name: \"Pair \\u0022Two\\u0022\"\n    :sid: '201'\n  \
               :created_at: 2026-11-30 09:15:02.123 -0600\n  :history:\n  - :submitters:\n    - \
               :name: Nobody\n    :created_at: 2020-01-01 00:00:00 Z\nsubmission_2:\n  \
               :submitters:\n  - :name: 'O''Hara'\n    :sid: '7'\n";
    let said = gradescope::parse(yml);
    let pair = &said["submission_1"];
    let names: Vec<&str> = pair.members.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Pair One", "Pair \"Two\""]);
    assert_eq!(pair.members[0].email.as_deref(), Some("one@example.edu"));
    assert_eq!(pair.created.as_deref(), Some("2026-11-30T09:15:02-06:00"));
    assert_eq!(said["submission_2"].members[0].name, "O'Hara");
    let export = "assignment_9100_export";
    let all = found(&[
        (&format!("{export}/submission_metadata.yml"), yml),
        (&format!("{export}/submission_1/src/bank.rs"), ""),
    ]);
    assert_eq!(all[0].0, "gradescope-1");
    assert_eq!(all[0].2, strings(&["src/bank.rs"]));
    assert_eq!(all[1].0, "gradescope-2");
    assert_eq!(all[1].2, strings(&[]));
}

#[test]
fn folders_and_archives_are_named_after_people() {
    let all = found(&[
        ("ann/locks/src/bank.rs", ""),
        ("Bob Lee/.git/config", ""),
        ("Bob Lee/src/bank.rs", ""),
        ("grades.csv", ""),
        (".DS_Store", ""),
        ("cleo.rs", ""),
    ]);
    let ids: Vec<&str> = all.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(ids, ["Bob Lee", "ann", "cleo"]);
    assert_eq!(all[0].2, strings(&["src/bank.rs"]));
}
