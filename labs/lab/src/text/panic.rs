//! Out of all that a test printed: the first panic, and what the student printed.

/// The first panic in a test's output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Panic {
    /// `labs/locks/src/bank.rs:52:9`.
    pub(crate) at: String,
    pub(crate) message: Vec<String>,
    /// Whether it was that of a `todo!`.
    pub(crate) todo: bool,
}

/// Takes the first panic out of what a test printed.
pub(crate) fn first(output: &str) -> Option<Panic> {
    let mut lines = output.lines();
    let at = lines.find_map(place)?.trim_end_matches(':').to_owned();
    let lines: Vec<&str> = lines.take_while(|line| !is_end(line)).collect();
    let todo = lines
        .first()
        .and_then(|line| protocol::todo(line))
        .is_some();
    // A stub is described as searches describe it.
    let message = lines.into_iter().map(protocol::still_to_do).collect();
    Some(Panic { at, message, todo })
}

/// What the test printed besides the harness's lines and panics: the student's own words.
pub(crate) fn printed(output: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut in_panic = false;
    for line in output.lines() {
        if line == "failures:" || line.starts_with("test result: ") {
            break;
        }
        if place(line).is_some() {
            in_panic = true;
        } else if in_panic {
            in_panic = !is_end(line);
        } else if !is_harness(line) {
            kept.push(line);
        }
    }
    kept
}

/// `thread 'bank::pays' (4711) panicked at labs/locks/src/bank.rs:52:9:`
fn place(line: &str) -> Option<&str> {
    let (thread, at) = line.split_once(" panicked at ")?;
    thread.starts_with("thread '").then_some(at)
}

fn is_end(line: &str) -> bool {
    line.is_empty()
        || line.starts_with("note: run with `RUST_BACKTRACE")
        || line.starts_with("stack backtrace:")
        || line.starts_with("thread '")
        || (line.starts_with("test ") && line.contains(" ... "))
}

fn is_harness(line: &str) -> bool {
    line.is_empty()
        || (line.starts_with("running ") && line.ends_with(" test"))
        || (line.starts_with("test ") && line.contains(" ... "))
        || (line.starts_with("test ") && line.ends_with("has been running for over 60 seconds"))
        || line.starts_with("note: run with `RUST_BACKTRACE")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 1 test
balance is 3

thread 'bank::pays' (4711) panicked at labs/locks/tests/public/bank.rs:11:5:
assertion `left == right` failed: the payer had 3
  left: Some(3)
 right: Some(1)
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
test bank::pays ... FAILED

failures:

failures:
    bank::pays

test result: FAILED. 0 passed; 1 failed
";

    #[test]
    fn a_panic_is_its_place_and_its_message() {
        let panic = first(OUTPUT).expect("there is one");
        assert_eq!(panic.at, "labs/locks/tests/public/bank.rs:11:5");
        assert_eq!(panic.message.len(), 3);
        assert_eq!(panic.message[2], " right: Some(1)");
    }

    #[test]
    fn a_stub_is_known_and_reads_as_in_a_search() {
        let output = OUTPUT.replace("assertion `left == right` failed", "not yet implemented");
        let panic = first(&output).expect("there is one");
        assert!(panic.todo);
        assert_eq!(panic.message[0], "still to do: the payer had 3");
        assert!(!first(OUTPUT).expect("there is one").todo);
    }

    #[test]
    fn what_the_student_printed_is_kept_and_nothing_else() {
        assert_eq!(printed(OUTPUT), ["balance is 3"]);
    }

    #[test]
    fn output_without_a_panic_has_none() {
        assert_eq!(first("running 1 test\n"), None);
    }
}
