//! Public tests.
