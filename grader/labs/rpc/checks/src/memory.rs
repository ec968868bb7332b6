//! How much memory is in use: what is kept for ever cannot be seen from outside in another way.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The bytes that are allocated and not given back, by all threads of this check.
pub(crate) fn live() -> usize {
    MEMORY.current_usage()
}
