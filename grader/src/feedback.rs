//! The names under which Moodle and Canvas find again whom a file of feedback is for. Pure.
//!
//! The one idea: a platform matches feedback by the name of what was handed in, so a file goes back
//! under the name that it came with, but for its last part.

use crate::results::Row;

/// What each student's file is called.
const NAME: &str = "weft-feedback.html";

/// Where a row's feedback stands in the archive.
pub fn path(row: &Row) -> String {
    let came = row.source.iter().map(String::as_str);
    let back = came
        .clone()
        .find_map(moodle)
        .or_else(|| came.clone().find_map(canvas));
    back.unwrap_or_else(|| format!("{}/{NAME}", row.person.id))
}

/// `Jane Doe_12345_assignsubmission_file/…`: a folder for each.
fn moodle(source: &str) -> Option<String> {
    let (who, _) = source.split_once("_assignsubmission_")?;
    let (_, participant) = who.rsplit_once('_').unwrap_or(("", who));
    let plain = !who.contains(['/', '\\']) && is_number(participant);
    plain.then(|| format!("{who}_assignsubmission_file/{NAME}"))
}

/// `doejane_LATE_123456_987654_bank.rs`: all in one folder, and found by the user's number.
fn canvas(source: &str) -> Option<String> {
    let parts: Vec<&str> = source.split('_').collect();
    let ids = |pair: &[&str]| is_number(pair[0]) && is_number(pair[1]);
    let anonymous = |pair: &[&str]| pair[0] == "anon" && !pair[1].is_empty();
    let attachment = parts
        .windows(2)
        .position(ids)
        .map(|at| at + 1)
        .or_else(|| {
            let after = parts.windows(2).position(anonymous)? + 2;
            is_number(parts.get(after)?).then_some(after)
        })?;
    let plain = !source.contains(['/', '\\']) && parts.len() > attachment + 1;
    plain.then(|| format!("{}_{NAME}", parts[..=attachment].join("_")))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feedback_goes_back_under_the_name_that_the_platform_gave() {
        let came = [
            (
                "Jane Doe_12345_assignsubmission_file",
                "Jane Doe_12345_assignsubmission_file/",
            ),
            (
                "Jane Doe_12345_assignsubmission_file_",
                "Jane Doe_12345_assignsubmission_file/",
            ),
            (
                "Participant_7_assignsubmission_file_a.rs",
                "Participant_7_assignsubmission_file/",
            ),
        ];
        for (source, back) in came {
            assert_eq!(moodle(source), Some(format!("{back}{NAME}")), "{source}");
        }
        let came = [
            (
                "doejane_LATE_123456_987654_bank.rs",
                "doejane_LATE_123456_987654_",
            ),
            (
                "doejane_123456_987654_my_bank-1.rs",
                "doejane_123456_987654_",
            ),
            ("LATE_anon_Ab3x9_987654_bank.rs", "LATE_anon_Ab3x9_987654_"),
        ];
        for (source, back) in came {
            assert_eq!(canvas(source), Some(format!("{back}{NAME}")), "{source}");
        }
        for other in [
            "jdoe",
            "labs/locks",
            "../x_1_2_y",
            "a/b_1_assignsubmission_file",
            "1_2",
        ] {
            assert_eq!(moodle(other).or_else(|| canvas(other)), None, "{other}");
        }
    }
}
