//! The one argument for sharing what a checker does not make thread-safe.
use std::ops::Deref;
use std::thread::ThreadId;

thread_local! {
    static HERE: ThreadId = std::thread::current().id();
}

/// A value that is used on the operating-system thread that made it, and nowhere else.
///
/// A model and everything in it stay on one operating-system thread: the checkers run modelled
/// threads as coroutines. So modelled threads may share what is not thread-safe. A modelled object
/// that gets to another operating-system thread after all panics when it is used there, and leaks
/// when it is dropped there.
pub(crate) struct OnModelThread<T> {
    thread: ThreadId,
    /// There until it is taken out or leaked.
    value: Option<T>,
}

// SAFETY: whoever owns the wrapper gets at the value through `deref`, `into_inner` and `drop`. The
// first two panic on any thread but the one that made the value, and the third forgets it there. So
// the value is never touched by another thread, whether or not `T` is `Send`.
unsafe impl<T> Send for OnModelThread<T> {}
// SAFETY: a shared wrapper gives out `&T` by `deref` only, which panics on any thread but the one
// that made the value: no two threads ever share it.
unsafe impl<T> Sync for OnModelThread<T> {}

impl<T> OnModelThread<T> {
    pub(crate) fn new(value: T) -> Self {
        OnModelThread {
            thread: HERE.with(ThreadId::clone),
            value: Some(value),
        }
    }

    /// Gives the value back.
    ///
    /// # Panics
    ///
    /// On another operating-system thread.
    #[track_caller]
    pub(crate) fn into_inner(mut self) -> T {
        self.check();
        self.value.take().expect(THERE)
    }

    fn is_here(&self) -> bool {
        HERE.with(|here| *here == self.thread)
    }

    #[inline]
    #[track_caller]
    fn check(&self) {
        assert!(
            self.is_here(),
            "this was made inside a scenario, and is used on a thread that the search did not start"
        );
    }
}

/// Why the value is there.
const THERE: &str = "only `into_inner` takes the value, and it takes the wrapper with it";

impl<T> Deref for OnModelThread<T> {
    type Target = T;

    #[inline]
    #[track_caller]
    fn deref(&self) -> &T {
        self.check();
        self.value.as_ref().expect(THERE)
    }
}

impl<T> Drop for OnModelThread<T> {
    fn drop(&mut self) {
        if !self.is_here() {
            std::mem::forget(self.value.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn the_thread_that_made_it_uses_it_and_drops_it() {
        let counted = Rc::new(());
        let shared = OnModelThread::new(Rc::clone(&counted));
        assert_eq!(Rc::strong_count(&shared), 2);
        drop(shared);
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn another_thread_panics_when_it_uses_it() {
        let value = OnModelThread::new(7);
        let used = std::thread::scope(|scope| scope.spawn(|| *value + 1).join());
        assert!(used.is_err());
        let taken = std::thread::spawn(|| value.into_inner()).join();
        assert!(taken.is_err());
    }

    #[test]
    fn another_thread_leaks_what_it_drops() {
        let counted = Rc::new(());
        let shared = OnModelThread::new(Rc::clone(&counted));
        std::thread::spawn(|| drop(shared)).join().unwrap();
        assert_eq!(Rc::strong_count(&counted), 2);
    }
}
