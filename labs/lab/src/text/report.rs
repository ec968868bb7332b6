//! What a check says: after a failure its picture, after a pass what was proven and what comes
//! next.

use picture::{Certainty, FailureKind, Style};
use rules::Finding;

use super::{BAD, BOLD, DIM, GOOD, NOTE, PATH, count, grouped, paint, panic, wrap};
use crate::build::Diagnostic;
use crate::check::Checked;
use crate::course::Exercise;
use crate::process::Ended;
use crate::suite::Ran;

/// The columns before the sentence of a test.
const ROW: usize = 9;
/// What is said of a failure may have this many columns in any terminal.
const SHORT: usize = 60;

/// What a report is shown with.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) exercise: &'a Exercise,
    /// Where to read on.
    pub(crate) read: Option<String>,
    /// Its contract as a program, if it has one.
    pub(crate) spec: Option<String>,
    /// Whether the course's own answer is there to compare.
    pub(crate) compare: bool,
    /// Where to start writing.
    pub(crate) open: String,
    /// The exercise to go on with, and the place to open.
    pub(crate) next: Option<(&'a Exercise, String)>,
    /// Columns.
    pub(crate) width: usize,
}

impl View<'_> {
    /// All of it.
    pub(crate) fn text(&self, report: &Checked) -> String {
        match report {
            Checked::Broken(errors) => self.broken(errors),
            Checked::Stopped => format!("{}: stopped\n", self.exercise.id()),
            Checked::Tested {
                warnings, tests, ..
            } if report.passed() => self.passed(warnings, tests),
            Checked::Tested {
                findings,
                warnings,
                tests,
            } if !findings.is_empty() => self.refused(findings, warnings, tests),
            Checked::Tested {
                warnings, tests, ..
            } => self.failed(warnings, tests),
        }
    }

    /// One line, for an exercise among others.
    pub(crate) fn line(&self, report: &Checked) -> String {
        let id = format!("{:<24}", self.exercise.id());
        match report {
            Checked::Tested { tests, .. } if report.passed() => {
                format!(
                    "{}  {id}  {}\n",
                    paint(GOOD, "passes"),
                    proven_shortly(tests)
                )
            }
            Checked::Tested { tests, .. } => {
                let failed = tests.iter().filter(|ran| !ran.passed()).count();
                let of = count(tests.len(), "test");
                format!("{}  {id}  {failed} of {of} failed\n", paint(BAD, "fails "))
            }
            Checked::Broken(_) => format!("{}  {id}  does not compile\n", paint(BAD, "fails ")),
            Checked::Stopped => format!("{}  {id}\n", paint(DIM, "stopped")),
        }
    }

    /// `file:line:column: error: what fails`, for each failure.
    pub(crate) fn places(&self, report: &Checked) -> String {
        let id = self.exercise.id();
        let line = |place: &str, what: String| format!("{place}: error: {what}\n");
        match report {
            Checked::Stopped => String::new(),
            Checked::Broken(errors) => {
                let errors = errors
                    .iter()
                    .map(|error| error.text.trim_end().to_owned() + "\n");
                errors.collect()
            }
            Checked::Tested {
                findings, tests, ..
            } => {
                let found = findings.iter().map(|finding| {
                    let at = &finding.place;
                    let place = format!("{}:{}:{}", at.file, at.line, at.column);
                    line(&place, format!("{id}: {}", finding.text))
                });
                let failed = tests.iter().filter(|ran| !ran.passed()).map(|ran| {
                    let what = format!("{id}: {}: {}", ran.sentence(), outcome(ran, SHORT));
                    line(&self.with_column(ran), what)
                });
                found.chain(failed).collect()
            }
        }
    }

    /// As [`View::place`]; a place in a picture has no column.
    fn with_column(&self, ran: &Ran) -> String {
        let place = self.place(ran);
        match place.matches(':').count() {
            1 => format!("{place}:1"),
            _ => place,
        }
    }

    /// Its tests may pass: what they cannot see is not judged.
    fn refused(&self, findings: &[Finding], warnings: &[Diagnostic], tests: &[Ran]) -> String {
        let mut text = render_warnings(warnings);
        let id = paint(BAD, format!("{} uses what it must not", self.exercise.id()));
        text += &format!("{id}\n\n");
        for finding in findings {
            let at = &finding.place;
            let place = format!("{}:{}:{}", at.file, at.line, at.column);
            text += &format!("  {}\n", paint(PATH, place));
            text += &wrap(&finding.text, 4, self.width);
        }
        let note = "The models see only what goes through `kit`, so what the tests say below says \
                    nothing yet. The grader refuses such an answer.";
        text += &format!("\n{}\n", wrap(note, 2, self.width));
        text + &self.rows(tests)
    }

    fn broken(&self, errors: &[Diagnostic]) -> String {
        let mut text: String = errors
            .iter()
            .map(|error| error.text.trim_end().to_owned() + "\n\n")
            .collect();
        let lab = &self.exercise.lab;
        let what = match errors.len() {
            1 => "this error".to_owned(),
            n => format!("these {n} errors"),
        };
        text += &format!(
            "{}: {what} first\n",
            paint(BAD, format!("{lab} does not compile"))
        );
        let mine: Vec<String> = self.exercise.files().collect();
        let files = errors.iter().filter_map(|error| error.file.as_ref());
        let mut others: Vec<&String> = files.filter(|file| !mine.contains(file)).collect();
        others.sort();
        others.dedup();
        if let [other] = others[..]
            && errors
                .iter()
                .all(|error| error.file.as_ref() == Some(other))
        {
            let note = if other.ends_with(&format!("/{}.rs", self.exercise.name)) {
                format!(
                    "{other} uses what {} has to have: names and signatures stay as they were given.",
                    mine.join(", ")
                )
            } else {
                format!(
                    "It is in {other}, not in {}: all exercises of a lab are compiled together.",
                    mine.join(", ")
                )
            };
            text += &wrap(&note, 0, self.width);
        }
        text
    }

    fn failed(&self, warnings: &[Diagnostic], tests: &[Ran]) -> String {
        let mut text = render_warnings(warnings);
        let failed = tests.iter().filter(|ran| !ran.passed()).count();
        let id = self.exercise.id();
        let of = count(tests.len(), "test");
        text += &format!("{}: {failed} of {of} failed\n\n", paint(BOLD, id));
        let Some((first, others)) = tests.split_first() else {
            return text;
        };
        text += &failure(first, self.width);
        text.push('\n');
        // Below a picture the terminal may have lost its first lines: say once more what it shows.
        let pictured = first
            .found
            .as_ref()
            .is_some_and(|found| found.failure.is_some());
        text += &self.rows(if pictured { tests } else { others });
        if !others.is_empty() {
            text.push('\n');
        }
        text += &format!("  open  {}\n", paint(PATH, self.place(first)));
        if let Some(read) = &self.read {
            text += &format!("  read  {}\n", paint(PATH, read));
        }
        text
    }

    /// The student's line that failed, or where a thread is stuck, or the last one that ran.
    fn place(&self, ran: &Ran) -> String {
        let failure = ran.found.as_ref().and_then(|found| found.failure.as_ref());
        let mine = |at: &String| self.exercise.files().any(|file| at.starts_with(&file));
        let at = match failure {
            Some(failure) => {
                let stuck = failure.steps.iter().rev().filter(|step| step.stuck);
                let steps = stuck.chain(failure.steps.iter().rev());
                let bug = failure.bug().and_then(|bug| bug.at);
                let places = bug
                    .iter()
                    .chain(&failure.at)
                    .chain(steps.filter_map(|step| step.at.as_ref()));
                places.map(ToString::to_string).find(mine)
            }
            None => panic::first(&ran.output).map(|panic| panic.at).filter(mine),
        };
        at.unwrap_or_else(|| self.open.clone())
    }

    fn passed(&self, warnings: &[Diagnostic], tests: &[Ran]) -> String {
        let mut text = render_warnings(warnings);
        let id = paint(GOOD, format!("{} passes", self.exercise.id()));
        text += &format!("{id}: {}\n\n", count(tests.len(), "test"));
        text += &self.rows(tests);
        text += &meaning(tests, self.width);
        text += &format!("\n{}\n", wrap(&self.what_is_left(), 2, self.width));
        if let Some(read) = &self.read {
            text += &format!("  read  {}\n", paint(PATH, read));
        }
        if self.compare {
            let name = &self.exercise.name;
            text += &format!("  ours  cargo lab compare {name}\n");
        }
        match &self.next {
            Some((next, place)) => {
                text += &format!("  next  {}  {}\n", paint(PATH, place), next.title);
            }
            None => text += "  All exercises pass. The grader runs more checks than these.\n",
        }
        text
    }

    /// What these tests do not show.
    fn what_is_left(&self) -> String {
        let searched = self.spec.as_ref().map(|spec| {
            format!("The contract as a program, {spec}, was searched with every small scenario. ")
        });
        let part = "These tests look at a part of what is written above the functions; the grader \
                    checks all of it.";
        searched.unwrap_or_default() + part
    }

    /// One line for each test; two where the terminal is too narrow.
    fn rows(&self, tests: &[Ran]) -> String {
        let said: Vec<(String, String)> = tests
            .iter()
            .map(|ran| (ran.sentence(), outcome(ran, self.width.saturating_sub(ROW))))
            .collect();
        let widest = |side: fn(&(String, String)) -> &String| {
            said.iter()
                .map(|row| side(row).chars().count())
                .max()
                .unwrap_or(0)
        };
        let (left, right) = (widest(|row| &row.0), widest(|row| &row.1));
        let fits = ROW + left + 2 + right <= self.width;
        let mut text = String::new();
        for (ran, (sentence, outcome)) in tests.iter().zip(&said) {
            let mark = if ran.passed() {
                paint(GOOD, "ok   ")
            } else {
                paint(BAD, "fails")
            };
            let style = if ran.passed() { DIM } else { NOTE };
            if outcome.is_empty() {
                text += &format!("  {mark}  {sentence}\n");
            } else if fits {
                text += &format!("  {mark}  {sentence:<left$}  {}\n", paint(style, outcome));
            } else {
                let outcome = wrap(outcome, ROW, self.width);
                text += &format!(
                    "  {mark}  {sentence}\n{}\n",
                    paint(style, outcome.trim_end())
                );
            }
        }
        text
    }
}

