//! Checks of `select`, on a flavor of their own, without handles.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use channels::flavor::AnyFlavor;
use channels::flavor::Patience::{Forever, Never};
use channels::flavor::{Flavor, Patience, Side, Watchers};
use channels::select::Select;
use channels::{Receiver, RecvError, RecvTimeoutError, SendTimeoutError};
use kit::explore::Explorer;
use kit::spec::{Scope, conforms};
use kit::sync::Mutex;
use kit::time::{Duration, Instant};
use kit::{explore, possible, thread};

use crate::open::holding;
use crate::spec::select::Yours;

harness::checks![
    conforms_to_the_specification,
    every_small_selection_takes_turns,
    what_is_there_is_received_from_its_channel,
    a_value_that_comes_later_wakes,
    a_sender_of_each_is_served,
    who_is_woken_for_nothing_sleeps_again,
    a_channel_that_ends_later_wakes,
    a_channel_that_has_ended_is_ready,
    a_removed_channel_is_left_alone,
    each_that_stays_ready_has_its_turn,
    an_ended_channel_keeps_nobody_from_a_turn,
    after_a_value_nobody_watches,
    after_a_time_out_nobody_watches,
    a_time_out_ends_the_wait,
    a_value_can_come_in_time,
    no_channel_is_an_error,
];

fn conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(3, 2, 4).in_turn(4).within(8_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: () = {
    type Pinned<'a> = Select<'a, char>;
    type Found = (usize, Result<char, RecvError>);
    const _: fn() -> Pinned<'static> = Pinned::new;
    const _: fn(&mut Pinned<'static>, &'static Receiver<char>) -> usize = Pinned::recv;
    const _: fn(&mut Pinned<'static>, &'static AnyFlavor<char>) -> usize = Pinned::watch;
    const _: fn(&mut Pinned<'static>, usize) = Pinned::remove;
    const _: fn(&Pinned<'static>) -> bool = Pinned::is_empty;
    const _: fn(&mut Pinned<'static>) -> Found = Pinned::select;
    const _: fn(&mut Pinned<'static>) -> Option<Found> = Pinned::try_select;
    const _: fn(&mut Pinned<'static>, Duration) -> Option<Found> = Pinned::select_timeout;
};

const SOON: Duration = Duration::from_millis(1);

/// A selection of these channels, in this order.
fn of<'a>(channels: &[&'a AnyFlavor<char>]) -> Select<'a, char> {
    let mut select = Select::new();
    for channel in channels {
        select.watch(channel);
    }
    select
}

fn watchers(channel: &AnyFlavor<char>) -> usize {
    let mut count = 0;
    channel.watchers(&mut |watchers| count = watchers.len());
    count
}

fn what_is_there_is_received_from_its_channel() {
    explore(|| {
        let (empty, full) = (holding(""), holding("ab"));
        let mut select = Select::new();
        assert_eq!(
            [select.watch(&empty), select.watch(&full)],
            [0, 1],
            "the channels' indices"
        );
        assert_eq!(
            select.select(),
            (1, Ok('a')),
            "only the second channel has values: its first one must be received"
        );
        assert_eq!(
            select.try_select(),
            Some((1, Ok('b'))),
            "only the second channel has values: its next one must be received"
        );
        assert_eq!(select.try_select(), None, "nothing is left");
        assert_eq!(select.select_timeout(SOON), None, "and nothing comes");
    });
}

fn a_value_that_comes_later_wakes() {
    explore(|| {
        let (empty, later) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| later.send('a', Forever).unwrap());
            assert_eq!(
                of(&[&empty, &later]).select(),
                (1, Ok('a')),
                "a value comes to the second channel: the wait must end with it"
            );
        });
    });
    // However many values come before the call has looked again.
    Explorer::new().preemptions(2).explore(|| {
        let channel = holding("");
        thread::scope(|s| {
            s.spawn(|| {
                for value in ['a', 'b', 'c'] {
                    channel.send(value, Forever).unwrap();
                }
            });
            let first = of(&[&channel]).select();
            assert_eq!(first, (0, Ok('a')), "the first of three values");
        });
    });
    // However many channels there are.
    Explorer::new().preemptions(1).explore(|| {
        let channels: Vec<_> = (0..66).map(|_| holding("")).collect();
        thread::scope(|s| {
            s.spawn(|| channels[65].send('a', Forever).unwrap());
            let mut select = of(&channels.iter().collect::<Vec<_>>());
            assert_eq!(
                select.select(),
                (65, Ok('a')),
                "a value comes to the last of 66 channels: the wait must end with it"
            );
        });
    });
}

