//! Given: the exercises of the lab `threads` next to what a professional would use.

fn main() {}
