//! On the real backend the façade does what the crates behind it do: each body runs on both.
use std::time::Duration;

/// Runs one body with the façade's types, and with the originals'.
macro_rules! same {
    ($name:ident, $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::MOMENT;

            #[test]
            fn through_the_facade() {
                #[allow(unused_imports)]
                use kit::{
                    channel,
                    sync::atomic,
                    sync::{Barrier, Condvar, Mutex, RwLock},
                    thread,
                };
                $body
            }

            #[test]
            fn through_the_original() {
                #[allow(unused_imports)]
                use crossbeam::channel;
                #[allow(unused_imports)]
                use parking_lot::{Condvar, Mutex, RwLock};
                #[allow(unused_imports)]
                use std::{sync::Barrier, sync::atomic, thread};
                $body
            }
        }
    };
}

const MOMENT: Duration = Duration::from_millis(1);

same!(a_mutex_is_held_by_one, {
    let mutex = Mutex::new(1);
    let guard = mutex.lock();
    assert!(mutex.try_lock().is_none());
    drop(guard);
    *mutex.try_lock().unwrap() += 1;
    assert_eq!(format!("{}", mutex.lock()), "2");
    assert_eq!(mutex.into_inner(), 2);
});

same!(a_panic_gives_the_lock_back, {
    let mutex = std::sync::Arc::new(Mutex::new(0));
    let other = std::sync::Arc::clone(&mutex);
    let failed = thread::spawn(move || {
        let _guard = other.lock();
        std::panic::resume_unwind(Box::new("gone"));
    });
    assert!(failed.join().is_err());
    assert_eq!(*mutex.lock(), 0);
});

same!(readers_share_and_writers_do_not, {
    let lock = RwLock::new(5);
    let (one, two) = (lock.read(), lock.try_read().unwrap());
    assert_eq!(*one + *two, 10);
    assert!(lock.try_write().is_none());
    drop((one, two));
    *lock.write() += 1;
    let writer = lock.write();
    assert!(lock.try_read().is_none());
    assert_eq!(*writer, 6);
});

same!(a_condvar_wakes_and_times_out, {
    let pair = std::sync::Arc::new((Mutex::new(false), Condvar::new()));
    assert!(!pair.1.notify_one());
    assert_eq!(pair.1.notify_all(), 0);
    assert!(pair.1.wait_for(&mut pair.0.lock(), MOMENT).timed_out());
    let other = std::sync::Arc::clone(&pair);
    let thread = thread::spawn(move || {
        *other.0.lock() = true;
        other.1.notify_all();
    });
    let mut set = pair.0.lock();
    pair.1.wait_while(&mut set, |set| !*set);
    assert!(*set);
    assert!(
        pair.1
            .wait_while_for(&mut set, |set| *set, MOMENT)
            .timed_out()
    );
    drop(set);
    thread.join().unwrap();
});

same!(a_time_that_is_too_long_for_the_clock_is_no_limit, {
    let pair = std::sync::Arc::new((Mutex::new(false), Condvar::new()));
    let other = std::sync::Arc::clone(&pair);
    let thread = thread::spawn(move || {
        *other.0.lock() = true;
        other.1.notify_all();
    });
    let mut set = pair.0.lock();
    let waited = pair
        .1
        .wait_while_for(&mut set, |set| !*set, std::time::Duration::MAX);
    assert!(*set && !waited.timed_out());
    drop(set);
    thread.join().unwrap();
});

same!(a_bounded_channel_has_errors_that_say_what_is_wrong, {
    let (sender, receiver) = channel::bounded(1);
    assert_eq!((sender.capacity(), receiver.len()), (Some(1), 0));
    assert_eq!(receiver.try_recv(), Err(channel::TryRecvError::Empty));
    assert_eq!(
        receiver.recv_timeout(MOMENT),
        Err(channel::RecvTimeoutError::Timeout)
    );
    sender.send(1).unwrap();
    assert!(sender.is_full() && !receiver.is_empty());
    assert_eq!(sender.try_send(2), Err(channel::TrySendError::Full(2)));
    assert_eq!(
        sender.send_timeout(2, MOMENT),
        Err(channel::SendTimeoutError::Timeout(2))
    );
    drop(sender.clone());
    drop(sender);
    assert_eq!(receiver.iter().collect::<Vec<i32>>(), [1]);
    assert_eq!(receiver.recv(), Err(channel::RecvError));
    let (sender, receiver) = channel::unbounded();
    drop(receiver);
    assert_eq!(sender.send(3), Err(channel::SendError(3)));
});