fn a_sender_of_each_is_served() {
    explore(|| {
        let (first, second) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| {
                first.send('a', Forever).unwrap();
                second.send('b', Forever).unwrap();
            });
            let mut select = of(&[&first, &second]);
            let mut both = [select.select(), select.select()];
            both.sort_by_key(|(index, _)| *index);
            assert_eq!(
                both,
                [(0, Ok('a')), (1, Ok('b'))],
                "a value comes to each of the two channels: both must be received, in two calls"
            );
        });
    });
}

fn who_is_woken_for_nothing_sleeps_again() {
    explore(|| {
        let (first, second) = (holding(""), holding(""));
        thread::scope(|s| {
            let other = s.spawn(|| of(&[&first, &second]).select());
            first.send('a', Forever).unwrap();
            let found = match first.recv(Never) {
                Ok(_) => (1, Ok('b')), // Whoever was woken for the first value finds the second.
                Err(_) => (0, Ok('a')),
            };
            second.send('b', Forever).unwrap();
            assert_eq!(other.join().unwrap(), found, "a value is received once");
            let left = watchers(&first) + watchers(&second);
            assert_eq!(left, 0, "watchers, however often it was woken");
        });
    });
    // Woken for both, of which one is gone before it looks.
    for gone in [0, 1] {
        explore(move || {
            let channels = [holding(""), holding("")];
            thread::scope(|s| {
                let other = s.spawn(|| of(&[&channels[0], &channels[1]]).select());
                for channel in &channels {
                    channel.send('a', Forever).unwrap();
                }
                let left = match channels[gone].recv(Never) {
                    Ok(_) => 1 - gone,
                    Err(_) => gone,
                };
                let found = other.join().unwrap();
                assert_eq!(found, (left, Ok('a')), "the value that was left to it");
            });
        });
    }
}

fn a_channel_that_ends_later_wakes() {
    explore(|| {
        let (empty, ends) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| ends.disconnect(Side::Senders));
            assert_eq!(
                of(&[&empty, &ends]).select(),
                (1, Err(RecvError)),
                "the second channel ends while the call waits: that must be returned"
            );
        });
    });
}

fn a_channel_that_has_ended_is_ready() {
    explore(|| {
        let (empty, ended) = (holding(""), holding(""));
        ended.disconnect(Side::Senders);
        let mut select = of(&[&empty, &ended]);
        assert_eq!(
            select.select(),
            (1, Err(RecvError)),
            "the second channel has ended: the call must return that and not wait"
        );
        assert_eq!(
            select.try_select(),
            Some((1, Err(RecvError))),
            "it stays so"
        );
    });
}

fn a_removed_channel_is_left_alone() {
    explore(|| {
        let (ended, full) = (holding(""), holding("ab"));
        ended.disconnect(Side::Senders);
        let mut select = of(&[&ended, &full]);
        select.remove(0);
        assert_eq!(select.select(), (1, Ok('a')), "the others keep their index");
        assert_eq!(
            select.select(),
            (1, Ok('b')),
            "the first channel was removed: the next value of the second must come"
        );
        assert_eq!(select.try_select(), None, "the one that ended is removed");
    });
}

