//! What the student's commands ask of a search by the environment. Each test runs this binary once
//! more as a child, because the environment is the whole process's.
use kit::explore::{Certainty, FailureKind, seeds};
use kit::net::{Faults, Network};
use kit::spec::{At, Scenario, Scope, Spec, Steps, Subject, conforms};
use kit::sync::{Arc, Mutex};
use kit::{explore, thread};
use protocol::{Searched, variables};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The subject: fails in the interleaving in which both threads look before either adds.
#[test]
fn subject_that_races() {
    if std::env::var_os("KIT_TEST_CHILD").is_none() {
        return;
    }
    explore(|| {
        println!("an interleaving begins");
        let visited = Arc::new(Mutex::new(0));
        let other = Arc::clone(&visited);
        let visit = |visited: &Mutex<u32>| {
            let seen = *visited.lock() > 0;
            if !seen {
                *visited.lock() += 1;
            }
        };
        let thread = thread::spawn(move || visit(&other));
        visit(&visited);
        thread.join().unwrap();
        assert_eq!(*visited.lock(), 1, "visited twice");
    });
}

/// The subject: right.
#[test]
fn subject_that_is_right() {
    if std::env::var_os("KIT_TEST_CHILD").is_none() {
        return;
    }
    explore(|| {
        let counter = Arc::new(Mutex::new(0));
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || *other.lock() += 1);
        *counter.lock() += 1;
        thread.join().unwrap();
        assert_eq!(*counter.lock(), 2);
    });
}

/// The subject: fails with every seed from 3 on, after it has sent something.
#[test]
fn subject_that_fails_with_seeds() {
    if std::env::var_os("KIT_TEST_CHILD").is_none() {
        return;
    }
    seeds(10, |seed| {
        println!("seed {seed} is run");
        let network = Network::new(Faults::none());
        let listener = network.node("server").listen().unwrap();
        let connection = network.node("client").connect("server").unwrap();
        connection.send(b"hello").unwrap();
        let accepted = listener.accept().unwrap();
        assert!(accepted.receive().unwrap().is_some());
        assert!(seed < 3, "three and more are too many");
    });
}

/// A number that can be counted up.
struct Number;

impl Spec for Number {
    type Start = usize;
    type State = usize;
    type Call = ();
    type Return = usize;
    const STARTS: &[usize] = &[0];
    const CALLS: &[()] = &[()];

    fn begin(_: &Scenario<Number>) -> usize {
        0
    }

    fn step(&number: &usize, _: At, (): ()) -> Steps<Number> {
        Steps::gives(number + 1, number + 1)
    }
}

/// Counts to three, and no further.
struct UpToThree(Mutex<usize>);

impl Subject for UpToThree {
    type Spec = Number;
    type Hand<'a> = ();

    fn new(_: &Scenario<Number>) -> Self {
        UpToThree(Mutex::new(0))
    }

    fn hands(&self, scenario: &Scenario<Number>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, (): ()) -> usize {
        let mut number = self.0.lock();
        *number = (*number + 1).min(3);
        *number
    }

    fn release(&self) {}
}

/// The subject: right in every scenario of its scope, wrong in larger ones.
#[test]
fn subject_that_counts() {
    if std::env::var_os("KIT_TEST_CHILD").is_some() {
        conforms::<UpToThree>(Scope::new(2, 2, 3));
    }
}

fn child(subject: &str, dir: &Path) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", subject, "--nocapture"])
        .env("KIT_TEST_CHILD", "1")
        .env("WEFT_FAILURES", dir);
    child
}

fn run(subject: &str, dir: &Path, variables: &[(&str, &str)]) -> Output {
    let mut child = child(subject, dir);
    child.envs(variables.iter().copied()).output().unwrap()
}

fn answer(dir: &Path, subject: &str) -> Searched {
    let json = std::fs::read(dir.join(format!("{subject}.json"))).unwrap();
    serde_json::from_slice(&json).unwrap()
}

fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    dir
}

#[test]
fn a_failure_is_handed_over_and_not_printed() {
    let dir = fresh("handed-over");
    let output = run("subject_that_races", &dir, &[]);
    assert!(!output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("does not hold"));
    let failure = answer(&dir, "subject_that_races").failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Assertion);
    assert_eq!(failure.claim, "subject_that_races");
}

#[test]
fn a_deep_search_goes_on_to_larger_scenarios() {
    let (dir, subject) = (fresh("deep"), "subject_that_counts");
    let output = run(subject, &dir, &[]);
    assert!(output.status.success(), "no scenario of three calls fails");
    let scenarios = answer(&dir, subject).outcomes[0].scenarios.unwrap();
    assert_eq!((scenarios.calls, scenarios.run), (3, scenarios.of));

    let output = run(subject, &dir, &[(variables::DEEP, "60")]);
    assert!(!output.status.success(), "a scenario of four calls fails");
    let failure = answer(&dir, subject).failure.unwrap();
    let calls = failure.message.matches("()").count();
    assert!(calls >= 4, "{}", failure.message);

    // Whoever replays it need not say that it was deep.
    let token = failure.replay.clone().unwrap();
    let output = run(subject, &dir, &[(variables::REPLAY, &token)]);
    assert!(!output.status.success(), "the same interleaving fails");
    let again = answer(&dir, subject).failure.unwrap();
    assert_eq!(again.message, failure.message, "the failure of the replay");
}

