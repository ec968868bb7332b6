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

// LAB: // You will want: use std::collections::BTreeMap; and use kit::sync::Mutex;
use kit::sync::Mutex;
use std::collections::BTreeMap;
// LAB: end

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
    // LAB: // Your fields: a lock for each account.
    /// The balance of every account. The map never changes after `new`, so it needs no lock; each
    /// balance has its own. LOCKS: whoever needs several takes them by ascending account number.
    accounts: BTreeMap<AccountId, Mutex<u64>>,
    // LAB: end
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
        // LAB: let _ = accounts;
        let accounts = accounts.into_iter();
        let accounts = accounts.map(|(id, balance)| (id, Mutex::new(balance)));
        // LAB: end
        // LAB: todo!("open the accounts, each with a lock of its own")
        Bank {
            accounts: accounts.collect(),
        }
        // LAB: end
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
        // LAB: todo!("move {amount} from {from} to {to}, holding both locks, taken in one order")
        let payer = self.account(from)?;
        let payee = self.account(to)?;
        if from == to {
            // One account is one lock: taking it twice would wait for this very thread.
            return withdrawn(*payer.lock(), amount).map(|_| ());
        }

        // LOCKS: the smaller number first, whichever way the money goes. A circle of threads that
        // wait for one another would need one that holds the larger and waits for the smaller.
        let (mut payer, mut payee) = if from < to {
            let first = payer.lock();
            (first, payee.lock())
        } else {
            let first = payee.lock();
            (payer.lock(), first)
        };

        // Both answers are known before either balance changes: an error leaves no trace. And both
        // locks are held from the first look to the last change.
        let less = withdrawn(*payer, amount)?;
        let more = payee.checked_add(amount).ok_or(TransferError::Overflow)?;
        *payer = less;
        *payee = more;
        Ok(())
        // LAB: end
    }

    /// The balance of an account, or `None` if there is no such account. Blocks while a transfer
    /// uses the account.
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        // LAB: todo!("look up the balance of {id}")
        self.audit(id, |balance| balance)
        // LAB: end
    }

    /// Calls `look` with the balance of an account, which cannot change until `look` returns; or
    /// gives `None` if there is no such account.
    ///
    /// All other accounts can be used meanwhile, by other threads: `look` itself must not use the
    /// bank. Blocks while a transfer uses the account.
    pub fn audit<R>(&self, id: AccountId, look: impl FnOnce(u64) -> R) -> Option<R> {
        // LAB: let _ = look;
        let account = self.accounts.get(&id)?;
        // LAB: end
        // LAB: todo!("call look with the balance of {id}, which stays as it is until look returns")
        // The guard lives until `look` has returned: that is what keeps the balance as it is.
        let balance = account.lock();
        Some(look(*balance))
        // LAB: end
    }

    /// The sum of all balances at one moment. Blocks until no other thread uses an account, and may
    /// use the others meanwhile.
    pub fn total(&self) -> u128 {
        // LAB: todo!("add up all balances as they are at one moment")
        // LOCKS: by ascending number, which is the order of the map and that of `transfer`. All
        // are held together: between two that are not, money could pass by uncounted, or twice.
        let balances: Vec<_> = self
            .accounts
            .values()
            .map(|account| account.lock())
            .collect();
        balances.iter().map(|balance| u128::from(**balance)).sum()
        // LAB: end
    }
    // LAB:

    /// The account of this number.
    fn account(&self, id: AccountId) -> Result<&Mutex<u64>, TransferError> {
        self.accounts
            .get(&id)
            .ok_or(TransferError::UnknownAccount(id))
    }
    // LAB: end
}
// LAB:

/// What is left of `balance` without `amount`.
fn withdrawn(balance: u64, amount: u64) -> Result<u64, TransferError> {
    balance
        .checked_sub(amount)
        .ok_or(TransferError::InsufficientFunds { balance })
}
// LAB: end

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
