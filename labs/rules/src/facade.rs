//! What an answer must not take from the standard library, and what to take instead.
//!
//! The one idea: clippy resolves names, so one entry finds `core::`, aliases, globs, re-exports and
//! macros; but it knows no wildcard, so every type and function stands here by name.
//!
//! What is not here: `Arc`, `Weak` (but for their counts, which are shared and unseen), `Ordering`,
//! `Cell`, `RefCell`, `thread::panicking`: no search depends on them. `panic::catch_unwind` is
//! allowed too, because a thread pool has to survive its jobs.

use crate::{Finding, Location};

/// What to do instead.
#[derive(Debug, Clone, Copy)]
enum Instead {
    /// The façade offers it under this path.
    Take(&'static str),
    /// Exercises do without it.
    Never(&'static str),
    /// It reaches for the machine or the grader.
    Hostile(&'static str),
    /// As `Take`, but only where `unsafe` could share it between threads.
    InUnsafe(&'static str),
}
use Instead::{Hostile, InUnsafe, Never, Take};

const MUTEX: Instead = Take("kit::sync::Mutex");
const RW_LOCK: Instead = Take("kit::sync::RwLock");
const CONDVAR: Instead = Take("kit::sync::Condvar");
const BARRIER: Instead = Take("kit::sync::Barrier");
const THREAD: Instead = Take("kit::thread");
const CHANNEL: Instead = Take("kit::channel");
const ATOMIC: Instead = Take("kit::sync::atomic");
const ONCE: Instead = Never("a `kit::sync::Mutex` around an `Option` does the same");
const LOCAL: Instead = Never("hand the value to the thread instead");
const COUNT: Instead = Never("count under a lock or in an atomic of the kit");
const CLOCK: Instead = Never("a right answer does not depend on the time");
const FILES: Instead = Hostile("reads and writes files");
const NET: Instead = Hostile("uses the network");
const PROCESS: Instead = Hostile("controls processes");
const ENVIRONMENT: Instead = Hostile("looks at the process's surroundings");
const HOOK: Instead = Hostile("changes what happens on a panic");
const INPUT: Instead = Hostile("reads the process's input");
const SEARCH: Instead = Hostile("steers the search that checks it");

/// Types and traits.
const TYPES: &[(&str, Instead)] = &[
    ("std::sync::Mutex", MUTEX),
    ("std::sync::MutexGuard", Take("kit::sync::MutexGuard")),
    ("std::sync::RwLock", RW_LOCK),
    (
        "std::sync::RwLockReadGuard",
        Take("kit::sync::RwLockReadGuard"),
    ),
    (
        "std::sync::RwLockWriteGuard",
        Take("kit::sync::RwLockWriteGuard"),
    ),
    ("std::sync::Condvar", CONDVAR),
    (
        "std::sync::WaitTimeoutResult",
        Take("kit::sync::WaitTimeoutResult"),
    ),
    ("std::sync::Barrier", BARRIER),
    (
        "std::sync::BarrierWaitResult",
        Take("kit::sync::BarrierWaitResult"),
    ),
    ("std::sync::Once", ONCE),
    ("std::sync::OnceState", ONCE),
    ("std::sync::OnceLock", ONCE),
    ("std::sync::LazyLock", ONCE),
    ("std::sync::mpsc::Sender", CHANNEL),
    ("std::sync::mpsc::SyncSender", CHANNEL),
    ("std::sync::mpsc::Receiver", CHANNEL),
    ("std::sync::mpsc::Iter", CHANNEL),
    ("std::sync::mpsc::TryIter", CHANNEL),
    ("std::sync::mpsc::IntoIter", CHANNEL),
    ("std::sync::mpsc::SendError", CHANNEL),
    ("std::sync::mpsc::TrySendError", CHANNEL),
    ("std::sync::mpsc::RecvError", CHANNEL),
    ("std::sync::mpsc::TryRecvError", CHANNEL),
    ("std::sync::mpsc::RecvTimeoutError", CHANNEL),
    ("std::sync::atomic::AtomicBool", ATOMIC),
    ("std::sync::atomic::AtomicPtr", ATOMIC),
    ("std::sync::atomic::AtomicI8", ATOMIC),
    ("std::sync::atomic::AtomicI16", ATOMIC),
    ("std::sync::atomic::AtomicI32", ATOMIC),
    ("std::sync::atomic::AtomicI64", ATOMIC),
    ("std::sync::atomic::AtomicIsize", ATOMIC),
    ("std::sync::atomic::AtomicU8", ATOMIC),
    ("std::sync::atomic::AtomicU16", ATOMIC),
    ("std::sync::atomic::AtomicU32", ATOMIC),
    ("std::sync::atomic::AtomicU64", ATOMIC),
    ("std::sync::atomic::AtomicUsize", ATOMIC),
    ("std::cell::UnsafeCell", InUnsafe("kit::cell::UnsafeCell")),
    ("std::cell::Cell", InUnsafe("kit::cell::UnsafeCell")),
    ("std::cell::RefCell", InUnsafe("kit::cell::UnsafeCell")),
    ("std::cell::OnceCell", InUnsafe("kit::cell::UnsafeCell")),
    ("std::thread::JoinHandle", Take("kit::thread::JoinHandle")),
    (
        "std::thread::ScopedJoinHandle",
        Take("kit::thread::ScopedJoinHandle"),
    ),
    ("std::thread::Scope", Take("kit::thread::Scope")),
    ("std::thread::Builder", Take("kit::thread::Builder")),
    ("std::thread::Thread", THREAD),
    ("std::thread::ThreadId", THREAD),
    ("std::thread::LocalKey", LOCAL),
    ("std::time::Instant", CLOCK),
    ("std::time::SystemTime", CLOCK),
    ("std::fs::File", FILES),
    ("std::fs::OpenOptions", FILES),
    ("std::fs::DirBuilder", FILES),
    ("std::fs::DirEntry", FILES),
    ("std::fs::ReadDir", FILES),
    ("std::fs::Metadata", FILES),
    ("std::fs::Permissions", FILES),
    ("std::os::unix::fs::FileExt", FILES),
    ("std::os::unix::fs::OpenOptionsExt", FILES),
    ("std::os::unix::fs::PermissionsExt", FILES),
    ("std::os::fd::AsFd", FILES),
    ("std::os::fd::AsRawFd", FILES),
    ("std::os::fd::FromRawFd", FILES),
    ("std::os::fd::IntoRawFd", FILES),
    ("std::os::fd::OwnedFd", FILES),
    ("std::os::fd::BorrowedFd", FILES),
    ("std::io::PipeReader", FILES),
    ("std::io::PipeWriter", FILES),
    ("std::net::TcpStream", NET),
    ("std::net::TcpListener", NET),
    ("std::net::UdpSocket", NET),
    ("std::net::ToSocketAddrs", NET),
    ("std::os::unix::net::UnixStream", NET),
    ("std::os::unix::net::UnixListener", NET),
    ("std::os::unix::net::UnixDatagram", NET),
    ("std::process::Command", PROCESS),
    ("std::process::Child", PROCESS),
    ("std::process::Stdio", PROCESS),
    ("std::process::ExitCode", PROCESS),
    ("std::os::unix::process::CommandExt", PROCESS),
    ("std::env::Args", ENVIRONMENT),
    ("std::env::ArgsOs", ENVIRONMENT),
    ("std::env::Vars", ENVIRONMENT),
    ("std::env::VarsOs", ENVIRONMENT),
    ("std::backtrace::Backtrace", ENVIRONMENT),
    ("std::io::Stdin", INPUT),
    ("std::io::StdinLock", INPUT),
    ("std::panic::PanicHookInfo", HOOK),
    ("kit::explore::Explorer", SEARCH),
    ("kit::explore::Goal", SEARCH),
    ("kit::explore::Outcome", SEARCH),
    ("kit::explore::Failure", SEARCH),
];

/// Functions, by module, so that a module can be read at a glance.
const FUNCTIONS: &[(&[&str], Instead)] = &[
    (
        &["std::sync::mpsc::channel", "std::sync::mpsc::sync_channel"],
        CHANNEL,
    ),
    (
        &[
            "std::sync::atomic::fence",
            "std::sync::atomic::compiler_fence",
            "std::sync::atomic::spin_loop_hint",
        ],
        ATOMIC,
    ),
    (
        &[
            "std::sync::Arc::strong_count",
            "std::sync::Arc::weak_count",
            "std::sync::Weak::strong_count",
            "std::sync::Weak::weak_count",
        ],
        COUNT,
    ),
    (&["std::hint::spin_loop"], Take("kit::hint::spin_loop")),
    (
        &[
            "std::thread::spawn",
            "std::thread::scope",
            "std::thread::sleep",
            "std::thread::sleep_ms",
            "std::thread::yield_now",
            "std::thread::park",
            "std::thread::park_timeout",
            "std::thread::park_timeout_ms",
            "std::thread::current",
            "std::thread::available_parallelism",
        ],
        THREAD,
    ),
    (
        &[
            "std::fs::canonicalize",
            "std::fs::copy",
            "std::fs::create_dir",
            "std::fs::create_dir_all",
            "std::fs::exists",
            "std::fs::hard_link",
            "std::fs::metadata",
            "std::fs::read",
            "std::fs::read_dir",
            "std::fs::read_link",
            "std::fs::read_to_string",
            "std::fs::remove_dir",
            "std::fs::remove_dir_all",
            "std::fs::remove_file",
            "std::fs::rename",
            "std::fs::set_permissions",
            "std::fs::soft_link",
            "std::fs::symlink_metadata",
            "std::fs::write",
            "std::os::unix::fs::chown",
            "std::os::unix::fs::chroot",
            "std::os::unix::fs::fchown",
            "std::os::unix::fs::lchown",
            "std::os::unix::fs::mkfifo",
            "std::os::unix::fs::symlink",
            "std::os::fd::AsFd::as_fd",
            "std::os::fd::AsRawFd::as_raw_fd",
            "std::os::fd::FromRawFd::from_raw_fd",
            "std::os::fd::IntoRawFd::into_raw_fd",
            "std::io::pipe",
            "std::path::Path::canonicalize",
            "std::path::Path::exists",
            "std::path::Path::is_dir",
            "std::path::Path::is_file",
            "std::path::Path::is_symlink",
            "std::path::Path::metadata",
            "std::path::Path::read_dir",
            "std::path::Path::read_link",
            "std::path::Path::symlink_metadata",
            "std::path::Path::try_exists",
        ],
        FILES,
    ),
    (
        &[
            "std::process::abort",
            "std::process::exit",
            "std::process::id",
        ],
        PROCESS,
    ),
    (&["std::os::unix::process::parent_id"], PROCESS),
    (&["std::net::ToSocketAddrs::to_socket_addrs"], NET),
    (
        &[
            "std::env::args",
            "std::env::args_os",
            "std::env::current_dir",
            "std::env::current_exe",
            "std::env::home_dir",
            "std::env::join_paths",
            "std::env::remove_var",
            "std::env::set_current_dir",
            "std::env::set_var",
            "std::env::split_paths",
            "std::env::temp_dir",
            "std::env::var",
            "std::env::var_os",
            "std::env::vars",
            "std::env::vars_os",
            "std::path::absolute",
        ],
        ENVIRONMENT,
    ),
    (&["std::io::stdin", "std::io::read_to_string"], INPUT),
    (&["std::panic::set_hook", "std::panic::take_hook"], HOOK),
    (
        &[
            "kit::explore::explore",
            "kit::explore::possible",
            "kit::explore::repeat",
            "kit::explore::take_outcomes",
            "kit::spec::conforms",
        ],
        SEARCH,
    ),
];

/// Macros.
const MACROS: &[(&str, Instead)] = &[
    ("std::thread_local", LOCAL),
    ("std::include", FILES),
    ("std::include_str", FILES),
    ("std::include_bytes", FILES),
    ("std::env", ENVIRONMENT),
    ("std::option_env", ENVIRONMENT),
];

/// Modules, for what of them stands in none of the other lists. Clippy is not given these.
const MODULES: &[(&str, Instead)] = &[
    ("std::alloc", PROCESS),
    ("std::arch", PROCESS),
    ("std::backtrace", ENVIRONMENT),
    ("std::env", ENVIRONMENT),
    ("std::ffi", ENVIRONMENT),
    ("std::fs", FILES),
    ("std::net", NET),
    ("std::os", FILES),
    ("std::panic::Location", ENVIRONMENT),
    ("std::path", FILES),
    ("std::process", PROCESS),
    ("std::sync::mpsc", CHANNEL),
    ("std::time", CLOCK),
    ("kit::explore", SEARCH),
    ("kit::linearizability", SEARCH),
    ("kit::possible", SEARCH),
    ("kit::repeat", SEARCH),
    ("kit::seeds", SEARCH),
    ("kit::spec", SEARCH),
];

/// The types that an answer must not take from the standard library.
pub fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(path, _)| *path)
}

/// The macros.
pub fn macros() -> impl Iterator<Item = &'static str> {
    MACROS.iter().map(|(path, _)| *path)
}

/// The functions.
pub fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS
        .iter()
        .flat_map(|(paths, _)| paths.iter().copied())
}

