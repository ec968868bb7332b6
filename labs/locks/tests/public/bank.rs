//! Public tests of `bank`: `cargo test -p locks bank`.

use kit::spec::{Scope, conforms};
use kit::{explore, thread};
use locks::bank::{Bank, TransferError};

rules::test!("src/bank.rs");

#[test]
fn a_transfer_moves_the_amount() {
    let bank = Bank::new([(1, 3), (2, 0)]);
    assert_eq!(
        bank.transfer(1, 2, 2),
        Ok(()),
        "account 1 has 3: it can pay 2"
    );
    assert_eq!(bank.balance(1), Some(1), "the payer had 3 and paid 2");
    assert_eq!(bank.balance(2), Some(2), "the payee had nothing and got 2");
    assert_eq!(bank.total(), 3, "money moves, it does not come or go");
}

#[test]
fn nobody_pays_more_than_they_have() {
    let bank = Bank::new([(1, 3), (2, 0)]);
    let refused = TransferError::InsufficientFunds { balance: 3 };
    assert_eq!(
        bank.transfer(1, 2, 4),
        Err(refused),
        "account 1 has only 3: a transfer of 4 must be refused, with what is there"
    );
    assert_eq!(bank.balance(1), Some(3), "refused: the payer keeps all");
    assert_eq!(bank.balance(2), Some(0), "refused: the payee gets nothing");
}

#[test]
fn an_unknown_account_is_named() {
    let bank = Bank::new([(1, 3)]);
    let unknown = |id| Err(TransferError::UnknownAccount(id));
    assert_eq!(
        bank.transfer(1, 8, 1),
        unknown(8),
        "there is no account 8: the transfer must be refused, and name it"
    );
    assert_eq!(
        bank.transfer(9, 1, 1),
        unknown(9),
        "there is no account 9: the transfer must be refused, and name it"
    );
    assert_eq!(
        bank.balance(8),
        None,
        "there is no account 8: it has no balance, and the transfer made none"
    );
    assert_eq!(
        bank.audit(9, |balance| balance),
        None,
        "there is no account 9: nothing can be audited"
    );
}

#[test]
fn an_account_can_pay_itself() {
    explore(|| {
        let bank = Bank::new([(1, 3)]);
        assert_eq!(
            bank.transfer(1, 1, 3),
            Ok(()),
            "account 1 has 3: it can pay 3 to itself"
        );
        assert_eq!(bank.balance(1), Some(3), "it got what it paid");
    });
}

#[test]
fn transfers_in_opposite_directions_do_not_deadlock() {
    explore(|| {
        let bank = Bank::new([(1, 1), (2, 1)]);
        thread::scope(|s| {
            s.spawn(|| bank.transfer(1, 2, 1).expect("1 has enough"));
            bank.transfer(2, 1, 1).expect("2 has enough");
        });
    });
}

#[test]
fn total_does_not_change_while_money_moves() {
    explore(|| {
        let bank = Bank::new([(1, 1), (2, 0)]);
        thread::scope(|s| {
            s.spawn(|| bank.transfer(1, 2, 1).expect("1 has enough"));
            assert_eq!(bank.total(), 1, "the sum of balances at two moments");
        });
    });
}

#[path = "../spec/bank.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3).within(3_000));
}
