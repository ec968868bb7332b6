#[test]
fn everything_passes() {}
