//! Checks of `select`, on a flavor of their own, without handles.

use std::panic::catch_unwind;

use channels::RecvError;
use channels::flavor::AnyFlavor;
use channels::flavor::Patience::{Forever, Never};
use channels::flavor::{Flavor, Side};
use channels::select::Select;
use kit::time::{Duration, Instant};
use kit::{explore, possible, thread};

use crate::open::holding;

harness::checks![
    what_is_there_is_received_from_its_channel,
    one_call_takes_one_value,
    a_value_that_comes_later_wakes,
    the_first_channel_wakes_as_well,
    a_sender_of_each_is_served,
    who_is_woken_for_nothing_sleeps_again,
    a_channel_that_ends_later_wakes,
    a_channel_that_has_ended_is_ready,
    what_is_left_comes_before_the_end,
    a_removed_channel_is_left_alone,
    each_that_stays_ready_has_its_turn,
    an_ended_channel_keeps_nobody_from_a_turn,
    after_a_value_nobody_watches,
    after_a_time_out_nobody_watches,
    after_an_end_nobody_watches,
    a_time_out_ends_the_wait,
    a_value_can_come_in_time,
    no_channel_is_an_error,
];

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
        assert_eq!(select.select(), (1, Ok('a')));
        assert_eq!(select.try_select(), Some((1, Ok('b'))));
        assert_eq!(select.try_select(), None, "nothing is left");
        assert_eq!(select.select_timeout(SOON), None, "and nothing comes");
    });
}

fn one_call_takes_one_value() {
    explore(|| {
        let (first, second) = (holding("a"), holding("a"));
        let mut select = of(&[&first, &second]);
        assert_eq!(select.select().1, Ok('a'));
        assert_eq!(first.len() + second.len(), 1, "the other value stays");
        assert_eq!(select.select().1, Ok('a'));
    });
}

fn a_value_that_comes_later_wakes() {
    explore(|| {
        let (empty, later) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| later.send('a', Forever).unwrap());
            assert_eq!(of(&[&empty, &later]).select(), (1, Ok('a')));
        });
    });
}

fn the_first_channel_wakes_as_well() {
    explore(|| {
        let (later, empty) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| later.send('a', Forever).unwrap());
            assert_eq!(of(&[&later, &empty]).select(), (0, Ok('a')));
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
            assert_eq!(both, [(0, Ok('a')), (1, Ok('b'))]);
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
}

fn a_channel_that_ends_later_wakes() {
    explore(|| {
        let (empty, ends) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| ends.disconnect(Side::Senders));
            assert_eq!(of(&[&empty, &ends]).select(), (1, Err(RecvError)));
        });
    });
}

fn a_channel_that_has_ended_is_ready() {
    explore(|| {
        let (empty, ended) = (holding(""), holding(""));
        ended.disconnect(Side::Senders);
        let mut select = of(&[&empty, &ended]);
        assert_eq!(select.select(), (1, Err(RecvError)));
        assert_eq!(
            select.try_select(),
            Some((1, Err(RecvError))),
            "it stays so"
        );
    });
}

fn what_is_left_comes_before_the_end() {
    explore(|| {
        let ended = holding("a");
        ended.disconnect(Side::Senders);
        let mut select = of(&[&ended]);
        assert_eq!(select.select(), (0, Ok('a')));
        assert_eq!(select.select(), (0, Err(RecvError)));
    });
}

fn a_removed_channel_is_left_alone() {
    explore(|| {
        let (ended, full) = (holding(""), holding("ab"));
        ended.disconnect(Side::Senders);
        let mut select = of(&[&ended, &full]);
        select.remove(0);
        assert_eq!(select.select(), (1, Ok('a')), "the others keep their index");
        assert_eq!(select.select(), (1, Ok('b')));
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
            of(&[&empty, &later]).select().1.unwrap();
            assert_eq!(watchers(&later), 0, "watchers of the one that was chosen");
            assert_eq!(watchers(&empty), 0, "watchers of the other one");
        });
    });
}

fn after_a_time_out_nobody_watches() {
    explore(|| {
        let (first, second) = (holding(""), holding(""));
        assert_eq!(of(&[&first, &second]).select_timeout(SOON), None);
        assert_eq!(watchers(&first) + watchers(&second), 0, "its time is up");
        assert_eq!(of(&[&first, &second]).try_select(), None);
        assert_eq!(watchers(&first) + watchers(&second), 0, "it never waits");
    });
}

fn after_an_end_nobody_watches() {
    explore(|| {
        let (empty, ends) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| ends.disconnect(Side::Senders));
            of(&[&empty, &ends]).select().1.unwrap_err();
            assert_eq!(watchers(&empty) + watchers(&ends), 0, "it has returned");
        });
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
            Some(found) => assert_eq!(found, (1, Ok('a'))),
        }
    });
}

fn a_value_can_come_in_time() {
    possible(|goal| {
        let (empty, later) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| {
                // Who watches has looked already.
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
    let refused = catch_unwind(|| of(&[]).select());
    assert!(refused.is_err(), "it would wait for ever");
    let begun = Instant::now();
    assert_eq!(of(&[]).try_select(), None);
    assert_eq!(of(&[]).select_timeout(SOON), None);
    assert!(begun.elapsed() >= SOON, "that is how long it takes");
}
