//! The calls that need `unsafe`, each for a reason of its own, and none of which takes a pointer
//! that somebody else has made.

use std::io::{Error, Result};

use rustix::process::Pid;
use rustix::thread::UnshareFlags;

/// Splits this process in two: gives the child to the parent, and nothing to the child. Called by
/// the launcher, which has one thread.
pub(super) fn fork() -> Result<Option<Pid>> {
    // SAFETY: in a process with one thread, nobody holds a lock that the child could miss, so the
    // child may do whatever the parent may. The launcher starts no thread.
    match unsafe { libc::fork() } {
        -1 => Err(Error::last_os_error()),
        child => Ok(Pid::from_raw(child)),
    }
}

/// Moves this process into namespaces of its own. Called by the launcher, which has one thread.
pub(super) fn unshare(namespaces: UnshareFlags) -> Result<()> {
    debug_assert!(!namespaces.contains(UnshareFlags::FILES));
    // SAFETY: the table of descriptors stays shared, which is all that the call asks for.
    Ok(unsafe { rustix::thread::unshare_unsafe(namespaces) }?)
}

/// Closes all descriptors from `first` on. Called by the launcher before it opens any.
pub(super) fn close_from(first: u32) -> Result<()> {
    // SAFETY: the launcher has just begun, and owns no descriptor from `first` on: what is open
    // there was inherited by mistake.
    match unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) } {
        -1 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Landlock's version, 0 where there is none.
pub(super) fn landlock() -> i32 {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no rules, so there is nothing to point to.
    let version = unsafe {
        let none = std::ptr::null::<libc::c_void>();
        libc::syscall(libc::SYS_landlock_create_ruleset, none, 0_usize, VERSION)
    };
    i32::try_from(version).unwrap_or(0).max(0)
}

/// Tries to become the tracer of another process, and lets it go at once.
pub(super) fn trace(pid: i32) -> Result<()> {
    let none = std::ptr::null_mut::<libc::c_void>();
    // SAFETY: neither call reads or writes this process's memory. The other one is only stopped for
    // a moment if at all, and goes on when this process ends.
    match unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, none, none) } {
        -1 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}
