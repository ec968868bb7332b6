//! A class as a platform gives it.

use std::path::Path;

use anyhow::{Context, Result};

use super::Student;
use crate::batch::Layout;
use crate::files::{Files, put};
use crate::lab::Lab;
use crate::tree::lab_dir;

/// Lays a class out in a folder.
///
/// # Errors
///
/// Where a file cannot be written.
pub fn lay(class: &[Student], lab: &Lab, layout: Layout, dir: &Path) -> Result<()> {
    let dir = &match layout {
        Layout::Gradescope => dir.join("assignment_9100_export"),
        _ => dir.to_owned(),
    };
    for student in class {
        for (at, (path, bytes)) in handed_in(student, lab)?.iter().enumerate() {
            put(&dir.join(place(student, lab, layout, at, path)), bytes)?;
        }
    }
    match layout {
        Layout::Gradescope => {
            let said: String = class.iter().map(said_of).collect();
            let list = dir.join("submission_metadata.yml");
            put(&list, format!("---\n{said}").as_bytes())
        }
        _ => Ok(()),
    }
}

/// The files that somebody uploads.
fn handed_in(student: &Student, lab: &Lab) -> Result<Files> {
    let bytes = |text: &String| text.clone().into_bytes();
    let files = student.files.iter();
    if !student.packed {
        return Ok(files
            .map(|(path, text)| (path.clone(), bytes(text)))
            .collect());
    }
    let at = lab_dir(&lab.name);
    let packed = files.map(|(path, text)| (format!("{at}/{path}"), bytes(text)));
    let packed = parcel::write(&packed.collect(), "").context("packing an answer")?;
    Ok([(format!("{}.zip", lab.name), packed)].into())
}

/// Where somebody's `at`-th file is in what the platform gives.
fn place(student: &Student, lab: &Lab, layout: Layout, at: usize, path: &str) -> String {
    let Student {
        first,
        last,
        number,
        ..
    } = student;
    let name = path.rsplit('/').next().unwrap_or(path);
    match layout {
        Layout::Canvas => {
            let sortable = format!("{last}{first}").to_lowercase();
            let sortable = sortable.replace(|c: char| !c.is_alphanumeric(), "");
            let late = if student.late { "LATE_" } else { "" };
            let attachment = 100 * *number as usize + at;
            format!("{sortable}_{late}{number}_{attachment}_{name}")
        }
        Layout::Moodle => format!("{first} {last}_{number}_assignsubmission_file/{path}"),
        Layout::Blackboard => {
            let day = day(student);
            format!("Lab {}_{last}_attempt_{day}-09-15-02_{name}", lab.name)
        }
        Layout::Gradescope => format!("submission_{number}/{path}"),
        Layout::Folders | Layout::One => format!("{first} {last}/{path}"),
    }
}

fn day(student: &Student) -> &'static str {
    match student.late {
        true => "2026-12-01",
        false => "2026-11-30",
    }
}

/// What Gradescope's list says of somebody.
fn said_of(student: &Student) -> String {
    let (number, day) = (student.number, day(student));
    // A text of JSON is one of YAML.
    let name = serde_json::Value::from(format!("{} {}", student.first, student.last));
    format!(
        "submission_{number}:\n  :submitters:\n  - :name: {name}\n    :sid: '{number}'\n  \
         :created_at: {day} 09:15:02 Z\n"
    )
}
