//! What a proof of whole labs comes to: a row for each lab, and the checks that take long.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use crate::report::Report;

/// A lab that was proved, in numbers.
pub(super) struct Row {
    pub(super) lab: String,
    pub(super) subjects: usize,
    pub(super) checks: usize,
    /// Mutants that were graded, caught, and caught by nothing but searches.
    pub(super) mutants: [usize; 3],
    pub(super) complaints: usize,
    pub(super) took: Duration,
}

/// The rows under their heads, and a last one for all.
pub(super) fn render(rows: &[Row]) -> String {
    let mut all = Row {
        lab: "all".to_owned(),
        subjects: 0,
        checks: 0,
        mutants: [0; 3],
        complaints: 0,
        took: Duration::ZERO,
    };
    for row in rows {
        all.subjects += row.subjects;
        all.checks += row.checks;
        all.complaints += row.complaints;
        all.took += row.took;
        for (sum, part) in all.mutants.iter_mut().zip(row.mutants) {
            *sum += part;
        }
    }
    let all = (rows.len() > 1).then_some(&all);
    let wide = rows
        .iter()
        .map(|row| row.lab.len())
        .max()
        .unwrap_or(0)
        .max(3);
    let mut text = format!(
        "{:wide$}  subjects  checks  mutants  caught         by models only  complaints  time\n",
        "lab"
    );
    for row in rows.iter().chain(all) {
        let [mutants, caught, only_models] = row.mutants;
        // Rounded down: what is not all is never 100 %.
        let share = (caught * 100).checked_div(mutants).unwrap_or(100);
        writeln!(
            text,
            "{:wide$}  {:>8}  {:>6}  {mutants:>7}  {:<13}  {only_models:>14}  {:>10}  {} s",
            row.lab,
            row.subjects,
            row.checks,
            format!("{caught} ({share} %)"),
            row.complaints,
            row.took.as_secs()
        )
        .expect("a string");
    }
    text
}

/// What each check of a right answer used of the processor, at most.
#[derive(Default)]
pub(super) struct Costs(BTreeMap<String, Duration>);

impl Costs {
    pub(super) fn add(&mut self, report: &Report) {
        for check in report.checks() {
            if let Some(used) = check.judged.used {
                let most = self.0.entry(check.id.clone()).or_default();
                *most = used.max(*most);
            }
        }
    }

    /// The slowest checks, and every one that takes longer than a second.
    pub(super) fn render(&self) -> Option<String> {
        let mut costs: Vec<(&String, &Duration)> = self.0.iter().collect();
        costs.sort_by(|one, other| other.1.cmp(one.1));
        let slow = |used: &Duration| *used > Duration::from_secs(1);
        let many = costs.iter().filter(|(_, used)| slow(used)).count().max(3);
        costs.truncate(many);
        let told = |(id, used): (&String, &Duration)| {
            let over = if slow(used) {
                ", which is too long"
            } else {
                ""
            };
            format!("{id} {:.2} s{over}", used.as_secs_f64())
        };
        let told: Vec<String> = costs.into_iter().map(told).collect();
        (!told.is_empty()).then(|| format!("slowest checks: {}", told.join("; ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_that_got_away_is_never_a_hundred_percent() {
        let row = |lab: &str, caught| Row {
            lab: lab.to_owned(),
            subjects: 1003,
            checks: 7,
            mutants: [1000, caught, 12],
            complaints: 0,
            took: Duration::from_millis(61_900),
        };
        let text = render(&[row("locks", 999), row("rpc", 1000)]);
        let wanted = [
            "lab    subjects  checks  mutants  caught         by models only  complaints  time",
            "locks      1003       7     1000  999 (99 %)                 12           0  61 s",
            "rpc        1003       7     1000  1000 (100 %)               12           0  61 s",
            "all        2006      14     2000  1999 (99 %)                24           0  123 s",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), wanted);
    }
}
