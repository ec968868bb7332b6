//! Draws a failure that is kept as JSON: `cargo run -p picture --example picture -- FAILURE.json > OUT.html`.
use picture::Failure;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args_os()
        .nth(1)
        .ok_or("which failure? (a JSON file)")?;
    let failure: Failure = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    print!("{}", failure.to_html());
    Ok(())
}
