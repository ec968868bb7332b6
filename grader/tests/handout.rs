//! Skeletons from solutions, by regions. Nothing here is compiled.

mod common;

use std::path::Path;

use grader::handout::{stale, stale_tables, stubbed, write};
use grader::tree::Tree;
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

/// A course whose pages ask for tables, and what they become.
fn made(page: &str, front: &str) -> Result<[String; 2], String> {
    let dir = TempDir::new().expect("a place for files");
    let tree = common::course(dir.path());
    let pages = [("labs/tiny/README.md", page), ("README.md", front)];
    common::put(tree.root(), &pages);
    let tables = |tree: &Tree| stale_tables(tree, &["tiny".to_owned()]);
    let found = tables(&tree).map_err(|error| error.to_string())?;
    write(&tree, &found).expect("room");
    assert!(tables(&tree).expect("well formed").is_empty());
    let read = |path| std::fs::read_to_string(tree.root().join(path)).expect("a page");
    Ok(pages.map(|(path, _)| read(path)))
}

#[test]
fn figures_of_a_table_are_made_and_its_words_stay() {
    let page = "# Tiny\n\n<!-- exercises: tiny -->\n| exercise | old |\n|---|---|\n\
                | `gone` | away | 3 | 4 | 5 lines |\n| `two` | the even one | 9 | 9 | 9 lines |\n\n\
                The points add up to 3; more.\n";
    let front = "<!-- exercises: every lab -->\n| lab | exercise | idea | you edit |\n\
                 |---|---|---|---|\n| [tiny](labs/tiny/README.md) | `raw` | three | `x` |\n\nend\n";
    let [page, front] = made(page, front).expect("well formed");
    assert_eq!(
        page,
        "# Tiny\n\n<!-- exercises: tiny -->\n\
         | exercise | you build | points | minutes | our solution |\n|---|---|---|---|---|\n\
         | `one` | say one | 5 | 1 | 1 line |\n| `two` | the even one | 4 | 1 | 1 line |\n\
         | `raw` (challenge) | say three, unsafely | 2 bonus | 1 | 1 line |\n\
         | `habits` | behave | 21 | 1 | 1 line |\n\nThe points add up to 30; more.\n"
    );
    let link = "[tiny](labs/tiny/README.md) ";
    assert_eq!(
        front,
        format!(
            "<!-- exercises: every lab -->\n| lab | exercise | idea | you edit |\n|---|---|---|---|\n\
             | {link}| `one` | say one | `labs/tiny/src/one.rs` |\n\
             | | `two` | say two | `labs/tiny/src/two.rs` |\n\
             | | `raw` (challenge) | three | `labs/tiny/src/raw.rs` |\n\
             | | `habits` | behave | `labs/tiny/src/habits.rs` |\n\nend\n"
        )
    );
}

#[test]
fn a_table_of_no_lab_is_refused_with_its_line() {
    let said = made("one\n<!-- exercises: tinny -->\n", "").expect_err("there is no such lab");
    let parts = [
        "labs/tiny/README.md:2: there is no lab `tinny`",
        "name the lab of the page",
    ];
    assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    let untouched = "<!-- picture: tiny::one -->\n| `one` | a table |\n";
    assert_eq!(
        made(untouched, "").expect("nothing is asked for")[0],
        untouched
    );
}
