//! Given: the exercises of the lab `crawler` next to what a professional would use.

fn main() {}
