//! Files that are there whole or not at all.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};

/// What stands before a file's name while it is written.
const UNFINISHED: &str = ".unfinished-";

/// Writes a file in the place of what was there, and returns once it will survive the machine.
/// Two that write the same file at once both succeed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("writing {}", path.display());
    let dir = path.parent().expect("a file of a folder");
    let name = path.file_name().expect("a file").to_string_lossy();
    std::fs::create_dir_all(dir).with_context(failed)?;
    let prefix = format!("{UNFINISHED}{name}-");
    for attempt in 0.. {
        let mut file = tempfile::Builder::new()
            .prefix(&prefix)
            // Who may read it, the umask says.
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(dir)
            .with_context(failed)?;
        file.write_all(bytes).with_context(failed)?;
        file.as_file().sync_all().with_context(failed)?;
        match file.persist(path) {
            Ok(_) => break,
            // Somebody else has tidied up; if they wrote the same, it is there.
            Err(error) if error.error.kind() == ErrorKind::NotFound && attempt < 3 => {}
            Err(error) => return Err(error.error).with_context(failed),
        }
    }
    let folder = File::open(dir).and_then(|dir| dir.sync_all());
    folder.with_context(failed)
}

/// Takes away what stands unfinished in a folder, of the files whose names are `own`.
pub(super) fn tidy(dir: &Path, own: impl Fn(&str) -> bool) -> Result<()> {
    let entries = match dir.read_dir() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("reading {}", dir.display()))?,
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let file = name.to_str().and_then(|name| name.strip_prefix(UNFINISHED));
        let file = file.and_then(|file| Some(file.rsplit_once('-')?.0));
        if file.is_some_and(&own) {
            // Its writer may have come to its end meanwhile.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}
