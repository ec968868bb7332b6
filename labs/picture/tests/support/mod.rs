//! What the tests of the views share: all failures that are kept, and some that are made here.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]
pub(crate) mod chromium;
mod crowd;
mod story;

pub(crate) use crowd::crowd;
use picture::Failure;
use std::path::PathBuf;
pub(crate) use story::rpc_story;

/// Where the failures are kept: the kit's tests write them, from real searches.
pub(crate) fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/failures")
}

/// A failure that is kept.
pub(crate) fn failure(name: &str) -> Failure {
    let file = kept().join(name).with_extension("json");
    let json = std::fs::read_to_string(&file).expect("the failure is kept");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All failures: those that are kept, and one with many threads and steps.
pub(crate) fn failures() -> Vec<(String, Failure)> {
    let files = std::fs::read_dir(kept()).expect("failures are kept");
    let mut names: Vec<String> = files
        .map(|file| file.expect("the folder can be read").path())
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    let mut failures: Vec<_> = names
        .into_iter()
        .map(|name| (name.clone(), failure(&name)))
        .collect();
    failures.push(("crowd".to_owned(), crowd(220, 9)));
    failures
}