/// The failure in full: the picture, or the panic.
pub(crate) fn failure(ran: &Ran, width: usize) -> String {
    let failure = ran.found.as_ref().and_then(|found| found.failure.as_ref());
    if let Some(failure) = failure {
        return failure.to_text(Style {
            width,
            colour: true,
            all: false,
        });
    }
    let mut text = format!("{} fails\n", paint(BOLD, &ran.name));
    match (ran.ended, panic::first(&ran.output)) {
        (Ended::Late, _) => {
            let seconds = ran.limit.as_secs();
            text += &format!(
                "  {}\n",
                paint(BAD, format!("hung: stopped after {seconds} s"))
            );
            text += "  A thread waits for something that never comes, or a loop does not end.\n";
        }
        (_, Some(panic)) => {
            for line in &panic.message {
                // What an assertion compares is indented, and stays as it is.
                let line = match line.starts_with(' ') {
                    true => format!("  {line}"),
                    false => wrap(line, 2, width),
                };
                text += &format!("{}\n", paint(BAD, line.trim_end()));
            }
            text += &format!("  at {}\n", paint(PATH, &panic.at));
        }
        (_, None) => {
            text += &format!(
                "  {}\n",
                paint(BAD, "it ended without a panic: a crash, or `exit`")
            );
        }
    }
    let printed = panic::printed(&ran.output);
    if !printed.is_empty() {
        text += "  it printed:\n";
        for line in printed.iter().take(10) {
            text += &format!("    {line}\n");
        }
        if printed.len() > 10 {
            text += &format!("    … {} more\n", count(printed.len() - 10, "line"));
        }
    }
    text
}

