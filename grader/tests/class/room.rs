//! Where there is no room, or nothing may be written: a clear word, and nothing is lost.

use std::path::Path;
use std::process::{Command, Output};

use grader::batch::Layout;
use tempfile::TempDir;

use super::synthetic::{class, lay, put};
use super::{bytes, is_root, program};

/// Runs a script that may mount what only it sees; nothing where the machine does not offer that.
fn alone(dir: &Path, script: &str) -> Option<Output> {
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        // Others need a user namespace for it; in one, root could not tidy up what root has left.
        if !is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "sh", "-c", script]);
        command.current_dir(dir).output().expect("it starts")
    };
    if !unshare("mount -t tmpfs none .").status.success() {
        eprintln!("skipped: nobody can mount a small disk here");
        return None;
    }
    Some(unshare(script))
}

/// Grades what is in `handed`, as a shell reads it.
fn batch(out: &str) -> String {
    let command = program(&[
        "batch",
        "--allow-unsandboxed",
        "--lab",
        "tiny",
        "--out",
        out,
        "handed",
    ]);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| word.to_str().expect("a name"));
    shlex::try_join(words).expect("no zero byte")
}

#[test]
fn on_a_full_disk_it_says_so_and_goes_on_once_there_is_room() {
    let dir = TempDir::new().expect("a place for files");
    lay(&class(4, 8), Layout::Moodle, &dir.path().join("handed"));
    // Alone, too: a row says what its answer was kept in.
    let Some(ended) = alone(dir.path(), &batch("whole")) else {
        return;
    };
    assert_eq!(ended.status.code(), Some(4), "a misspelt name is refused");
    let whole = bytes(&dir.path().join("whole"));
    // A file takes whole pages: half of them are there.
    let pages: usize = whole.values().map(|bytes| bytes.len().div_ceil(4096)).sum();
    std::fs::create_dir(dir.path().join("small")).expect("room");
    let script = format!(
        "mount -t tmpfs -o size={}k none small || exit 99
        {batch} && exit 98
        ls small/results/rows > before # no name that begins with a dot
        mount -o remount,size=64m small || exit 97
        {batch} 2> second
        [ $? -eq 4 ] || exit 96
        cp -r small/results after",
        pages * 2,
        batch = batch("small/results"),
    );
    let ended = alone(dir.path(), &script).expect("it could be mounted before");
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{told}");
    assert!(told.contains("No space left on device"), "{told}");
    assert!(told.contains("writing small/results/"), "{told}");
    assert!(told.contains("run it again, and it goes on"), "{told}");
    let read = |name| std::fs::read_to_string(dir.path().join(name)).expect("it is there");
    let kept = read("before").lines().count();
    assert!(
        0 < kept && kept < 8,
        "{kept} had their rows before it was full"
    );
    assert_eq!(read("second").matches("there already").count(), kept);
    assert_eq!(bytes(&dir.path().join("after")), whole);
}

#[test]
fn what_may_only_be_read_is_graded_and_results_cannot_go_there() {
    let dir = TempDir::new().expect("a place for files");
    lay(&class(4, 1), Layout::Folders, &dir.path().join("handed"));
    let script = format!(
        "mount --bind handed handed && mount -o remount,bind,ro handed || exit 99
        {} || exit 98
        {} && exit 97
        exit 0",
        batch("results"),
        batch("handed/results"),
    );
    let Some(ended) = alone(dir.path(), &script) else {
        return;
    };
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{told}");
    assert!(told.contains("Read-only file system"), "{told}");
    assert!(told.contains("writing handed/results/class.json"), "{told}");
    assert_eq!(bytes(&dir.path().join("results/rows")).len(), 1);
}

#[test]
fn where_a_folder_would_be_made_below_a_file_it_says_so() {
    let dir = TempDir::new().expect("a place for files");
    lay(&class(3, 1), Layout::Canvas, &dir.path().join("handed"));
    let file = dir.path().join("file");
    put(&file, b"mine");
    let mut batch = program(&[
        "batch",
        "--allow-unsandboxed",
        "--lab",
        "tiny",
        "handed",
        "--out",
    ]);
    let ended = batch.arg(file.join("out")).current_dir(dir.path()).output();
    let ended = ended.expect("it runs");
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(told.contains("file/out"), "{told}");
    assert_eq!(std::fs::read(&file).expect("it is there"), b"mine");
}
