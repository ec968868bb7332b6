//! What a lab and `cargo lab` are both built from is compiled once: with one set of features.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The crates that a package is built from, each version with its features.
fn crates(package: &str) -> BTreeMap<String, String> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", package])
        .args(["--edges", "normal,build", "--prefix", "none"])
        .args(["--no-dedupe", "--format", "{p}\t{f}"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let text = String::from_utf8(tree.stdout).expect("names are text");
    let crates = text.lines().filter_map(|line| line.split_once('\t'));
    crates
        .map(|(name, features)| (name.to_owned(), features.to_owned()))
        .collect()
}

#[test]
fn a_crate_that_a_lab_and_the_commands_share_has_the_same_features_for_both() {
    let commands = crates("lab");
    for lab in manifest::labs(&root()).expect("a course") {
        let of_lab = crates(&lab);
        let shared = of_lab
            .iter()
            .filter(|(name, _)| commands.contains_key(*name));
        assert!(shared.clone().count() > 10, "{lab} shares crates");
        let apart: Vec<_> = shared
            .filter(|(name, features)| commands[*name] != **features)
            .map(|(name, features)| (name, features, &commands[name]))
            .collect();
        assert!(
            apart.is_empty(),
            "compiled twice, for {lab} and for `cargo lab`: {apart:#?}\n\
             name the features of both in labs/protocol/Cargo.toml"
        );
    }
}
