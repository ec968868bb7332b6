//! Starts processes: the only module that does.
//!
//! The one idea: a process is a whole group with a deadline and a cap on what it may print, and
//! when it ends, for whatever reason, nothing of its group is left.
//!
//! What is not here: what its output means, and what it may reach: a jailed command is another
//! command ([`crate::jail`]).

use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, kill_process_group, prlimit, waitid,
};
use serde::{Deserialize, Serialize};

/// How much a process may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Wall clock time until its group is killed.
    pub deadline: Duration,
    /// Bytes on its standard output.
    pub stdout: usize,
    /// Bytes on its standard error.
    pub stderr: usize,
}

/// What a process and those that it starts may use, each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Of the processor.
    pub processor: Duration,
    /// Of memory that it writes to, in bytes.
    pub memory: u64,
    /// The longest file that it writes, in bytes.
    pub file: u64,
}

/// Why a process came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It ended by itself, or by a signal that the grader did not send.
    Itself,
    /// It was killed at its deadline.
    Deadline,
    /// It was killed because it printed too much.
    Flood,
}

/// A process that came to its end.
#[derive(Debug)]
pub struct Ended {
    /// Why.
    pub cause: Cause,
    /// How the system saw it end.
    pub status: ExitStatus,
    /// What it wrote, up to the bounds.
    pub stdout: Vec<u8>,
    /// What it wrote, up to the bounds.
    pub stderr: Vec<u8>,
}

/// Runs a command to its end with `input` on its standard input. Blocks until the command and
/// its whole process group are gone, at most a moment longer than the deadline.
///
/// # Errors
///
/// Where the command cannot be started, with a remedy if it is not installed.
pub fn run(command: &mut Command, input: &[u8], bounds: Bounds) -> Result<Ended> {
    start(command, input, bounds, None)
}

/// As [`run`], for a process that does not limit itself: it ends with the grader, too.
///
/// # Errors
///
/// As [`run`], and where its limits cannot be set.
pub fn run_within(
    command: &mut Command,
    input: &[u8],
    bounds: Bounds,
    limits: Limits,
) -> Result<Ended> {
    start(command, input, bounds, Some(limits))
}

fn start(
    command: &mut Command,
    input: &[u8],
    bounds: Bounds,
    limits: Option<Limits>,
) -> Result<Ended> {
    let program = command.get_program().to_string_lossy().into_owned();
    // Not inherited: a process that another thread starts meanwhile must not keep it open.
    let (told, tell) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC).context("making a pipe")?;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => anyhow!(
                "`{program}` was not found; install Rust from https://rustup.rs, or put `{program}` on the PATH"
            ),
            _ => anyhow!(error).context(format!("starting `{program}`")),
        })?;
    let pid = Pid::from_child(&child);
    let guard = limits.map(|limits| limit(pid, limits).and_then(|()| Guard::over(pid)));
    let guard = guard.transpose().inspect_err(|_| {
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = child.wait();
    });
    let _guard = guard.with_context(|| format!("guarding `{program}`"))?;
    let mut stdin = child.stdin.take().expect("piped");
    std::thread::scope(|scope| {
        // A process that ends without reading its input is not a failure: the write just ends.
        scope.spawn(move || drop(stdin.write_all(input)));
        // Waits without reaping, so that the group's number stays taken until the group is killed.
        scope.spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
            drop(tell);
        });
        let ended = watch(&mut child, pid, told, bounds);
        if ended.is_err() {
            // The threads above end only when the child has.
            let _ = kill_process_group(pid, Signal::KILL);
        }
        ended
    })
    .with_context(|| format!("running `{program}`"))
}

