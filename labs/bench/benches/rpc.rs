//! Given: the exercises of the lab `rpc` next to what a professional would use.

fn main() {}
