//! Given: the grader uses its own copy, edits here are ignored.
//!
//! What client and server say to each other, as Go's `net/rpc/jsonrpc` has it, so that a Go program
//! with nothing but its standard library can take part:
//!
//! ```text
//! {"method":"KV.Get","params":[{"key":"a"}],"id":7}
//! {"id":7,"result":{"value":"1"},"error":null}
//! ```
//!
//! A client that wants its calls executed at most once adds a member that a plain peer does not
//! send:
//!
//! ```text
//! {"method":"KV.Deduct","params":[{"amount":1}],"id":8,"call":{"client":"5f0c…","seq":3,"seen":2}}
//! ```
//!
//! Not here: how messages are cut out of a stream of bytes (`wire`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request: which method, with what argument, and the number that its reply will carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Service and method: `KV.Get`.
    pub method: String,
    /// The argument, alone in an array.
    pub params: [Value; 1],
    /// Chosen by the client; the reply has the same. It tells apart the calls of one connection, no
    /// more.
    pub id: u64,
    /// What tells a retry from a new call, if the client cares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
}

/// A reply. Either `result` or `error` is `null`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// That of the request.
    pub id: u64,
    /// What the handler returned.
    pub result: Value,
    /// Why there is no result.
    pub error: Option<String>,
}

/// Names one call of one client, the same in every retry.
///
/// The transaction identifier (XID) of the lecture, in two parts: unique client, and a number that
/// grows by one with each new call. So it says more than a random number could: which calls came
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallId {
    /// Who calls.
    pub client: ClientId,
    /// The client's calls, counted from 1.
    pub seq: u64,
    /// The client has seen the replies of its calls up to this one, and will not ask for them
    /// again. 0: of none.
    pub seen: u64,
}

/// A client, told from all others by 128 random bits. On the wire, 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u128);

/// What a handler makes of its argument: a value, or the text of an error.
pub type Reply = Result<Value, String>;

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The reply did not come in time. Nobody knows whether the call was executed.
    TimedOut,
    /// The connection is lost. Nobody knows whether the call was executed.
    Lost,
    /// The server answered with an error. This is a reply: the call was refused, or its handler
    /// failed.
    Refused(String),
}

/// A call is older than what its client said it has seen: nobody waits for a reply, and whether it
/// was executed is no longer known. It was not executed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten;

impl fmt::Display for Forgotten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call is older than what its client has seen")
    }
}

impl std::error::Error for Forgotten {}

impl Request {
    /// A request without a [`CallId`].
    pub fn new(id: u64, method: &str, param: Value) -> Self {
        Request {
            method: method.to_owned(),
            params: [param],
            id,
            call: None,
        }
    }

    /// The argument.
    pub fn param(&self) -> &Value {
        &self.params[0]
    }
}

impl Response {
    /// The reply to the request with that number.
    pub fn new(id: u64, reply: Reply) -> Self {
        let (result, error) = match reply {
            Ok(result) => (result, None),
            Err(error) => (Value::Null, Some(error)),
        };
        Response { id, result, error }
    }

    /// What the handler made of the argument.
    pub fn into_reply(self) -> Reply {
        match self.error {
            None => Ok(self.result),
            Some(error) => Err(error),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::TimedOut => f.write_str("no reply came in time"),
            CallError::Lost => f.write_str("the connection is lost"),
            CallError::Refused(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for CallError {}

impl ClientId {
    /// A client that nobody else is: 128 bits from the operating system's source of randomness.
    ///
    /// # Panics
    ///
    /// If the system has none.
    pub fn random() -> Self {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).expect("the system has a source of randomness");
        ClientId(u128::from_ne_bytes(bits))
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({self})")
    }
}

impl Serialize for ClientId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let parsed = u128::from_str_radix(&text, 16).ok().filter(|_| digits);
        parsed
            .map(ClientId)
            .ok_or_else(|| serde::de::Error::custom("a client is named by 32 hexadecimal digits"))
    }
}
