//! Each call has a slot with a lock and a condvar of its own; the table of slots is gone when the
//! connection is.

use std::collections::BTreeMap;

use kit::sync::atomic::{AtomicU64, Ordering::Relaxed};
use kit::sync::{Arc, Condvar, Mutex};
use kit::thread::{self, JoinHandle};
use kit::time::Duration;
use serde_json::Value;

use crate::link::Link;
use crate::message::{CallError, CallId, Request, Response};
use crate::wire;

type Outcome = Result<Value, CallError>;

/// One connection that threads share to call.
pub struct Client {
    link: Arc<dyn Link>,
    slots: Arc<Slots>,
    calls: AtomicU64,
    timeout: Option<Duration>,
    reader: Option<JoinHandle<()>>,
}

/// The calls that wait, by number; `None` once the connection is lost.
struct Slots(Mutex<Option<BTreeMap<u64, Arc<Slot>>>>);

#[derive(Default)]
struct Slot {
    outcome: Mutex<Option<Outcome>>,
    there: Condvar,
}

impl Slot {
    fn fill(&self, outcome: Outcome) {
        *self.outcome.lock() = Some(outcome);
        self.there.notify_one();
    }
}

impl Slots {
    fn take(&self, id: u64) -> Option<Arc<Slot>> {
        self.0.lock().as_mut()?.remove(&id)
    }

    fn read(&self, link: &dyn Link) {
        while let Ok(Some(frame)) = link.receive() {
            let Ok(response) = wire::decode::<Response>(&frame) else {
                continue;
            };
            if let Some(slot) = self.take(response.id) {
                slot.fill(response.into_reply().map_err(CallError::Refused));
            }
        }
        let left = self.0.lock().take();
        for slot in left.into_iter().flatten().map(|(_, slot)| slot) {
            slot.fill(Err(CallError::Lost));
        }
    }
}

impl Client {
    /// Calls over `link`, and waits for each reply at most that long.
    pub fn new(link: Arc<dyn Link>, timeout: Option<Duration>) -> Self {
        let slots = Arc::new(Slots(Mutex::new(Some(BTreeMap::new()))));
        let reader = thread::spawn({
            let (link, slots) = (Arc::clone(&link), Arc::clone(&slots));
            move || slots.read(&*link)
        });
        Client {
            link,
            slots,
            calls: AtomicU64::new(0),
            timeout,
            reader: Some(reader),
        }
    }

    /// Calls `method`, and returns what its handler did.
    pub fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Outcome {
        // ORDERING: only that no number comes twice is asked for, and nothing is published by it.
        let id = self.calls.fetch_add(1, Relaxed);
        let slot = Arc::new(Slot::default());
        match &mut *self.slots.0.lock() {
            Some(slots) => slots.insert(id, Arc::clone(&slot)),
            None => return Err(CallError::Lost),
        };
        let mut request = Request::new(id, method, param.clone());
        request.call = call;
        if self.link.send(&wire::encode(&request)).is_err() {
            self.slots.take(id);
            return Err(CallError::Lost);
        }
        let mut outcome = slot.outcome.lock();
        let empty = |outcome: &mut Option<Outcome>| outcome.is_none();
        match self.timeout {
            None => slot.there.wait_while(&mut outcome, empty),
            Some(timeout) => {
                slot.there.wait_while_for(&mut outcome, empty, timeout);
            }
        }
        let outcome = outcome.take();
        outcome.unwrap_or_else(|| {
            self.slots.take(id);
            Err(CallError::TimedOut)
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.link.close();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
