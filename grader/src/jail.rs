//! How a process is kept from the machine that it runs on.
//!
//! The one idea: a jail is a set of mechanisms, not a ladder of tiers. Machines offer any of them
//! without the others, and `unshare` alone succeeds where everything after it fails. So a mechanism
//! is there only where an attack was held by it ([`attack`]), once in each process, and what is
//! there is written into every result.
//!
//! A jailed command is this program again, which becomes the one that was asked for (`launch`):
//! what has to be done between is done in a process that has one thread.
//!
//! What is not here: who starts processes ([`crate::process`]), how long they may take, and what a
//! machine lacks in words ([`doctor`]).

pub mod attack;
pub mod doctor;
#[cfg(target_os = "linux")]
mod fence;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod launch;
mod probe;
#[cfg(target_os = "linux")]
mod root;
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
mod sys;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::error::NoJail;
use crate::process::Limits;

/// One way to keep a process from something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[value(rename_all = "lower")]
#[serde(rename_all = "lowercase")]
pub enum Mechanism {
    /// A root of its own, which holds nothing but what it needs.
    Mount,
    /// Files that the kernel refuses whoever asks.
    Landlock,
    /// A network of its own, with nothing but a loopback.
    NetNs,
    /// Processes of its own, all of which end with the first; and System V's objects, and names.
    PidNs,
    /// System calls that are refused.
    Seccomp,
    /// A user of its own for each slot, where the grader is root.
    Uid,
    /// Limits of memory and of processor time.
    Rlimit,
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value().expect("none is skipped");
        f.write_str(value.get_name())
    }
}

/// The mechanisms that a process is kept by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jail {
    with: BTreeSet<Mechanism>,
    /// Whether namespaces need one of users: those of an ordinary user do.
    users: bool,
    /// Landlock's version.
    landlock: i32,
}

/// What a jailed process works with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cell {
    /// What it does.
    pub(crate) work: Work,
    /// Files and folders that it may read, and run.
    pub(crate) read: Vec<PathBuf>,
    /// Folders that it may write to.
    pub(crate) write: Vec<PathBuf>,
    /// What it may use, where it does not limit itself.
    pub(crate) limits: Option<Limits>,
    /// Which of the grader's slots it runs in: each has a user.
    pub(crate) slot: u32,
}

/// What a jailed process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// It compiles, by starting other programs.
    Compiles,
    /// It checks: it starts nothing, and looks at its own threads.
    Checks,
}

/// All that the launcher has to know.
#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    jail: Jail,
    cell: Cell,
    program: PathBuf,
    args: Vec<String>,
    /// Where it starts.
    dir: Option<PathBuf>,
    /// Who waits for it: it ends with that process.
    parent: i32,
}

/// What of the system a check needs: the libraries that its binary names.
const LIBRARIES: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/etc/ld.so.cache",
];

/// What of the system a compiler needs, beside the toolchain: a linker, and what that needs.
const TOOLS: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/nix/store",
    // By which programs find themselves, and linkers their like.
    "/proc",
];

/// The first argument of this program where it is the launcher, and where it is an attack.
const LAUNCH: &str = "--jail-launch";
const ATTACK: &str = "--jail-attack";

/// The users of slots: a range that neither Linux distributions nor systemd hand out.
const FIRST_USER: u32 = 60_600;
const USERS: u32 = 500;

