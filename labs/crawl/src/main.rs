//! Crawls a real site over HTTP with the crawlers of the lab.

fn main() {}
