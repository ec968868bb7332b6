//! Limits that the process sets for itself before the student's code runs.
//!
//! What is not here: the number of processes (it counts all of a user's threads, and does not bind
//! root) and the file system; both are the jail's.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;

use crate::hang::HangLimits;

/// Sets `--cpu`, `--memory` and `--file`, each followed by a number: seconds, bytes, bytes. Takes
/// the descriptor that follows `--threads`. Gives what follows `--idle` and `--wall`, in seconds; a
/// minute each if they are not there.
pub(crate) fn set(bounds: &[&str]) -> Result<HangLimits, String> {
    let (mut idle, mut wall) = (Duration::from_secs(60), Duration::from_secs(60));
    let mut jailed = false;
    for pair in bounds.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("`{}` has no value", pair[0]));
        };
        let value: u64 = value
            .parse()
            .map_err(|_| format!("`{name} {value}` is not a number"))?;
        match *name {
            // One second more for the hard limit: the soft one's signal says why the process ended.
            "--cpu" => limit(Resource::Cpu, value, value + 1)?,
            // Data, not address space: threads reserve far more addresses than they touch.
            "--memory" => limit(Resource::Data, value, value)?,
            "--idle" => idle = Duration::from_secs(value),
            "--wall" => wall = Duration::from_secs(value),
            "--file" => limit(Resource::Fsize, value, value)?,
            "--threads" => jailed = crate::threads::take(value)?,
            _ => return Err(format!("`{name}` is not a limit")),
        }
    }
    // One byte, not none: Linux then starts no program that collects memory, which would be root's.
    limit(Resource::Core, 1, 1)?;
    // Nobody else may look into this process's memory. In a jail nobody else is there, and Linux
    // tells nothing of the threads of a process that may not be looked into.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Signal};
        let closed = match jailed {
            true => Ok(()),
            false => rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable),
        };
        // It ends with the grader.
        closed
            .and_then(|()| rustix::process::set_parent_process_death_signal(Some(Signal::KILL)))
            .map_err(|error| format!("prctl: {error}"))?;
    }
    Ok(HangLimits { idle, wall })
}

/// Sets a limit, or leaves it where it is lower: nobody but root can raise one.
fn limit(resource: Resource, current: u64, maximum: u64) -> Result<(), String> {
    let known = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let (current, maximum) = (Some(current.min(known)), Some(maximum.min(known)));
    setrlimit(resource, Rlimit { current, maximum })
        .map_err(|error| format!("setting a limit: {error}"))
}