fn each_that_stays_ready_has_its_turn() {
    explore(|| {
        let channels = [holding("abc"), holding("abc"), holding("abc")];
        let mut select = of(&[&channels[0], &channels[1], &channels[2]]);
        let mut turns = [select.select().0, select.select().0, select.select().0];
        turns.sort();
        assert_eq!(
            turns,
            [0, 1, 2],
            "three are ready, and each has a turn in three"
        );
    });
    for n in (1..=9).chain([31, 32, 33, 63, 64, 65, 100, 130]) {
        many_take_turns(n);
    }
    for n in 2..=4 {
        for (ended, calls) in (0..n).flat_map(|ended| (0..=2 * n).map(move |calls| (ended, calls)))
        {
            a_removal_costs_nobody_a_turn(n, ended, calls);
        }
    }
}

/// One of `n` channels has ended, and is taken out after `calls` calls; the others stay ready, and
/// each is chosen in any `n` calls.
fn a_removal_costs_nobody_a_turn(n: usize, ended: usize, calls: usize) {
    let channels: Vec<_> = (0..n).map(|_| holding("abcdefghijkl")).collect();
    let empty = holding("");
    empty.disconnect(Side::Senders);
    let mut all: Vec<_> = channels.iter().collect();
    all[ended] = &empty;
    let mut select = of(&all);
    let mut chosen: Vec<usize> = (0..calls).map(|_| select.select().0).collect();
    select.remove(ended);
    chosen.extend((0..2 * n).map(|_| select.select().0));
    for turns in chosen.windows(n) {
        for ready in (0..n).filter(|place| *place != ended) {
            let has_its_turn = turns.contains(&ready);
            assert!(has_its_turn, "{ready} stays ready, and not in {turns:?}");
        }
    }
}

/// Channels that stay ready: each is chosen in any `n` calls.
fn many_take_turns(n: usize) {
    let channels: Vec<_> = (0..n).map(|_| holding("abcd")).collect();
    let mut select = of(&channels.iter().collect::<Vec<_>>());
    let mut chosen = Vec::new();
    for _ in 0..3 * n {
        let (place, letter) = select.select();
        let before = chosen.iter().filter(|other| **other == place).count();
        assert_eq!(letter.ok(), "abcd".chars().nth(before), "what comes next");
        chosen.push(place);
    }
    for turns in chosen.windows(n) {
        let different: BTreeSet<_> = turns.iter().collect();
        assert_eq!(different.len(), n, "each of {n} has its turn in {n} calls");
    }
}

fn an_ended_channel_keeps_nobody_from_a_turn() {
    explore(|| {
        let (ended, full) = (holding(""), holding("abcd"));
        ended.disconnect(Side::Senders);
        let mut select = of(&[&ended, &full]);
        for _ in 0..2 {
            let turns = [select.select().0, select.select().0];
            assert!(turns.contains(&1), "it is ready, and has no turn in two");
        }
    });
}

fn after_a_value_nobody_watches() {
    explore(|| {
        let (empty, later) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| later.send('a', Forever).unwrap());
            of(&[&empty, &later])
                .select()
                .1
                .expect("a value was sent to it, and a sender is left");
            assert_eq!(watchers(&later), 0, "watchers of the one that was chosen");
            assert_eq!(watchers(&empty), 0, "watchers of the other one");
        });
    });
}

fn after_a_time_out_nobody_watches() {
    explore(|| {
        let (first, second) = (holding(""), holding(""));
        assert_eq!(
            of(&[&first, &second]).select_timeout(SOON),
            None,
            "nothing comes to either channel: the call must return when its time is up"
        );
        assert_eq!(watchers(&first) + watchers(&second), 0, "its time is up");
        assert_eq!(
            of(&[&first, &second]).try_select(),
            None,
            "nothing is in either channel: the call must return at once, with nothing"
        );
        assert_eq!(watchers(&first) + watchers(&second), 0, "it never waits");
    });
}

