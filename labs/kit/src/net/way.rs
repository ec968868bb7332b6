//! One direction of a connection: a queue of frames, and what became of it.
use super::frame::Frame;
use super::log::Log;
use crate::channel::{self, Receiver, Sender};
use crate::message::{Lane, lane};
use crate::sync::{Condvar, Mutex as Lock};
use crate::thread;
use crate::time::Instant;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// From one node to another.
pub(super) struct Way {
    pub(super) from: String,
    pub(super) to: String,
    /// Whether it leads from the end that connected to the one that accepted.
    pub(super) is_request: bool,
    pub(super) log: Option<Arc<Log>>,
    send: Sender<Item>,
    receive: Receiver<Item>,
    /// Plain data: never locked while another thread could be let go first.
    state: Mutex<State>,
    /// There once the receiving node was paused: whether it still is.
    pause: Mutex<Option<Arc<Pause>>>,
}

type Pause = (Lock<bool>, Condvar);

/// What goes through the queue.
enum Item {
    Frame(Frame),
    /// What wakes a receiver when the end is there already.
    End,
}

#[derive(Default)]
struct State {
    held: Option<Frame>,
    end: Option<End>,
    /// The thread that received last.
    receiver: Option<Lane>,
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// The sender has closed: what is queued still arrives.
    Closed,
    /// The receiver has closed, and wants nothing more.
    Unwanted,
    /// One of the two nodes has crashed.
    Reset,
}

impl Way {
    pub(super) fn new(from: &str, to: &str, is_request: bool, log: Option<Arc<Log>>) -> Way {
        let (send, receive) = channel::own(&format!("{from} to {to}"));
        Way {
            from: from.to_owned(),
            to: to.to_owned(),
            is_request,
            log,
            send,
            receive,
            state: Mutex::default(),
            pause: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a step that a search tries before and after every other on this way.
    pub(super) fn step(&self) {
        let _ = self.send.len();
    }

    pub(super) fn touches(&self, node: &str) -> bool {
        self.from == node || self.to == node
    }

    /// Who would receive the next frame.
    pub(super) fn receiver(&self) -> Option<Lane> {
        self.state().receiver
    }

    /// Whether it can be sent on.
    pub(super) fn is_open(&self) -> bool {
        self.state().end.is_none()
    }

    /// Puts frames into the queue, and behind them the one that was held back. Never blocks.
    pub(super) fn deliver(&self, frames: Vec<Frame>) {
        let held = self.state().held.take();
        for frame in frames.into_iter().chain(held) {
            // The queue is open for as long as the way is there.
            let _ = self.send.send(Item::Frame(frame));
        }
    }

    /// Keeps a frame until the next one was delivered; gives back the one that was kept before.
    pub(super) fn hold_back(&self, frame: Frame) -> Option<Frame> {
        self.state().held.replace(frame)
    }

    /// Ends it. Never blocks.
    pub(super) fn end(&self, how: End) {
        {
            let mut state = self.state();
            // Each outdoes those before it.
            if state.end >= Some(how) {
                return;
            }
            state.end = Some(how);
        }
        let _ = self.send.send(Item::End);
    }

    pub(super) fn reset(&self) {
        self.end(End::Reset);
    }

    /// Blocks until a frame is there, or the end.
    #[track_caller]
    pub(super) fn next(&self) -> io::Result<Option<Frame>> {
        {
            let mut state = self.state();
            state.receiver = lane();
        }
        loop {
            // Once the end is there, nothing has to be waited for.
            let ended = self.state().end;
            let item = match ended {
                None => self.receive.recv().ok(),
                Some(End::Closed) => self.receive.try_recv().ok(),
                Some(_) => None,
            };
            if let Some(Item::Frame(Frame { due: Some(due), .. })) = &item {
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            self.wait_while_paused();
            match (item, self.state().end) {
                (_, Some(End::Reset)) => return Err(ErrorKind::ConnectionReset.into()),
                (_, Some(End::Unwanted)) => return Ok(None),
                (Some(Item::Frame(frame)), _) => return Ok(Some(frame)),
                (Some(Item::End), _) => {}
                (None, _) => return Ok(None),
            }
        }
    }

    pub(super) fn pause(&self, node: &str) {
        if self.to != node {
            return;
        }
        let new = || Arc::new((Lock::new(false), Condvar::new()));
        let pause = {
            let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(pause.get_or_insert_with(new))
        };
        *pause.0.lock() = true;
        self.step();
    }

    pub(super) fn resume(&self, node: &str) {
        if self.to != node {
            return;
        }
        if let Some(pause) = self.paused() {
            *pause.0.lock() = false;
            pause.1.notify_all();
        }
    }

    fn paused(&self) -> Option<Arc<Pause>> {
        let pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        pause.clone()
    }

    fn wait_while_paused(&self) {
        if let Some(pause) = self.paused() {
            pause.1.wait_while(&mut pause.0.lock(), |paused| *paused);
        }
    }
}
