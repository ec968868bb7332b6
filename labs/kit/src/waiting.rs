//! Who waits for what on real threads, so that a test that hangs can say where each thread stands.
//!
//! The one idea: only an operation that is about to block writes itself down, so what does not
//! block costs nothing; and a lock remembers where it was taken, which is one store.
use crate::record::CallSite;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// One blocked thread.
#[derive(Clone, Debug)]
struct Waiting {
    ticket: u64,
    thread: String,
    what: &'static str,
    /// What kind of thing that is about, where the code has no name for it; empty if `what` says
    /// all.
    kind: &'static str,
    place: CallSite,
    /// Where the lock that it waits for was taken.
    held: Option<CallSite>,
}

/// All threads that block now, and the next ticket.
static WAITING: Mutex<(u64, Vec<Waiting>)> = Mutex::new((0, Vec::new()));

/// Takes the thread off the list when its operation is through.
pub(crate) struct Entry(u64);

/// Writes down that this thread is about to block: `what` it does on something of a `kind`, as a
/// sentence has it.
#[cold]
pub(crate) fn enter(
    what: &'static str,
    kind: &'static str,
    place: CallSite,
    held: Option<&Holder>,
) -> Entry {
    crate::explore::watch();
    let thread = std::thread::current();
    // A number is in the id's `Debug` alone.
    let number = || {
        let id = format!("{:?}", thread.id());
        format!("thread {}", id.trim_matches(|c: char| !c.is_ascii_digit()))
    };
    let thread = thread.name().map_or_else(number, str::to_owned);
    let held = held.and_then(Holder::place);
    let mut list = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    list.0 += 1;
    let ticket = list.0;
    list.1.push(Waiting {
        ticket,
        thread,
        what,
        kind,
        place,
        held,
    });
    Entry(ticket)
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut list = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        list.1.retain(|waiting| waiting.ticket != self.0);
    }
}

/// Where every thread that blocks now stands, the longest first: one sentence for each.
pub(crate) fn sentences() -> Vec<String> {
    let list = WAITING
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .1
        .clone();
    list.iter().map(|waiting| waiting.in_words()).collect()
}

impl Waiting {
    fn in_words(&self) -> String {
        let Waiting {
            thread,
            what,
            kind,
            place,
            ..
        } = self;
        let name = match crate::describe::receiver(place) {
            Some(name) => format!(" `{name}`"),
            None if kind.is_empty() => String::new(),
            None => format!(" {kind}"),
        };
        let held = self
            .held
            .map_or(String::new(), |held| format!(", held since {held}"));
        format!("{thread} {what}{name} at {place}{held}")
    }
}

/// Where a lock was taken, and by which thread, for as long as it is held.
#[derive(Debug, Default)]
pub(crate) struct Holder {
    place: AtomicPtr<std::panic::Location<'static>>,
    thread: AtomicUsize,
}

thread_local! {
    /// Its address tells this thread from all others that live.
    static HERE: u8 = const { 0 };
}

fn this_thread() -> usize {
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

impl Holder {
    /// The lock is held from here on, by this thread.
    #[inline]
    pub(crate) fn set(&self, place: CallSite) {
        let place = std::ptr::from_ref(place).cast_mut();
        // ORDERING: read by `place`. What the pointer leads to is a constant of the program, which
        // every thread sees; and a late pointer costs a sentence of a report its precision only.
        self.place.store(place, Ordering::Relaxed);
        // ORDERING: read by `must_be_another`, for which the thread's own last store counts alone.
        self.thread.store(this_thread(), Ordering::Relaxed);
    }

    /// The lock is about to be given back.
    #[inline]
    pub(crate) fn clear(&self) {
        // ORDERING: as in `set`.
        self.place.store(std::ptr::null_mut(), Ordering::Relaxed);
        // ORDERING: as in `set`.
        self.thread.store(0, Ordering::Relaxed);
    }

    /// Panics if this thread holds the lock: it would wait for itself, for ever.
    #[cold]
    #[track_caller]
    pub(crate) fn must_be_another(&self, place: CallSite) {
        // ORDERING: this thread's address is stored by this thread alone, which has cleared it if
        // it has given the lock back; what others have stored is another number.
        if self.thread.load(Ordering::Relaxed) != this_thread() {
            return;
        }
        let name = match crate::describe::receiver(place) {
            Some(name) => format!("`{name}`"),
            None => "a mutex".to_owned(),
        };
        let held = match self.place() {
            Some(taken) => format!("has held since {}", short(taken)),
            None => "holds".to_owned(),
        };
        panic!(
            "{} waits for {name}, which this thread {held}: it would wait for ever, a \
             *self-deadlock* (notes/locks.md#deadlock)",
            short(place)
        );
    }

    fn place(&self) -> Option<CallSite> {
        // ORDERING: reads what `set` or `clear` stored; as in `set`.
        let place = self.place.load(Ordering::Relaxed);
        // SAFETY: null or, from `set`, a `&'static Location`: aligned, initialised, never written.
        unsafe { place.cast_const().as_ref() }
    }
}

/// `visited.rs:49`.
fn short(place: CallSite) -> String {
    crate::describe::place(place).short()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::Location;

    #[test]
    fn what_has_no_name_is_called_by_its_kind() {
        let nameless = |what, kind| Waiting {
            ticket: 0,
            thread: "main".to_owned(),
            what,
            kind,
            place: Location::caller(),
            held: None,
        };
        let cases = [
            (
                "waits for room in",
                "a channel",
                "main waits for room in a channel at ",
            ),
            ("is parked", "", "main is parked at "),
        ];
        for (what, kind, sentence) in cases {
            let words = nameless(what, kind).in_words();
            assert!(words.starts_with(sentence), "{words}");
        }
    }
}