/// As the grader runs a check: whose source is not there.
#[test]
fn what_is_made_by_code_that_is_not_here_is_hidden() {
    let dir = fresh("not-here");
    let name = || {
        let failure = answer(&dir, "subject_that_races").failure.unwrap();
        failure.objects[0].name.clone()
    };
    run("subject_that_races", &dir, &[]);
    assert_eq!(name(), "visited");
    let elsewhere = std::env::temp_dir();
    let output = child("subject_that_races", &dir)
        .current_dir(elsewhere)
        .output();
    assert!(!output.unwrap().status.success());
    assert_eq!(name(), "hidden mutex");
}

#[test]
fn what_was_proven_is_handed_over() {
    let dir = fresh("proven");
    assert!(run("subject_that_is_right", &dir, &[]).status.success());
    let answer = answer(&dir, "subject_that_is_right");
    assert_eq!(answer.outcomes.len(), 1);
    assert_eq!(answer.outcomes[0].certainty, Certainty::Exhaustive);
    assert_eq!((answer.failure, answer.stress), (None, None));
}

#[test]
fn a_token_repeats_exactly_the_failing_interleaving_aloud() {
    let dir = fresh("replay");
    run("subject_that_races", &dir, &[]);
    let first = answer(&dir, "subject_that_races").failure.unwrap();
    let token = first.replay.clone().unwrap();

    let output = run("subject_that_races", &dir, &[("WEFT_REPLAY", &token)]);
    assert!(!output.status.success());
    let again = answer(&dir, "subject_that_races").failure.unwrap();
    assert_eq!(again.steps, first.steps);
    assert_eq!(again.replay, first.replay);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.matches("an interleaving begins").count(), 1, "{said}");
}

#[test]
fn a_token_of_other_code_is_told_kindly() {
    let dir = fresh("other-code");
    run("subject_that_races", &dir, &[]);
    let token = answer(&dir, "subject_that_races")
        .failure
        .unwrap()
        .replay
        .unwrap();
    let (place, _hash) = token.rsplit_once('.').unwrap();
    let other = format!("{place}.00000000");
    run("subject_that_races", &dir, &[("WEFT_REPLAY", &other)]);
    let message = answer(&dir, "subject_that_races").failure.unwrap().message;
    assert!(message.contains("the code has changed"), "{message}");

    let right = token.replace("subject_that_races", "subject_that_is_right");
    let output = run("subject_that_is_right", &dir, &[("WEFT_REPLAY", &right)]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("does not fail any more"), "{said}");
}

#[test]
fn stress_counts_runs_on_real_threads_beside_the_search() {
    let dir = fresh("stress");
    let output = run("subject_that_races", &dir, &[("WEFT_STRESS", "50")]);
    assert!(!output.status.success());
    let answer = answer(&dir, "subject_that_races");
    assert_eq!(answer.stress.unwrap().runs, 50);
    assert!(answer.failure.is_some());
}

/// The subject: blocks until the answer is there, so that it ends when it has been told about.
#[test]
fn subject_that_blocks() {
    if std::env::var_os("KIT_TEST_CHILD").is_none() {
        return;
    }
    let dir = PathBuf::from(std::env::var_os("WEFT_FAILURES").unwrap());
    let (sender, receiver) = kit::channel::bounded::<()>(1);
    let thread = thread::spawn(move || {
        while !dir.join("subject_that_blocks.json").exists() {
            thread::yield_now();
        }
        drop(sender);
    });
    assert!(receiver.recv().is_err());
    thread.join().unwrap();
}

#[test]
fn a_test_that_blocks_for_long_says_where() {
    let dir = fresh("blocks");
    let claim = ("WEFT_CLAIM", "subject_that_blocks");
    assert!(
        run(claim.1, &dir, &[claim, ("WEFT_TELL_AFTER", "1")])
            .status
            .success()
    );
    let failure = answer(&dir, claim.1).failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Hung);
    let told = &failure.waits[0].sentence;
    assert!(
        told.contains("waits for a value from `receiver` at labs/kit/tests/requests.rs:"),
        "{told}"
    );
}

#[test]
fn a_seed_that_failed_is_run_alone() {
    let subject = "subject_that_fails_with_seeds";
    let dir = fresh("seeds");
    let output = run(subject, &dir, &[]);
    assert!(!output.status.success());
    let runs = |output: &Output| {
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = printed.lines().filter(|line| line.contains("is run"));
        lines
            .map(|line| line[line.find("seed").unwrap()..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        runs(&output).last().map(String::as_str),
        Some("seed 3 is run")
    );
    let failure = answer(&dir, subject).failure.expect("seed 3 fails");
    assert!(
        failure
            .message
            .contains("WEFT_SEED='subject_that_fails_with_seeds@3'")
    );
    let actions: Vec<&str> = failure
        .steps
        .iter()
        .map(|step| step.action.as_str())
        .collect();
    assert_eq!(actions, ["send \"hello\"", "receive \"hello\""]);
    let alone = format!("{subject}@3");
    let again = run(subject, &dir, &[("WEFT_SEED", &alone)]);
    assert!(!again.status.success());
    assert_eq!(runs(&again), ["seed 3 is run"]);
    let other = format!("{subject}@1");
    assert!(
        run(subject, &dir, &[("WEFT_SEED", &other)])
            .status
            .success()
    );
}
