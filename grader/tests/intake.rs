//! What can be wrong with one submission, and what is taken all the same. Nothing is compiled.

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use grader::intake::{self, Answer, LARGEST};
use grader::lab::Lab;
use grader::subject::{Subject, Submission};
use grader::tree::Tree;
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

struct Course {
    dir: TempDir,
    tree: Tree,
}

impl Course {
    fn new() -> Self {
        let dir = TempDir::new().expect("a place for files");
        let tree = common::course(dir.path());
        Course { dir, tree }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("course").join(path)
    }

    /// Takes in a submission in which nearly right names are taken, or not.
    fn take(&self, path: &Path, accept_near_names: bool) -> Result<Answer, String> {
        let lab = Lab::read(&self.tree, "tiny").expect("a lab");
        let submission = Submission {
            accept_near_names,
            ..Submission::at(path)
        };
        intake::take(&self.tree, &lab, &Subject::Submission(submission))
            .map_err(|error| error.to_string())
    }

    /// Takes in a file of those bytes.
    fn take_file(&self, name: &str, bytes: &[u8]) -> Result<Answer, String> {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).expect("room");
        self.take(&path, false)
    }
}

fn take(course: &Course, path: &Path) -> Result<Answer, String> {
    course.take(path, false)
}

/// Takes in a folder of those files, with nearly right names taken or not.
fn taken(files: &[(&str, &str)], accept_near_names: bool) -> Result<Answer, String> {
    let course = Course::new();
    let path = course.path("submission");
    common::put(&path, files);
    course.take(&path, accept_near_names)
}

#[track_caller]
fn refused(files: &[(&str, &str)], parts: &[&str]) {
    let course = Course::new();
    let path = course.path("submission");
    common::put(&path, files);
    says(take(&course, &path), parts);
}

#[track_caller]
fn says(taken: Result<Answer, String>, parts: &[&str]) {
    let said = taken.expect_err("it is refused");
    for part in parts {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("a name");
        zip.write_all(bytes).expect("room");
    }
    zip.finish().expect("room").into_inner()
}

/// An entry of a tar archive: its kind, its name, its text.
type Tarred<'e> = (tar::EntryType, &'e str, &'e [u8]);

/// A tar archive of those entries.
fn tar(entries: &[Tarred]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (kind, name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        // By its bytes: the crate refuses the names that matter here.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        if matches!(kind, tar::EntryType::Symlink | tar::EntryType::Link) {
            header.set_link_name("/etc/passwd").expect("a short name");
        }
        header.set_cksum();
        archive.append(&header, *bytes).expect("room");
    }
    archive.into_inner().expect("room")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(bytes).expect("room");
    gzip.finish().expect("room")
}

#[test]
fn a_path_that_is_not_there_is_told() {
    refused(&[], &["submission", "is not there"]);
}

#[test]
fn a_folder_without_any_edit_file_is_told_with_what_was_looked_for() {
    refused(
        &[("notes.txt", "")],
        &["none of the files of lab `tiny`", "src/one.rs, src/two.rs"],
    );
}

