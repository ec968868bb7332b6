//! Repositories that were handed in. Their working tree is read as any folder is; a commit is read
//! with git, which is kept from all that the repository says.
//!
//! The one idea: git never meets the repository's own configuration, hooks or remotes. It works in
//! an empty repository of ours, and is told only where objects lie.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::intake::{Bundle, Entry, LARGEST, Odd};
use crate::process::{self, Bounds, Cause};

/// Whether a folder is the root of a repository.
pub(super) fn is_repository(path: &Path) -> bool {
    path.join(".git").exists()
}

/// `folder@commit`, if that is not a path itself.
pub(super) fn commit_named(path: &Path) -> Option<(PathBuf, String)> {
    if path.exists() {
        return None;
    }
    let (folder, commit) = path.to_str()?.rsplit_once('@')?;
    let folder = PathBuf::from(folder);
    (folder.is_dir() && !commit.is_empty()).then(|| (folder, commit.to_owned()))
}

/// Adds what a commit holds.
pub(super) fn add(repository: &Path, name: &str, bundle: &mut Bundle) -> Result<()> {
    let own = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    let theirs = repository.join(".git");
    let objects = theirs.join("objects");
    if !own(&theirs) || !own(&objects) {
        let remedy = "clone it again, with its own `.git`";
        return Err(bundle.bad("is not the root of a git repository", remedy));
    }
    let Some(id) = resolve(&theirs, name) else {
        let problem = format!("has no branch, tag or commit `{name}`");
        return Err(bundle.bad(&problem, "name one that it has"));
    };
    let home = tempfile::tempdir().context("a folder for git")?;
    let git = Git {
        home: home.path(),
        objects: &objects,
    };
    let listed = git.output(&["ls-tree", "-r", "-z", "-l", "--full-tree", &id]);
    let Some(listed) = listed? else {
        let problem = format!("has no commit `{name}` that can be read");
        return Err(bundle.bad(&problem, "fetch it first"));
    };
    for line in listed
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let tab = line.iter().position(|byte| *byte == b'\t');
        let tab = tab.context("git's list has a tab in each line")?;
        let (about, path) = (String::from_utf8_lossy(&line[..tab]), &line[tab + 1..]);
        let about: Vec<&str> = about.split_whitespace().collect();
        let [mode, _, blob, size] = about[..] else {
            continue;
        };
        let entry = match mode {
            "100644" | "100755" | "100664" if !path.ends_with(b".rs") => Entry::Skipped,
            "100644" | "100755" | "100664" => git.blob(blob, size)?,
            "120000" => Entry::Odd(Odd::Link),
            _ => Entry::Odd(Odd::NoFile),
        };
        bundle.add(path, entry)?;
    }
    Ok(())
}

/// The commit that a branch, a tag or a remote's branch stands for, as the repository says.
fn resolve(git: &Path, name: &str) -> Option<String> {
    let is_id = |text: &str| {
        matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if is_id(name) {
        return Some(name.to_owned());
    }
    let plain = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'));
    if !plain {
        return None;
    }
    let packed = read_small(&git.join("packed-refs")).unwrap_or_default();
    ["refs/heads", "refs/tags", "refs/remotes/origin"]
        .iter()
        .find_map(|kind| {
            let full = format!("{kind}/{name}");
            let loose = read_small(&git.join(&full));
            let loose = loose
                .map(|text| text.trim().to_owned())
                .filter(|text| is_id(text));
            loose.or_else(|| {
                let lines = packed.lines().filter_map(|line| line.split_once(' '));
                let mut fitting = lines.filter(|(id, name)| *name == full && is_id(id));
                fitting.next().map(|(id, _)| id.to_owned())
            })
        })
}

/// A regular file that is not large.
fn read_small(path: &Path) -> Option<String> {
    let kind = path.symlink_metadata().ok()?;
    let small = kind.is_file() && kind.len() < 1 << 20;
    small.then(|| std::fs::read_to_string(path).ok()).flatten()
}

struct Git<'g> {
    home: &'g Path,
    objects: &'g Path,
}

impl Git<'_> {
    /// What a command of git writes, if it succeeds.
    fn output(&self, args: &[&str]) -> Result<Option<Vec<u8>>> {
        let dir = self.home.join("git");
        for folder in ["objects", "refs"] {
            std::fs::create_dir_all(dir.join(folder))?;
        }
        std::fs::write(dir.join("HEAD"), "ref: refs/heads/none\n")?;
        let mut command = Command::new("git");
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.home);
        command
            .env("GIT_DIR", &dir)
            .env("GIT_OBJECT_DIRECTORY", self.objects);
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_NO_LAZY_FETCH", "1");
        command
            .env("GIT_ALLOW_PROTOCOL", "")
            .env("GIT_NO_REPLACE_OBJECTS", "1");
        command.current_dir(self.home).args(args);
        let bounds = Bounds {
            deadline: Duration::from_secs(60),
            stdout: 32 << 20,
            stderr: 1 << 20,
        };
        let ended = process::run(&mut command, b"", bounds)?;
        let good = ended.cause == Cause::Itself && ended.status.success();
        Ok(good.then_some(ended.stdout))
    }

    /// A file of a commit.
    fn blob(&self, id: &str, size: &str) -> Result<Entry> {
        if size.parse::<u64>().is_ok_and(|size| size > LARGEST) {
            return Ok(Entry::Kept(vec![b' '; LARGEST as usize + 1]));
        }
        let bytes = self.output(&["cat-file", "blob", id])?;
        Ok(bytes.map_or(Entry::Odd(Odd::NoFile), Entry::Kept))
    }
}
