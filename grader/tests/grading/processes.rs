//! How processes are watched, and how their ends are judged, with a shell in place of a check.

use std::process::Command;
use std::time::Duration;

use grader::lab::Kind;
use grader::process::{self, Bounds, Cause, Ended};
use grader::run::Run;
use grader::verdict::{Judged, Verdict, judge};

/// Longer than anything takes that comes to an end.
const AMPLE: Duration = Duration::from_secs(120);
/// For what does not.
const SHORT: Duration = Duration::from_secs(1);

fn shell(script: &str, input: &str, deadline: Duration) -> Ended {
    let bounds = Bounds {
        deadline,
        stdout: 1 << 16,
        stderr: 1 << 16,
    };
    process::run(
        Command::new("sh").args(["-c", script]),
        input.as_bytes(),
        bounds,
    )
    .expect("a shell")
}

fn judged(script: &str) -> Judged {
    judged_within(script, AMPLE)
}

fn judged_within(script: &str, deadline: Duration) -> Judged {
    let ended = shell(script, "the-token", deadline);
    let run = Run {
        token: "the-token".to_owned(),
        ended,
        deadline,
    };
    judge(&run, Kind::Test, |_| false)
}

const REPORT: &str = r#"{"token":"TOKEN","report":{"end":"returned","searches":[]}}"#;

#[test]
fn the_one_line_with_the_token_is_a_pass_whatever_the_exit_code() {
    let line = REPORT.replace("TOKEN", "the-token");
    assert_eq!(judged(&format!("echo '{line}'")).verdict, Verdict::Pass);
    assert_eq!(
        judged(&format!("echo '{line}'; exit 3")).verdict,
        Verdict::Pass
    );
}

#[test]
fn a_wrong_token_a_second_line_or_anything_else_on_the_channel_is_forged() {
    let line = REPORT.replace("TOKEN", "the-token");
    for script in [
        format!("echo '{}'", REPORT.replace("TOKEN", "guess")),
        format!("echo '{line}'; echo '{line}'"),
        format!("echo; echo '{line}'"),
        format!("printf '%s' '{line}'"),
        "echo 'test result: ok. 1 passed; 0 failed'".to_owned(),
        "echo '{}'".to_owned(),
    ] {
        assert_eq!(judged(&script).verdict, Verdict::Forged, "{script}");
    }
}

#[test]
fn what_a_process_prints_chooses_among_failures_only() {
    for printed in [
        "memory allocation of 7 bytes failed",
        "has overflowed its stack",
        "panic in a destructor during cleanup",
        "test result: ok. 1 passed; 0 failed",
    ] {
        for end in ["exit 0", "exit 3", "kill -ABRT $$", "kill -SEGV $$"] {
            let judged = judged(&format!("echo '{printed}' >&2; {end}"));
            let failed = [Verdict::OutOfMemory, Verdict::Crashed, Verdict::Forged];
            assert!(failed.contains(&judged.verdict), "{printed}, {end}");
        }
    }
}

#[test]
fn silence_is_never_a_pass() {
    assert_eq!(judged("exit 0").verdict, Verdict::Forged);
    assert_eq!(judged("exit 101").verdict, Verdict::Crashed);
    assert_eq!(judged("kill -SEGV $$").verdict, Verdict::Crashed);
    assert_eq!(judged("kill -XCPU $$").verdict, Verdict::Hung);
    let hung = judged_within("while :; do :; done", SHORT);
    assert_eq!(hung.verdict, Verdict::Hung);
}

#[test]
fn the_whole_group_is_gone_when_a_process_has_ended() {
    // The grandchild would hold the pipes open for an hour.
    let ended = shell("sleep 3600 & exit 0", "", AMPLE);
    assert_eq!(ended.cause, Cause::Itself);
    let ended = shell("sleep 3600 & sleep 3600", "", SHORT);
    assert_eq!(ended.cause, Cause::Deadline);
}

#[test]
fn a_process_inherits_no_descriptor_of_the_grader() {
    let script = "ls /proc/$$/fd";
    let plain = Command::new("sh")
        .args(["-c", script])
        .output()
        .expect("a shell")
        .stdout;
    assert_eq!(shell(script, "", AMPLE).stdout, plain);
}

#[test]
fn input_that_nobody_reads_is_no_failure() {
    let ended = shell("exit 0", &"x".repeat(1 << 20), AMPLE);
    assert!(ended.status.success());
}

#[test]
fn output_is_kept_up_to_its_bound() {
    let ended = shell("echo out; echo err >&2", "", AMPLE);
    assert_eq!(
        (&*ended.stdout, &*ended.stderr),
        (&b"out\n"[..], &b"err\n"[..])
    );
    let ended = shell("yes", "", AMPLE);
    assert_eq!((ended.cause, ended.stdout.len()), (Cause::Flood, 1 << 16));
}

#[test]
fn a_program_that_is_not_there_is_told_with_a_remedy() {
    let bounds = Bounds {
        deadline: Duration::from_secs(1),
        stdout: 1,
        stderr: 1,
    };
    let said =
        process::run(&mut Command::new("no-such-cargo"), b"", bounds).expect_err("it is not there");
    assert!(
        format!("{said:#}").contains("`no-such-cargo` was not found; install Rust"),
        "{said:#}"
    );
}
