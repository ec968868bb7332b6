//! Files of the template and the stages: written, taken away, and brought in step with what they
//! have to be.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use crate::tree::files_below;

/// Files by their path from some folder.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().expect("a file of a stage");
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, bytes))
        .with_context(|| format!("writing {}", path.display()))
}

pub(crate) fn empty(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("emptying {}", dir.display()))
        }
        _ => Ok(()),
    }
}

/// Makes a folder hold these files and no others, but for `target` folders. A file that is right
/// already keeps its time, so that cargo does not build it again.
pub(crate) fn sync(dir: &Path, files: &Files) -> Result<()> {
    if dir.is_dir() {
        for file in files_below(dir)? {
            if !files.contains_key(&*file.to_string_lossy()) {
                std::fs::remove_file(dir.join(&file))
                    .with_context(|| format!("removing {}", dir.join(&file).display()))?;
            }
        }
    }
    for (path, bytes) in files {
        let path = dir.join(path);
        if std::fs::read(&path).ok().as_deref() != Some(bytes) {
            put(&path, bytes)?;
        }
    }
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
