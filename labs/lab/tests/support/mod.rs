//! A copy of the small course in `tests/course`, and `cargo lab` in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use picture::{Certainty, Failure, Outcome};
use serde_json::json;
use tempfile::TempDir;

pub(crate) const CLAIM: &str = "visited::two_markers_have_one_winner";
pub(crate) const PASSES: &str = "pub fn mark() -> bool {\n    true\n}\n";
pub(crate) const FAILS: &str = "pub fn mark() -> bool {\n    false\n}\n";

/// A copy of the course; it goes when this is dropped.
pub(crate) struct Course(TempDir);

/// What a command did.
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Course {
    pub(crate) fn new() -> Course {
        let course = Course(tempfile::tempdir().expect("a temporary folder"));
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course"),
            course.0.path(),
        );
        let write = |name: &str, answer: serde_json::Value| {
            course.write(
                &format!("labs/locks/answers/{name}.json"),
                &answer.to_string(),
            );
        };
        let outcome = Outcome {
            certainty: Certainty::Exhaustive,
            interleavings: 414,
            scenarios: None,
        };
        write(
            "passed",
            json!({ "claim": CLAIM, "outcomes": [outcome], "failure": null }),
        );
        write(
            "failed",
            json!({ "claim": CLAIM, "outcomes": [], "failure": failure() }),
        );
        let stress = json!({ "runs": 2000, "failed": 0, "hung": false });
        write(
            "stressed",
            json!({ "claim": CLAIM, "outcomes": [], "failure": failure(), "stress": stress }),
        );
        course
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file))
            .unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The course's folder.
    #[allow(
        dead_code,
        reason = "each test program has its own copy of this module"
    )]
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// `cargo lab` with these arguments, 80 columns wide, from the course's folder.
    pub(crate) fn lab(&self, args: &[&str]) -> Said {
        self.lab_with(args, |_| {})
    }

    /// The same, with more to say about how.
    pub(crate) fn lab_with(&self, args: &[&str], how: impl FnOnce(&mut Command)) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env("COLUMNS", "80")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE");
        how(&mut command);
        let output = command.output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Said {
            exit: output.status.code().expect("an exit code"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Git with these arguments, from the course's folder.
    pub(crate) fn git(&self, args: &[&str]) {
        let identity = [
            "-c",
            "user.name=student",
            "-c",
            "user.email=student@example.org",
        ];
        let mut git = Command::new("git");
        git.arg("-C").arg(self.0.path()).args(identity).args(args);
        assert!(git.status().expect("git runs").success(), "git {args:?}");
    }
}

impl Said {
    /// Fails with everything that was said unless all of `parts` were, in this order.
    #[track_caller]
    pub(crate) fn says(&self, parts: &[&str]) -> &Said {
        let all = format!("{}{}", self.stdout, self.stderr);
        let mut from = 0;
        for part in parts {
            match all[from..].find(part) {
                Some(at) => from += at + part.len(),
                None => panic!("`{part}` is not said, or not in this order:\n{all}"),
            }
        }
        self
    }

    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Said {
        assert_eq!(self.exit, code, "{}{}", self.stdout, self.stderr);
        self
    }
}

/// A failure that the kit found, as if it were this course's.
fn failure() -> Failure {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../picture/tests/failures/lock_order.json"
    );
    let json = fs::read_to_string(file).expect("the crate `picture` keeps it");
    let mut failure: Failure = serde_json::from_str(&json).expect("a failure");
    failure.claim = CLAIM.to_owned();
    failure.replay = Some(format!("{CLAIM}@1.0.2.ab"));
    failure
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}
