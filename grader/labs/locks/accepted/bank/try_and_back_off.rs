//! No order at all: take one lock, try the other, and give everything back if that fails.

use kit::sync::Mutex;
use kit::thread;
use std::collections::BTreeMap;
use std::fmt;

/// Accounts, and money that moves between them.
pub struct Bank {
    accounts: BTreeMap<AccountId, Mutex<u64>>,
}

impl Bank {
    /// Opens a bank with these accounts and balances.
    pub fn new(accounts: impl IntoIterator<Item = (AccountId, u64)>) -> Self {
        let accounts = accounts.into_iter();
        Bank {
            accounts: accounts.map(|(id, n)| (id, Mutex::new(n))).collect(),
        }
    }

    /// Moves `amount` from one account to another.
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        amount: u64,
    ) -> Result<(), TransferError> {
        let payer = self.find(from)?;
        let payee = self.find(to)?;
        loop {
            let mut payer = payer.lock();
            let balance = *payer;
            let less = balance.checked_sub(amount);
            let less = less.ok_or(TransferError::InsufficientFunds { balance })?;
            if from == to {
                return Ok(());
            }
            // LOCKS: the second is only tried. A thread that holds one lock never waits.
            if let Some(mut payee) = payee.try_lock() {
                *payee = payee.checked_add(amount).ok_or(TransferError::Overflow)?;
                *payer = less;
                return Ok(());
            }
            drop(payer);
            thread::yield_now();
        }
    }

    /// The balance of an account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.audit(id, |balance| balance)
    }

    /// Calls `look` with a balance that cannot change meanwhile.
    pub fn audit<R>(&self, id: AccountId, look: impl FnOnce(u64) -> R) -> Option<R> {
        let balance = self.accounts.get(&id)?.lock();
        Some(look(*balance))
    }

    /// The sum of all balances at one moment.
    pub fn total(&self) -> u128 {
        // LOCKS: all, in the order of their numbers; a transfer that meets us gives back what it
        // holds.
        let guards: Vec<_> = self.accounts.values().map(Mutex::lock).collect();
        guards.iter().map(|guard| u128::from(**guard)).sum()
    }

    fn find(&self, id: AccountId) -> Result<&Mutex<u64>, TransferError> {
        let found = self.accounts.get(&id);
        found.ok_or(TransferError::UnknownAccount(id))
    }
}

/// The number of an account.
pub type AccountId = u32;

/// Why a transfer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// There is no account of this number.
    UnknownAccount(AccountId),
    /// The payer has only `balance`.
    InsufficientFunds {
        /// What the payer had.
        balance: u64,
    },
    /// The balance of the payee would not fit into a `u64`.
    Overflow,
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::UnknownAccount(id) => write!(f, "there is no account {id}"),
            TransferError::InsufficientFunds { balance } => write!(f, "only {balance} is there"),
            TransferError::Overflow => f.write_str("the payee cannot hold that much"),
        }
    }
}

impl std::error::Error for TransferError {}
