//! Results as JSON, for other tools.

use super::Report;

/// Grows when a reader of the old form could no longer read the new one.
const VERSION: u32 = 2;

/// What stands before the first result, between two, and after the last one.
pub const BETWEEN: &str = ",";
/// See [`BETWEEN`].
pub const END: &str = "\n  ]\n}\n";

/// What stands before the first result.
pub fn begin() -> String {
    format!("{{\n  \"version\": {VERSION},\n  \"results\": [")
}

/// One result among others.
pub fn item(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report is JSON");
    format!("\n    {}", text.replace('\n', "\n    "))
}

/// All results in one document.
pub fn render(results: &[Report]) -> String {
    let items: Vec<String> = results.iter().map(item).collect();
    begin() + &items.join(BETWEEN) + END
}
