//! A client that makes its calls one after the other, a machine that crashes, and what must be
//! there when it is back.

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::machine::Machine;
use rpc::message::{CallId, ClientId, Reply};
use serde::Deserialize;
use serde_json::{Value, json};

use super::watched::Watched;

/// How many calls the client makes.
pub(super) const CALLS: u64 = 4;
/// So small that two of them fill the log.
pub(super) const ROTATE_AFTER: usize = 150;

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
    let all = all.expect("the disk works").expect("a list");
    Vec::deserialize(all).expect("a list of numbers")
}

/// Makes the calls behind those that were answered, until the disk fails. Returns how many are
/// answered then.
pub(super) fn live(disk: &Arc<CrashDisk>, mut answered: u64, story: &str) -> u64 {
    let server = match open(disk) {
        Ok(server) => server,
        Err(error) => {
            assert!(
                disk.has_crashed(),
                "{story}\nthe server does not start: {error}"
            );
            return answered;
        }
    };
    while answered < CALLS {
        let seq = answered + 1;
        match note(&server, seq) {
            Ok(reply) => assert_eq!(reply, Ok(seq.into()), "{story}\nthe reply to call {seq}"),
            Err(fault) => {
                assert!(
                    disk.has_crashed(),
                    "{story}\ncall {seq}, although the disk works: {fault}"
                );
                break;
            }
        }
        answered = seq;
    }
    answered
}

/// A machine that has crashed (or a process that was killed), with what its clients were told.
pub(super) struct Crashed {
    pub(super) disk: Arc<CrashDisk>,
    pub(super) answered: u64,
    pub(super) story: String,
    /// See [`Watched::steps_worth_a_crash`].
    is_worth_more: bool,
}

/// One for each step that a life without a crash makes.
pub(super) fn crashes() -> impl Iterator<Item = Crashed> {
    let whole = Arc::new(Watched::default());
    let server = open(&whole).expect("nothing has crashed");
    for seq in 1..=CALLS {
        assert_eq!(note(&server, seq), Ok(Ok(seq.into())), "the disk works");
    }
    let worth = whole.steps_worth_a_crash();
    (1..=whole.disk.steps()).map(move |step| {
        let disk = Arc::new(CrashDisk::crashing_before(step));
        let answered = live(&disk, 0, "nothing has crashed yet");
        let at = disk.crashed_at().expect("it makes as many steps as before");
        let story = format!("crash before step {step} ({at})");
        Crashed {
            disk,
            answered,
            story,
            is_worth_more: worth.contains(&step),
        }
    })
}

/// Those that are worth it, for checks that go on to another crash.
pub(super) fn some_crashes() -> impl Iterator<Item = Crashed> {
    crashes().filter(|crash| crash.is_worth_more)
}

impl Crashed {
    /// What may become of what was not synced. All crashes within one append leave the same, but
    /// for those that keep it.
    pub(super) fn unsynced(&self) -> &'static [Unsynced] {
        match self.is_worth_more {
            true => &Unsynced::ALL,
            false => &[Unsynced::Kept],
        }
    }
}

pub(super) fn told(unsynced: Unsynced) -> &'static str {
    match unsynced {
        Unsynced::Kept => "what was not synced is there",
        Unsynced::Lost => "what was not synced is gone",
        Unsynced::NamesKept => "of what was not synced, names are there and bytes are gone",
        Unsynced::RemovalsKept => "of what was not synced, removals are there and all else is gone",
    }
}

/// Starts the server on what was found: what was answered is there, at most one call more is, each
/// once and in order.
pub(super) fn expect_found(disk: &Arc<CrashDisk>, answered: u64, story: &str) {
    let server = match open(disk) {
        Ok(server) => server,
        Err(error) => panic!("{story}\nthe server does not start again: {error}"),
    };
    let found = all(&server);
    let right = found.len() as u64;
    assert!(
        found.iter().copied().eq(1..=right) && (answered..=answered + 1).contains(&right),
        "{story}\nanswered before: {}; found after the restart: {found:?}",
        if answered == 0 {
            "no call".to_owned()
        } else {
            format!("calls 1 to {answered}")
        }
    );
    for seq in answered.saturating_sub(1).max(1)..=answered {
        let retry = note(&server, seq);
        assert_eq!(
            retry,
            Ok(Ok(seq.into())),
            "{story}\na retry of call {seq}, answered before"
        );
    }
}

/// As [`expect_found`], and goes on to the last call.
pub(super) fn expect_goes_on(disk: &Arc<CrashDisk>, answered: u64, story: &str) {
    expect_found(disk, answered, story);
    let answered = live(disk, answered, story);
    assert_eq!(answered, CALLS, "{story}\nit goes on to the last call");
    let after = Arc::new(disk.after_crash(Unsynced::Lost));
    expect_found(&after, CALLS, &format!("{story}; later a second crash"));
}

/// A new server on that disk.
pub(super) fn started(disk: &Arc<impl Disk + 'static>, rotate_after: usize) -> Server {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    Durable::open(disk, Journal::default(), rotate_after).expect("the disk works")
}

pub(super) fn unnamed(server: &Server, number: u64) -> Result<Reply, Fault> {
    server.call(None, "Note", &number.into())
}
