//! A small lab and its reports, for tests.

use crate::lab::{Check, Exercise, Lab};
use crate::report::{CheckReport, ExerciseReport, Report};
use crate::results::Class;
use crate::verdict::{Judged, Verdict};

/// Two exercises: `bank` (core and progress, 10 points) and `gate` (2 points, a bonus).
pub(crate) fn lab() -> Lab {
    Lab {
        name: "locks".to_owned(),
        title: "Locks".to_owned(),
        exercises: vec![
            exercise(
                "bank",
                "core",
                false,
                &[
                    ("bank::no_deadlock", 4, "core"),
                    ("bank::both_pay", 3, "progress"),
                    ("bank::total", 3, "plain"),
                ],
            ),
            exercise("gate", "challenge", true, &[("gate::opens", 2, "core")]),
        ],
    }
}

/// The same, as results know it.
pub(crate) fn class() -> Class {
    Class::of(&lab(), String::new(), 1, |_| String::new())
}

fn exercise(name: &str, group: &str, bonus: bool, checks: &[(&str, u32, &str)]) -> Exercise {
    let points: u32 = checks.iter().map(|(_, points, _)| points).sum();
    let public = format!(
        "name = \"{name}\"\ntitle = \"The {name}\"\nedit = [\"src/{name}.rs\"]\npoints = {points}\n\
         keeps = {}\ngroup = \"{group}\"\nbonus = {bonus}\nminutes = 1\nlines = 1\nread = \"x#y\"\n\
         hints = []\n",
        points * 2 / 5
    );
    let check = |(id, points, role): &(&str, u32, &str)| -> Check {
        let text = format!(
            "id = \"{id}\"\nkind = \"model\"\npoints = {points}\nrole = \"{role}\"\n\
             claim = \"It holds: {id}.\"\n"
        );
        toml::from_str(&text).expect("a check")
    };
    Exercise {
        public: toml::from_str(&public).expect("an exercise"),
        checks: checks.iter().map(check).collect(),
    }
}

/// A report of [`lab`] with those verdicts, in the order of its checks.
pub(crate) fn report(verdicts: [Verdict; 4]) -> Report {
    judged(verdicts.map(|verdict| Judged::new(verdict, "")))
}

/// The same, with all that there is to say.
pub(crate) fn judged(judged: [Judged; 4]) -> Report {
    let lab = lab();
    let mut judged = judged.into_iter();
    let exercises = lab.exercises.iter().map(|exercise| {
        let checks = exercise.checks.iter();
        let checks = checks.zip(judged.by_ref());
        let checks = checks.map(|(check, judged)| CheckReport::new(check, judged));
        ExerciseReport::new(exercise, None, checks.collect())
    });
    let exercises = exercises.collect();
    Report::new("jdoe".to_owned(), &lab, Vec::new(), exercises)
}
