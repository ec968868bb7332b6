//! Verdicts that were found before, so that nothing is graded twice for the same reason.
//!
//! The one idea: an entry is named by a hash of all that its verdicts rest on. So it is never out
//! of date: once anything has changed, another name is asked for. A verdict that may depend on the
//! machine's load is not kept at all, and neither is a failure of the grader itself.
//!
//! What is not here: who asks ([`crate::grade`], [`crate::verify`]). A cache is a folder below
//! `target`, trusted like the rest of it.

mod basis;
mod connected;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::files::hex;
use crate::jail::Jail;
use crate::lab::{Exercise, Lab};
use crate::template::Template;
use crate::tree::{Tree, entries};
use crate::verdict::{Judged, Verdict};
use basis::Basis;

/// What is known about answers to one lab.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    /// What its verdicts are found in.
    jail: Arc<Jail>,
    basis: Basis,
    forgets: bool,
}

/// What an entry may be recalled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The marks of any answer: it was built by itself, and whoever grades it finds the same.
    Mark,
    /// The proof that a sample comes out as it says: it was built by itself, and each check had all
    /// its time. It may have hung, or not have been built.
    Sample,
    /// The proof that a mutant is caught: lines may be a schema's, and a check may have hung, or
    /// been given up because nobody asked for it.
    Mutant,
}

impl Form {
    /// The forms that serve where this one is asked for.
    pub(crate) fn serving(self) -> &'static [Form] {
        match self {
            Form::Mark => &[Form::Mark],
            Form::Sample => &[Form::Mark, Form::Sample],
            Form::Mutant => &[Form::Mark, Form::Mutant],
        }
    }
}

/// What is known about one answer to an exercise.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// What the compiler warned about in the exercise's files.
    pub(crate) warnings: Vec<String>,
    checks: BTreeMap<String, Kept>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    judged: Judged,
    /// `Judged` leaves it out, because reports do.
    used: Option<Duration>,
}

impl Entry {
    /// An entry of those verdicts; nothing if one of them is not worth being kept.
    pub(crate) fn of(form: Form, warnings: Vec<String>, judged: &[(&str, Judged)]) -> Option<Self> {
        let mut checks = BTreeMap::new();
        for (id, judged) in judged {
            if !is_kept(judged.verdict, form) {
                return None;
            }
            let (judged, used) = (judged.clone(), judged.used);
            checks.insert((*id).to_owned(), Kept { judged, used });
        }
        Some(Entry { warnings, checks })
    }

    /// The verdict on a check, if it is known.
    pub(crate) fn judged(&self, id: &str) -> Option<Judged> {
        let Kept { judged, used } = self.checks.get(id)?;
        Some(Judged {
            used: *used,
            ..judged.clone()
        })
    }
}

/// Whether a verdict is kept: for a mark only if it is the same however busy the machine is. Of a
/// mutant nothing is kept that proves nothing.
fn is_kept(verdict: Verdict, form: Form) -> bool {
    match verdict {
        Verdict::Pass | Verdict::NotWritten | Verdict::Fail | Verdict::Race | Verdict::Deadlock => {
            true
        }
        Verdict::Hung
        | Verdict::OutOfMemory
        | Verdict::OutputFlood
        | Verdict::Crashed
        | Verdict::NotExplored => form != Form::Mark,
        Verdict::DoesNotBuild | Verdict::Forged => form == Form::Sample,
        Verdict::Missing | Verdict::Broken => false,
    }
}

impl Cache {
    /// What is known about answers to a lab. One that `forgets` knows nothing, and keeps what is
    /// found in place of what it was.
    ///
    /// # Errors
    ///
    /// Where this program cannot be read: its verdicts rest on it.
    pub fn of(tree: &Tree, lab: &Lab, template: &Template, forgets: bool) -> Result<Self> {
        let all = tree.stages().join("verdicts");
        let judge = all.join(&basis::judge()?[..16]);
        prune(&all, &judge);
        Ok(Cache {
            dir: judge.join(&lab.name),
            jail: Arc::clone(template.jail()),
            basis: Basis::of(lab, template)?,
            forgets,
        })
    }

    /// What its verdicts are found in.
    pub fn jail(&self) -> &Jail {
        &self.jail
    }

    /// A hash of all that the verdicts on an exercise rest on but the answer.
    pub(crate) fn basis(&self, exercise: &Exercise) -> String {
        self.basis.without_answer(exercise)
    }

    /// The name of what is known about an answer to an exercise.
    pub(crate) fn key(
        &self,
        exercise: &Exercise,
        answer: &BTreeMap<String, String>,
        form: Form,
    ) -> String {
        let key = self.basis.key(exercise, answer);
        match form {
            Form::Mark => key,
            Form::Sample => format!("{key}-sample"),
            Form::Mutant => format!("{key}-mutant"),
        }
    }

    /// What is known under a name. An entry that cannot be read is none.
    pub(crate) fn get(&self, key: &str) -> Option<Entry> {
        if self.forgets {
            return None;
        }
        let text = std::fs::read_to_string(self.dir.join(key)).ok()?;
        let (sum, json) = text.split_once('\n')?;
        let whole = sum == digest(json);
        whole.then(|| serde_json::from_str(json).ok()).flatten()
    }

    /// Keeps an entry, together with what was known. A cache that cannot be written is not a
    /// failure: the verdicts are there.
    pub(crate) fn put(&self, key: &str, mut entry: Entry) {
        if let Some(known) = self.get(key) {
            for (id, kept) in known.checks {
                entry.checks.entry(id).or_insert(kept);
            }
        }
        let Ok(json) = serde_json::to_string(&entry) else {
            return;
        };
        // Another grader may write the same: each its own file, which then takes the name.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let own = self
            .dir
            .join(format!("{key}.{}-{number}", std::process::id()));
        let written = std::fs::create_dir_all(&self.dir)
            .and_then(|()| std::fs::write(&own, format!("{}\n{json}", digest(&json))))
            .and_then(|()| std::fs::rename(&own, self.dir.join(key)));
        if written.is_err() {
            let _ = std::fs::remove_file(&own);
        }
    }
}

/// How many graders' verdicts are kept, those of the last that were used.
const GRADERS: usize = 4;

/// Takes away what graders have kept that were not used of late. Each new build is another grader.
fn prune(all: &Path, own: &Path) {
    let used = |dir: &PathBuf| dir.metadata().and_then(|meta| meta.modified()).ok();
    let mut others = entries(all).unwrap_or_default();
    others.retain(|dir| dir != own);
    others.sort_by_key(|dir| Reverse(used(dir)));
    for dir in others.iter().skip(GRADERS - 1) {
        // If it stays, it takes room, and is asked for nothing.
        let _ = std::fs::remove_dir_all(dir);
    }
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdicts_of_graders_that_are_long_gone_are_taken_away() {
        let dir = tempfile::TempDir::new().expect("a place for files");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        for (name, age) in [("own", 0), ("a", 3), ("b", 9), ("c", 5), ("d", 1), ("e", 7)] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.join("tiny")).expect("room");
            let used = long_ago + Duration::from_secs(age);
            let dir = std::fs::File::open(path).expect("it is there");
            dir.set_modified(used).expect("its time can be set");
        }
        prune(dir.path(), &dir.path().join("own"));
        let left = entries(dir.path()).expect("it is there");
        let left = left.iter().map(|path| crate::tree::name(path));
        assert_eq!(left.collect::<Vec<_>>(), ["b", "c", "e", "own"]);
    }
}