/// Limits a process that has just begun. What it starts later inherits that.
fn limit(pid: Pid, limits: Limits) -> Result<()> {
    let processor = limits.processor.as_secs();
    let set = |resource, current, maximum| {
        let (current, maximum) = (Some(current), Some(maximum));
        prlimit(Some(pid), resource, Rlimit { current, maximum })
    };
    // One second more for the hard limit: the soft one's signal says why the process ended.
    for limited in [
        set(Resource::Cpu, processor, processor + 1),
        set(Resource::Data, limits.memory, limits.memory),
        set(Resource::Fsize, limits.file, limits.file),
        set(Resource::Core, 0, 0),
    ] {
        match limited {
            // It has ended already.
            Ok(_) | Err(Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Ends a process group when the grader dies, however it dies: a shell that waits for the end of an
/// input that nobody but the grader holds.
struct Guard(Child);

impl Guard {
    fn over(group: Pid) -> Result<Guard> {
        let script = "read -r _; kill -KILL -- \"-$1\"";
        let child = Command::new("/bin/sh")
            .args(["-c", script, "guard", &group.as_raw_nonzero().to_string()])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting `/bin/sh`")?;
        Ok(Guard(child))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sees the process to its end, or brings that about.
fn watch(child: &mut Child, pid: Pid, told: OwnedFd, bounds: Bounds) -> Result<Ended> {
    let until = Instant::now() + bounds.deadline;
    let mut outputs = [
        Capped::new(child.stdout.take().expect("piped"), bounds.stdout)?,
        Capped::new(child.stderr.take().expect("piped"), bounds.stderr)?,
    ];
    let kill = || {
        let _ = kill_process_group(pid, Signal::KILL);
    };
    let mut cause = Cause::Itself;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let gone = gone_within((cause == Cause::Itself).then_some(left), &told, &outputs)?;
        if gone {
            kill();
        }
        for output in &mut outputs {
            output.drain()?;
        }
        if cause == Cause::Itself {
            if outputs.iter().any(|output| output.over) {
                cause = Cause::Flood;
                kill();
            } else if !gone && Instant::now() >= until {
                cause = Cause::Deadline;
                kill();
            }
        }
        if gone {
            let status = child.wait()?;
            let [stdout, stderr] = outputs.map(|output| output.kept);
            return Ok(Ended {
                cause,
                status,
                stdout,
                stderr,
            });
        }
    }
}

/// Blocks until the process is gone, has printed something, or has had its time. Says whether
/// it is gone.
fn gone_within(time: Option<Duration>, told: &OwnedFd, outputs: &[Capped]) -> Result<bool> {
    let time = time.map(Timespec::try_from).transpose()?;
    let mut fds = vec![PollFd::new(told, PollFlags::IN)];
    let open = outputs.iter().filter(|output| output.open);
    fds.extend(open.map(|output| PollFd::new(&output.pipe, PollFlags::IN)));
    match poll(&mut fds, time.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(!fds[0].revents().is_empty()),
        Err(error) => Err(error.into()),
    }
}

/// One of the process's outputs: what was written, up to a cap.
struct Capped {
    pipe: OwnedFd,
    kept: Vec<u8>,
    cap: usize,
    over: bool,
    open: bool,
}

impl Capped {
    fn new(pipe: impl Into<OwnedFd>, cap: usize) -> Result<Self> {
        let pipe = pipe.into();
        let flags = rustix::fs::fcntl_getfl(pipe.as_fd())?;
        rustix::fs::fcntl_setfl(pipe.as_fd(), flags | rustix::fs::OFlags::NONBLOCK)?;
        Ok(Capped {
            pipe,
            kept: Vec::new(),
            cap,
            over: false,
            open: true,
        })
    }

    /// Takes what is there now, or until the cap. Does not block.
    fn drain(&mut self) -> Result<()> {
        let mut chunk = [0; 16 * 1024];
        while self.open && !self.over {
            match rustix::io::read(&self.pipe, &mut chunk) {
                Ok(0) => self.open = false,
                Ok(n) => {
                    let room = self.cap - self.kept.len();
                    self.over = n > room;
                    self.kept.extend_from_slice(&chunk[..n.min(room)]);
                }
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.over {
            self.open = false;
        }
        Ok(())
    }
}

impl Ended {
    /// The end of what it wrote to standard error, for the grader's own failures.
    pub fn complaint(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// Runs a command that has to succeed, and gives what it wrote.
///
/// # Errors
///
/// Where it cannot be started, fails, or does not end.
pub fn output(command: &mut Command, input: &[u8]) -> Result<String> {
    let bounds = Bounds {
        deadline: Duration::from_secs(600),
        stdout: 64 << 20,
        stderr: 64 << 20,
    };
    let ended = run(command, input, bounds)?;
    if ended.cause != Cause::Itself || !ended.status.success() {
        let program = command.get_program().to_string_lossy();
        let args: Vec<_> = command
            .get_args()
            .map(|arg| arg.to_string_lossy())
            .collect();
        return Err(anyhow!(
            "`{program} {}` failed:\n{}",
            args.join(" "),
            ended.complaint()
        ));
    }
    String::from_utf8(ended.stdout).context("its output is not UTF-8")
}
