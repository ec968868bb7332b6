//! What holders of a permit or a lock do, in the checks of several exercises.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;

/// Drops what somebody holds as a panic of the holder does.
pub(crate) fn drop_in_a_panic<G>(held: G) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _held = held;
        panic_on_purpose("the holder fails");
    }));
    assert!(
        panicked.is_err(),
        "the panic must go on to whoever catches it"
    );
}
