//! The same steps as a table: for readers that do not look at drawings, and for looking things up.
use super::escape::Text;
use super::shapes::Mark;
use crate::Failure;
use std::fmt::Write;

/// The table of all steps; of those without part too.
pub(super) fn table(failure: &Failure) -> String {
    let mut html = String::from(
        "<table class=\"all\"><caption>Every step, in the order in which they happened</caption><thead><tr>\
         <th scope=\"col\">step</th><th scope=\"col\">thread</th><th scope=\"col\">what it did</th>\
         <th scope=\"col\">ordered after</th><th scope=\"col\">where</th><th scope=\"col\">your code</th>\
         </tr></thead><tbody>",
    );
    for (number, step) in failure.steps.iter().enumerate() {
        let class = if step.part { "part" } else { "other" };
        let switch = if step.switched {
            " <span class=\"switched\">(switch)</span>"
        } else {
            ""
        };
        let _ = write!(
            html,
            "<tr id=\"step-{0}\" class=\"{class}\"><th scope=\"row\">{0}</th><td>{1}{2}{switch}</td><td>{3}</td><td>{4}</td>",
            number + 1,
            Mark(step.thread),
            Text(failure.name(step.thread)),
            Text(&step.caption()),
            ordered_after(failure, number),
        );
        let at = step.at.as_ref().map_or(String::new(), ToString::to_string);
        let code = step.code.as_deref().unwrap_or_default();
        let _ = write!(
            html,
            "<td>{}</td><td><code>{}</code></td></tr>",
            Text(&at),
            Text(code)
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// `9 (unlocks)`
fn ordered_after(failure: &Failure, step: usize) -> String {
    let edges = failure.edges.iter().filter(|edge| edge.to == step);
    let sentences: Vec<String> = edges
        .map(|edge| format!("{} ({})", edge.from + 1, edge.kind.verb()))
        .collect();
    sentences.join(", ")
}