#[test]
fn a_file_of_ten_megabytes_is_refused_with_the_limit() {
    let long = "/".repeat(10 << 20);
    refused(
        &[("src/one.rs", &long)],
        &["src/one.rs", "is longer than 256 KiB"],
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_told_with_its_line() {
    let course = Course::new();
    let path = course.path("submission");
    common::put(&path, &[("src/one.rs", "")]);
    std::fs::write(path.join("src/one.rs"), b"// one\n// \xff\n").expect("room");
    let said = take(&course, &path).expect_err("it is refused");
    assert!(
        said.contains("src/one.rs:2: is not UTF-8; save it as UTF-8"),
        "{said}"
    );
}

#[test]
fn a_symbolic_link_is_not_followed() {
    let course = Course::new();
    let path = course.path("submission");
    common::put(&path, &[("src/two.rs", "")]);
    let solution = course.path("solutions/tiny/src/one.rs");
    std::os::unix::fs::symlink(solution, path.join("src/one.rs")).expect("a link");
    let said = take(&course, &path).expect_err("it is refused");
    assert!(said.contains("src/one.rs: is a symbolic link"), "{said}");
}

#[test]
fn a_folder_that_is_a_symbolic_link_is_not_followed() {
    for link in ["src", "labs/tiny", "labs"] {
        let course = Course::new();
        let path = course.path("submission");
        common::put(&path, &[("labs/notes.txt", "")]);
        if link == "labs" {
            std::fs::remove_dir_all(path.join(link)).expect("it is there");
        }
        let target = match link {
            "src" => "solutions/tiny/src",
            "labs" => "labs",
            _ => "solutions/tiny",
        };
        std::os::unix::fs::symlink(course.path(target), path.join(link)).expect("a link");
        let said = take(&course, &path).expect_err("it is refused");
        let wanted = format!("submission/{link}: is a symbolic link");
        assert!(said.contains(&wanted), "{said}");
    }
}

#[test]
fn a_pipe_and_a_folder_in_place_of_a_file_are_told_and_never_opened() {
    let course = Course::new();
    let path = course.path("submission");
    common::put(&path, &[("src/one.rs/inner.txt", "")]);
    let said = take(&course, &path).expect_err("it is refused");
    assert!(said.contains("src/one.rs: is not a file"), "{said}");
    std::fs::remove_dir_all(path.join("src/one.rs")).expect("it is there");
    let made = Command::new("mkfifo").arg(path.join("src/one.rs")).status();
    assert!(made.expect("mkfifo is there").success());
    let said = take(&course, &path).expect_err("it is refused");
    assert!(said.contains("src/one.rs: is not a file"), "{said}");
}

#[test]
fn a_lab_that_is_handed_in_twice_is_told_with_both_places() {
    refused(
        &[("src/one.rs", "mine"), ("labs/tiny/src/two.rs", "mine")],
        &["holds the lab twice: `src/one.rs` and `labs/tiny/src/two.rs`"],
    );
}

#[test]
fn only_edit_files_are_taken_and_all_others_are_named() {
    let course = Course::new();
    let path = course.path("submission");
    common::put(
        &path,
        &[
            ("labs/tiny/src/one.rs", "mine"),
            ("labs/tiny/src/lib.rs", "mine"),
            ("labs/tiny/Cargo.toml", "mine"),
            ("labs/tiny/tests/public.rs", "mine"),
            ("build.rs", "mine"),
            (".cargo/config.toml", "mine"),
        ],
    );
    let answer = take(&course, &path).expect("it is taken");
    assert_eq!(
        answer.files.into_iter().collect::<Vec<_>>(),
        [("src/one.rs".into(), "mine".into())]
    );
    let remarks = answer.remarks.join("\n");
    assert!(remarks.contains("graded as the skeleton: src/two.rs, src/raw.rs, src/habits.rs"));
    for ignored in [
        "src/lib.rs",
        "Cargo.toml",
        "tests/public.rs",
        "build.rs",
        ".cargo/config.toml",
    ] {
        assert!(remarks.contains(ignored), "{ignored} is not in: {remarks}");
    }
}

#[test]
fn a_submission_may_be_the_lab_or_hold_it_or_hold_the_repository() {
    for place in ["src/one.rs", "tiny/src/one.rs", "labs/tiny/src/one.rs"] {
        let course = Course::new();
        let path = course.path("submission");
        common::put(&path, &[(place, "mine")]);
        assert_eq!(
            take(&course, &path).expect("it is taken").files["src/one.rs"],
            "mine"
        );
    }
}

#[test]
fn an_archive_is_taken_as_the_folder_that_it_was_made_of() {
    let course = Course::new();
    let regular = tar::EntryType::Regular;
    let inside = "ann/labs/tiny/src/one.rs";
    let tar = tar(&[(regular, inside, b"mine"), (regular, "ann/notes.txt", b"")]);
    let zip = zip(&[(inside, b"mine"), ("ann/notes.txt", b"")]);
    let named_by_hand = zip.clone();
    for (name, bytes) in [
        ("ann.zip", zip),
        ("ann.tar.gz", gzip(&tar)),
        ("ann.tar", tar),
        ("no_ending", named_by_hand),
    ] {
        let answer = course.take_file(name, &bytes).expect(name);
        assert_eq!(answer.files.len(), 1, "{name}");
        assert_eq!(answer.files["src/one.rs"], "mine", "{name}");
        assert!(answer.remarks.join("\n").contains("notes.txt"), "{name}");
    }
}

#[test]
fn what_an_archive_names_outside_itself_is_not_read_and_is_named() {
    let course = Course::new();
    let (regular, link) = (tar::EntryType::Regular, tar::EntryType::Symlink);
    let tar = tar(&[
        (regular, "src/one.rs", b"mine"),
        (regular, "../../src/two.rs", b"theirs"),
        (regular, "/src/raw.rs", b"theirs"),
        (link, "src/habits.txt", b""),
        (tar::EntryType::Fifo, "src/pipe", b""),
    ]);
    let answer = course.take_file("ann.tar", &tar).expect("it is taken");
    assert_eq!(answer.files.len(), 1);
    let remarks = answer.remarks.join("\n");
    for part in [
        "../../src/two.rs (leads out of the submission)",
        "/src/raw.rs (an absolute path)",
        "graded as the skeleton: src/two.rs",
    ] {
        assert!(remarks.contains(part), "`{part}` is not in: {remarks}");
    }
}

#[test]
fn an_entry_that_is_not_a_file_or_is_there_twice_is_refused() {
    let course = Course::new();
    let (regular, link) = (tar::EntryType::Regular, tar::EntryType::Symlink);
    let (hard, pipe) = (tar::EntryType::Link, tar::EntryType::Fifo);
    let cases: [(&[Tarred], &str); 4] = [
        (
            &[(link, "src/one.rs", b"")],
            "src/one.rs: is a symbolic link",
        ),
        (
            &[(hard, "src/one.rs", b"")],
            "src/one.rs: is a symbolic link",
        ),
        (&[(pipe, "src/one.rs", b"")], "src/one.rs: is not a file"),
        (
            &[
                (regular, "src/one.rs", b"mine"),
                (regular, "./src/one.rs", b"other"),
            ],
            "src/one.rs: is in the archive twice",
        ),
    ];
    for (entries, says_it) in cases {
        says(
            course.take_file("ann.tar", &tar(entries)),
            &["ann.tar", says_it],
        );
    }
}

#[test]
fn an_archive_that_is_damaged_or_grows_without_end_is_refused() {
    let course = Course::new();
    let whole = zip(&[("src/one.rs", b"mine")]);
    says(
        course.take_file("ann.zip", &whole[..whole.len() - 8]),
        &["ann.zip: is a damaged archive", "make the archive again"],
    );
    says(
        course.take_file("ann.docx", b"my answers"),
        &["ann.docx: is neither a folder nor an archive"],
    );
    // 300 MiB of nothing, before the answer.
    let nothing = vec![0; 300 << 20];
    let bomb = gzip(&tar(&[(tar::EntryType::Regular, "nothing.bin", &nothing)]));
    assert!(bomb.len() < 1 << 20, "it is small");
    says(course.take_file("ann.tar.gz", &bomb), &["ann.tar.gz"]);
    let long = vec![b'/'; usize::try_from(LARGEST).expect("small") + 1];
    says(
        course.take_file("ann.zip", &zip(&[("src/one.rs", &long)])),
        &["src/one.rs: is longer than 256 KiB"],
    );
}

/// The same bytes, with each `find` another one of the same length.
fn replaced(bytes: &[u8], find: &[u8], by: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() - find.len() {
        if bytes[at..].starts_with(find) {
            bytes[at..at + find.len()].copy_from_slice(by);
        }
    }
    bytes
}

#[test]
fn a_zip_that_two_programs_would_read_differently_is_refused() {
    let course = Course::new();
    let two = zip(&[("src/one.rs", b"mine"), ("src/onf.rs", b"theirs")]);
    says(
        course.take_file("ann.zip", &replaced(&two, b"onf", b"one")),
        &["ann.zip: has two entries of one name"],
    );
    // The last of the headers at the end says where its entry begins: where the first does.
    let mut overlapping = two.clone();
    let header = |bytes: &[u8]| bytes.windows(4).rposition(|four| four == b"PK\x01\x02");
    let place = header(&two).expect("a header") + 42;
    overlapping[place..place + 4].fill(0);
    says(
        course.take_file("ann.zip", &overlapping),
        &["ann.zip: has entries that overlap"],
    );
    let mut encrypted = zip(&[("src/one.rs", b"mine")]);
    let last = header(&encrypted).expect("a header");
    encrypted[6] |= 1;
    encrypted[last + 8] |= 1;
    says(
        course.take_file("ann.zip", &encrypted),
        &["src/one.rs: is encrypted; hand it in without a password"],
    );
}

#[test]
fn too_many_entries_and_too_much_source_are_refused_in_words() {
    let course = Course::new();
    let regular = tar::EntryType::Regular;
    let names: Vec<String> = (0..=20_000).map(|number| format!("{number}.txt")).collect();
    let entries: Vec<Tarred> = names
        .iter()
        .map(|name| (regular, &**name, &b""[..]))
        .collect();
    says(
        course.take_file("ann.tar.gz", &gzip(&tar(&entries))),
        &[
            "ann.tar.gz: has more than 20000 entries",
            "your answers only",
        ],
    );
    let long = vec![b'/'; usize::try_from(LARGEST).expect("small")];
    let entries: Vec<Tarred> = (0..130).map(|_| (regular, "src/one.rs", &*long)).collect();
    says(
        course.take_file("ann.tar.gz", &gzip(&tar(&entries))),
        &["ann.tar.gz: has more than 32 MiB of sources"],
    );
}

#[test]
fn random_bytes_are_refused_and_nothing_panics() {
    let course = Course::new();
    let whole = [
        zip(&[("src/one.rs", b"mine"), ("src/two.rs", b"mine")]),
        gzip(&tar(&[(tar::EntryType::Regular, "src/one.rs", b"mine")])),
        tar(&[(tar::EntryType::Regular, "src/one.rs", b"mine")]),
    ];
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    for round in 0..600 {
        let mut bytes = whole[round % 3].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            bytes[at] = u8::try_from(random(256)).expect("below 256");
        }
        bytes.truncate(bytes.len() - random(2) * random(bytes.len() / 2));
        // Taken or refused, but nothing else: some of the bytes say nothing.
        let _ = course.take_file("ann", &bytes);
    }
}

#[test]
fn answers_that_lie_elsewhere_are_found_if_there_is_one_place_only() {
    for (files, found) in [
        (&[("ann/src/one.rs", "mine")][..], "one folder deeper"),
        (&[("a/b/c/labs/tiny/src/one.rs", "mine")], "many"),
        (&[("one.rs", "mine")], "loose"),
        (
            &[("ann/one.rs", "mine"), ("ann/readme.md", "")],
            "loose, and deeper",
        ),
        (
            &[
                ("old/src/one.rs", "old"),
                ("new/labs/tiny/src/one.rs", "mine"),
            ],
            "the lab's own folder before another",
        ),
    ] {
        let answer = taken(files, false).expect(found);
        assert_eq!(answer.files["src/one.rs"], "mine", "{found}");
    }
    refused(
        &[("a/src/one.rs", ""), ("b/src/one.rs", "")],
        &["holds the lab twice: `a/src/one.rs` and `b/src/one.rs`"],
    );
    refused(
        &[("a/one.rs", ""), ("b/one.rs", "")],
        &["has `a/one.rs` and `b/one.rs`", "hand in one of the two"],
    );
    refused(
        &[("src/One.rs", ""), ("src/two.rs", "")],
        &["`src/One.rs`", "`src/one.rs`"],
    );
}

#[test]
fn a_name_that_is_nearly_right_is_asked_about_and_taken_only_if_allowed() {
    let files = [("src/habbits.rs", "mine"), ("src/one.rs", "mine")];
    let answer = taken(&files, false).expect("the other file is taken");
    assert!(!answer.files.contains_key("src/habits.rs"));
    let remarks = answer.remarks.join("\n");
    assert!(
        remarks.contains("`src/habbits.rs` is not graded: did you mean `src/habits.rs`?"),
        "{remarks}"
    );
    let answer = taken(&files, true).expect("both are taken");
    assert_eq!(answer.files["src/habits.rs"], "mine");
    let remarks = answer.remarks.join("\n");
    assert!(
        remarks.contains("src/habbits.rs as src/habits.rs"),
        "{remarks}"
    );
    refused(
        &[("src/habbits.rs", "")],
        &[
            "(found: src/habbits.rs)",
            "did you mean `src/habits.rs`?",
            "--accept-near-names",
        ],
    );
}

#[test]
fn an_empty_submission_is_refused_in_words() {
    let course = Course::new();
    says(
        course.take_file("ann.zip", &zip(&[])),
        &["ann.zip: holds none of the files of lab `tiny` (it is empty)"],
    );
}
