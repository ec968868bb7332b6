//! Keeps what a scenario prints off the terminal, for the interleavings before the one that is
//! replayed.
use std::io::Write;

/// While it lives, standard output and standard error go nowhere.
pub(super) struct Silence {
    #[cfg(unix)]
    saved: Option<[std::os::fd::OwnedFd; 2]>,
}

impl Silence {
    #[cfg(unix)]
    pub(super) fn new() -> Silence {
        let _ = std::io::stdout().flush();
        let saved = || -> std::io::Result<[std::os::fd::OwnedFd; 2]> {
            let saved = [
                rustix::io::dup(rustix::stdio::stdout())?,
                rustix::io::dup(rustix::stdio::stderr())?,
            ];
            let nowhere = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
            rustix::stdio::dup2_stdout(&nowhere)?;
            rustix::stdio::dup2_stderr(&nowhere)?;
            Ok(saved)
        };
        Silence {
            saved: saved().ok(),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn new() -> Silence {
        Silence {}
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = std::io::stdout().flush();
        #[cfg(unix)]
        if let Some([stdout, stderr]) = &self.saved {
            // If it cannot be undone, there is nowhere to say so.
            let _ = rustix::stdio::dup2_stdout(stdout);
            let _ = rustix::stdio::dup2_stderr(stderr);
        }
    }
}
