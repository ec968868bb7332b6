//! You write this file: a bank with a lock for each account.
//!
//! Transfers between different accounts do not wait for one another, a transfer never deadlocks,
//! and [`Bank::total`] never sees half of one.
//!
//! Watch for:
//! - two locks that are taken in two orders;
//! - an account that pays itself: one lock, not two;
//! - money that has left one account and not yet reached the other;
//! - a refused transfer changes nothing.
//!
//! Not here: opening and closing accounts. They are fixed when the bank is made.
//!
//! Read: notes/locks.md, "Deadlock".

use std::fmt;

use kit::sync::Mutex;
use std::collections::BTreeMap;

/// The number of an account.
pub type AccountId = u32;

/// Accounts that are opened with the bank, and money that moves between them.
///
/// # Examples
///
/// ```no_run
/// use locks::bank::Bank;
///
/// let bank = Bank::new([(1, 30), (2, 0)]);
/// bank.transfer(1, 2, 10)?;
/// assert_eq!(bank.balance(2), Some(10));
/// assert_eq!(bank.total(), 30);
/// # Ok::<(), locks::bank::TransferError>(())
/// ```
pub struct Bank {
    /// The balance of every account. The map never changes after `new`, so it needs no lock; each
    /// balance has its own. LOCKS: who needs several takes them by ascending account number.
    accounts: BTreeMap<AccountId, Mutex<u64>>,
}

/// Why a transfer was refused. No balance has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferError {
    /// There is no account of this number. The payer is looked up first.
    UnknownAccount(AccountId),
    /// The payer has only `balance`.
    InsufficientFunds {
        /// What the payer had when the transfer was refused.
        balance: u64,
    },
    /// The balance of the payee would not fit into a `u64`.
    Overflow,
}

impl Bank {
    /// Opens a bank with these accounts and balances. Of two with the same number, the later counts.
    pub fn new(accounts: impl IntoIterator<Item = (AccountId, u64)>) -> Self {
        let accounts = accounts.into_iter();
        let accounts = accounts.map(|(id, balance)| (id, Mutex::new(balance)));
        Bank {
            accounts: accounts.collect(),
        }
    }

    /// Moves `amount` from one account to another, in one step: nobody sees it in both, or in none.
    ///
    /// From an account to itself it changes nothing, but the account must exist and have the
    /// amount. Blocks while another thread uses one of the two accounts, and for no other.
    ///
    /// # Errors
    ///
    /// A [`TransferError`] if an account does not exist, the payer has less than `amount`, or the
    /// payee cannot hold it; looked at in this order.
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        amount: u64,
    ) -> Result<(), TransferError> {
        let payer = self.account(from)?;
        let payee = self.account(to)?;
        if from == to {
            return withdrawn(*payer.lock(), amount).map(|_| ());
        }

        let mut payer = payer.lock();
        let mut payee = payee.lock();

        let less = withdrawn(*payer, amount)?;
        let more = payee.checked_add(amount).ok_or(TransferError::Overflow)?;
        *payer = less;
        *payee = more;
        Ok(())
    }

    /// The balance of an account, or `None` if there is no such account. Blocks while a transfer
    /// uses the account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.audit(id, |balance| balance)
    }

    /// Calls `look` with the balance of an account, which cannot change until `look` returns; or
    /// gives `None` if there is no such account.
    ///
    /// All other accounts can be used meanwhile, by other threads: `look` itself must not use the
    /// bank. Blocks while a transfer uses the account.
    pub fn audit<R>(&self, id: AccountId, look: impl FnOnce(u64) -> R) -> Option<R> {
        let account = self.accounts.get(&id)?;
        let balance = account.lock();
        Some(look(*balance))
    }

    /// The sum of all balances at one moment. Blocks until no other thread uses an account.
    pub fn total(&self) -> u128 {
        // LOCKS: by ascending number, which is the order of the map and that of `transfer`. All
        // are held together: between two that are not, money could pass by uncounted, or twice.
        let balances: Vec<_> = self
            .accounts
            .values()
            .map(|account| account.lock())
            .collect();
        balances.iter().map(|balance| u128::from(**balance)).sum()
    }

    /// The account of this number.
    fn account(&self, id: AccountId) -> Result<&Mutex<u64>, TransferError> {
        self.accounts
            .get(&id)
            .ok_or(TransferError::UnknownAccount(id))
    }
}

/// What is left of `balance` without `amount`.
fn withdrawn(balance: u64, amount: u64) -> Result<u64, TransferError> {
    balance
        .checked_sub(amount)
        .ok_or(TransferError::InsufficientFunds { balance })
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
