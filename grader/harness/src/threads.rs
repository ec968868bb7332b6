//! The threads of a check that sees no `/proc`: its jail hands over the folder that tells of them.

use std::fs::File;
use std::os::fd::FromRawFd;
use std::sync::Once;

/// Takes the descriptor. Called once, before any other code of the process has opened a file there.
pub(crate) fn take(descriptor: u64) -> Result<bool, String> {
    static TAKEN: Once = Once::new();
    let descriptor = i32::try_from(descriptor).ok();
    let descriptor =
        descriptor.filter(|number| *number == protocol::THREADS && !TAKEN.is_completed());
    let descriptor = descriptor.ok_or("no such descriptor is handed over")?;
    TAKEN.call_once(|| {});
    // SAFETY: the jail leaves this one descriptor to the process that it starts, open, and for
    // nobody else: the program says so by its arguments, and it is taken once.
    let threads = unsafe { File::from_raw_fd(descriptor) };
    rustix::io::fcntl_setfd(&threads, rustix::io::FdFlags::CLOEXEC)
        .map_err(|error| format!("no such descriptor is handed over: {error}"))?;
    kit::explore::look_for_threads_in(threads);
    Ok(true)
}