same!(a_channel_is_told_from_another_and_never_is_empty, {
    let (sender, receiver) = channel::bounded::<i32>(2);
    let (other, _receiver) = channel::bounded::<i32>(2);
    assert!(sender.same_channel(&sender.clone()) && !sender.same_channel(&other));
    assert!(receiver.same_channel(&receiver.clone()));
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    let never = channel::never::<i32>();
    assert_eq!(never.try_recv(), Err(channel::TryRecvError::Empty));
    assert!(never.recv_timeout(MOMENT).is_err());
});

same!(a_select_takes_what_is_ready, {
    let (to_one, one) = channel::bounded(1);
    let (to_two, two) = channel::bounded(1);
    let mut select = channel::Select::new();
    assert_eq!((select.recv(&one), select.recv(&two)), (0, 1));
    assert!(select.try_select().is_err());
    assert!(select.select_timeout(MOMENT).is_err());
    assert!(select.ready_timeout(MOMENT).is_err());
    to_two.send(2).unwrap();
    assert_eq!((select.ready(), select.try_ready()), (1, Ok(1)));
    let operation = select.select();
    assert_eq!(operation.index(), 1);
    assert_eq!(operation.recv(&two), Ok(2));
    to_one.send(1).unwrap();
    to_two.send(2).unwrap();
    select.remove(1);
    assert_eq!(select.try_select().unwrap().recv(&one), Ok(1));
    drop((select, to_one));
    let mut select = channel::Select::new_biased();
    assert_eq!((select.recv(&one), select.recv(&two)), (0, 1));
    assert!(select.select().recv(&one).is_err());
});

same!(a_select_sends_where_there_is_room, {
    let (to_one, one) = channel::bounded(1);
    let (to_two, two) = channel::bounded(1);
    to_one.send(0).unwrap();
    let mut select = channel::Select::new();
    let (first, second) = (select.send(&to_one), select.send(&to_two));
    let operation = select.select();
    assert_eq!((first, operation.index()), (0, second));
    assert_eq!(operation.send(&to_two, 5), Ok(()));
    assert_eq!((one.len(), two.recv()), (1, Ok(5)));
    to_two.send(1).unwrap();
    drop(one);
    let operation = select.select();
    assert_eq!(operation.index(), first);
    assert_eq!(operation.send(&to_one, 7), Err(channel::SendError(7)));
});

same!(a_rendezvous_hands_over, {
    let (sender, receiver) = channel::bounded(0);
    assert_eq!(sender.try_send(0), Err(channel::TrySendError::Full(0)));
    let thread = thread::spawn(move || receiver.into_iter().sum::<i32>());
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    drop(sender);
    assert_eq!(thread.join().unwrap(), 3);
});

same!(threads_are_scoped_named_and_parked, {
    let mut values = vec![1, 2];
    let sum = thread::scope(|scope| {
        scope.spawn(|| values.push(3));
        scope.spawn(|| 7).join().unwrap()
    });
    assert_eq!((values.len(), sum), (3, 7));
    let named = thread::Builder::new().name("worker".to_owned());
    let sleeper = named
        .spawn(|| {
            thread::park();
            thread::current().name().map(str::to_owned)
        })
        .unwrap();
    assert_eq!(sleeper.thread().name(), Some("worker"));
    assert!(!sleeper.is_finished());
    sleeper.thread().unpark();
    assert_eq!(sleeper.join().unwrap().as_deref(), Some("worker"));
    thread::scope(|scope| {
        let named = thread::Builder::new().name("scoped".to_owned());
        let parked = named.spawn_scoped(scope, thread::park).unwrap();
        assert_eq!(parked.thread().name(), Some("scoped"));
        assert!(!parked.is_finished());
        parked.thread().unpark();
        while !parked.is_finished() {
            thread::yield_now();
        }
    });
    thread::park_timeout(MOMENT);
});

