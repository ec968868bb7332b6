//! A root that holds nothing but what a program needs, each at its own path.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::statvfs;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind_recursive, mount_change,
    mount_remount, unmount,
};
use rustix::process::pivot_root;

use super::{Cell, Work};

/// Where the new root stands while it is made. Every Linux has this folder, and nothing that a cell
/// holds is below it.
const BASE: &str = "/sys";

/// What is written to go nowhere.
pub(super) const NOWHERE: &str = "/dev/null";

/// Makes the root, and this process's own of it.
pub(super) fn enter(cell: &Cell, program: &Path) -> Result<()> {
    // What is mounted here is nobody else's affair.
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).context("parting from the machine's mounts")?;
    let plain = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", BASE, "tmpfs", plain, c"size=1m,mode=755").context("mounting a new root")?;
    if cell.work == Work::Checks {
        // First: what is shown may lie below it.
        let tmp = below(Path::new("/tmp"));
        fs::create_dir(&tmp).context("making /tmp")?;
        let flags = plain | MountFlags::NOEXEC;
        mount("tmpfs", &tmp, "tmpfs", flags, c"size=4m,mode=1777").context("mounting /tmp")?;
    }
    let mut locked = Vec::new();
    // Folders come before what they hold.
    let mut read: Vec<&PathBuf> = cell.read.iter().collect();
    read.sort();
    read.dedup();
    for path in read {
        match fs::read_link(path) {
            // Of `/lib` and the like, where it leads is shown as well.
            Ok(target) if path.parent() == Some(Path::new("/")) => link(&target, path)?,
            _ if fs::exists(below(path)).unwrap_or(false) => {}
            _ if path == Path::new("/proc") => show_processes()?,
            _ => locked.extend(bind(path)?),
        }
    }
    for path in &cell.write {
        bind(path)?;
    }
    bind(Path::new(NOWHERE))?;
    if cell.work == Work::Checks {
        // How a program finds itself: for the lines of a backtrace.
        link(program, Path::new("/proc/self/exe"))?;
    }
    for path in locked {
        let flags = MountFlags::BIND | MountFlags::RDONLY | plain | kept(&path)?;
        mount_remount(&path, flags, c"").with_context(|| format!("locking {}", path.display()))?;
    }
    std::env::set_current_dir(BASE).context("going to the new root")?;
    pivot_root(".", ".").context("taking the new root")?;
    unmount(".", UnmountFlags::DETACH).context("leaving the old root")?;
    std::env::set_current_dir("/").context("going to the new root")?;
    let flags = MountFlags::BIND | MountFlags::RDONLY | plain;
    mount_remount("/", flags, c"").context("locking the new root")
}

/// Where a path of the new root is while it is made.
fn below(path: &Path) -> PathBuf {
    let path = path.strip_prefix("/").unwrap_or(path);
    Path::new(BASE).join(path)
}

/// Shows a file or a folder in the new root, and gives where; nothing if it is not there.
fn bind(path: &Path) -> Result<Option<PathBuf>> {
    let said = || format!("showing {}", path.display());
    let kind = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        kind => kind.with_context(said)?,
    };
    let at = below(path);
    if kind.is_dir() {
        fs::create_dir_all(&at).with_context(said)?;
    } else {
        fs::create_dir_all(at.parent().expect("below the root")).with_context(said)?;
        // Never a file that is shown already: it would be emptied.
        fs::File::create_new(&at).with_context(said)?;
    }
    mount_bind_recursive(path, &at).with_context(said)?;
    Ok(Some(at))
}

/// Shows the processes of the jail; where that is refused, as in containers, those that are there.
fn show_processes() -> Result<()> {
    let at = below(Path::new("/proc"));
    fs::create_dir(&at).context("making /proc")?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", &at, "proc", flags, None)
        .or_else(|_| mount_bind_recursive("/proc", &at))
        .context("mounting /proc")
}

fn link(target: &Path, path: &Path) -> Result<()> {
    let at = below(path);
    fs::create_dir_all(at.parent().expect("below the root"))
        .and_then(|()| symlink(target, &at))
        .with_context(|| format!("linking {}", path.display()))
}

/// What of a mount's flags an ordinary user cannot take away, and so has to name again.
fn kept(path: &Path) -> Result<MountFlags> {
    let flags = statvfs(path).with_context(|| format!("looking at {}", path.display()))?;
    let kept = MountFlags::NOEXEC.bits();
    let bits = u32::try_from(flags.f_flag.bits()).unwrap_or_default();
    Ok(MountFlags::from_bits_truncate(bits & kept))
}
