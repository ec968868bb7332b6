//! The list of exercises, lab by lab.

use super::{BAD, BOLD, DIM, GOOD, NOTE, PATH, paint};
use crate::course::{Exercise, Lab};
use crate::state::Standing;

/// One exercise in the list.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) exercise: &'a Exercise,
    pub(crate) standing: Standing,
    pub(crate) here: bool,
}

/// One lab with its exercises.
pub(crate) fn lab(lab: &Lab, rows: &[Row<'_>]) -> String {
    let (passing, all) = points(rows);
    let mut text = format!(
        "{}  {}\n\n",
        paint(BOLD, format!("{} (labs/{})", lab.title, lab.name)),
        paint(DIM, format!("passing: {passing} of {all} points"))
    );
    let wide = rows
        .iter()
        .map(|row| row.exercise.name.chars().count())
        .max()
        .unwrap_or(0);
    let mut group = rows.first().map_or("", |row| row.exercise.group.as_str());
    for row in rows {
        if row.exercise.group != group {
            group = &row.exercise.group;
            text += &format!("\n    {}\n", paint(DIM, group));
        }
        let (style, mark, standing) = match row.standing {
            Standing::NotStarted => (DIM, '-', "not started"),
            Standing::Begun => (NOTE, '~', "not checked yet"),
            Standing::Failing => (BAD, 'x', "failing"),
            Standing::Passing => (GOOD, '+', "passing"),
            Standing::Changed => (NOTE, '~', "passed, changed since"),
        };
        let name = format!("{:<wide$}", row.exercise.name);
        let points = format!(
            "{:>2} {}",
            row.exercise.points,
            if row.exercise.bonus {
                "bonus "
            } else {
                "points"
            }
        );
        let here = if row.here { ">" } else { " " };
        let name = if row.here { paint(BOLD, name) } else { name };
        let time = format!("{:>3} min", row.exercise.minutes);
        let told = format!("{mark} {standing}");
        text += &format!(
            "  {here} {name}  {points}  {}  {}\n",
            paint(DIM, time),
            paint(style, told)
        );
    }
    text
}

/// A lab where the student is not, in one line.
pub(crate) fn in_short(lab: &Lab, rows: &[Row<'_>]) -> String {
    let (passing, all) = points(rows);
    let done = rows.iter().filter(|row| row.standing == Standing::Passing);
    let told = format!(
        "{:>2} of {} pass  {passing:>3} of {all} points",
        done.count(),
        rows.len()
    );
    format!("    {:<24} {}\n", lab.title, paint(DIM, told))
}

/// The points of what passes and of everything, without the bonus.
fn points(rows: &[Row<'_>]) -> (u32, u32) {
    let counted = rows.iter().filter(|row| !row.exercise.bonus);
    let of = |row: &Row<'_>| row.exercise.points;
    let passing = counted
        .clone()
        .filter(|row| row.standing == Standing::Passing);
    (passing.map(of).sum(), counted.map(of).sum())
}

/// What comes after the list: how many exercises pass, and where the student is.
pub(crate) fn footer((passing, of): (usize, usize), here: Option<(&Exercise, String)>) -> String {
    match here {
        Some((exercise, place)) => format!(
            "{passing} of {of} exercises pass. You are at: {}\n  {}\n  cargo lab watch   checks it whenever you save\n",
            exercise.title,
            paint(PATH, place)
        ),
        None => "All exercises pass. The grader runs more checks than these.\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_summed_without_the_bonus() {
        let exercise = |name: &str, bonus: bool| Exercise {
            lab: "locks".to_owned(),
            line: 1,
            name: name.to_owned(),
            title: "t".to_owned(),
            edit: vec!["src/a.rs".to_owned()],
            points: 10,
            keeps: 4,
            group: if bonus { "challenge" } else { "core" }.to_owned(),
            bonus,
            unsafe_code: false,
            minutes: 20,
            lines: 9,
            read: String::new(),
            hints: Vec::new(),
        };
        let locks = Lab {
            name: "locks".to_owned(),
            title: "Locks".to_owned(),
            page: "p".to_owned(),
            outside: Vec::new(),
            exercises: vec![
                exercise("visited", false),
                exercise("bank", false),
                exercise("rw_lock", true),
            ],
        };
        let standings = [Standing::Passing, Standing::Failing, Standing::Passing];
        let rows: Vec<Row<'_>> = locks
            .exercises
            .iter()
            .zip(standings)
            .map(|(exercise, standing)| Row {
                exercise,
                standing,
                here: false,
            })
            .collect();
        let text = anstream::adapter::strip_str(&lab(&locks, &rows)).to_string();
        assert!(
            text.starts_with("Locks (labs/locks)  passing: 10 of 20 points\n"),
            "{text}"
        );
        assert!(
            text.contains("\n    challenge\n    rw_lock  10 bonus "),
            "{text}"
        );
    }
}
