//! What waiting for several channels promises, as a program: the grader runs every small scenario
//! of `select` against it. (Whose turn it is, is not part of it: a thread alone shows that.)
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::collections::VecDeque;

use channels::RecvError;
use channels::flavor::Patience::{Forever, Never};
use channels::flavor::{AnyFlavor, Flavor, Side};
use channels::select;
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use kit::time::Duration;

use super::super::open::holding;
use super::calls;
use Call::*;

/// In which place the channel stands that values come into; the other one only ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    letters: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Select,
    Send,
    /// The last sender of the other channel goes.
    End,
    TrySelect,
    /// Until a time that may come at any moment.
    SelectSoon,
    /// Until a time that has passed already.
    SelectZero,
    /// Takes a value past those who select, if there is one.
    Take,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Got(char),
    Ended,
    Nothing,
    Done,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    letters: VecDeque<char>,
    ended: bool,
}

impl State {
    /// What is ready: a value, the end, or either of them.
    fn ready(&self) -> Steps<Contract> {
        let mut next = self.clone();
        let letter = next.letters.pop_front();
        let value = letter.map_or_else(Steps::waits, |letter| {
            Steps::gives(next, Return::Got(letter))
        });
        value.or_if(self.ended, || Steps::gives(self.clone(), Return::Ended))
    }
}

pub(crate) struct Contract;

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[Start { letters: 0 }, Start { letters: 1 }];
    const CALLS: &[Call] = &[Select, Send, End, TrySelect, SelectSoon, SelectZero, Take];
    const PLAIN: usize = 3;

    /// Whoever selects does nothing else.
    fn sensible(_: Start, _: usize, calls: &[Call]) -> bool {
        let selects = |call: &Call| !matches!(call, Send | End | Take);
        calls.iter().all(selects) || !calls.iter().any(selects)
    }

    fn begin(_: &Scenario<Contract>) -> State {
        State::default()
    }

    fn step(state: &State, at: At, call: Call) -> Steps<Contract> {
        let mut next = state.clone();
        let ready = state.ready();
        match call {
            Send => next.letters.push_back(letter(at)),
            End => next.ended = true,
            Select => return ready,
            Take => {
                return match next.letters.pop_front() {
                    Some(letter) => Steps::gives(next, Return::Got(letter)),
                    None => Steps::gives(next, Return::Nothing),
                };
            }
            TrySelect | SelectSoon | SelectZero => {
                let nothing = !ready.any();
                return ready.or_if(nothing, || Steps::gives(next, Return::Nothing));
            }
        }
        Steps::gives(next, Return::Done)
    }
}

fn letter(at: At) -> char {
    char::from(b'a' + calls::value(at))
}

/// Two channels, and your `Select` of both for each call.
pub(crate) struct Yours {
    /// In the order in which they are watched.
    channels: [AnyFlavor<char>; 2],
    letters: usize,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        Yours {
            channels: [holding(""), holding("")],
            letters: scenario.start.letters,
        }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), at: At, call: Call) -> Return {
        let mut select = select::Select::new();
        for channel in &self.channels {
            select.watch(channel);
        }
        let letters = &self.channels[self.letters];
        let found = match call {
            Send => {
                letters.send(letter(at), Forever).expect("there is room");
                return Return::Done;
            }
            End => {
                self.channels[1 - self.letters].disconnect(Side::Senders);
                return Return::Done;
            }
            Take => return letters.recv(Never).map_or(Return::Nothing, Return::Got),
            Select => Some(select.select()),
            TrySelect => select.try_select(),
            SelectSoon => select.select_timeout(Duration::from_millis(1)),
            SelectZero => select.select_timeout(Duration::ZERO),
        };
        match found {
            None => Return::Nothing,
            Some((index, Ok(letter))) if index == self.letters => Return::Got(letter),
            Some((index, Err(RecvError))) if index != self.letters => Return::Ended,
            Some(other) => panic!("{other:?} is of another channel"),
        }
    }

    fn release(&self) {
        self.channels[1 - self.letters].disconnect(Side::Senders);
    }
}

impl Drop for Yours {
    /// All threads have ended.
    fn drop(&mut self) {
        for channel in self.channels.iter().filter(|_| !std::thread::panicking()) {
            channel.watchers(&mut |watchers| {
                assert!(watchers.is_empty(), "who has selected is still on a list");
            });
        }
    }
}
