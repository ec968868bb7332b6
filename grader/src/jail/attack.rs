//! What a hostile program would do, harmlessly: each attack shows whether it got through.
//!
//! The one idea: whether a mechanism works is not asked of the kernel, nor read from an error. The
//! attack is made, once with nothing in its way and once in the jail. What got through before and
//! is held now, the mechanism holds.

use std::fs::File;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ATTACK;

/// One thing that a program could do to the machine that it runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attack {
    /// None: a program that does its work.
    None,
    /// Reads a file that is not its own.
    Read(PathBuf),
    /// Writes into a folder that is not its own.
    Write(PathBuf),
    /// Calls a port of the machine.
    Connect(u16),
    /// Calls a port of its own: a right program may.
    Loopback,
    /// Calls a name without a file.
    Name(String),
    /// Leaves a process behind that holds a file locked.
    Outlive(PathBuf),
    /// That process.
    Hold(PathBuf),
    /// Starts this number of threads at once.
    Threads(u64),
    /// Takes this number of bytes of memory.
    Memory(usize),
    /// Runs a program that was never a file.
    Nameless,
    /// Becomes the tracer of a process.
    Trace(i32),
    /// Sends a process a signal that does nothing.
    Signal(i32),
    /// Reads what Linux tells of a process.
    Look(i32),
    /// Makes namespaces, in which it is root.
    Namespaces,
}

/// The exit code of an attack that was held. Of one that got through it is 0.
pub(super) const HELD: u8 = 3;

/// Makes an attack in this process, and says by the exit code whether it got through.
pub(super) fn serve(what: &str) -> ExitCode {
    let Ok(attack) = serde_json::from_str::<Attack>(what) else {
        return ExitCode::FAILURE;
    };
    match attack.make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => HELD.into(),
    }
}

impl Attack {
    /// What the program does, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Attack::None => "does its work",
            Attack::Read(_) => "reads a file",
            Attack::Write(_) => "writes a file",
            Attack::Connect(_) => "calls a port of the machine",
            Attack::Loopback => "calls a port of its own",
            Attack::Name(_) => "calls a nameless socket of the machine",
            Attack::Outlive(_) => "leaves a process behind",
            Attack::Hold(_) => "stays",
            Attack::Threads(_) => "starts too many threads",
            Attack::Memory(_) => "takes too much memory",
            Attack::Nameless => "runs a program that is not a file",
            Attack::Trace(_) => "traces the grader",
            Attack::Signal(_) => "signals the grader",
            Attack::Look(_) => "reads the grader's arguments",
            Attack::Namespaces => "makes namespaces of its own",
        }
    }

    /// The arguments of this program that make the attack.
    pub(super) fn args(&self) -> [String; 2] {
        let what = serde_json::to_string(self).expect("an attack is JSON");
        [ATTACK.to_owned(), what]
    }

    fn make(&self) -> Result<()> {
        match self {
            Attack::None => Ok(()),
            Attack::Read(file) => std::fs::read(file).map(drop),
            Attack::Write(dir) => {
                let file = dir.join("written");
                std::fs::write(&file, "by an attack")?;
                std::fs::remove_file(&file)
            }
            Attack::Connect(port) => TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).map(drop),
            Attack::Loopback => {
                let own = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                TcpStream::connect(own.local_addr()?).map(drop)
            }
            Attack::Outlive(file) => outlive(file),
            Attack::Hold(file) => hold(file),
            Attack::Threads(many) => threads(*many),
            Attack::Memory(bytes) => {
                let mut memory: Vec<u8> = Vec::new();
                memory.try_reserve_exact(*bytes).map_err(Error::other)?;
                memory.push(1);
                std::hint::black_box(memory);
                Ok(())
            }
            Attack::Look(pid) => std::fs::read(format!("/proc/{pid}/cmdline")).map(drop),
            Attack::Name(_)
            | Attack::Nameless
            | Attack::Trace(_)
            | Attack::Signal(_)
            | Attack::Namespaces => linux(self),
        }
    }
}

/// Starts the one who stays, and waits until it is there.
fn outlive(file: &PathBuf) -> Result<()> {
    let stays = Attack::Hold(file.clone());
    let mut child = Command::new(std::env::current_exe()?)
        .args(stays.args())
        .spawn()?;
    while File::open(file)?.try_lock_shared().is_ok() {
        if let Some(status) = child.try_wait()? {
            return Err(Error::other(format!("it has ended: {status}")));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Leaves the process group and stays, longer than anybody looks.
fn hold(file: &PathBuf) -> Result<()> {
    #[cfg(unix)]
    rustix::process::setsid()?;
    let file = File::options().write(true).open(file)?;
    file.lock()?;
    std::thread::sleep(Duration::from_secs(5));
    Ok(())
}

fn threads(many: u64) -> Result<()> {
    let all_there = std::sync::Mutex::new(());
    let start = all_there.lock().map_err(|_| Error::other("poisoned"))?;
    std::thread::scope(|scope| {
        let started = (0..many).try_for_each(|_| {
            let thread = std::thread::Builder::new().stack_size(16 << 10);
            thread
                .spawn_scoped(scope, || drop(all_there.lock()))
                .map(drop)
        });
        drop(start);
        started
    })
}

#[cfg(not(target_os = "linux"))]
fn linux(_: &Attack) -> Result<()> {
    Err(Error::other("only on Linux"))
}

#[cfg(target_os = "linux")]
fn linux(attack: &Attack) -> Result<()> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};
    match attack {
        Attack::Name(name) => {
            let address = SocketAddr::from_abstract_name(name)?;
            UnixStream::connect_addr(&address).map(drop)
        }
        Attack::Nameless => nameless(),
        Attack::Trace(pid) => super::sys::trace(*pid),
        Attack::Signal(pid) => {
            let pid = rustix::process::Pid::from_raw(*pid).ok_or(Error::other("no process"))?;
            Ok(rustix::process::test_kill_process(pid)?)
        }
        _ => super::sys::unshare(rustix::thread::UnshareFlags::NEWUSER),
    }
}

/// Copies a program into memory, and becomes it. It ends with success.
#[cfg(target_os = "linux")]
fn nameless() -> Result<()> {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;
    let program = rustix::fs::memfd_create("program", rustix::fs::MemfdFlags::empty())?;
    let mut file = File::from(program);
    file.write_all(&std::fs::read("/proc/self/exe")?)?;
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    Err(Command::new(name).args(Attack::None.args()).exec())
}
