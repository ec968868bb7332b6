//! What the kit's own tests share.
use kit::explore::{Explorer, Failure, FailureKind};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Searches, and gives the failure.
pub(crate) fn failure_of(
    explorer: Explorer,
    scenario: impl Fn() + Send + Sync + 'static,
) -> Failure {
    let searched = catch_unwind(AssertUnwindSafe(|| explorer.explore(scenario)));
    let payload = searched.expect_err("the search should have found the bug");
    *payload
        .downcast::<Failure>()
        .expect("a search fails with a Failure")
}

#[allow(dead_code, reason = "each test binary uses its part")]
/// Searches, expects this kind of failure, and compares the picture with the one that is kept.
pub(crate) fn finds(kind: FailureKind, name: &str, scenario: impl Fn() + Send + Sync + 'static) {
    finds_with(Explorer::new(), kind, name, scenario);
}

#[allow(dead_code, reason = "each test binary uses its part")]
/// As [`finds`], with a search of its own.
pub(crate) fn finds_with(
    explorer: Explorer,
    kind: FailureKind,
    name: &str,
    scenario: impl Fn() + Send + Sync + 'static,
) {
    let failure = failure_of(explorer, scenario);
    assert_eq!(failure.kind, kind, "{}", failure.message);
    let here = env!("CARGO_MANIFEST_DIR");
    let text = format!("{here}/tests/pictures/{name}.txt");
    expect_test::expect_file![text].assert_eq(&failure.to_text(picture::Style::default()));
    // The views' own tests draw from these.
    let data = format!("{here}/../picture/tests/failures/{name}.json");
    let json = serde_json::to_string_pretty(&failure).expect("a failure is plain data");
    expect_test::expect_file![data].assert_eq(&(json + "\n"));
}
