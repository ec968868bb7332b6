pub mod bank;
pub mod untested;
pub mod visited;
