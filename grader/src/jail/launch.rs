//! Becomes a program in a jail.
//!
//! The one idea: this process has one thread and does one thing, so it may do what a process with
//! many must not do between `fork` and `exec`. The launcher waits outside the jail; inside, the
//! first process of the new namespace does nothing but reap, and the second becomes the program.
//! Mounts come first, because they are refused later; then the user; Landlock and the filter of
//! system calls are the last.
//!
//! What fails here is the grader's failure: it is told in the harness's own words where a check was
//! to be run.

use std::convert::Infallible;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use protocol::{End, Line};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};
use rustix::mount::{fsconfig_create, fsmount, fsopen};
use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, netlink};
use rustix::net::{RecvFlags, recv, sendto, socket_with};
use rustix::process::{DumpableBehavior, Pid, Resource, Rlimit, Signal, WaitOptions};
use rustix::process::{getegid, geteuid, getpid, getppid, getrlimit, kill_process, wait};
use rustix::process::{
    set_child_subreaper, set_dumpable_behavior, set_parent_process_death_signal, setrlimit,
};
use rustix::thread::{Gid, Uid, UnshareFlags};

use super::{Mechanism, Plan, Work, fence, filter, root, sys};

/// What a slot's user, or a namespace's, may have of processes and threads together. A contract may
/// allow a thousand.
const PROCESSES: u64 = 4096;

/// What an ordinary user is called in a namespace of users: not root, so that the program has no
/// privileges there.
const USER: u32 = 1000;

/// Becomes the program of a plan, or says why not.
pub(super) fn serve(plan: &str) -> ExitCode {
    let failed = match serde_json::from_str(plan) {
        Ok(plan) => match start(&plan) {
            Ok(never) => match never {},
            Err(error) => error,
        },
        Err(error) => error.into(),
    };
    tell(&format!("the jail: {failed:#}"));
    ExitCode::FAILURE
}

/// Tells the grader why nothing was run: as the harness would, if there is a token.
fn tell(why: &str) {
    eprintln!("{why}");
    let mut token = String::new();
    if std::io::stdin().read_to_string(&mut token).is_ok() && !token.is_empty() {
        let report = End::Broken {
            why: why.to_owned(),
        };
        let line = Line {
            token,
            report,
            used_ms: 0,
        };
        let line = serde_json::to_string(&line).expect("a report is JSON");
        println!("{line}");
    }
}

/// Ends only in another program, or with an end like that program's.
fn start(plan: &Plan) -> Result<Infallible> {
    sys::close_from(3).context("closing what was inherited")?;
    // Free until a check's threads stand there: nothing else gets the number.
    let reserved = File::open("/dev/null").context("opening /dev/null")?;
    let has = |mechanism| plan.jail.has(mechanism);
    limit(plan)?;
    namespaces(plan)?;
    if has(Mechanism::NetNs) {
        bring_up_loopback().context("bringing up the loopback")?;
    }
    if !has(Mechanism::PidNs) {
        set_child_subreaper(Some(getpid())).context("adopting what is left behind")?;
    }
    end_with_parent()?;
    // A namespace's first process has another number inside: who waits outside is not seen there.
    ensure!(
        getppid().is_some_and(|pid| pid.as_raw_nonzero().get() == plan.parent),
        "the grader is gone"
    );
    let pipe = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC);
    let (told, tell) = pipe.context("making a pipe")?;
    if let Some(child) = sys::fork().context("starting a process")? {
        drop(tell);
        end_as(supervise(plan, child, told));
    }
    drop(told);
    end_with_parent()?;
    if has(Mechanism::PidNs)
        && let Some(check) = sys::fork().context("starting a process")?
    {
        reap(check, tell);
    }
    end_with_parent()?;
    become_program(plan, reserved)
}

/// This process ends when its parent does.
fn end_with_parent() -> Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL)).context("ending with the parent")
}

/// Sets a limit, or leaves it where it is lower: nobody but root can raise one.
fn set(resource: Resource, current: u64, maximum: u64) -> Result<()> {
    let known = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let (current, maximum) = (Some(current.min(known)), Some(maximum.min(known)));
    setrlimit(resource, Rlimit { current, maximum }).context("setting a limit")
}

fn limit(plan: &Plan) -> Result<()> {
    // One byte, not none: Linux then starts no program that collects memory, which would be root's.
    set(Resource::Core, 1, 1)?;
    let limits = plan.cell.limits;
    if let Some(limits) = limits.filter(|_| plan.jail.has(Mechanism::Rlimit)) {
        let processor = limits.processor.as_secs();
        set(Resource::Cpu, processor, processor + 1)?;
        set(Resource::Data, limits.memory, limits.memory)?;
        set(Resource::Fsize, limits.file, limits.file)?;
    }
    Ok(())
}

