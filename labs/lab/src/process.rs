//! Starts processes: the only module that does.
//!
//! The one idea: a child has a deadline, can be stopped from outside, and what it prints is kept up
//! to a cap.
//!
//! Not here: what its output means.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

/// How often a running child looks whether it has to stop.
const LOOK: Duration = Duration::from_millis(50);
/// Of its output so much is kept; the rest is read and dropped.
const CAP: usize = 256 * 1024;

/// Asks what is running to stop. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn now(&self) {
        // ORDERING: nothing but the flag itself is passed on.
        self.0.store(true, Relaxed);
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// How a child came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with success.
    Well,
    /// By itself, without success.
    Badly,
    /// At its deadline.
    Late,
    /// Because it was asked to.
    Stopped,
}

/// Runs a command without input, and gives what it printed on both outputs, in order. Blocks until
/// it ends. `deadline` is asked again and again: what else ends meanwhile may shorten it.
pub(crate) fn run(
    mut command: Command,
    deadline: impl Fn() -> Duration,
    stop: &Stop,
) -> Result<(Ended, String)> {
    let (mut reader, writer) = std::io::pipe().context("making a pipe")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("making a pipe")?)
        .stderr(writer);
    let mut child = start(&mut command)?;
    drop(command); // It holds the other end of the pipe open.
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let mut chunk = [0; 16 * 1024];
        while let Ok(n @ 1..) = reader.read(&mut chunk) {
            kept.extend_from_slice(&chunk[..n.min(CAP - kept.len())]);
        }
        let _ = tell.send(kept);
    });
    let begun = Instant::now();
    let mut ended = None;
    let kept = loop {
        let left = deadline().saturating_sub(begun.elapsed());
        match told.recv_timeout(left.min(LOOK)) {
            Ok(kept) => break kept,
            Err(RecvTimeoutError::Timeout) if ended.is_some() => {}
            Err(RecvTimeoutError::Timeout) if stop.asked() => ended = Some(Ended::Stopped),
            Err(RecvTimeoutError::Timeout) if left.is_zero() => ended = Some(Ended::Late),
            Err(_) => {}
        }
        if ended.is_some() {
            let _ = child.kill();
        }
    };
    let status = child.wait().context("waiting for a child")?;
    let by_itself = if status.success() {
        Ended::Well
    } else {
        Ended::Badly
    };
    Ok((
        ended.unwrap_or(by_itself),
        String::from_utf8_lossy(&kept).into_owned(),
    ))
}

/// What [`follow`] read.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) ended: Ended,
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
}

/// Runs a command and calls `progress` with each line of its standard error as it comes. Blocks
/// until it ends, also if it is asked to stop: a compiler that outlives its killed cargo would
/// spoil what the next one builds.
pub(crate) fn follow(
    mut command: Command,
    stop: &Stop,
    mut progress: impl FnMut(&str),
) -> Result<Followed> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = start(&mut command)?;
    let (tell, told) = channel();
    for (out, pipe) in pipes(&mut child) {
        let tell = tell.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                if tell.send((out, line)).is_err() {
                    break;
                }
            }
        });
    }
    drop(tell);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    for (out, line) in told {
        if out {
            stdout.push(line);
        } else {
            progress(&line);
            stderr.push(line);
        }
    }
    let status = child.wait().context("waiting for a child")?;
    let ended = match (stop.asked(), status.success()) {
        (true, _) => Ended::Stopped,
        (false, true) => Ended::Well,
        (false, false) => Ended::Badly,
    };
    Ok(Followed {
        ended,
        stdout,
        stderr,
    })
}

/// The child's two outputs, standard output as `true`.
fn pipes(child: &mut Child) -> [(bool, Box<dyn Read + Send>); 2] {
    let stdout = child.stdout.take().expect("piped");
    let stderr = child.stderr.take().expect("piped");
    [(true, Box::new(stdout)), (false, Box::new(stderr))]
}

/// Hands the terminal to a command until it ends. Whether it succeeded.
pub(crate) fn hand_over(mut command: Command) -> Result<bool> {
    let status = start(&mut command)?.wait().context("waiting for a child")?;
    Ok(status.success())
}

/// The standard output of a short command; `None` if it fails or is not there.
pub(crate) fn ask(command: &mut Command) -> Option<Vec<u8>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// A command for git in `root`.
pub(crate) fn git(root: &std::path::Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(root);
    git
}

fn start(command: &mut Command) -> Result<Child> {
    command.spawn().map_err(|error| {
        let program = command.get_program().to_string_lossy();
        match error.kind() {
            std::io::ErrorKind::NotFound => anyhow!(
                "`{program}` was not found; install Rust from https://rustup.rs, or put it on the PATH"
            ),
            _ => anyhow!("`{program}` cannot be started: {error}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut sh = Command::new("sh");
        sh.args(["-c", script]);
        sh
    }

    const SOON: Duration = Duration::from_secs(60);

    #[test]
    fn both_outputs_come_in_order_and_the_exit_code_decides() {
        let ran = run(
            sh("echo a; echo b >&2; echo c; exit 3"),
            || SOON,
            &Stop::default(),
        );
        assert_eq!(
            ran.expect("sh runs"),
            (Ended::Badly, "a\nb\nc\n".to_owned())
        );
    }

    #[test]
    fn what_hangs_is_ended_at_its_deadline() {
        let ran = run(
            sh("echo a; exec sleep 1000"),
            || Duration::ZERO,
            &Stop::default(),
        );
        assert_eq!(ran.expect("sh runs").0, Ended::Late);
    }

    #[test]
    fn what_runs_can_be_stopped() {
        let stop = Stop::default();
        stop.now();
        let ran = run(sh("exec sleep 1000"), || SOON, &stop);
        assert_eq!(ran.expect("sh runs").0, Ended::Stopped);
    }

    #[test]
    fn a_build_is_not_killed_and_its_end_is_waited_for() {
        let stop = Stop::default();
        stop.now();
        let followed = follow(sh("echo a; echo b >&2"), &stop, |_| {}).expect("sh runs");
        assert_eq!(followed.ended, Ended::Stopped);
        assert_eq!((followed.stdout.len(), followed.stderr.len()), (1, 1));
    }

    #[test]
    fn output_without_end_is_kept_up_to_a_cap() {
        let (ended, output) =
            run(sh("yes | head -c 1000000"), || SOON, &Stop::default()).expect("sh runs");
        assert_eq!((ended, output.len()), (Ended::Well, CAP));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = start(&mut Command::new("no-such-program")).expect_err("it is not there");
        assert!(
            error
                .to_string()
                .starts_with("`no-such-program` was not found")
        );
    }
}
