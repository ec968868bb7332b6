//! You write this file.
