//! A test's own word in the loops that spin, on real threads.
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static IN_EACH_TURN: RefCell<Option<Rc<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Runs `body`. Wherever this thread calls [`kit::hint::spin_loop`](crate::hint::spin_loop) or
/// [`kit::thread::yield_now`](crate::thread::yield_now) in it, `turn` is called instead.
///
/// So a test knows that the thread spins, and for how many turns; it can hold it there, and lend
/// its core to others. For real threads: in a model nothing calls `turn`.
///
/// # Examples
///
/// ```
/// use kit::{explore::in_each_turn, hint, thread};
///
/// let (tell, told) = std::sync::mpsc::channel();
/// in_each_turn(
///     move || tell.send("a turn").unwrap(),
///     || {
///         hint::spin_loop();
///         thread::yield_now();
///     },
/// );
/// hint::spin_loop();
/// assert_eq!(told.iter().count(), 2);
/// ```
pub fn in_each_turn<R>(turn: impl Fn() + 'static, body: impl FnOnce() -> R) -> R {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            IN_EACH_TURN.take();
        }
    }
    IN_EACH_TURN.set(Some(Rc::new(turn)));
    let _last = Last;
    body()
}

/// A real thread that spins takes a turn: `otherwise`, if no test wants it.
#[inline]
pub(crate) fn turn(otherwise: fn()) {
    // A destructor of a thread that ends may spin, too.
    let turn = IN_EACH_TURN.try_with(|turn| turn.borrow().clone());
    turn.ok().flatten().map_or_else(otherwise, |turn| turn());
}
