//! Many runs on real threads and a search, side by side.

use super::{BAD, BOLD, DIM, GOOD, count, grouped, paint, wrap};
use crate::course::Exercise;
use crate::suite::Ran;
use protocol::Stress;

/// One line for each scenario, and what to learn from it.
pub(crate) fn text(exercise: &Exercise, ran: &[(Stress, &Ran)], width: usize) -> String {
    let mut text = format!(
        "{}\n\n",
        paint(BOLD, format!("{}, each scenario", exercise.id()))
    );
    let wide = ran
        .iter()
        .map(|(_, ran)| ran.sentence().chars().count())
        .max()
        .unwrap_or(0);
    let runs = ran
        .iter()
        .map(|(stress, _)| on_threads(*stress).0.chars().count())
        .max();
    let runs = runs.unwrap_or(0);
    let beside = 2 + wide + 3 + runs + 3 + 32 <= width;
    let mut missed = 0;
    for (stress, ran) in ran {
        let (threads, good) = on_threads(*stress);
        let search = under_search(ran);
        missed += usize::from(good && !ran.passed());
        let of = |good: bool, text: String| paint(if good { GOOD } else { BAD }, text);
        let sentence = ran.sentence();
        if beside {
            text += &format!(
                "  {sentence:<wide$} | {} | {}\n",
                of(good, format!("{threads:<runs$}")),
                of(ran.passed(), search)
            );
        } else {
            text += &format!("  {sentence}\n");
            text += &format!("    real threads  {}\n", of(good, threads));
            text += &format!("    search        {}\n", of(ran.passed(), search));
        }
    }
    if missed > 0 {
        let note = format!(
            "{} passed as often as you asked, and the search found an interleaving that fails. A run that \
             passes says that this schedule works, and nothing about the next one. `cargo lab explain {}` \
             shows the interleaving.",
            count(missed, "scenario"),
            exercise.name
        );
        text += &format!("\n{}", wrap(&note, 0, width));
    } else if ran.iter().all(|(_, ran)| ran.passed()) {
        let note = "The runs saw a few schedules, the search all that its words say.";
        text += &format!("\n{}\n", paint(DIM, note));
    }
    text
}

fn on_threads(stress: Stress) -> (String, bool) {
    match stress.failed {
        _ if stress.hung => (format!("hung after {}", count_runs(stress.runs)), false),
        0 => (format!("{} runs passed", grouped(stress.runs)), true),
        n => (
            format!("{} of {} runs failed", grouped(n), grouped(stress.runs)),
            false,
        ),
    }
}

fn under_search(ran: &Ran) -> String {
    let Some(found) = &ran.found else {
        return "no search".to_owned();
    };
    match (&found.failure, found.outcomes.first()) {
        (Some(failure), _) => match &failure.search {
            Some(search) => format!("fails in interleaving {}", grouped(search.interleaving)),
            None => "fails".to_owned(),
        },
        (None, Some(outcome)) => outcome.to_string(),
        (None, None) => "nothing to search".to_owned(),
    }
}

fn count_runs(runs: u64) -> String {
    format!(
        "{} {}",
        grouped(runs),
        if runs == 1 { "run" } else { "runs" }
    )
}
