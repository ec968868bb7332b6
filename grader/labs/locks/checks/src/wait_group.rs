//! Hidden checks of `wait_group`: the specification, and counts that no scenario reaches.

use kit::spec::{Scope, conforms};
use locks::wait_group::{NegativeCount, WaitGroup};

#[path = "../../../../../labs/locks/tests/spec/wait_group.rs"]
mod spec;

harness::checks![conforms_to_the_specification, done_below_zero_is_refused,];

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(4, 3, 5).in_turn(4).within(30_000));
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&WaitGroup) -> Result<(), NegativeCount> = |group| group.done();

fn done_below_zero_is_refused() {
    let group = WaitGroup::new();
    assert_eq!(group.done(), Err(NegativeCount), "nothing was added");
    group.add(1);
    group.add(2);
    for n in 1..=3 {
        assert_eq!(group.done(), Ok(()), "done number {n} of three added");
    }
    assert_eq!(group.done(), Err(NegativeCount), "all three were done");
    group.add(1);
    assert_eq!(group.done(), Ok(()), "a refused done changes nothing");
    group.add(usize::MAX);
    assert_eq!(group.done(), Ok(()), "a count up to `usize::MAX` fits");
}