fn a_time_out_ends_the_wait() {
    explore(|| {
        let (empty, later) = (holding(""), holding(""));
        let found = thread::scope(|s| {
            s.spawn(|| later.send('a', Forever).unwrap());
            of(&[&empty, &later]).select_timeout(SOON)
        });
        match found {
            None => assert_eq!(later.recv(Never), Ok('a'), "not selected, so still there"),
            Some(found) => assert_eq!(
                found,
                (1, Ok('a')),
                "a value was selected in time: it must be the one that was sent, with its channel"
            ),
        }
    });
    // Also where it is woken again and again, and finds nothing.
    explore(|| {
        let (empty, rings) = (holding(""), AnyFlavor::Other(Box::new(Rings::default())));
        let begun = Instant::now();
        assert_eq!(
            of(&[&empty, &rings]).select_timeout(100 * SOON),
            None,
            "nothing ever comes, however often it is woken: its time must come to an end"
        );
        let took = begun.elapsed();
        assert!(took >= 100 * SOON, "its time is not up after {took:?}");
        assert!(took < 110 * SOON, "it took {took:?} and not 100 ms");
    });
}

/// A flavor that never has anything, and tells its watchers twenty times that it may have: whenever
/// somebody looks, which takes a while.
#[derive(Default)]
struct Rings {
    rung: AtomicUsize,
    watchers: Mutex<Watchers>,
}

impl Flavor<char> for Rings {
    fn send(&self, letter: char, _: Patience) -> Result<(), SendTimeoutError<char>> {
        Err(SendTimeoutError::Timeout(letter))
    }

    fn recv(&self, _: Patience) -> Result<char, RecvTimeoutError> {
        thread::sleep(SOON); // A model's clock moves by that, and nobody waits.
        if self.rung.fetch_add(1, Relaxed) < 20 {
            self.watchers.lock().notify();
        }
        Err(RecvTimeoutError::Timeout)
    }

    fn len(&self) -> usize {
        0
    }

    fn capacity(&self) -> Option<usize> {
        None
    }

    fn disconnect(&self, _: Side) {}

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut self.watchers.lock());
    }
}

fn a_value_can_come_in_time() {
    possible(|goal| {
        let (empty, later) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| {
                // Whoever watches has looked already.
                if watchers(&later) == 1 {
                    later.send('a', Forever).unwrap();
                }
            });
            if of(&[&empty, &later]).select_timeout(SOON).is_some() {
                goal.reached();
            }
        });
    });
}

fn no_channel_is_an_error() {
    let full = holding("a");
    assert_eq!(of(&[&full]).select(), (0, Ok('a')), "one channel is enough");
    let none = |removed: bool| {
        let mut select = Select::new();
        if removed {
            select.watch(&full);
            select.remove(7); // It is not in.
            assert!(!select.is_empty(), "one channel is left");
            select.remove(0);
            select.remove(0);
        }
        assert!(select.is_empty(), "no channel is left");
        select
    };
    for removed in [false, true] {
        let refused = catch_unwind(AssertUnwindSafe(|| none(removed).select()));
        assert!(refused.is_err(), "it would wait for ever");
        let begun = Instant::now();
        assert_eq!(
            none(removed).try_select(),
            None,
            "no channel is in: `try_select` must return with nothing"
        );
        assert_eq!(
            none(removed).select_timeout(Duration::ZERO),
            None,
            "no channel is in: `select_timeout` must return with nothing"
        );
        assert_eq!(
            none(removed).select_timeout(SOON),
            None,
            "no channel is in: `select_timeout` must return with nothing when its time is up"
        );
        assert!(begun.elapsed() >= SOON, "that is how long it takes");
    }
}

/// A selection of up to three channels, each with what it holds, and its calls one by one.
struct Small<'a> {
    select: Select<'a, char>,
    channels: &'a [AnyFlavor<char>],
    /// What each still holds, and whether it has ended; `None` if it is not in.
    holds: Vec<Option<(VecDeque<char>, bool)>>,
    /// Of each call that chose, since there are these channels: which were ready, and which it was.
    chosen: Vec<(Vec<usize>, usize)>,
}

