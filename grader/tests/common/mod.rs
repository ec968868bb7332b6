//! A throw-away course: the fixture `fixtures/course` with the real harness and pictures, and its
//! skeleton generated.

// Each test binary takes what it needs.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use grader::handout;
use grader::tree::{Tree, files_below};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the grader is in the course")
        .to_owned()
}

/// Builds the course in `dir`, which is emptied first. Its stages stand below `dir` too, and
/// outlive it, so that a second run of the tests finds its dependencies built.
pub(crate) fn course(dir: &Path) -> Tree {
    let root = dir.join("course");
    let _ = std::fs::remove_dir_all(&root);
    copy(&repository().join("grader/tests/fixtures/course"), &root);
    for given in ["grader/harness", "labs/picture", "labs/protocol"] {
        copy(&repository().join(given), &root.join(given));
    }
    let looks = std::fs::read_to_string(repository().join("labs/kit/src/explore/stuck.rs"));
    put(
        &root,
        &[("labs/kit/src/stuck.rs", &looks.expect("a file of the kit"))],
    );
    for file in ["Cargo.lock", "rustfmt.toml", "rust-toolchain.toml"] {
        std::fs::copy(repository().join(file), root.join(file)).expect("a file of the repository");
    }
    let manifest = std::fs::read_to_string(repository().join("Cargo.toml")).expect("a manifest");
    let tiny = "[workspace.dependencies]\ntiny = { path = \"labs/tiny\" }\n";
    let manifest = manifest.replacen("[workspace.dependencies]\n", tiny, 1);
    std::fs::write(root.join("Cargo.toml"), manifest).expect("room for a manifest");
    let tree = Tree::find(&root)
        .expect("a course")
        .with_target(dir.join("target"));
    let stale = handout::stale(&tree, "tiny").expect("regions are well formed");
    handout::write(&tree, &stale).expect("room for the skeleton");
    tree
}

fn copy(from: &Path, to: &Path) {
    for file in files_below(from).expect("a folder") {
        let copied = to.join(&file);
        std::fs::create_dir_all(copied.parent().expect("a file")).expect("room");
        std::fs::copy(from.join(&file), copied).expect("a file that can be read");
    }
}

/// Writes files into a folder.
pub(crate) fn put(dir: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a file")).expect("room");
        std::fs::write(path, text).expect("room");
    }
}

/// Replaces a piece of a file that is there exactly once.
pub(crate) fn edit(path: &Path, find: &str, replace: &str) {
    let text = std::fs::read_to_string(path).expect("a file");
    assert_eq!(
        text.matches(find).count(),
        1,
        "`{find}` in {}",
        path.display()
    );
    std::fs::write(path, text.replacen(find, replace, 1)).expect("room");
}
