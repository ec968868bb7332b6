//! Given: the lab.