impl<'a> Small<'a> {
    fn watch(&mut self, (letters, ended): (&str, bool)) {
        let place = self.holds.len();
        assert_eq!(self.select.watch(&self.channels[place]), place, "its index");
        self.holds.push(Some((letters.chars().collect(), ended)));
        self.chosen.clear();
    }

    fn remove(&mut self, place: usize) {
        self.select.remove(place);
        self.holds[place] = None;
        self.chosen.clear();
    }

    /// One call, of the kind of this number: none of them has to wait.
    fn call(&mut self, kind: usize) {
        let is_ready = |place: &usize| {
            let holds = self.holds[*place].as_ref();
            holds.is_some_and(|(letters, ended)| *ended || !letters.is_empty())
        };
        let ready: Vec<usize> = (0..self.holds.len()).filter(is_ready).collect();
        let found = match kind % 4 {
            0 if !ready.is_empty() => Some(self.select.select()),
            1 if !ready.is_empty() => self.select.select_timeout(Duration::MAX),
            2 => self.select.select_timeout(Duration::ZERO),
            _ => self.select.try_select(),
        };
        let Some((place, received)) = found else {
            assert!(ready.is_empty(), "{ready:?} are ready, and none is chosen");
            return;
        };
        assert!(
            ready.contains(&place),
            "{place} is chosen, and is not ready"
        );
        let holds = self.holds[place].as_mut().expect("it is ready");
        let next = holds.0.pop_front().ok_or(RecvError);
        assert_eq!(received, next, "what comes from {place}");
        self.chosen.push((ready, place));
        let n = self.holds.len();
        if let Some(last) = self.chosen.len().checked_sub(n) {
            let last = &self.chosen[last..];
            for place in 0..n {
                let stays = last.iter().all(|(ready, _)| ready.contains(&place));
                let chosen = last.iter().any(|(_, chosen)| *chosen == place);
                assert!(
                    chosen || !stays,
                    "{place} stays ready, and has no turn in {n}"
                );
            }
        }
    }
}

/// What a channel holds, and whether it has ended.
const KINDS: [(&str, bool); 4] = [("", false), ("a", true), ("b", false), ("cdefgh", false)];

fn every_small_selection_takes_turns() {
    for n in 1..=3 {
        for number in 0..KINDS.len().pow(n as u32) {
            let kind = |place| KINDS[number / KINDS.len().pow(place as u32) % KINDS.len()];
            let kinds: Vec<_> = (0..n).map(kind).collect();
            for late in [0, 2] {
                for gone in 0..=2 * n {
                    small_selection(&kinds, late, gone, 0);
                    small_selection(&kinds, late, gone, 2);
                }
            }
        }
    }
}

/// The last channel is added before the call number `late`. One is removed, if `gone` is not 0: of
/// `n` channels the first at 1, just before that, or at `n + 1`, two calls later; and so on. Calls
/// begin with those of this kind.
fn small_selection(kinds: &[(&str, bool)], late: usize, gone: usize, kind: usize) {
    let n = kinds.len();
    let channels: Vec<_> = kinds.iter().map(|(letters, _)| holding(letters)).collect();
    for (channel, (_, ended)) in channels.iter().zip(kinds) {
        if *ended {
            channel.disconnect(Side::Senders);
        }
    }
    let mut small = Small {
        select: Select::new(),
        channels: &channels,
        holds: Vec::new(),
        chosen: Vec::new(),
    };
    for call in 0..2 * n + 2 {
        let removed = (gone > 0 && call == (gone - 1) / n * 2 + late).then(|| (gone - 1) % n);
        if let Some(place) = removed.filter(|place| *place < small.holds.len()) {
            small.remove(place);
        }
        while small.holds.len() < n && (call >= late || small.holds.len() + 1 < n) {
            small.watch(kinds[small.holds.len()]);
        }
        small.call(kind + call);
    }
    assert_eq!(
        channels.iter().map(watchers).sum::<usize>(),
        0,
        "it is on no list"
    );
}
