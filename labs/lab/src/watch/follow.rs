//! The loop: what an event leads to.
//!
//! Not here: a terminal, a file, a process. All of them are behind [`Hands`].

use std::path::PathBuf;

use crate::check::Checked;

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// Files have another content now.
    Edited(Vec<PathBuf>),
    /// A key was pressed.
    Key(char),
    /// The check that was begun has ended.
    Checked(Result<Checked, String>),
    /// The student wants to leave.
    Quit,
}

/// What the loop can do.
pub(crate) trait Hands {
    /// The exercise that edited files are about.
    fn owner(&self, files: &[PathBuf]) -> Option<String>;
    /// The exercise after this one that does not pass.
    fn next(&self, from: &str) -> Option<String>;
    /// Begins to check. An [`Event::Checked`] follows, sooner if [`Hands::stop`] is called.
    fn begin(&mut self, id: &str);
    /// Asks the running check to end.
    fn stop(&mut self);
    /// Shows how a check came out.
    fn checked(&mut self, id: &str, report: &Checked);
    /// Shows the next hint.
    fn hint(&mut self, id: &str);
    /// Shows the last failing interleaving, every step of it.
    fn explain(&mut self, id: &str);
    /// Opens the page of the last failure, or the exercise's file.
    fn open(&mut self, id: &str);
    /// Shows the list of exercises.
    fn list(&mut self);
    /// Shows a text.
    fn say(&mut self, text: &str);
}

const HELP: &str = "\
Save a file, and the exercise it belongs to is checked at once.

  h  the next hint for this exercise
  e  the last failing interleaving, with every step
  o  open the last failure as a page, or the file if there is none
  n  on to the next exercise that does not pass
  l  all exercises, and where you stand
  r  run the tests again
  q  quit
";

/// Follows the student from `start` until they quit, or the events end.
pub(crate) fn follow(
    start: String,
    events: impl IntoIterator<Item = Event>,
    hands: &mut impl Hands,
) {
    let mut here = start;
    let mut check = Check::None;
    check.want(&here, hands);
    for event in events {
        match event {
            Event::Edited(files) => {
                here = hands.owner(&files).unwrap_or(here);
                check.want(&here, hands);
            }
            Event::Checked(result) => {
                let stale = matches!(check, Check::Stale);
                check = Check::None;
                match result {
                    _ if stale => check.want(&here, hands),
                    Ok(report) => hands.checked(&here, &report),
                    Err(error) => hands.say(&format!("{error}\n")),
                }
            }
            Event::Key('h') => hands.hint(&here),
            Event::Key('e') => hands.explain(&here),
            Event::Key('o') => hands.open(&here),
            Event::Key('n') => match hands.next(&here) {
                Some(next) => {
                    here = next;
                    check.want(&here, hands);
                }
                None => hands.say("No other exercise is left that does not pass.\n"),
            },
            Event::Key('l') => hands.list(),
            Event::Key('r') => check.want(&here, hands),
            Event::Key('?') => hands.say(HELP),
            Event::Key(_) => {}
            Event::Quit => break,
        }
    }
}

/// The check in the background.
enum Check {
    None,
    Running,
    /// It was asked to stop, because what it checks has changed.
    Stale,
}

impl Check {
    fn want(&mut self, here: &str, hands: &mut impl Hands) {
        match self {
            Check::None => {
                hands.begin(here);
                *self = Check::Running;
            }
            Check::Running => {
                hands.stop();
                *self = Check::Stale;
            }
            Check::Stale => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what is asked of it.
    #[derive(Default)]
    struct Diary(Vec<String>);

    impl Hands for Diary {
        fn owner(&self, files: &[PathBuf]) -> Option<String> {
            let stem = files.first()?.file_stem()?.to_str()?;
            (stem != "lib").then(|| format!("locks/{stem}"))
        }
        fn next(&self, from: &str) -> Option<String> {
            (from != "locks/last").then(|| "locks/last".to_owned())
        }
        fn begin(&mut self, id: &str) {
            self.0.push(format!("begin {id}"));
        }
        fn stop(&mut self) {
            self.0.push("stop".to_owned());
        }
        fn checked(&mut self, id: &str, report: &Checked) {
            self.0.push(format!("{id} passed: {}", report.passed()));
        }
        fn hint(&mut self, id: &str) {
            self.0.push(format!("hint {id}"));
        }
        fn explain(&mut self, id: &str) {
            self.0.push(format!("explain {id}"));
        }
        fn open(&mut self, id: &str) {
            self.0.push(format!("open {id}"));
        }
        fn list(&mut self) {
            self.0.push("list".to_owned());
        }
        fn say(&mut self, text: &str) {
            self.0
                .push(text.lines().next().unwrap_or_default().to_owned());
        }
    }

    fn diary(events: impl IntoIterator<Item = Event>) -> Vec<String> {
        let mut diary = Diary::default();
        follow("locks/bank".to_owned(), events, &mut diary);
        diary.0
    }

    fn edited(file: &str) -> Event {
        Event::Edited(vec![PathBuf::from(file)])
    }

    fn passed() -> Event {
        let report = Checked::Tested {
            findings: Vec::new(),
            warnings: Vec::new(),
            tests: Vec::new(),
        };
        Event::Checked(Ok(report))
    }

    #[test]
    fn it_begins_with_a_check() {
        assert_eq!(diary([]), ["begin locks/bank"]);
        assert_eq!(
            diary([passed()]),
            ["begin locks/bank", "locks/bank passed: true"]
        );
    }

    #[test]
    fn it_follows_what_is_edited() {
        let diary = diary([passed(), edited("src/visited.rs"), passed()]);
        assert_eq!(
            diary[2..],
            ["begin locks/visited", "locks/visited passed: true"]
        );
    }

    #[test]
    fn a_file_that_belongs_to_no_exercise_checks_the_same_one_again() {
        assert_eq!(
            diary([passed(), edited("src/lib.rs")])[2..],
            ["begin locks/bank"]
        );
    }

    #[test]
    fn an_edit_during_a_check_stops_it_once_and_begins_anew() {
        let events = [
            edited("src/visited.rs"),
            edited("src/visited.rs"),
            Event::Checked(Ok(Checked::Stopped)),
            passed(),
        ];
        let expected = [
            "begin locks/bank",
            "stop",
            "begin locks/visited",
            "locks/visited passed: true",
        ];
        assert_eq!(diary(events), expected);
    }

    #[test]
    fn a_check_that_cannot_be_made_is_told_and_the_loop_goes_on() {
        let events = [Event::Checked(Err("no cargo".to_owned())), Event::Key('r')];
        assert_eq!(
            diary(events),
            ["begin locks/bank", "no cargo", "begin locks/bank"]
        );
    }

    #[test]
    fn each_key_does_what_the_help_says() {
        let keys = ['h', 'e', 'o', 'l', '?', 'x', 'n'].map(Event::Key);
        let diary = diary([passed()].into_iter().chain(keys));
        let expected = [
            "hint locks/bank",
            "explain locks/bank",
            "open locks/bank",
            "list",
            "Save a file, and the exercise it belongs to is checked at once.",
            "begin locks/last",
        ];
        assert_eq!(diary[2..], expected);
    }

    #[test]
    fn after_the_last_exercise_next_says_so() {
        let events = [passed(), Event::Key('n'), passed(), Event::Key('n')];
        let said = diary(events).pop();
        assert_eq!(
            said.as_deref(),
            Some("No other exercise is left that does not pass.")
        );
    }

    #[test]
    fn nothing_happens_after_quit() {
        assert_eq!(diary([Event::Quit, passed()]), ["begin locks/bank"]);
    }
}
