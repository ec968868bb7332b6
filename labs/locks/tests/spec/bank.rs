//! What a bank promises, as a program: the grader runs every small scenario against it.
//!
//! It is given, as the sentences above the functions are: read it, and do not edit it. How to read
//! it is in notes/specifications.md.

use kit::spec::{At, Scenario, Spec, Steps, Subject};
use locks::bank::{AccountId, Bank, TransferError};

pub(crate) struct Contract;

/// Three accounts, by their place among the bank's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Call {
    Transfer { from: usize, to: usize, amount: u64 },
    Balance(usize),
    Total,
}
use Call::*;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Return {
    Paid,
    NoAccount(AccountId),
    Has(u64),
    PayeeIsFull,
    Total(u128),
}

/// The numbers of the accounts, and what is in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    ids: [AccountId; 3],
    balances: [u64; 3],
}

const fn transfer(from: usize, to: usize, amount: u64) -> Call {
    Transfer { from, to, amount }
}

/// An account that does not exist.
const NONE: usize = 3;
const NO_ID: AccountId = 99;

impl Start {
    fn id(&self, account: usize) -> AccountId {
        self.ids.get(account).copied().unwrap_or(NO_ID)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    ids: [AccountId; 3],
    balances: [u64; 3],
}

impl Spec for Contract {
    type Start = Start;
    type State = State;
    type Call = Call;
    type Return = Return;
    const STARTS: &[Start] = &[
        Start {
            ids: [1, 2, 3],
            balances: [2, 2, 2],
        },
        Start {
            ids: [21, 11, 1],
            balances: [3, 0, u64::MAX],
        },
        Start {
            ids: [0, 3 << 29, 3 << 30],
            balances: [2, 2, 2],
        },
    ];
    const CALLS: &[Call] = &[
        transfer(0, 1, 2),
        transfer(1, 0, 2),
        transfer(1, 2, 2),
        transfer(2, 0, 3),
        transfer(0, 0, 3),
        Total,
        Balance(0),
        transfer(0, NONE, 3),
    ];

    fn begin(scenario: &Scenario<Contract>) -> State {
        let Start { ids, balances } = scenario.start;
        State { ids, balances }
    }

    fn step(state: &State, _: At, call: Call) -> Steps<Contract> {
        let balances = &state.balances;
        let same = |returns| Steps::gives(state.clone(), returns);
        match call {
            // In this order: whether there are both, whether there is enough, whether it fits.
            Transfer { to: NONE, .. } => same(Return::NoAccount(NO_ID)),
            Transfer { from, amount, .. } if balances[from] < amount => {
                same(Return::Has(balances[from]))
            }
            Transfer { from, to, .. } if from == to => same(Return::Paid),
            Transfer { from, to, amount } => match balances[to].checked_add(amount) {
                None => same(Return::PayeeIsFull),
                Some(more) => {
                    let mut next = state.clone();
                    next.balances[from] -= amount;
                    next.balances[to] = more;
                    Steps::gives(next, Return::Paid)
                }
            },
            Balance(account) => same(Return::Has(balances[account])),
            Total => same(Return::Total(
                balances.iter().copied().map(u128::from).sum(),
            )),
        }
    }
}

/// Your bank.
pub(crate) struct Yours {
    bank: Bank,
    start: Start,
}

impl Subject for Yours {
    type Spec = Contract;
    type Hand<'a> = ();

    fn new(scenario: &Scenario<Contract>) -> Yours {
        let start = scenario.start;
        let bank = Bank::new(start.ids.into_iter().zip(start.balances));
        Yours { bank, start }
    }

    fn hands(&self, scenario: &Scenario<Contract>) -> Vec<()> {
        vec![(); scenario.threads.len()]
    }

    fn call(&self, (): &mut (), _: At, call: Call) -> Return {
        let id = |account| self.start.id(account);
        match call {
            Transfer { from, to, amount } => match self.bank.transfer(id(from), id(to), amount) {
                Ok(()) => Return::Paid,
                Err(TransferError::UnknownAccount(id)) => Return::NoAccount(id),
                Err(TransferError::InsufficientFunds { balance }) => Return::Has(balance),
                Err(TransferError::Overflow) => Return::PayeeIsFull,
            },
            Balance(account) => {
                let balance = self.bank.balance(id(account));
                Return::Has(balance.expect("there is such an account"))
            }
            Total => Return::Total(self.bank.total()),
        }
    }
}
