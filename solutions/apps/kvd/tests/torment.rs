//! The server is killed under load, and no call is lost or executed twice.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

#[test]
fn the_balance_is_exact_after_five_kills() {
    let torment = Command::new(env!("CARGO_BIN_EXE_kvd"))
        .args(["torment", "--kills", "5"])
        .output()
        .expect("it starts");
    assert!(torment.status.success(), "{torment:?}");
}

/// Serves that folder: the process, and the address that it prints, which is empty if it ends
/// without.
fn serve(folder: &Path) -> (Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_kvd"))
        .args(["serve", "--data"])
        .arg(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut address = String::new();
    let stdout = process.stdout.take().expect("a pipe");
    let read = BufReader::new(stdout).read_line(&mut address);
    read.expect("it is text");
    (process, address)
}

#[test]
fn a_second_server_in_the_same_folder_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut first, its_address) = serve(folder.path());
    let (mut second, address) = serve(folder.path());
    // The lock ends with the first, however that ends.
    let _ = (first.kill(), first.wait(), second.kill());
    let second = second.wait_with_output().expect("it has ended");
    let (mut third, last_address) = serve(folder.path());
    let _ = (third.kill(), third.wait());
    assert!(!its_address.is_empty() && !last_address.is_empty());
    assert_eq!(address, "", "the second serves as well");
    let why = String::from_utf8_lossy(&second.stderr);
    assert!(why.contains("another server works in"), "it said {why}");
}