/// In a few words, of at most this width where they are the student's: what was proven, or what
/// went wrong.
fn outcome(ran: &Ran, most: usize) -> String {
    let failure = ran.found.as_ref().and_then(|found| found.failure.as_ref());
    match (ran.ended, failure) {
        (Ended::Late, _) => "hung".to_owned(),
        (Ended::Well, _) => {
            let outcomes = ran.found.iter().flat_map(|found| &found.outcomes);
            outcomes
                .map(|outcome| outcome.to_string())
                .collect::<Vec<_>>()
                .join(", ")
        }
        (_, Some(failure)) if failure.kind == FailureKind::Assertion => {
            in_short(failure.message.lines().next().unwrap_or_default(), most)
        }
        (_, Some(failure)) => kind(failure.kind).to_owned(),
        (_, None) => match panic::first(&ran.output) {
            Some(panic) if panic.todo => kind(FailureKind::Todo).to_owned(),
            Some(panic) => in_short(panic.message.first().map_or("", String::as_str), most),
            None => "crashed".to_owned(),
        },
    }
}

/// A panic's first line without what every assertion says.
fn in_short(message: &str, most: usize) -> String {
    let own = match message.strip_prefix("assertion `") {
        Some(rest) => rest
            .split_once("` failed: ")
            .map_or("an assertion fails", |(_, own)| own),
        None => message,
    };
    if own.chars().count() <= most.max(SHORT) {
        return own.to_owned();
    }
    own.chars().take(most.max(SHORT) - 1).chain(['…']).collect()
}

fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Assertion => "an assertion fails",
        FailureKind::Todo => "not written yet",
        FailureKind::Deadlock => "deadlock",
        FailureKind::Race => "data race",
        FailureKind::Leak => "something is never dropped",
        FailureKind::NotExplored => "not explored",
        FailureKind::Unreached => "cannot happen",
        FailureKind::Hung => "hung",
    }
}

/// What the certainties above mean, each once.
fn meaning(tests: &[Ran], width: usize) -> String {
    let outcomes = tests.iter().filter_map(|ran| ran.found.as_ref());
    let certainties = outcomes
        .flat_map(|found| &found.outcomes)
        .map(|outcome| outcome.certainty);
    let (mut exhaustive, mut bounded, mut sampled) = (false, false, false);
    for certainty in certainties {
        match certainty {
            Certainty::Exhaustive => exhaustive = true,
            Certainty::Bounded { .. } => bounded = true,
            Certainty::Sampled { .. } => sampled = true,
            Certainty::Witnessed | Certainty::Blind => {}
        }
    }
    let mut text = String::new();
    let mut say =
        |line: &str| text += &format!("{}\n", paint(DIM, wrap(line, 2, width).trim_end()));
    if exhaustive {
        say(
            "exhaustive: every order in which the threads of the scenario can take their steps was run.",
        );
    }
    if bounded {
        say(
            "bounded: every order with at most this number of preemptions was run. A preemption \
             interrupts a thread that could have gone on.",
        );
    }
    if sampled {
        say(
            "sampled: many orders were run, chosen at random. That finds bugs, and proves nothing.",
        );
    }
    if text.is_empty() {
        text
    } else {
        format!("\n{text}")
    }
}

fn proven_shortly(tests: &[Ran]) -> String {
    let outcomes = tests.iter().filter_map(|ran| ran.found.as_ref());
    let searched: u64 = outcomes
        .flat_map(|found| &found.outcomes)
        .map(|outcome| outcome.interleavings)
        .sum();
    let tests = count(tests.len(), "test");
    match searched {
        0 => tests,
        n => format!("{tests}, {} interleavings", grouped(n)),
    }
}

fn render_warnings(warnings: &[Diagnostic]) -> String {
    warnings
        .iter()
        .map(|warning| warning.text.trim_end().to_owned() + "\n\n")
        .collect()
}
