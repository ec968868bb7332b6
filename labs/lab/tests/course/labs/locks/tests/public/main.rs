mod bank;
mod visited;

/// Leaves what a search found where the kit leaves it. The answers are made by the tests of
/// `cargo lab`.
fn answer(claim: &str, passed: bool) {
    let Ok(folder) = std::env::var("WEFT_FAILURES") else {
        return;
    };
    if let Ok(token) = std::env::var("WEFT_REPLAY") {
        println!("replaying {token}");
    }
    let mut kind = if passed { "passed" } else { "failed" };
    if std::env::var("WEFT_STRESS").is_ok() {
        kind = "stressed";
    }
    let answer = std::fs::read_to_string(format!("answers/{kind}.json")).unwrap();
    std::fs::write(format!("{folder}/{}.json", claim.replace("::", ".")), answer).unwrap();
}
