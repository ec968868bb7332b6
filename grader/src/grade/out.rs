//! Exercises that are taken out, and what their checks come to.

use crate::verdict::{Judged, Verdict};
use crate::vet::Finding;

/// Why an exercise is not graded with the others.
#[derive(Debug, Clone)]
pub(super) enum Out {
    /// Its source holds what must not be there.
    Findings(Vec<Finding>),
    /// It does not compile, or cannot be read; the text says why.
    Unbuilt(String),
    /// Neither does the pristine tree; the text says why.
    Broken(String),
}

impl Out {
    /// What the source checks say, if it is they who took it out.
    pub(super) fn refused(&self) -> Option<String> {
        match self {
            Out::Findings(findings) => Some(lines(findings)),
            Out::Unbuilt(_) | Out::Broken(_) => None,
        }
    }

    /// The verdict on each check of the exercise.
    pub(super) fn judged(&self) -> Judged {
        match self {
            Out::Findings(findings) if findings.iter().any(|finding| finding.hostile) => {
                Judged::new(Verdict::Forged, lines(findings))
            }
            Out::Findings(findings) => Judged::new(Verdict::Fail, lines(findings)),
            Out::Unbuilt(why) => Judged::new(Verdict::DoesNotBuild, why),
            Out::Broken(why) => {
                let said = "the grader cannot build the pristine tree either";
                Judged::new(Verdict::Broken, said).detail(why)
            }
        }
    }
}

/// The findings as lines; one that occurs in several places is reported at the first.
pub(super) fn lines(findings: &[Finding]) -> String {
    let mut told: Vec<String> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let same = |other: &&Finding| {
            (&other.text, &other.place.file) == (&finding.text, &finding.place.file)
        };
        if findings[..at].iter().any(|before| same(&before)) {
            continue;
        }
        let mut lines: Vec<usize> = findings[at + 1..]
            .iter()
            .filter(same)
            .map(|other| other.place.line)
            .collect();
        lines.dedup();
        lines.retain(|line| *line != finding.place.line);
        let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
        told.push(match lines.len() {
            0 => finding.line(),
            1 => format!("{} (also on line {})", finding.line(), lines[0]),
            _ => format!("{} (also on lines {})", finding.line(), lines.join(", ")),
        });
    }
    told.join("\n")
}