/// What to say about a path of the lists at a place, if it may not be used there.
pub fn finding(path: &str, place: Location, unsafe_taught: bool) -> Option<Finding> {
    if matches!(listed(path)?, InUnsafe(_)) && !unsafe_taught {
        return None;
    }
    let (text, hostile) = text(path)?;
    Some(Finding {
        place,
        text,
        hostile,
    })
}

/// What to say of a path of the lists, and whether it reaches for the machine or the grader.
pub(crate) fn text(path: &str) -> Option<(String, bool)> {
    Some(match listed(path).or_else(|| of_module(path))? {
        Take(other) | InUnsafe(other) => (
            format!("takes `{path}`: the model checker cannot see it; take it from `{other}`"),
            false,
        ),
        Never(advice) => (
            format!("takes `{path}`: the model checker cannot see it; {advice}"),
            false,
        ),
        Hostile(what) => (
            format!("takes `{path}`, which {what}: an answer must not"),
            true,
        ),
    })
}

fn listed(path: &str) -> Option<Instead> {
    let listed = TYPES.iter().chain(MACROS).find(|(known, _)| *known == path);
    match listed {
        Some((_, instead)) => Some(*instead),
        None => Some(FUNCTIONS.iter().find(|(paths, _)| paths.contains(&path))?.1),
    }
}

/// What the module says that a path is in.
fn of_module(path: &str) -> Option<Instead> {
    let holds = |module: &str| {
        let rest = path.strip_prefix(module);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    Some(MODULES.iter().find(|(module, _)| holds(module))?.1)
}
