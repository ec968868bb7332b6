//! What clients have seen of a run, and what must hold of it.

use kit::linearizability::{self, NotLinearizable, Operation, Specification};
use kit::net::Network;
use rpc::message::ClientId;
use serde_json::{Value, json};

use crate::drawing;

/// More than all deducts together.
pub(crate) const BALANCE: u64 = 1_000_000;

/// What clients see and the server leaves.
pub(crate) struct Run {
    pub(crate) history: Vec<Operation<Asked, Value>>,
    pub(crate) deducts: Vec<Deduct>,
    /// What the server refused, to which client and why. It has no reason to.
    pub(crate) refused: Vec<(String, u64, String)>,
    pub(crate) tries: u64,
}

/// One deduct. Its amount is a power of 4 that no other has, so the balance tells how often it was
/// executed.
pub(crate) struct Deduct {
    pub(crate) client: u64,
    pub(crate) amount: u64,
    pub(crate) answered: bool,
}

impl Run {
    /// No call of these can be refused, if those before it are there.
    pub(crate) fn nothing_is_refused(&self, network: &Network) {
        if let Some((what, client, why)) = self.refused.first() {
            let why = format!("{what} of client {client} is refused: {why}");
            let (put, what) = ("KV.Put a ", format!("{what}, call "));
            let wanted = |text: &str| text.contains(&what) || text.contains(put);
            drawing::fail(network, &why, wanted);
        }
    }

    /// Each deduct was executed at most once, and exactly once if its call returned; and all that
    /// clients saw could have been seen one after the other.
    pub(crate) fn holds(&self, network: &Network, balance: Option<&str>) {
        let Some(balance) = balance else {
            let put = |text: &str| text.contains("KV.Put a ");
            drawing::fail(network, "the balance is not there", put);
        };
        let left: u64 = balance.parse().expect("the balance is a number");
        let deducted = BALANCE - left;
        for deduct in &self.deducts {
            let wrong = match deducted / deduct.amount % 4 {
                0 if deduct.answered => "was answered and is not there".to_owned(),
                0 | 1 => continue,
                times => format!("was executed {times} times"),
            };
            let what = format!("KV.Deduct a {}", deduct.amount);
            let why = format!("{what} of client {} {wrong}: {left} is left", deduct.client);
            let what = format!("{what}, call ");
            drawing::fail(network, &why, |text| text.contains(&what));
        }
        let everything: u64 = self.deducts.iter().map(|deduct| deduct.amount).sum();
        assert!(deducted <= everything, "more was deducted than asked for");
        if let Err(misfit) = linearizability::check::<KeyValues>(&self.history) {
            self.fits_nowhere(network, &misfit);
        }
    }

    /// Draws what is about the same key, up to what fits nowhere.
    fn fits_nowhere(&self, network: &Network, misfit: &NotLinearizable) -> ! {
        let operation = &self.history[misfit.misfit];
        let (method, param) = operation.call.as_call();
        let what = format!("{}, call ", drawing::in_words(method, &param, None));
        let client = drawing::node_of(ClientId(operation.client as u128));
        let key = KeyValues::part(&operation.call);
        let key = [" ", ","].map(|end| format!(" {key}{end}"));
        let mut begun = false;
        drawing::fail(network, &misfit.drawing, |text| {
            begun |= text.contains(&what) && text.contains(&client);
            begun && key.iter().any(|key| text.contains(key))
        });
    }
}

/// What a client asks.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    Get(&'static str),
    Put(&'static str, String),
    Append(&'static str, String),
    Deduct(&'static str, u64),
}

impl Asked {
    pub(crate) fn as_call(&self) -> (&'static str, Value) {
        match self {
            Asked::Get(key) => ("KV.Get", json!({ "key": key })),
            Asked::Put(key, value) => ("KV.Put", json!({ "key": key, "value": value })),
            Asked::Append(key, value) => ("KV.Append", json!({ "key": key, "value": value })),
            Asked::Deduct(key, amount) => ("KV.Deduct", json!({ "key": key, "amount": amount })),
        }
    }
}

/// What a key-value server does, if calls come one after the other.
struct KeyValues;

impl Specification for KeyValues {
    type State = Option<String>;
    type Call = Asked;
    type Reply = Value;
    type Part = &'static str;

    fn part(call: &Asked) -> &'static str {
        match call {
            Asked::Get(key)
            | Asked::Put(key, _)
            | Asked::Append(key, _)
            | Asked::Deduct(key, _) => key,
        }
    }

    fn apply(state: &mut Option<String>, call: &Asked) -> Value {
        match call {
            Asked::Get(_) => json!({ "value": state }),
            Asked::Put(_, value) => {
                *state = Some(value.clone());
                json!({})
            }
            Asked::Append(_, value) => {
                let text = state.get_or_insert_default();
                text.push_str(value);
                json!({ "length": text.len() })
            }
            Asked::Deduct(_, amount) => {
                let balance = state.as_deref().and_then(|text| text.parse::<u64>().ok());
                let Some(left) = balance.and_then(|balance| balance.checked_sub(*amount)) else {
                    return Value::Null;
                };
                *state = Some(left.to_string());
                json!({ "left": left })
            }
        }
    }
}
