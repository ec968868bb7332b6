//! Hidden checks of the lab `locks`.
fn main() {
    harness::main(&[]);
}
