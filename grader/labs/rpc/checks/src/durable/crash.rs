//! A machine on which lost, repeated and misplaced calls show, and how it is called.

use kit::sync::Arc;
use rpc::disk::{Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use serde::Deserialize;
use serde_json::{Value, json};

/// So small that two of them fill the log.
const ROTATE_AFTER: usize = 150;

/// Notes numbers, in the order in which they come: a call that is lost, repeated, or out of turn
/// shows.
#[derive(Default)]
pub(super) struct Journal(Vec<u64>);

impl Machine for Journal {
    fn apply(&mut self, method: &str, param: &Value) -> Reply {
        match method {
            "Note" => {
                self.0.push(param.as_u64().ok_or("no number")?);
                Ok(self.0.len().into())
            }
            "Refuse" => {
                self.apply("Note", param)?;
                Err("refused, and noted".to_owned())
            }
            "All" => Ok(json!(self.0)),
            _ => Err(format!("there is no method {method}")),
        }
    }

    fn save(&self) -> Value {
        json!(self.0)
    }

    fn load(&mut self, saved: &Value) -> Result<(), String> {
        self.0 = Vec::deserialize(saved).map_err(|why| why.to_string())?;
        Ok(())
    }
}

pub(super) type Server = Durable<Journal>;

pub(super) fn open(disk: &Arc<impl Disk + 'static>) -> Result<Server, OpenError> {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    Durable::open(disk, Journal::default(), ROTATE_AFTER)
}

pub(super) fn id(seq: u64) -> CallId {
    CallId {
        client: ClientId(7),
        seq,
        seen: seq.saturating_sub(3),
    }
}

/// Makes call `seq`, or tries it again. The right reply is `seq`, however often it is asked for.
pub(super) fn note(server: &Server, seq: u64) -> Result<Reply, Fault> {
    server.call(Some(id(seq)), "Note", &seq.into())
}

/// What the machine has noted.
pub(super) fn all(server: &Server) -> Vec<u64> {
    let all = server.call(None, "All", &Value::Null);
    let all = all.expect("a read must be answered").expect("it is a list");
    Vec::deserialize(all).expect("a list of numbers")
}

pub(super) fn told(unsynced: Unsynced) -> &'static str {
    match unsynced {
        Unsynced::Kept => "what was not synced is there",
        Unsynced::Lost => "what was not synced is gone",
        Unsynced::NamesKept => "of what was not synced, names are there and bytes are gone",
        Unsynced::RemovalsKept => "of what was not synced, removals are there and all else is gone",
    }
}

/// A new server on that disk.
pub(super) fn started(disk: &Arc<impl Disk + 'static>, rotate_after: usize) -> Server {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    Durable::open(disk, Journal::default(), rotate_after).expect("the server must start")
}

pub(super) fn unnamed(server: &Server, number: u64) -> Result<Reply, Fault> {
    server.call(None, "Note", &number.into())
}
