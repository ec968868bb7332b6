//! You write this file: a bank with a lock for each account.
//!
//! Transfers between different accounts do not wait for one another, a transfer never deadlocks,
//! and [`Bank::total`] never sees half of one.
//!
//! Watch for:
//! - two locks that are taken in two orders: an order helps, and no sleep does;
//! - an account that pays itself: one lock, not two;
//! - money that has left one account and not yet reached the other;
//! - a refused transfer changes nothing.
//!
//! Not here: opening and closing accounts. They are fixed when the bank is made.
//!
//! Read: notes/locks.md, "Deadlock".

use std::fmt;

// You will want: use std::collections::BTreeMap; and use kit::sync::Mutex;

/// The number of an account.
pub type AccountId = u32;

/// Accounts that are opened with the bank, and money that moves between them. Whatever threads
/// call, none waits for ever.
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
    // Your fields: a lock for each account.
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
    /// Opens a bank with these accounts and balances. Of two with the same number, the later
    /// counts.
    pub fn new(accounts: impl IntoIterator<Item = (AccountId, u64)>) -> Self {
        let _ = accounts;
        todo!("open the accounts, each with a lock of its own")
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
        todo!("move {amount} from {from} to {to}, holding both locks, taken in one order")
    }

    /// The balance of an account, or `None` if there is no such account. Blocks while a transfer
    /// uses the account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        todo!("look up the balance of {id}")
    }

    /// Calls `look` with the balance of an account, which cannot change until `look` returns; or
    /// gives `None` if there is no such account.
    ///
    /// All other accounts can be used meanwhile, by other threads: `look` itself must not use the
    /// bank. Blocks while a transfer uses the account.
    pub fn audit<R>(&self, id: AccountId, look: impl FnOnce(u64) -> R) -> Option<R> {
        let _ = look;
        todo!("call look with the balance of {id}, which stays as it is until look returns")
    }

    /// The sum of all balances at one moment. Blocks until no other thread uses an account, and may
    /// use the others meanwhile.
    pub fn total(&self) -> u128 {
        todo!("add up all balances as they are at one moment")
    }
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