fn namespaces(plan: &Plan) -> Result<()> {
    let mut flags = UnshareFlags::empty();
    for (mechanism, namespaces) in [
        (Mechanism::Mount, UnshareFlags::NEWNS),
        (Mechanism::NetNs, UnshareFlags::NEWNET),
        (
            Mechanism::PidNs,
            UnshareFlags::NEWPID | UnshareFlags::NEWIPC | UnshareFlags::NEWUTS,
        ),
    ] {
        if plan.jail.has(mechanism) {
            flags |= namespaces;
        }
    }
    if flags.is_empty() {
        return Ok(());
    }
    if !plan.jail.users {
        return sys::unshare(flags).context("making namespaces");
    }
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    sys::unshare(flags | UnshareFlags::NEWUSER).context("making namespaces of an ordinary user")?;
    for (file, text) in [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("{USER} {user} 1")),
        ("gid_map", format!("{USER} {group} 1")),
    ] {
        let path = format!("/proc/self/{file}");
        std::fs::write(&path, text).with_context(|| format!("writing {path}"))?;
    }
    Ok(())
}

/// Asks the kernel by a message of its own form: `RTM_NEWLINK` for the first interface, with the
/// one flag set. Without that, a new network has a loopback that answers nobody.
fn bring_up_loopback() -> Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_AND_ANSWER: u16 = 5;
    const UP: u32 = 1;
    const FIRST: u32 = 1;
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None, // Routes, and what they go through.
    )?;
    let mut message = Vec::new();
    message.extend(32_u32.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_AND_ANSWER.to_ne_bytes());
    message.extend([0; 8]); // The message's number, and whose it is.
    message.extend([0; 4]); // Family and type: any.
    message.extend(FIRST.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes()); // Which flags are changed.
    let kernel = netlink::SocketAddrNetlink::new(0, 0);
    sendto(&socket, &message, SendFlags::empty(), &kernel)?;
    let mut answer = [0; 256];
    let (read, _) = recv(&socket, &mut answer, RecvFlags::empty())?;
    let code = answer[..read].get(16..20).context("no answer")?;
    match i32::from_ne_bytes(code.try_into().expect("four bytes")) {
        0 => Ok(()),
        code => Err(Errno::from_raw_os_error(-code).into()),
    }
}

/// The first process of a namespace: takes in whoever is left behind, and ends when the program
/// has, and with it all others.
fn reap(program: Pid, tell: OwnedFd) -> ! {
    let status = wait_for(program);
    let _ = File::from(tell).write_all(&status.into_raw().to_ne_bytes());
    std::process::exit(0)
}

/// Waits until a child has ended, whoever ends before.
fn wait_for(child: Pid) -> ExitStatus {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == child => {
                return ExitStatus::from_raw(status.as_raw());
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => {
                tell(&format!("the jail: waiting: {error}"));
                std::process::exit(1);
            }
        }
    }
}

/// Waits until the program has ended, and nothing of it is left. Gives how it ended.
fn supervise(plan: &Plan, child: Pid, told: OwnedFd) -> ExitStatus {
    let status = wait_for(child);
    if !plan.jail.has(Mechanism::PidNs) {
        // Where nobody can start a process, nobody is left.
        let alone = plan.cell.work == Work::Checks && plan.jail.has(Mechanism::Seccomp);
        while !alone && end_children() {}
        return status;
    }
    let mut bytes = [0; 4];
    match File::from(told).read_exact(&mut bytes) {
        Ok(()) => ExitStatus::from_raw(i32::from_ne_bytes(bytes)),
        // The first process was killed, and with it all others.
        Err(_) => status,
    }
}

/// Kills who has been left behind, and waits for one of them. Says whether there was one.
fn end_children() -> bool {
    for child in children() {
        let _ = kill_process(child, Signal::KILL);
    }
    match wait(WaitOptions::NOHANG) {
        Ok(None) => {
            std::thread::sleep(Duration::from_millis(1));
            true
        }
        Ok(Some(_)) | Err(Errno::INTR) => true,
        Err(_) => false,
    }
}

/// The processes whose parent this one is, or has become.
fn children() -> impl Iterator<Item = Pid> {
    let own = getpid().as_raw_nonzero().get().to_string();
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(move |process| {
        let number = process.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
        // The name may hold spaces. The state comes after it, and then the parent.
        let (_, fields) = stat.rsplit_once(')')?;
        let is_ours = fields.split_whitespace().nth(1) == Some(&own);
        is_ours.then(|| Pid::from_raw(number)).flatten()
    })
}

