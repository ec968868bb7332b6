//! `grader grade --format gradescope`: one submission's results.json, whole after every check.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Deserialize;

use super::{Format, GradeArgs};
use crate::error::BadInput;
use crate::lab::Lab;
use crate::report::view::Visible;
use crate::report::{Report, gradescope};
use crate::results::{self, Class};
use crate::rubric::{Circumstances, Rubric};

/// Where results.json goes, and what it says beside the report.
pub(super) struct Scope {
    path: PathBuf,
    lab: String,
    rubric: Option<Rubric>,
    metadata: Metadata,
}

/// What of `submission_metadata.json` counts.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    created_at: Option<String>,
    #[serde(default)]
    users: Vec<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    email: Option<String>,
}

impl Scope {
    /// What is asked for, if it is.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where rubric or metadata are not as they have to be.
    pub(super) fn of(args: &GradeArgs, lab: &Lab) -> Result<Option<Scope>> {
        let forms = args.format.iter().zip(&args.out);
        let Some((_, path)) = forms
            .into_iter()
            .find(|(form, _)| **form == Format::Gradescope)
        else {
            return Ok(None);
        };
        let class = Class::of(lab, String::new(), 1, |_| String::new());
        let rubric = args
            .rubric
            .as_deref()
            .map(|path| Rubric::read(path, &class));
        let metadata = args.metadata.as_deref().map(Metadata::read);
        Ok(Some(Scope {
            path: path.clone(),
            lab: lab.name.clone(),
            rubric: rubric.transpose()?,
            metadata: metadata.transpose()?.unwrap_or_default(),
        }))
    }

    /// Writes what is known.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn write(&self, report: &Report) -> Result<()> {
        let grade = self.rubric.as_ref().map(|rubric| {
            let stamp = self.metadata.created_at.as_deref();
            let user = self
                .metadata
                .users
                .first()
                .and_then(|user| user.email.as_deref());
            let about = Circumstances {
                student: user.unwrap_or_default(),
                submitted: stamp.and_then(|stamp| rubric.moment(stamp)),
                late: false,
            };
            rubric.grade(report, &about)
        });
        let visible = |exercise: &str, check: &str| {
            let rubric = self.rubric.as_ref();
            rubric.map_or(Visible::Always, |rubric| rubric.visible(exercise, check))
        };
        let text = gradescope::render(
            report,
            |exercise, check| visible(&exercise.name, &check.id),
            grade.as_ref(),
        );
        results::replace(&self.path, text.as_bytes())
    }

    /// Writes why nothing could be taken in.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(super) fn refuse(&self, problem: &str) -> Result<()> {
        let text = gradescope::refused(&self.lab, problem);
        results::replace(&self.path, text.as_bytes())
    }
}

impl Metadata {
    fn read(path: &Path) -> Result<Metadata> {
        let remedy = "name Gradescope's submission_metadata.json";
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadInput::new(path, format!("cannot be read ({error})"), remedy))?;
        serde_json::from_str(&text).map_err(|error| {
            let bad = BadInput::new(path, format!("is not of that form ({error})"), remedy);
            bad.at_line(error.line().max(1)).into()
        })
    }
}
