//! Hidden checks of `bank`.

use std::collections::BTreeMap;

use kit::explore::Explorer;
use kit::spec::{Scope, conforms};
use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::{explore, thread};
use locks::bank::{Bank, TransferError};

use harness::Random;

#[path = "../../../../../labs/locks/tests/spec/bank.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    a_transfer_moves_the_amount,
    a_payer_with_too_little_is_refused,
    an_unknown_account_is_named,
    large_balances_do_not_overflow,
    a_transfer_to_oneself_is_checked_and_changes_nothing,
    opposite_transfers_do_not_deadlock,
    total_sees_no_half_transfer,
    two_transfers_do_not_overdraw,
    an_audited_balance_cannot_change,
    other_accounts_move_during_an_audit,
];

/// What an audit tells the other thread.
const INSIDE: usize = 1;
const RETURNED: usize = 2;

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 4).within(3_000));
}

/// Numbers that have much in common: whatever part of a number an answer goes by, some agree in it.
fn numbers() -> Vec<u32> {
    let powers = |base: u32| (0..).map_while(move |power| base.checked_pow(power));
    let mut numbers: Vec<u32> = (0..40).chain(powers(2)).chain(powers(10)).collect();
    numbers.extend([5_040, 720_720, u32::MAX]);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

// What the file has to offer, to the letter: a result of another type could agree with anything.
const _: fn(&Bank, u32) -> Result<(), TransferError> = |bank, id| bank.transfer(id, id, 0);
const _: fn(&Bank, u32) -> Option<u64> = |bank, id| bank.balance(id);
const _: fn(&Bank, u32) -> Option<u64> = |bank, id| bank.audit(id, |balance: u64| balance);
const _: fn(&Bank) -> u128 = |bank| bank.total();

/// Whether a transfer was refused for this reason. A pattern, not `==`: the errors are the answer's
/// own, and so is what it takes for equal.
macro_rules! refused {
    ($transfer:expr, $reason:pat) => {
        matches!($transfer, Err($reason))
    };
}

fn a_transfer_moves_the_amount() {
    // Of two with the same number the later counts.
    let bank = Bank::new([(1, 8), (1, 3), (7, 0)]);
    assert_eq!(bank.transfer(1, 7, 1), Ok(()), "1 of 3");
    assert_eq!(
        (bank.balance(1), bank.balance(7)),
        (Some(2), Some(1)),
        "1 of 3 was paid to an empty account: 2 and 1 must be there"
    );
    assert_eq!(bank.transfer(1, 7, 2), Ok(()), "all that is left");
    assert_eq!(
        (bank.balance(1), bank.balance(7)),
        (Some(0), Some(3)),
        "all that was left was paid: 0 and 3 must be there"
    );
    assert_eq!(bank.transfer(7, 1, 3), Ok(()), "and all of it back");
    assert_eq!(
        (bank.balance(1), bank.balance(7)),
        (Some(3), Some(0)),
        "all of it was paid back: 3 and 0 must be there"
    );
    assert_eq!(bank.total(), 3, "money moves, it does not come or go");
    many_transfers();
}

/// Why a transfer was refused, to be compared.
fn reason(error: TransferError) -> (&'static str, u64) {
    match error {
        TransferError::UnknownAccount(id) => ("no account", id.into()),
        TransferError::InsufficientFunds { balance } => ("too little", balance),
        TransferError::Overflow => ("too much", 0),
    }
}

/// Transfers by one thread, each beside the same one between plain numbers.
fn many_transfers() {
    const UNKNOWN: u32 = 123_456_789;
    let (mut random, mut numbers) = (Random::new(1), numbers());
    let balances = [0, 1, 2, 9, 1 << 40, u64::MAX - 3, u64::MAX];
    // Each is there, and most several times, in any order: the last one counts.
    let mut opened: Vec<u32> = numbers.clone();
    opened.extend((0..1_000).map(|_| numbers[random.below(numbers.len())]));
    let opened = opened.into_iter();
    let opened: Vec<_> = opened
        .map(|number| (number, balances[random.below(balances.len())]))
        .collect();
    let mut plain: BTreeMap<u32, u64> = opened.iter().copied().collect();
    let bank = Bank::new(opened);
    numbers.push(UNKNOWN);
    for _ in 0..10_000 {
        let mut any = || numbers[random.below(numbers.len())];
        let (from, to) = (any(), any());
        let amount = [0, 1, 2, 3, 7, 1 << 33, u64::MAX][random.below(7)];
        let expected = match (plain.get(&from).copied(), plain.get(&to).copied()) {
            (None, _) => Err(("no account", from.into())),
            (_, None) => Err(("no account", to.into())),
            (Some(balance), _) if balance < amount => Err(("too little", balance)),
            _ if from == to => Ok(()),
            (Some(less), Some(more)) => match more.checked_add(amount) {
                None => Err(("too much", 0)),
                Some(more) => {
                    plain.insert(from, less - amount);
                    plain.insert(to, more);
                    Ok(())
                }
            },
        };
        let moved = bank.transfer(from, to, amount).map_err(reason);
        assert_eq!(moved, expected, "{amount} from {from} to {to}");
        let (balances, audit) = (bank.balance(from), bank.audit(to, |balance| balance));
        let expected = (plain.get(&from).copied(), plain.get(&to).copied());
        assert_eq!((balances, audit), expected, "{amount} from {from} to {to}");
    }
    let total = plain.values().map(|balance| u128::from(*balance)).sum();
    assert_eq!(bank.total(), total, "money moves, it does not come or go");
    assert_eq!(Bank::new([]).total(), 0, "no accounts");
}

fn a_payer_with_too_little_is_refused() {
    let bank = Bank::new([(1, 3), (2, 0)]);
    let refused = refused!(
        bank.transfer(1, 2, 4),
        TransferError::InsufficientFunds { balance: 3 }
    );
    assert!(refused, "1 has only 3");
    assert_eq!(bank.balance(1), Some(3), "a refused payer keeps all");
    assert_eq!(bank.balance(2), Some(0), "a refused payee gets nothing");
}

fn an_unknown_account_is_named() {
    let bank = Bank::new([(1, 3)]);
    let refused = refused!(bank.transfer(1, 8, 1), TransferError::UnknownAccount(8));
    assert!(refused, "nobody can be paid as 8");
    let refused = refused!(bank.transfer(9, 1, 1), TransferError::UnknownAccount(9));
    assert!(refused, "nobody can pay as 9");
    let refused = refused!(bank.transfer(9, 9, 0), TransferError::UnknownAccount(9));
    assert!(refused, "nor to themselves");
    let refused = refused!(bank.transfer(9, 8, 1), TransferError::UnknownAccount(9));
    assert!(refused, "the payer is looked up first");
    let refused = refused!(bank.transfer(1, 8, 4), TransferError::UnknownAccount(8));
    assert!(refused, "accounts are looked up before the balance");
    assert_eq!(bank.balance(1), Some(3), "a refused payer keeps all");
    assert_eq!(bank.balance(8), None, "there is no account 8");
    assert_eq!(bank.audit(8, |_| ()), None, "there is no account 8");
}

fn large_balances_do_not_overflow() {
    let bank = Bank::new([(1, 1), (2, u64::MAX)]);
    let refused = refused!(bank.transfer(1, 2, 1), TransferError::Overflow);
    assert!(refused, "2 is full");
    let refused = refused!(
        bank.transfer(1, 2, 2),
        TransferError::InsufficientFunds { balance: 1 }
    );
    assert!(
        refused,
        "what the payer has comes before what the payee can hold"
    );
    assert_eq!(bank.balance(1), Some(1), "a refused payer keeps all");
    assert_eq!(bank.balance(2), Some(u64::MAX), "nothing was added");
    assert_eq!(bank.total(), 1 << 64, "a total may be larger than a u64");
}

fn a_transfer_to_oneself_is_checked_and_changes_nothing() {
    explore(|| {
        let bank = Bank::new([(1, 3), (2, u64::MAX)]);
        assert_eq!(bank.transfer(1, 1, 3), Ok(()), "1 has 3");
        assert_eq!(bank.transfer(2, 2, 1), Ok(()), "nothing is added to 2");
        let refused = refused!(
            bank.transfer(1, 1, 4),
            TransferError::InsufficientFunds { balance: 3 }
        );
        assert!(refused, "1 has only 3");
        assert_eq!(bank.balance(1), Some(3), "it got what it paid");
    });
}

fn opposite_transfers_do_not_deadlock() {
    for b in numbers().into_iter().filter(|b| *b != 1) {
        let a = 1;
        Explorer::new().preemptions(2).explore(move || {
            let bank = Bank::new([(a, 1), (b, 1)]);
            thread::scope(|s| {
                s.spawn(|| bank.transfer(a, b, 1).expect("the first has enough"));
                bank.transfer(b, a, 1).expect("the second has enough");
            });
            assert_eq!(
                (bank.balance(a), bank.balance(b)),
                (Some(1), Some(1)),
                "each has paid 1 to the other: both must have what they had"
            );
        });
    }
    // Nor do three in a circle, whichever of them is the smallest for whom.
    Explorer::new().preemptions(2).explore(|| {
        let circle = [0, 0x6000_0000, 0xC000_0000];
        let bank = Bank::new(circle.map(|account| (account, 1)));
        let pay = |from: usize| {
            let to = (from + 1) % 3;
            bank.transfer(circle[from], circle[to], 1)
                .expect("it has enough");
        };
        thread::scope(|s| {
            s.spawn(|| pay(0));
            s.spawn(|| pay(1));
            pay(2);
        });
        assert_eq!(
            bank.total(),
            3,
            "each of three has paid 1 to the next: there must still be 3 in all"
        );
    });
}

fn total_sees_no_half_transfer() {
    explore(|| {
        let bank = Bank::new([(1, 1), (2, 0)]);
        thread::scope(|s| {
            // To and fro, five times: the same balances come again, as if nothing had happened.
            s.spawn(|| {
                for [from, to] in [[1, 2], [2, 1], [1, 2], [2, 1], [1, 2]] {
                    bank.transfer(from, to, 1).expect("it has the 1");
                }
            });
            assert_eq!(bank.total(), 1, "there is 1 at every moment");
        });
    });
}

fn two_transfers_do_not_overdraw() {
    explore(|| {
        let bank = Bank::new([(1, 1), (2, 0)]);
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| bank.transfer(1, 2, 1));
            (bank.transfer(1, 2, 1), yours.join().unwrap())
        });
        assert!(mine.is_ok() != yours.is_ok(), "1 can be paid once");
        assert_eq!(
            (bank.balance(1), bank.balance(2)),
            (Some(0), Some(1)),
            "one transfer of 1 went through: it must have moved, once"
        );
    });
}