/// Ends this process as another has ended.
fn end_as(status: ExitStatus) -> ! {
    if let Some(signal) = status.signal() {
        let signal = Signal::from_named_raw(signal).unwrap_or(Signal::KILL);
        // Twice: Rust's own handler of a wrong address takes itself away at the first.
        for _ in 0..2 {
            let _ = kill_process(getpid(), signal);
        }
        let _ = kill_process(getpid(), Signal::KILL);
    }
    std::process::exit(status.code().unwrap_or(1))
}

/// Closes the jail around this process, and becomes the program in it.
fn become_program(plan: &Plan, reserved: File) -> Result<Infallible> {
    let has = |mechanism| plan.jail.has(mechanism);
    let checks = plan.cell.work == Work::Checks;
    let threads = match checks && plan.jail.shows_threads() {
        true => Some(threads()?),
        false => None,
    };
    // What is there by its descriptor needs no way to it.
    let opened = open(&plan.program).context("opening the program")?;
    if has(Mechanism::Mount) {
        root::enter(&plan.cell, &plan.program)?;
    }
    if let Some(dir) = &plan.dir {
        std::env::set_current_dir(dir).with_context(|| format!("going to {}", dir.display()))?;
    }
    let fence = match has(Mechanism::Landlock) {
        true => Some(fence::build(plan, threads.as_ref())?),
        false => None,
    };
    drop_user(plan)?;
    rustix::thread::set_no_new_privs(true).context("giving up privileges")?;
    if let Some(fence) = fence {
        fence::close(fence)?;
    }
    if let Some(threads) = threads {
        ensure!(
            reserved.as_raw_fd() == protocol::THREADS,
            "a descriptor is taken"
        );
        let mut placed = OwnedFd::from(reserved);
        rustix::io::dup2(&threads, &mut placed).context("placing a descriptor")?;
        // The program's from now on.
        std::mem::forget(placed);
    }
    let program = match has(Mechanism::Mount) {
        true => plan.program.clone(),
        false => by_descriptor(&opened)?,
    };
    let mut command = Command::new(program);
    command.arg0(&plan.program).args(&plan.args);
    end_with_parent()?;
    if has(Mechanism::Seccomp) {
        filter::install(plan)?;
    }
    let error = command.exec();
    Err(anyhow!(error).context(format!("starting `{}`", plan.program.display())))
}

fn open(program: &std::path::Path) -> Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    Ok(openat(CWD, program, flags, Mode::empty())?)
}

/// The name of an open file. After the change of user this process's own names are root's, unless
/// it says that they need not be; the program decides that anew.
fn by_descriptor(file: &OwnedFd) -> Result<PathBuf> {
    set_dumpable_behavior(DumpableBehavior::Dumpable).context("opening its own names")?;
    Ok(format!("/proc/self/fd/{}", file.as_raw_fd()).into())
}

/// The folder in which Linux tells of this process's threads, in a file system that has no place:
/// whoever does not have the descriptor cannot reach it.
fn threads() -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let own = || -> rustix::io::Result<OwnedFd> {
        let system = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
        fsconfig_create(system.as_fd())?;
        let proc = fsmount(
            system.as_fd(),
            FsMountFlags::FSMOUNT_CLOEXEC,
            MountAttrFlags::MOUNT_ATTR_NOSUID,
        )?;
        openat(&proc, "self/task", flags, Mode::empty())
    };
    let usual = || openat(CWD, "/proc/self/task", flags, Mode::empty());
    own()
        .or_else(|_| usual())
        .context("opening /proc/self/task")
}

/// Becomes the slot's user, who owns nothing and may do nothing.
fn drop_user(plan: &Plan) -> Result<()> {
    let user = plan.jail.user(plan.cell.work, plan.cell.slot);
    let mut namespaces = Mechanism::NAMESPACES.into_iter();
    let in_namespace = plan.jail.users && namespaces.any(|kind| plan.jail.has(kind));
    if user.is_some() || in_namespace {
        // Counted for a user, or for one in a namespace: nobody else's are among them.
        set(Resource::Nproc, PROCESSES, PROCESSES)?;
    }
    let Some(user) = user else {
        return Ok(());
    };
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(user));
    rustix::thread::set_thread_groups(&[])
        .and_then(|()| rustix::thread::set_thread_res_gid(group, group, group))
        .and_then(|()| rustix::thread::set_thread_res_uid(user, user, user))
        .context("changing the user")
}
