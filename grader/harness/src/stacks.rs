//! Keeps the stacks of modelled threads from one interleaving to the next.
//!
//! The one idea: loom starts each interleaving with new threads, and its coroutines (the crate
//! `generator`) map a stack for each and unmap it at the end, which is three quarters of a search's
//! processor time. Neither crate has a hook for that, so the two calls are defined here: in a
//! binary that contains the harness, they take the place of the C library's for Rust code. The C
//! library does not call them for its own memory and threads.
//!
//! What an interleaving leaves on a stack, the next can see. That is the check's own doing: the
//! token and the channel stay on the harness's thread, which has none of these stacks.
//!
//! Not here: the guard page. `generator` protects it on every stack that it is given, kept or new.

use std::ffi::{c_int, c_void};
use std::sync::Mutex;

/// One interleaving has five threads at most; those of one that was given up may keep theirs.
static STACKS: Mutex<Stacks> = Mutex::new(Stacks([None; 16]));

struct Stacks([Option<Stack>; 16]);

/// A mapping made for `generator`.
#[derive(Clone, Copy)]
struct Stack {
    at: usize,
    bytes: usize,
    in_use: bool,
}

impl Stacks {
    /// Hands out a stack that was given back.
    fn take(&mut self, bytes: usize) -> Option<*mut c_void> {
        let mut known = self.0.iter_mut().flatten();
        let stack = known.find(|stack| !stack.in_use && stack.bytes == bytes)?;
        stack.in_use = true;
        Some(std::ptr::with_exposed_provenance_mut(stack.at))
    }

    /// Remembers a new stack, if there is room: one that is not known is unmapped at its end.
    fn add(&mut self, stack: *mut c_void, bytes: usize) {
        let room = self.0.iter_mut().find(|slot| slot.is_none());
        if let Some(slot) = room.filter(|_| stack != libc::MAP_FAILED) {
            *slot = Some(Stack {
                at: stack.expose_provenance(),
                bytes,
                in_use: true,
            });
        }
    }

    /// Keeps a stack that its owner is done with; false if it is not known.
    fn keep(&mut self, stack: *mut c_void, bytes: usize) -> bool {
        let mut known = self.0.iter_mut().flatten();
        let stack = known.find(|known| known.at == stack.addr() && known.bytes == bytes);
        stack.map(|stack| stack.in_use = false).is_some()
    }
}

/// What `generator` asks for, to the letter; nothing else in the binary asks for `MAP_STACK`.
fn is_stack(at: *mut c_void, protection: c_int, flags: c_int, file: c_int) -> bool {
    at.is_null()
        && protection == libc::PROT_READ | libc::PROT_WRITE
        && flags == libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK
        && file == -1
}

// SAFETY (of both names): the symbols are those of POSIX, with its signatures, and each definition
// does what the kernel's call does, but for stacks:
// - A kept stack is not zeroed, and its guard page is still protected. `generator`, the only caller
//   that asks for one, expects no zeros and protects the page again before it runs anything.
// - A stack has one owner at a time: `take` hands out only what `keep` got from its owner, and both
//   happen under one lock.
// - The table holds only mappings that were made here, whole, and that nobody but `munmap` below
//   ends. So what is handed out is always mapped, and a mapping of somebody else is never kept.
// - Neither allocates or panics, so both may be called from anywhere but a signal handler, as the C
//   library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    at: *mut c_void,
    bytes: usize,
    protection: c_int,
    flags: c_int,
    file: c_int,
    offset: libc::off_t,
) -> *mut c_void {
    // SAFETY: the caller's promises are those that the kernel's call asks for; the C library has a
    // second name for it, which is not defined here.
    let new = || unsafe { libc::mmap64(at, bytes, protection, flags, file, offset) };
    if !is_stack(at, protection, flags, file) {
        return new();
    }
    let Ok(mut stacks) = STACKS.lock() else {
        return new();
    };
    stacks.take(bytes).unwrap_or_else(|| {
        let stack = new();
        stacks.add(stack, bytes);
        stack
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn munmap(at: *mut c_void, bytes: usize) -> c_int {
    let kept = STACKS.lock().is_ok_and(|mut stacks| stacks.keep(at, bytes));
    if kept {
        return 0;
    }
    // SAFETY: as above; of this call the C library has no second name.
    let result = unsafe { libc::syscall(libc::SYS_munmap, at, bytes) };
    result as c_int
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: c_int = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;

    /// Maps `pages`, writes a byte, unmaps, maps again: whether memory and byte are the same.
    fn comes_back(pages: usize, flags: c_int) -> bool {
        let (bytes, rights) = (pages * 4096, libc::PROT_READ | libc::PROT_WRITE);
        let map = || {
            // SAFETY: the kernel chooses where, so no other mapping is touched.
            let new = unsafe { libc::mmap(std::ptr::null_mut(), bytes, rights, flags, -1, 0) };
            assert_ne!(new, libc::MAP_FAILED);
            new.cast::<u8>()
        };
        // SAFETY: only for what `map` gave, once, and afterwards nobody uses it.
        let unmap = |new: *mut u8| assert_eq!(unsafe { libc::munmap(new.cast(), bytes) }, 0);
        let first = map();
        // SAFETY: the mapping is writable and longer than a byte.
        unsafe { first.write(7) };
        unmap(first);
        let second = map();
        // SAFETY: it is readable as well, and never uninitialised: zeros, or what was written.
        let byte = unsafe { second.read() };
        unmap(second);
        (first, 7) == (second, byte)
    }

    // Each size in this binary is used by one test only: the table is the process's.

    #[test]
    fn a_stack_is_handed_out_again() {
        assert!(comes_back(51, STACK));
    }

    #[test]
    fn memory_that_is_no_stack_comes_fresh_from_the_kernel() {
        assert!(!comes_back(52, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS));
    }

    #[test]
    fn a_stack_has_one_owner_and_its_own_size() {
        let mut stacks = Stacks([None; 16]);
        let stack = std::ptr::without_provenance_mut(4096);
        stacks.add(stack, 64);
        assert_eq!(stacks.take(64), None, "it is in use");
        assert!(!stacks.keep(stack, 32), "a part of it is not known");
        assert!(stacks.keep(stack, 64));
        assert_eq!(stacks.take(32), None, "another size");
        assert_eq!(stacks.take(64), Some(stack));
        assert_eq!(stacks.take(64), None, "it is in use again");
    }

    #[test]
    fn what_finds_no_room_or_was_never_mapped_is_not_known() {
        let mut stacks = Stacks([None; 16]);
        stacks.add(libc::MAP_FAILED, 64);
        assert!(!stacks.keep(libc::MAP_FAILED, 64));
        let stack = |n: usize| std::ptr::without_provenance_mut(n * 4096);
        (1..=17).for_each(|n| stacks.add(stack(n), 64));
        assert!(stacks.keep(stack(16), 64));
        assert!(!stacks.keep(stack(17), 64));
    }
}
