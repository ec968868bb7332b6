//! The checker of histories, against brute force and against examples that are known.
use kit::linearizability::{Operation, Recorder, Specification, check};

/// A number for each key, which can be read, set, and counted up.
struct Registers;

#[derive(Debug, Clone, PartialEq)]
enum Call {
    Get(u8),
    Put(u8, u64),
    Add(u8, u64),
}

impl Specification for Registers {
    type State = u64;
    type Call = Call;
    type Reply = u64;
    type Part = u8;

    fn part(call: &Call) -> u8 {
        match *call {
            Call::Get(key) | Call::Put(key, _) | Call::Add(key, _) => key,
        }
    }

    fn apply(state: &mut u64, call: &Call) -> u64 {
        match *call {
            Call::Get(_) => {}
            Call::Put(_, value) => *state = value,
            Call::Add(_, value) => *state += value,
        }
        *state
    }
}

type History = Vec<Operation<Call, u64>>;

fn operation(
    client: usize,
    call: Call,
    began: u64,
    reply: Option<(u64, u64)>,
) -> Operation<Call, u64> {
    Operation {
        client,
        call,
        began,
        reply,
    }
}

#[test]
fn an_operation_may_take_effect_anywhere_between_begin_and_end() {
    let history = [
        operation(1, Call::Put(0, 1), 1, Some((1, 6))),
        operation(2, Call::Get(0), 2, Some((0, 3))),
        operation(3, Call::Get(0), 4, Some((1, 5))),
    ];
    assert_eq!(check::<Registers>(&history), Ok(()));
}

#[test]
fn a_value_that_was_seen_cannot_be_unseen() {
    let history = [
        operation(1, Call::Put(0, 1), 1, Some((1, 6))),
        operation(2, Call::Get(0), 2, Some((1, 3))),
        operation(3, Call::Get(0), 4, Some((0, 5))),
    ];
    let error = check::<Registers>(&history).unwrap_err();
    assert_eq!(error.misfit, 2);
    expect_test::expect![[r#"
        not linearizable: Get(0) of client 3 fits nowhere
          client 1  Put(0, 1) -> 1  |---------------------------------------|
          client 2  Get(0) -> 1             |-------|
          client 3  Get(0) -> 0                             |-------|  <- fits nowhere
    "#]]
    .assert_eq(&error.to_string());
}

#[test]
fn a_call_without_reply_may_take_effect_late_or_never_but_once() {
    let lost = operation(1, Call::Add(0, 5), 1, None);
    let saw = |values: &[u64]| {
        let mut history = vec![lost.clone()];
        for (at, &value) in values.iter().enumerate() {
            let began = 2 + 2 * at as u64;
            history.push(operation(2, Call::Get(0), began, Some((value, began + 1))));
        }
        check::<Registers>(&history).is_ok()
    };
    assert!(saw(&[0, 0]), "never");
    assert!(saw(&[0, 5]), "late");
    assert!(saw(&[5, 5]), "at once");
    assert!(!saw(&[5, 10]), "twice");
    assert!(!saw(&[5, 0]), "taken back");
}

#[test]
fn the_recorder_numbers_beginnings_and_ends_in_one_order() {
    let recorder = Recorder::new();
    let put = recorder.begin(1, Call::Put(0, 1));
    let _lost = recorder.begin(2, Call::Get(0));
    recorder.end(put, 1);
    let expected = [
        operation(1, Call::Put(0, 1), 1, Some((1, 3))),
        operation(2, Call::Get(0), 2, None),
    ];
    assert_eq!(recorder.take(), expected);
}

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % bound
    }
}

/// Five operations of three clients on two keys, whose replies may be wrong.
fn random_history(random: &mut Random) -> History {
    let mut history: History = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut clock = 0;
    while history.len() < 5 || !open.is_empty() {
        clock += 1;
        let begin =
            history.len() < 5 && open.len() < 3 && (open.is_empty() || random.below(2) == 0);
        if begin {
            let key = random.below(2) as u8;
            let call = match random.below(3) {
                0 => Call::Get(key),
                1 => Call::Put(key, 1 + random.below(2)),
                _ => Call::Add(key, 1),
            };
            open.push(history.len());
            history.push(operation(random.below(3) as usize, call, clock, None));
        } else {
            let at = open.swap_remove(random.below(open.len() as u64) as usize);
            if random.below(5) > 0 {
                history[at].reply = Some((random.below(3), clock));
            }
        }
    }
    history
}

/// Tries every order of every choice of the operations without reply.
fn brute_force(history: &History) -> bool {
    fn extend(history: &History, order: &mut Vec<usize>) -> bool {
        if (0..history.len()).all(|at| order.contains(&at) || history[at].reply.is_none())
            && explains(history, order)
        {
            return true;
        }
        (0..history.len()).any(|at| {
            if order.contains(&at) {
                return false;
            }
            order.push(at);
            let found = extend(history, order);
            order.pop();
            found
        })
    }
    fn explains(history: &History, order: &[usize]) -> bool {
        let mut states = [0; 2];
        for (place, &at) in order.iter().enumerate() {
            let operation = &history[at];
            let later = &order[place + 1..];
            let before = |other: &usize| {
                history[*other]
                    .reply
                    .is_some_and(|(_, ended)| ended < operation.began)
            };
            let part = Registers::part(&operation.call) as usize;
            let reply = Registers::apply(&mut states[part], &operation.call);
            if later.iter().any(before) || operation.reply.is_some_and(|(seen, _)| seen != reply) {
                return false;
            }
        }
        true
    }
    extend(history, &mut Vec::new())
}

#[test]
fn it_agrees_with_brute_force() {
    let mut random = Random(1);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..3_000 {
        let history = random_history(&mut random);
        let expected = brute_force(&history);
        assert_eq!(
            check::<Registers>(&history).is_ok(),
            expected,
            "{history:#?}"
        );
        *if expected { &mut good } else { &mut bad } += 1;
    }
    assert!(
        good > 100 && bad > 100,
        "{good} good, {bad} bad: the test needs both"
    );
}

#[test]
fn thousands_of_operations_are_checked_and_one_stale_read_is_found() {
    let mut history: History = Vec::new();
    let mut value = 0;
    for at in 0..4_000u64 {
        let (began, ended) = (10 * at, 10 * at + 75);
        let call = if at % 3 == 0 {
            Call::Add(0, 1)
        } else {
            Call::Get(0)
        };
        if at % 3 == 0 {
            value += 1;
        }
        history.push(operation(
            (at % 8) as usize,
            call,
            began,
            Some((value, ended)),
        ));
    }
    assert_eq!(check::<Registers>(&history), Ok(()));
    history[2_000].reply = Some((1, 20_075));
    assert!(history[2_000].call == Call::Get(0));
    assert_eq!(check::<Registers>(&history).unwrap_err().misfit, 2_000);
}
