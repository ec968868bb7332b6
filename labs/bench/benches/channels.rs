//! Given: the exercises of the lab `channels` next to what a professional would use.

fn main() {}
