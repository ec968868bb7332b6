//! What a bank promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kit::explore::panic_on_purpose;
use kit::spec::{At, Scenario, Spec, Steps, Subject};
use locks::bank::{Bank, TransferError};

pub(crate) struct Contract;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    /// From, to, and how much; accounts are counted from 0.
    Transfer(usize, usize, u64),
    Total,
    Balance(usize),
    Audit(usize),
    /// An audit whose `look` panics.
    AuditPanics(usize),
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Moved,
    HasOnly(u64),
    Overflow,
    UnknownAccount,
    Sum(u128),
    Has(Option<u64>),
    Panicked,
}

/// The balance of each account.
type Balances = [u64; 3];

impl Spec for Contract {
    type Start = Balances;
    type State = Balances;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Balances] = &[[1, 0, 0], [1, 1, 1], [2, u64::MAX, 1]];
    const CALLS: &[Call] = &[
        Transfer(0, 1, 1),
        Transfer(1, 0, 1),
        Transfer(1, 2, 1),
        Transfer(2, 0, 1),
        Total,
        Balance(1),
        Transfer(0, 0, 1),
        Transfer(0, 1, 2),
        Balance(0),
        AuditPanics(1),
        Audit(1),
    ];
    const PLAIN: usize = 5;

    fn begin(scenario: &Scenario<Contract>) -> Balances {
        scenario.start
    }

    fn step(balances: &Balances, _: At, call: Call) -> Steps<Contract> {
        let mut next = *balances;
        let returns = match call {
            Transfer(from, _, amount) if balances[from] < amount => Return::HasOnly(balances[from]),
            Transfer(from, to, _) if from == to => Return::Moved,
            Transfer(from, to, amount) => match balances[to].checked_add(amount) {
                None => Return::Overflow,
                Some(more) => {
                    next[to] = more;
                    next[from] -= amount;
                    Return::Moved
                }
            },
            Total => Return::Sum(balances.iter().map(|balance| u128::from(*balance)).sum()),
            Balance(of) | Audit(of) => Return::Has(Some(balances[of])),
            AuditPanics(_) => Return::Panicked,
        };
        Steps::gives(next, returns)
    }
}

/// The numbers of the accounts.
const NUMBERS: [u32; 3] = [0x6000_0000, 7, 0xC000_0000];

/// Your bank.
pub(crate) struct Yours(Bank);

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        Yours(Bank::new(NUMBERS.into_iter().zip(scenario.start)))
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) -> Return {
        let Yours(bank) = self;
        match call {
            Transfer(from, to, amount) => match bank.transfer(NUMBERS[from], NUMBERS[to], amount) {
                Ok(()) => Return::Moved,
                Err(TransferError::InsufficientFunds { balance }) => Return::HasOnly(balance),
                Err(TransferError::Overflow) => Return::Overflow,
                Err(TransferError::UnknownAccount(_)) => Return::UnknownAccount,
            },
            Total => Return::Sum(bank.total()),
            Balance(of) => Return::Has(bank.balance(NUMBERS[of])),
            Audit(of) => Return::Has(bank.audit(NUMBERS[of], |balance| balance)),
            AuditPanics(of) => {
                let look = |_| panic_on_purpose("whoever looks fails");
                let audit = || bank.audit(NUMBERS[of], look);
                let audited = catch_unwind(AssertUnwindSafe(audit));
                audited.map_or(Return::Panicked, Return::Has)
            }
        }
    }
}
