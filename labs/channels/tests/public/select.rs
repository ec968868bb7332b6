//! Public tests of `select`: `cargo test -p channels select`.
//!
//! They use flavors without handles, so that no other exercise has to be done first.

use channels::RecvError;
use channels::flavor::Patience::Forever;
use channels::flavor::{Flavor, Side};
use channels::select::Select;
use kit::spec::{Scope, conforms};
use kit::time::Duration;
use kit::{explore, thread};

use super::open::holding;
use super::spec::select::Yours;

rules::test!("src/select.rs");

#[test]
fn a_value_that_is_there_is_received() {
    explore(|| {
        let (letters, more) = (holding(""), holding(""));
        let mut select = Select::new();
        assert_eq!(select.watch(&letters), 0, "the first is 0");
        assert_eq!(select.watch(&more), 1, "then 1");
        assert_eq!(select.try_select(), None, "nothing is there");
        more.send('a', Forever).unwrap();
        assert_eq!(
            select.select(),
            (1, Ok('a')),
            "only the second channel has a value: it must be received from there"
        );
        assert_eq!(select.try_select(), None, "a value is received once");
    });
}

#[test]
fn a_value_that_comes_later_wakes() {
    explore(|| {
        let (letters, more) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| more.send('a', Forever).unwrap());
            let mut select = Select::new();
            select.watch(&letters);
            select.watch(&more);
            assert_eq!(
                select.select(),
                (1, Ok('a')),
                "a value comes to the second channel: the wait must end with it"
            );
        });
    });
}

#[test]
fn a_channel_that_ends_is_ready() {
    explore(|| {
        let (letters, more) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| letters.disconnect(Side::Senders));
            let mut select = Select::new();
            select.watch(&letters);
            select.watch(&more);
            assert_eq!(
                select.select(),
                (0, Err(RecvError)),
                "the first channel ends: the call must say so"
            );
            select.remove(0);
            assert_eq!(select.try_select(), None, "the other one is still empty");
        });
    });
}

#[test]
fn two_that_are_always_ready_take_turns() {
    explore(|| {
        let (letters, more) = (holding("ab"), holding("ab"));
        let mut select = Select::new();
        select.watch(&letters);
        select.watch(&more);
        let (first, _) = select.select();
        let (second, _) = select.select();
        assert_ne!(first, second, "each has a turn in two");
    });
}

#[test]
fn who_has_selected_watches_no_longer() {
    explore(|| {
        let (letters, more) = (holding(""), holding(""));
        thread::scope(|s| {
            s.spawn(|| more.send('a', Forever).unwrap());
            let mut select = Select::new();
            select.watch(&letters);
            select.watch(&more);
            select.select_timeout(Duration::from_millis(1));
        });
        for channel in [&letters, &more] {
            channel.watchers(&mut |watchers| assert!(watchers.is_empty(), "somebody watches"));
        }
    });
}

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<Yours>(Scope::new(2, 1, 2).in_turn(2));
}
