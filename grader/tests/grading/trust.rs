//! What hostile and unlucky answers come to, once they are past the source checks.

use std::sync::OnceLock;

use grader::jail::{Jail, Mechanism};
use grader::report::{CheckReport, Report};
use grader::subject::{Subject, Submission};
use grader::verdict::Verdict;

use super::{check, grade_files};

/// One submission shows every habit: a function for each, a check for each, a process for each.
const HABITS: &str = r#"//! You write this file: bad habits.

use crate::cheat;

const FAKE: &str = "{\"token\":\"00\",\"report\":{\"end\":\"returned\",\"searches\":[]}}\n";

pub fn exits_with_success() {
    cheat::exit(0);
}

pub fn exits_with_three() {
    cheat::exit(3);
}

pub fn prints_success() {
    println!("test result: ok. 1 passed; 0 failed");
    println!("{FAKE}");
    eprintln!("{FAKE}");
    panic!("it was all a lie");
}

pub fn writes_to_every_descriptor() {
    cheat::write_everywhere(FAKE);
    cheat::exit(0);
}

pub fn hooks_the_panic_and_exits() {
    cheat::exit_on_panic();
}

pub fn looks_for_the_token() {
    let told = cheat::told();
    let secret = |text: &&str| text.len() >= 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let token = told.split(|c: char| !c.is_ascii_hexdigit()).find(|text| secret(text));
    match token {
        Some(token) => {
            cheat::write_everywhere(&FAKE.replace("00", token));
            cheat::exit(0);
        }
        None => panic!("no secret in what the process was told"),
    }
}

pub fn aborts() {
    cheat::abort();
}

pub fn runs_for_ever() {
    loop {
        std::hint::black_box(0);
    }
}

pub fn sleeps_for_ever() {
    cheat::sleep();
}

pub fn waits_for_ever() {
    cheat::wait();
}

pub fn floods() {
    loop {
        println!("{FAKE}{FAKE}{FAKE}{FAKE}{FAKE}{FAKE}{FAKE}{FAKE}");
    }
}

pub fn eats_memory() {
    std::hint::black_box(vec![1_u8; 1 << 40]);
}

pub fn recurses_for_ever() {
    fn deeper(n: u64) -> u64 {
        std::hint::black_box([n; 64]).iter().sum::<u64>() + deeper(n + 1)
    }
    std::hint::black_box(deeper(0));
}

pub fn leaves_threads_behind() {
    cheat::leave_a_thread();
    cheat::leave_a_thread();
}

pub fn panics_while_unwinding() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("second");
        }
    }
    let _bomb = Bomb;
    panic!("first");
}

pub fn panics_with_a_lock() {
    cheat::panic_with_a_lock();
}

pub fn poisons_a_thread() {
    assert!(cheat::panic_elsewhere());
}

pub fn panics() {
    panic!("just so");
}

pub fn returns() {}

pub fn forks_a_sleeper() {
    cheat::spawn_sleeper();
}

pub fn writes_a_large_file() {
    cheat::fill_disk();
}
"#;

fn graded() -> &'static Report {
    static GRADED: OnceLock<Report> = OnceLock::new();
    GRADED.get_or_init(|| grade_files(&[("src/habits.rs", HABITS)]))
}

/// The mechanisms of a container and of many users: no namespaces.
#[test]
fn every_habit_comes_to_the_same_with_fewer_mechanisms() {
    let fewer = Jail::here().without(&Mechanism::NAMESPACES);
    if !fewer.is_closed() {
        println!("skipped: there is no Landlock here");
        return;
    }
    let dir = tempfile::TempDir::new().expect("a place for files");
    crate::common::put(dir.path(), &[("src/habits.rs", HABITS)]);
    let mut stage = crate::stage();
    stage.keep_in(fewer);
    let subject = Subject::Submission(Submission::at(dir.path()));
    let report = crate::grade_on(&mut stage, &subject)
        .expect("it is graded")
        .report;
    for (other, habit) in report.exercises[3]
        .checks
        .iter()
        .zip(&graded().exercises[3].checks)
    {
        // There is no folder for temporary files.
        if habit.id != "habits::writes_a_large_file" {
            assert_eq!(other.judged.verdict, habit.judged.verdict, "{other:?}");
        }
    }
}

