use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::tree::Tree;

const CHECK: &str = "kind = \"test\"\npoints = 1\nclaim = \"It holds.\"\n";

/// A course with one lab of two exercises that have nothing to do with each other.
fn course() -> TempDir {
    let dir = TempDir::new().expect("a place for files");
    let exercise = |name: &str| {
        format!(
            "[[exercise]]\nname = \"{name}\"\ntitle = \"\"\nedit = [\"src/{name}.rs\"]\n\
             points = 1\nkeeps = 0\ngroup = \"core\"\nminutes = 1\nlines = 1\nread = \"\"\nhints = []\n"
        )
    };
    let lab = "name = \"tiny\"\ntitle = \"Tiny\"\npage = \"\"\n";
    let checks = ["one", "two"].map(|name| format!("[[check]]\nid = \"{name}::holds\"\n{CHECK}"));
    let lab = [lab, &exercise("one"), &exercise("two")].concat();
    for (path, text) in [
        ("Cargo.toml", "[workspace]\n"),
        ("Cargo.lock", ""),
        ("rustfmt.toml", ""),
        ("labs/kit/src/lib.rs", "pub fn explore() {}"),
        ("labs/tiny/Cargo.toml", ""),
        ("labs/tiny/README.md", ""),
        ("labs/tiny/lab.toml", &lab),
        (
            "labs/tiny/src/lib.rs",
            "pub mod given; pub mod one; pub mod two;",
        ),
        ("labs/tiny/src/given.rs", ""),
        ("labs/tiny/src/one.rs", "pub fn f() {}"),
        ("labs/tiny/src/two.rs", "pub fn f() {}"),
        ("grader/labs/tiny/checks/Cargo.toml", ""),
        ("grader/labs/tiny/checks/checks.toml", &checks.concat()),
        (
            "grader/labs/tiny/checks/src/main.rs",
            "mod one; mod two; mod shared;",
        ),
        ("labs/course.toml", "labs = [\"tiny\"]"),
        (
            "grader/labs/tiny/checks/src/one.rs",
            "fn holds() { tiny::one::f() }",
        ),
        (
            "grader/labs/tiny/checks/src/two.rs",
            "fn holds() { tiny::two::f() }",
        ),
        ("grader/labs/tiny/checks/src/shared.rs", "fn seen() {}"),
    ] {
        write(dir.path(), path, text);
        // What a skeleton is generated from.
        if let Some(file) = path.strip_prefix("labs/tiny/src/") {
            write(dir.path(), &format!("solutions/tiny/src/{file}"), text);
        }
    }
    dir
}

fn write(dir: &Path, path: &str, text: &str) {
    crate::files::put(&dir.join(path), text.as_bytes()).expect("room");
}

/// The keys of the skeleton's two exercises.
fn keys(dir: &Path, toolchain: &str) -> [String; 2] {
    let tree = Tree::find(dir).expect("a course");
    let lab = Lab::read(&tree, "tiny").expect("a lab");
    let given = Given::read(&tree, &["tiny"]).expect("whole labs");
    let basis = Basis::within(&lab, &given, toolchain, "none").expect("this program can be read");
    let key = |name| basis.key(lab.exercise(name).expect("it is there"), &BTreeMap::new());
    [key("one"), key("two")]
}

#[test]
fn a_key_changes_with_all_that_its_verdicts_rest_on_and_with_nothing_else() {
    const ONE: [bool; 2] = [true, false];
    const BOTH: [bool; 2] = [true, true];
    const NEITHER: [bool; 2] = [false, false];
    let checks = "grader/labs/tiny/checks";
    for (path, find, replace, changes) in [
        ("solutions/tiny/src/one.rs", "f()", "f() -> u8", ONE),
        (
            "solutions/tiny/src/one.rs",
            "{}",
            "{ crate::two::f() }",
            BOTH,
        ),
        (
            "solutions/tiny/src/two.rs",
            "{}",
            "{ crate::one::f() }",
            BOTH,
        ),
        (
            "solutions/tiny/src/lib.rs",
            "pub mod given;",
            "mod given;",
            BOTH,
        ),
        (
            "solutions/tiny/src/given.rs",
            "",
            "// Nobody names it.",
            NEITHER,
        ),
        ("labs/tiny/src/one.rs", "f()", "half_solved()", NEITHER),
        ("labs/tiny/Cargo.toml", "", "[dependencies]", BOTH),
        ("labs/tiny/README.md", "", "Read me.", NEITHER),
        ("labs/tiny/lab.toml", "Tiny", "Small", NEITHER),
        (
            "labs/tiny/lab.toml",
            "hints = []\n",
            "unsafe_code = true\nhints = []\n",
            ONE,
        ),
        ("labs/kit/src/lib.rs", "explore", "search", BOTH),
        (
            "Cargo.toml",
            "[workspace]",
            "[workspace]\n[profile.dev]\nopt-level = 1",
            BOTH,
        ),
        ("Cargo.lock", "", "version = 4", BOTH),
        (
            &format!("{checks}/src/one.rs"),
            "{",
            "{ assert!(true);",
            ONE,
        ),
        (&format!("{checks}/src/one.rs"), "one::f", "two::f", ONE),
        (&format!("{checks}/src/shared.rs"), "seen", "told", BOTH),
        (&format!("{checks}/src/main.rs"), "mod two;", "", BOTH),
        (
            &format!("{checks}/checks.toml"),
            "It holds",
            "It is so",
            NEITHER,
        ),
        (
            &format!("{checks}/checks.toml"),
            "points = 1",
            "points = 1\nseconds = 3",
            ONE,
        ),
    ] {
        let dir = course();
        let before = keys(dir.path(), "1.95");
        let text = std::fs::read_to_string(dir.path().join(path)).expect("a file");
        let text = match find {
            "" => text + replace,
            _ => text.replacen(find, replace, 1),
        };
        write(dir.path(), path, &text);
        let after = keys(dir.path(), "1.95");
        let changed = [before[0] != after[0], before[1] != after[1]];
        assert_eq!(changed, changes, "{path}: `{find}` becomes `{replace}`");
    }
    let dir = course();
    assert_ne!(keys(dir.path(), "1.95"), keys(dir.path(), "1.96"));
    assert_eq!(keys(dir.path(), "1.95"), keys(dir.path(), "1.95"));
}
