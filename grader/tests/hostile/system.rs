//! What attacks take of the C library. Never compiled but in the jail, as a file of the lab.

use std::ffi::{CStr, c_char, c_int, c_long, c_uint, c_ulong, c_void};

pub const SIGSTOP: c_int = 19;
pub const CREATE: c_int = 0o1600;
pub const REMOVE: c_int = 0;

// SAFETY: these are as the C library has them. Those that are called safe take no pointer, or one
// that the kernel looks at before it follows it.
unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn openat(folder: c_int, path: *const c_char, flags: c_int, ...) -> c_int;
    fn semctl(id: c_int, number: c_int, command: c_int, ...) -> c_int;
    pub safe fn _exit(code: c_int) -> !;
    pub safe fn alarm(seconds: c_uint) -> c_uint;
    pub safe fn atexit(last: extern "C" fn()) -> c_int;
    pub safe fn close(file: c_int) -> c_int;
    pub safe fn fork() -> c_int;
    pub safe fn getpid() -> c_int;
    pub safe fn getppid() -> c_int;
    pub safe fn gettid() -> c_int;
    pub safe fn kill(process: c_int, signal: c_int) -> c_int;
    pub safe fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
    pub safe fn msgctl(id: c_int, command: c_int, about: *mut c_void) -> c_int;
    pub safe fn msgget(key: c_int, flags: c_int) -> c_int;
    pub safe fn name_to_handle_at(
        folder: c_int,
        path: *const c_char,
        handle: *mut c_void,
        mount: *mut c_int,
        flags: c_int,
    ) -> c_int;
    pub safe fn personality(persona: c_ulong) -> c_int;
    pub safe fn prlimit(process: c_int, of: c_int, new: *const u64, old: *mut u64) -> c_int;
    pub safe fn process_vm_readv(
        process: c_int,
        own: *const [usize; 2],
        own_count: c_ulong,
        theirs: *const [usize; 2],
        their_count: c_ulong,
        flags: c_ulong,
    ) -> isize;
    pub safe fn ptrace(request: c_uint, process: c_int, at: usize, data: usize) -> c_long;
    pub safe fn semget(key: c_int, many: c_int, flags: c_int) -> c_int;
    pub safe fn setpgid(process: c_int, group: c_int) -> c_int;
    pub safe fn setsid() -> c_int;
    pub safe fn setuid(user: c_uint) -> c_int;
    pub safe fn shmctl(id: c_int, command: c_int, about: *mut c_void) -> c_int;
    pub safe fn shmget(key: c_int, bytes: usize, flags: c_int) -> c_int;
    pub safe fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
    pub safe fn unshare(flags: c_int) -> c_int;
}

/// A call by its number: the newer ones have the same on all machines.
pub fn call(number: c_long, arguments: [c_long; 3]) -> c_long {
    let [a, b, c] = arguments;
    // SAFETY: what is a pointer among them is null, or the kernel looks at it.
    unsafe { syscall(number, a, b, c, 0, 0, 0) }
}

/// Opens a path from an open folder, for reading.
pub fn open_at(folder: c_int, path: &CStr) -> c_int {
    // SAFETY: the path ends with a zero, and lives as long as the call.
    unsafe { openat(folder, path.as_ptr(), 0) }
}

/// Takes away a set of semaphores.
pub fn remove_semaphores(id: c_int) {
    // SAFETY: this command has no fourth argument.
    unsafe { semctl(id, 0, REMOVE) };
}

/// Why the last call was refused.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Text on every descriptor that a process may have.
pub fn write_everywhere(text: &str) {
    use std::io::Write;
    use std::os::fd::FromRawFd;
    for file in 0..64 {
        // SAFETY: nothing is: it may be anybody's, or nobody's. That is the attack.
        let file = unsafe { std::fs::File::from_raw_fd(file) };
        let _ = (&file).write_all(text.as_bytes());
        std::mem::forget(file);
    }
}