same!(a_thread_knows_that_it_panics, {
    struct Asks(std::sync::mpsc::Sender<bool>);
    impl Drop for Asks {
        fn drop(&mut self) {
            self.0.send(thread::panicking()).unwrap();
        }
    }
    let (says, hears) = std::sync::mpsc::channel();
    let failed = thread::spawn(move || {
        let _asks = Asks(says);
        std::panic::resume_unwind(Box::new("gone"));
    });
    assert!(failed.join().is_err());
    assert_eq!(hears.recv(), Ok(true));
});

same!(a_barrier_names_one_leader, {
    let barrier = Barrier::new(2);
    let leaders = thread::scope(|scope| {
        let other = scope.spawn(|| barrier.wait().is_leader());
        [barrier.wait().is_leader(), other.join().unwrap()]
    });
    assert_eq!(leaders.iter().filter(|leader| **leader).count(), 1);
});

same!(atomics_compute, {
    use atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
    let flag = atomic::AtomicBool::new(false);
    assert!(!flag.fetch_or(true, AcqRel) && flag.fetch_nand(true, SeqCst) && !flag.load(Acquire));
    let small = atomic::AtomicU8::new(250);
    assert_eq!(
        (small.fetch_add(10, Relaxed), small.load(Relaxed)),
        (250, 4)
    );
    let signed = atomic::AtomicI64::new(-3);
    assert_eq!(
        (signed.fetch_min(-9, SeqCst), signed.fetch_max(2, SeqCst)),
        (-3, -9)
    );
    assert_eq!(signed.compare_exchange(5, 6, SeqCst, Relaxed), Err(2));
    assert_eq!(signed.swap(8, AcqRel), 2);
    signed.store(9, Release);
    assert_eq!(
        signed.fetch_update(SeqCst, SeqCst, |n| (n < 9).then_some(0)),
        Err(9)
    );
    assert_eq!((signed.into_inner(), flag.into_inner()), (9, false));
    let pointer = atomic::AtomicPtr::new(std::ptr::null_mut::<u8>());
    assert!(pointer.load(Acquire).is_null());
    let one = std::ptr::without_provenance_mut(1);
    assert_eq!(
        pointer.fetch_update(SeqCst, SeqCst, |old| old.is_null().then_some(one)),
        Ok(std::ptr::null_mut())
    );
    atomic::fence(SeqCst);
});

/// What becomes of what is queued when the last receiver goes: the same on the real backend and in
/// a search.
mod values_that_nobody_will_receive {
    use kit::{channel, explore};
    use std::sync::Arc;

    fn without_a_limit_go_with_the_last_receiver() {
        let (sender, receiver) = channel::unbounded();
        let held = Arc::new(());
        sender.send(Arc::clone(&held)).unwrap();
        let other = receiver.clone();
        drop(receiver);
        assert_eq!(Arc::strong_count(&held), 2, "one receiver is left");
        drop(other);
        assert_eq!(Arc::strong_count(&held), 1, "the value went with the last");
        assert!(sender.send(held).is_err());
    }

    fn with_a_limit_go_with_the_channel() {
        let (sender, receiver) = channel::bounded(3);
        let held = Arc::new(());
        sender.send(Arc::clone(&held)).unwrap();
        drop(receiver);
        assert_eq!(Arc::strong_count(&held), 2, "it is still queued");
        drop(sender);
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn on_real_threads() {
        without_a_limit_go_with_the_last_receiver();
        with_a_limit_go_with_the_channel();
    }

    #[test]
    fn in_a_search() {
        explore(without_a_limit_go_with_the_last_receiver);
        explore(with_a_limit_go_with_the_channel);
    }
}

#[test]
fn a_channel_too_large_to_be_filled_sets_no_room_aside() {
    let (sender, receiver) = kit::channel::bounded(usize::MAX);
    sender.send(7).expect("its other end is here");
    assert_eq!(receiver.recv(), Ok(7));
}

#[test]
fn a_thread_that_waits_for_itself_panics_at_once() {
    use kit::sync::Mutex;
    let urls = Mutex::new(0);
    let held = urls.lock();
    let locked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(urls.lock())));
    let text = *locked.unwrap_err().downcast::<String>().unwrap();
    assert!(
        text.contains("waits for `urls`, which this thread has held since"),
        "{text}"
    );
    drop(held);
    // Another thread waits, and gets it.
    std::thread::scope(|s| {
        let held = urls.lock();
        let other = s.spawn(|| *urls.lock() += 1);
        drop(held);
        other.join().unwrap();
    });
    assert_eq!(*urls.lock(), 1);
}
