//! The order of the locks is that of their addresses.

use kit::collections::HashMap;
use kit::sync::{Mutex, MutexGuard};
use std::fmt;

/// Accounts, and money that moves between them.
pub struct Bank {
    /// Never changes after `new`, so no account moves to another address.
    accounts: HashMap<AccountId, Mutex<u64>>,
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
        let find = |id| {
            let found = self.accounts.get(&id);
            found.ok_or(TransferError::UnknownAccount(id))
        };
        let (from, to) = (find(from)?, find(to)?);
        let pay = |balance: u64| {
            let less = balance.checked_sub(amount);
            less.ok_or(TransferError::InsufficientFunds { balance })
        };
        if std::ptr::eq(from, to) {
            return pay(*from.lock()).map(drop);
        }
        let [mut from, mut to] = lock_both(from, to);
        let less = pay(*from)?;
        *to = to.checked_add(amount).ok_or(TransferError::Overflow)?;
        *from = less;
        Ok(())
    }

    /// The balance of an account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.accounts.get(&id).map(|account| *account.lock())
    }

    /// Calls `look` with a balance that cannot change meanwhile.
    pub fn audit<R>(&self, id: AccountId, look: impl FnOnce(u64) -> R) -> Option<R> {
        let balance = self.accounts.get(&id)?.lock();
        Some(look(*balance))
    }

    /// The sum of all balances at one moment.
    pub fn total(&self) -> u128 {
        let mut accounts: Vec<_> = self.accounts.values().collect();
        accounts.sort_by_key(|account| std::ptr::from_ref(*account));
        // LOCKS: by ascending address, all together.
        let guards: Vec<_> = accounts.iter().map(|account| account.lock()).collect();
        guards.iter().map(|guard| u128::from(**guard)).sum()
    }
}

/// Locks two different accounts; gives the guards in the order of the arguments.
fn lock_both<'a>(a: &'a Mutex<u64>, b: &'a Mutex<u64>) -> [MutexGuard<'a, u64>; 2] {
    // LOCKS: by ascending address.
    if std::ptr::from_ref(a) < std::ptr::from_ref(b) {
        let a = a.lock();
        [a, b.lock()]
    } else {
        let b = b.lock();
        [a.lock(), b]
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
