//! Results as JSON, for other tools.

use serde::Serialize;

use super::Report;

/// Grows when a reader of the old form could no longer read the new one.
const VERSION: u32 = 2;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    results: &'r [Report],
}

/// All results in one document.
pub fn render(results: &[Report]) -> String {
    let document = Document {
        version: VERSION,
        results,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("a report is JSON");
    text.push('\n');
    text
}
