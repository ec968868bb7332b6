//! Draws a failure that is kept as JSON:
//! `cargo run -p picture --example picture -- FAILURE.json > OUT.html`, or, with a width after the
//! file, as a terminal of that width shows it.
use picture::{Failure, Style};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("which failure? (a JSON file)")?;
    let failure: Failure = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    match args.next() {
        None => print!("{}", failure.to_html()),
        Some(width) => {
            let width = width.parse()?;
            let style = Style {
                width,
                ..Style::default()
            };
            print!("{}", failure.to_text(style));
        }
    }
    Ok(())
}