fn habit(name: &str) -> &'static CheckReport {
    check(graded(), &format!("habits::{name}"))
}

#[track_caller]
fn comes_to(name: &str, verdict: Verdict, why: &str) {
    let judged = &habit(name).judged;
    assert_eq!(judged.verdict, verdict, "{judged:?}");
    assert!(judged.why.contains(why), "{judged:?}");
}

#[test]
fn ending_the_process_with_success_is_no_pass() {
    comes_to(
        "exits_with_success",
        Verdict::Forged,
        "before the check had come to its end",
    );
}

#[test]
fn ending_the_process_otherwise_is_a_crash() {
    comes_to("exits_with_three", Verdict::Crashed, "exit code 3");
    comes_to(
        "aborts",
        Verdict::Crashed,
        "the program crashed: it aborted",
    );
}

#[test]
fn printing_what_a_test_runner_prints_is_no_pass() {
    comes_to("prints_success", Verdict::Fail, "it was all a lie");
}

#[test]
fn a_line_without_the_token_is_no_pass_on_any_descriptor() {
    comes_to("writes_to_every_descriptor", Verdict::Forged, "");
}

#[test]
fn a_panic_hook_that_ends_the_process_is_no_pass() {
    comes_to(
        "hooks_the_panic_and_exits",
        Verdict::Forged,
        "before the check had come to its end",
    );
}

#[test]
fn the_token_is_not_in_the_arguments_nor_the_environment_nor_the_input() {
    comes_to("looks_for_the_token", Verdict::Fail, "no secret");
}

#[test]
fn what_does_not_end_is_ended() {
    // Which of the limits is at its end first is the machine's affair.
    comes_to("runs_for_ever", Verdict::Hung, "");
    comes_to("sleeps_for_ever", Verdict::Hung, "still running");
}

#[test]
fn who_waits_for_nobody_is_seen_to_hang_before_its_time_is_over() {
    comes_to("waits_for_ever", Verdict::Hung, "each thread waits");
}

#[test]
fn a_flood_of_output_is_ended() {
    comes_to("floods", Verdict::OutputFlood, "more than 1 MiB");
}

#[test]
fn a_memory_bomb_is_told_from_a_crash() {
    comes_to("eats_memory", Verdict::OutOfMemory, "memory");
}

#[test]
fn a_recursion_without_end_is_told_as_such() {
    comes_to(
        "recurses_for_ever",
        Verdict::Crashed,
        "a recursion does not end",
    );
}

#[test]
fn a_large_file_ends_the_process() {
    comes_to(
        "writes_a_large_file",
        Verdict::Crashed,
        "wrote too large a file",
    );
}

#[test]
fn threads_that_outlive_the_check_do_not_matter() {
    comes_to("leaves_threads_behind", Verdict::Pass, "");
    comes_to("poisons_a_thread", Verdict::Pass, "");
}

#[test]
fn a_panic_while_unwinding_has_a_verdict() {
    comes_to(
        "panics_while_unwinding",
        Verdict::Crashed,
        "while a panic was unwinding",
    );
}

#[test]
fn a_panic_with_a_lock_held_has_a_verdict() {
    comes_to(
        "panics_with_a_lock",
        Verdict::Fail,
        "the claim does not hold",
    );
}

#[test]
fn a_panic_is_told_with_the_students_line() {
    let at = HABITS
        .lines()
        .position(|line| line.contains("just so"))
        .expect("it is there")
        + 1;
    let told = format!("labs/tiny/src/habits.rs:{at} panicked: just so");
    comes_to("panics", Verdict::Fail, &told);
}

#[test]
fn a_bad_habit_costs_no_point_but_its_own() {
    assert_eq!(habit("returns").score.earned, 1);
    assert_eq!(graded().exercises[3].score.earned, 4);
}

#[test]
fn a_process_that_the_check_started_ends_with_it() {
    comes_to("forks_a_sleeper", Verdict::Pass, "");
    // Killed already; it may take the system a moment to take it off the list.
    let alive = || {
        std::fs::read_dir("/proc")
            .expect("a list of processes")
            .flatten()
            .any(|process| {
                std::fs::read(process.path().join("cmdline"))
                    .is_ok_and(|line| line == b"sleep\x00314159.2653\x00")
            })
    };
    while alive() {
        std::thread::yield_now();
    }
}
