//! The server is killed under load, and no call is lost or executed twice.
use std::process::Command;

#[test]
fn the_balance_is_exact_after_five_kills() {
    let torment = Command::new(env!("CARGO_BIN_EXE_kvd"))
        .args(["torment", "--kills", "5"])
        .output()
        .expect("it starts");
    assert!(torment.status.success(), "{torment:?}");
}
