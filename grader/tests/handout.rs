//! Skeletons from solutions, by regions. Nothing here is compiled.

mod common;

use std::path::Path;

use grader::handout::{stale, stubbed, write};
use tempfile::TempDir;

fn stub(text: &str) -> Result<String, String> {
    stubbed(Path::new("x.rs"), text).map_err(|error| error.to_string())
}

#[test]
fn a_region_becomes_its_stub_with_the_same_indentation() {
    let text = "fn f() {\n    // LAB: todo!(\"say {x}\")\n    1\n    // LAB: end\n}\n";
    assert_eq!(
        stub(text).expect("well formed"),
        "fn f() {\n    todo!(\"say {x}\")\n}\n"
    );
}

#[test]
fn an_empty_stub_deletes_the_region() {
    assert_eq!(
        stub("a\n// LAB:\nb\n// LAB: end\nc\n").expect("well formed"),
        "a\nc\n"
    );
}

#[test]
fn regions_that_are_not_well_formed_are_refused_with_their_line() {
    let said = |text| stub(text).expect_err("not well formed");
    assert!(said("a\n// LAB: x\nb\n").starts_with("x.rs:2: a region does not end"));
    assert!(said("a\n// LAB: end\n").starts_with("x.rs:2: a region ends that did not begin"));
    assert!(said("// LAB: x\n// LAB: y\n").starts_with("x.rs:2: a region begins inside another"));
}

#[test]
fn a_fresh_skeleton_is_not_stale_and_an_edited_one_is_with_its_difference() {
    let dir = TempDir::new().expect("a place for files");
    let tree = common::course(dir.path());
    assert!(stale(&tree, "tiny").expect("well formed").is_empty());

    common::edit(
        &tree.lab("tiny").join("src/one.rs"),
        "todo!(\"say one\")",
        "1",
    );
    common::put(
        &tree.lab("tiny"),
        &[("src/left_over.rs", "//! Not in the solution.\n")],
    );
    std::fs::remove_file(tree.lab("tiny").join("src/two.rs")).expect("it is there");
    let found = stale(&tree, "tiny").expect("well formed");
    let paths: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
    let (one, two) = ("labs/tiny/src/one.rs", "labs/tiny/src/two.rs");
    assert_eq!(paths, ["labs/tiny/src/left_over.rs", one, two]);
    assert!(
        found[1]
            .diff()
            .contains("-    1\n+    todo!(\"say one\")\n"),
        "{}",
        found[1].diff()
    );

    write(&tree, &found).expect("room");
    assert!(stale(&tree, "tiny").expect("well formed").is_empty());
}
