//! Invariants of `notes/architecture.md` that the compiler does not see: they are about what is absent.
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the grader is in the workspace")
        .to_owned()
}

/// All Rust files below a folder, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let name = path
                    .strip_prefix(root())
                    .expect("below the root")
                    .display()
                    .to_string();
                found.push((name, text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

fn files_with(folder: &str, words: &[&str]) -> Vec<String> {
    let has = |text: &str| words.iter().any(|word| text.contains(word));
    sources(folder)
        .into_iter()
        .filter(|(_, text)| has(text))
        .map(|(name, _)| name)
        .collect()
}

/// A command may be described anywhere; these start one.
const STARTS: [&str; 3] = [".spawn()", ".output()", ".status()"];

#[test]
fn only_one_module_of_the_grader_starts_processes() {
    let starts = files_with("grader/src", &STARTS);
    assert!(
        starts
            .iter()
            .all(|file| file.starts_with("grader/src/process")),
        "{starts:?}"
    );
}

#[test]
fn only_one_module_of_the_students_commands_starts_processes() {
    let starts = files_with("labs/lab/src", &STARTS);
    assert!(
        starts
            .iter()
            .all(|file| file.starts_with("labs/lab/src/process")),
        "{starts:?}"
    );
}

#[test]
fn score_and_reports_touch_neither_disk_nor_clock() {
    let impure = [
        "std::fs",
        "std::env",
        "std::net",
        "Instant::now",
        "SystemTime",
        "fs::",
    ];
    let mut files = files_with("grader/src/report", &impure);
    let score = std::fs::read_to_string(root().join("grader/src/score.rs")).expect("the score");
    if impure.iter().any(|word| score.contains(word)) {
        files.push("grader/src/score.rs".to_owned());
    }
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn what_students_read_and_write_has_no_cfg() {
    for folder in ["labs/locks", "solutions/locks"] {
        let files = files_with(folder, &["cfg(", "cfg!("]);
        assert!(files.is_empty(), "{files:?}");
    }
}

#[test]
fn what_students_write_takes_its_primitives_from_the_kit() {
    let others = [
        "std::sync::",
        "std::thread",
        "parking_lot",
        "crossbeam",
        "loom::",
        "shuttle::",
    ];
    for folder in [
        "labs/locks/src",
        "solutions/locks/src",
        "grader/labs/locks/accepted",
    ] {
        let files = files_with(folder, &others);
        assert!(files.is_empty(), "{files:?}");
    }
}

#[test]
fn every_ordering_of_a_solution_names_its_partner() {
    for (file, text) in sources("solutions") {
        let mut why = false;
        for (number, line) in text.lines().enumerate() {
            let code = line.trim();
            // A comment stands for the statement below it, which ends with a semicolon or a brace.
            why |= code.starts_with("// ORDERING:");
            if code.contains("Ordering::") && !code.starts_with("use ") && !code.starts_with("//") {
                assert!(
                    why,
                    "{file}:{}: an ordering without its `// ORDERING:`",
                    number + 1
                );
            }
            if !code.starts_with("//") && (code.ends_with(';') || code.ends_with('}')) {
                why = false;
            }
        }
    }
}

#[test]
fn what_two_programs_agree_on_is_written_once() {
    for folder in [
        "labs/kit/src",
        "labs/lab/src",
        "grader/src",
        "grader/harness/src",
    ] {
        let files = files_with(folder, &["WEFT_", "../harness/src"]);
        assert!(
            files.is_empty(),
            "it belongs in labs/protocol, not in {files:?}"
        );
    }
}
