//! The server is killed under load, and no call is lost or executed twice.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn the_balance_is_exact_after_five_kills() {
    let torment = Command::new(env!("CARGO_BIN_EXE_kvd"))
        .args(["torment", "--kills", "5"])
        .output()
        .expect("it starts");
    assert!(torment.status.success(), "{torment:?}");
}

#[test]
fn a_second_server_in_the_same_folder_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let serve = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kvd"));
        command.args(["serve", "--data"]).arg(folder.path());
        command
    };
    let mut first = serve().stdout(Stdio::piped()).spawn().expect("it starts");
    let mut address = String::new();
    let stdout = first.stdout.take().expect("a pipe");
    let said = BufReader::new(stdout).read_line(&mut address);
    let second = serve().output().expect("it starts");
    first.kill().expect("it runs");
    first.wait().expect("it was killed");
    said.expect("the first says where it is");
    assert!(!second.status.success());
    let why = String::from_utf8_lossy(&second.stderr);
    assert!(why.contains("another server works in"), "it said {why}");
}