impl Jail {
    /// The jail of this machine, and of whoever runs the grader on it. Found out once.
    pub fn here() -> &'static Jail {
        static HERE: OnceLock<Jail> = OnceLock::new();
        HERE.get_or_init(probe::probe)
    }

    /// No jail: processes run as the grader does.
    pub fn none() -> Jail {
        Jail::default()
    }

    /// The same jail without some of its mechanisms.
    #[must_use]
    pub fn without(&self, mechanisms: &[Mechanism]) -> Jail {
        let mut jail = self.clone();
        jail.with
            .retain(|mechanism| !mechanisms.contains(mechanism));
        jail
    }

    /// The same jail with one of its mechanisms alone.
    #[must_use]
    pub fn only(&self, mechanism: Mechanism) -> Jail {
        let mut jail = self.clone();
        jail.with.retain(|kept| *kept == mechanism);
        jail
    }

    /// Whether a mechanism is part of it.
    pub fn has(&self, mechanism: Mechanism) -> bool {
        self.with.contains(&mechanism)
    }

    /// Whether it keeps code from the machine's files and from other processes: less is not a jail.
    pub fn is_closed(&self) -> bool {
        let files = self.has(Mechanism::Mount) || self.has(Mechanism::Landlock);
        files && self.has(Mechanism::Seccomp)
    }

    /// The jail in a line, for reports.
    pub fn stamp(&self) -> String {
        if self.with.is_empty() {
            return "none".to_owned();
        }
        let has = |mechanism| self.has(mechanism);
        let landlock = format!("landlock{}", self.landlock);
        let files = match (has(Mechanism::Mount), has(Mechanism::Landlock)) {
            (true, true) => format!("mount+{landlock}"),
            (true, false) => "mount".to_owned(),
            (false, true) => landlock,
            (false, false) => "none".to_owned(),
        };
        let net = match (has(Mechanism::NetNs), has(Mechanism::Seccomp)) {
            (true, _) => "netns",
            (false, true) => "seccomp",
            (false, false) => "none",
        };
        let pids = match (has(Mechanism::PidNs), has(Mechanism::Seccomp)) {
            (true, _) => "pidns",
            (false, true) => "seccomp",
            (false, false) => "subreaper",
        };
        let or_none = |mechanism, name| if has(mechanism) { name } else { "none" };
        format!(
            "fs={files} net={net} pids={pids} sys={} uid={} mem={}",
            or_none(Mechanism::Seccomp, "seccomp"),
            or_none(Mechanism::Uid, "own"),
            or_none(Mechanism::Rlimit, "rlimit"),
        )
    }

    /// # Errors
    ///
    /// [`NoJail`] where one of these mechanisms is not part of it.
    pub fn require(&self, mechanisms: &[Mechanism]) -> Result<()> {
        let missing: Vec<String> = mechanisms
            .iter()
            .filter(|mechanism| !self.has(**mechanism))
            .map(Mechanism::to_string)
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let problem = format!("does not offer {}", missing.join(", "));
        Err(NoJail::new(problem).into())
    }

    /// Gives a folder of the grader's to the user of a slot, who has to write there.
    pub(crate) fn hand_over(&self, dir: &Path, slot: u32) -> Result<()> {
        match self.user(Work::Compiles, slot) {
            Some(user) => std::os::unix::fs::chown(dir, Some(user), Some(user))
                .with_context(|| format!("giving {} to user {user}", dir.display())),
            None => Ok(()),
        }
    }

    /// The user that something runs as in a slot, if not the grader's. A compiler needs a root of
    /// its own as well: by the machine's, another user may have no way to it.
    fn user(&self, work: Work, slot: u32) -> Option<u32> {
        let reachable = work == Work::Checks || self.has(Mechanism::Mount);
        (self.has(Mechanism::Uid) && reachable).then_some(FIRST_USER + slot % USERS)
    }

    /// Whether a jailed check is given its threads to look at ([`protocol::THREADS`]).
    pub(crate) fn shows_threads(&self) -> bool {
        self.is_closed()
    }

    /// The command that runs another one in the jail: with its arguments, its folder, and the
    /// variables that it sets, and no others.
    ///
    /// # Errors
    ///
    /// Where the launcher cannot be found, or an argument is not text.
    pub(crate) fn command(&self, cell: &Cell, command: Command) -> Result<Command> {
        if self.with.is_empty() {
            return Ok(command);
        }
        let text = |arg: &std::ffi::OsStr| arg.to_str().map(str::to_owned);
        let args: Option<Vec<String>> = command.get_args().map(text).collect();
        let mut cell = cell.clone();
        let system = match cell.work {
            Work::Compiles => TOOLS,
            Work::Checks => LIBRARIES,
        };
        let program = found(command.get_program().as_ref())?;
        let system = system.iter().map(PathBuf::from);
        cell.read = system.chain(cell.read).chain([program.clone()]).collect();
        let plan = Plan {
            jail: self.clone(),
            cell,
            program,
            args: args.context("an argument that is not UTF-8")?,
            dir: command.get_current_dir().map(Path::to_owned),
            parent: std::process::id().cast_signed(),
        };
        let mut launcher = Command::new(launcher()?);
        launcher.env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                launcher.env(name, value);
            }
        }
        launcher.arg(LAUNCH).arg(serde_json::to_string(&plan)?);
        Ok(launcher)
    }
}

/// Sees to it that the users of slots can reach what the grader builds.
///
/// # Errors
///
/// [`NoJail`] where root's umask hides it from them.
pub fn check_umask() -> Result<()> {
    use rustix::fs::Mode;
    use rustix::process::{geteuid, umask};
    // There is no call that only asks. Nothing runs beside this yet.
    let mask = umask(Mode::from_raw_mode(0o077));
    umask(mask);
    let hidden = mask.intersects(Mode::from_raw_mode(0o055));
    if hidden && geteuid().is_root() {
        let problem = "keeps what the grader builds from the users that checks run as: begin with \
                       `umask 022`, and keep results in a folder of your own";
        return Err(NoJail::new(problem).into());
    }
    Ok(())
}

/// A program's file: a name without a path is looked up as a shell does.
fn found(program: &Path) -> Result<PathBuf> {
    if program.components().count() > 1 {
        return Ok(program.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|dir| dir.join(program));
    let found = places.find(|file| file.is_file());
    found.with_context(|| format!("`{}` is not on the PATH", program.display()))
}

/// This program, as a file. A test is another one, which was built beside it or in a folder below.
fn launcher() -> Result<PathBuf> {
    let own = std::env::current_exe().context("looking for this program")?;
    let name = format!("grader{}", std::env::consts::EXE_SUFFIX);
    if own.file_stem().is_some_and(|stem| stem == "grader") || cfg!(not(target_os = "linux")) {
        return Ok(own);
    }
    let around = own.ancestors().skip(1).take(2).map(|dir| dir.join(&name));
    let mut built = around.filter(|path| path.is_file());
    // By its name it may be another by now: somebody has built it anew.
    let running = || PathBuf::from("/proc/self/exe");
    Ok(built.next().unwrap_or_else(running))
}

/// Does what this program was started for, if it is the launcher, or an attack.
pub fn serve() -> Option<ExitCode> {
    let mut args = std::env::args().skip(1);
    let (kind, what) = (args.next()?, args.next());
    match kind.as_str() {
        #[cfg(target_os = "linux")]
        LAUNCH => Some(launch::serve(&what?)),
        ATTACK => Some(attack::serve(&what?)),
        _ => None,
    }
}