fn an_audited_balance_cannot_change() {
    for (from, to) in [(1, 2), (2, 1)] {
        explore(move || {
            let bank = Bank::new([(1, 1), (2, 1)]);
            let audit = AtomicUsize::new(0);
            thread::scope(|s| {
                s.spawn(|| {
                    if audit.load(SeqCst) == INSIDE {
                        bank.transfer(from, to, 1).expect("it has enough");
                        let audit = audit.load(SeqCst);
                        assert_eq!(audit, RETURNED, "1 has paid or been paid during its audit");
                    }
                });
                bank.audit(1, |_| {
                    audit.store(INSIDE, SeqCst);
                    audit.store(RETURNED, SeqCst);
                });
            });
        });
    }
}

fn other_accounts_move_during_an_audit() {
    explore(|| {
        let bank = Bank::new([(1, 1), (2, 1), (3, 0)]);
        let pay = || bank.transfer(2, 3, 1).expect("2 has enough");
        // The audit is over when another thread has paid.
        bank.audit(1, |_| thread::scope(|s| s.spawn(pay).join().unwrap()));
    });
    let numbers = numbers();
    all_others_move(&numbers, &numbers);
    // However many there are.
    let many: Vec<u32> = (0..5_000).collect();
    all_others_move(&many, &[0, 2_500, 4_999]);
}

/// While one account is audited, another thread uses each other one of the bank.
fn all_others_move(numbers: &[u32], audited: &[u32]) {
    let bank = Bank::new(numbers.iter().map(|number| (*number, 1)));
    for &audited in audited {
        let others: Vec<u32> = numbers
            .iter()
            .copied()
            .filter(|other| *other != audited)
            .collect();
        let pay = || {
            for pair in others.windows(2) {
                bank.transfer(pair[0], pair[1], 1).expect("each has 1");
                bank.transfer(pair[1], pair[0], 2)
                    .expect("and one got another");
                bank.transfer(pair[0], pair[1], 1)
                    .expect("which it gives back");
                assert_eq!(
                    bank.balance(pair[0]),
                    Some(1),
                    "three transfers between two accounts of 1 are over: one must have 1 again"
                );
                assert_eq!(
                    bank.audit(pair[1], |balance| balance),
                    Some(1),
                    "three transfers between two accounts of 1 are over: the other must have 1, too"
                );
            }
        };
        bank.audit(audited, |_| thread::scope(|s| s.spawn(pay).join().unwrap()));
    }
}
