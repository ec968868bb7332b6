//! One end of a connection.
use super::faults::Fate;
use super::frame::Frame;
use super::way::{End, Way};
use super::{Network, pair};
use crate::message::Message;
use crate::time::{Duration, Instant};
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;

/// One end of a connection, which carries whole frames in both directions. Threads share it.
/// Dropped, it is [closed](Connection::close).
pub struct Connection {
    /// Lives as long as the connection. It is not a cycle: those that nobody has accepted are gone
    /// with their listener, and so is its network's way to them.
    network: Network,
    out: Arc<Way>,
    back: Arc<Way>,
}

impl Connection {
    /// The two ends of a new connection: that of `from`, then that of `to`.
    pub(super) fn pair(network: &Network, from: &str, to: &str) -> (Connection, Connection) {
        let log = &network.0.log;
        let there = Arc::new(Way::new(from, to, true, log.clone()));
        let back = Arc::new(Way::new(to, from, false, log.clone()));
        let mut state = network.state();
        state.ways.retain(|way| way.strong_count() > 0);
        state.ways.extend([&there, &back].map(Arc::downgrade));
        drop(state);
        let end = |out: &Arc<Way>, back: &Arc<Way>| Connection {
            network: network.clone(),
            out: Arc::clone(out),
            back: Arc::clone(back),
        };
        (end(&there, &back), end(&back, &there))
    }

    /// The node that this end belongs to.
    pub fn node(&self) -> &str {
        &self.out.from
    }

    /// The node at the other end.
    pub fn peer(&self) -> &str {
        &self.out.to
    }

    /// Sends a frame. Never blocks. That it was sent does not mean that it arrives.
    ///
    /// # Errors
    ///
    /// If the connection is closed, or one of the nodes has crashed.
    #[track_caller]
    pub fn send(&self, frame: &[u8]) -> io::Result<()> {
        self.out.step();
        let network = &self.network;
        if !self.out.is_open() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if self.crashes_here(network) {
            network.crash(&self.out.from);
            return Err(ErrorKind::ConnectionReset.into());
        }
        let text = (network.0.label)(&self.out.from, &self.out.to, frame);
        let message = Message::sent(&text);
        let log = self.out.log.as_ref();
        let number = log.map_or(0, |log| log.sent(&self.out.from, &text));
        let (fate, delay) = self.decide(network);
        let frame = Frame {
            bytes: frame.to_vec(),
            message,
            number,
            again: false,
            due: (!delay.is_zero()).then(|| Instant::now() + delay),
        };
        match fate {
            Fate::Arrives => self.out.deliver(vec![frame]),
            Fate::Lost => self.lose(&frame),
            Fate::HeldBack => {
                if let Some(before) = self.out.hold_back(frame) {
                    self.out.deliver(vec![before]);
                }
            }
            Fate::Twice => self.out.deliver(vec![frame.clone(), again(frame)]),
            Fate::TwiceAndLate => {
                self.out.deliver(vec![frame.clone()]);
                self.out.hold_back(again(frame));
            }
        }
        Ok(())
    }

    #[track_caller]
    fn lose(&self, frame: &Frame) {
        frame.message.lost_on_the_way_to(self.out.receiver());
        if let Some(log) = &self.out.log {
            log.lost(&self.out.to, frame);
        }
    }

    /// Whether the node was told to crash instead of sending this.
    fn crashes_here(&self, network: &Network) -> bool {
        let mut state = network.state();
        let Some(member) = state.nodes.get_mut(&self.out.from) else {
            return false;
        };
        member.sent += 1;
        member.crash_at == Some(member.sent)
    }

    /// What becomes of the frame, and how long it takes. May let another thread go first.
    fn decide(&self, network: &Network) -> (Fate, Duration) {
        let faults = network.0.faults;
        let Way { from, to, .. } = &*self.out;
        let throw = {
            let mut state = network.state();
            if state.cut.contains(&pair(from, to)) {
                return (Fate::Lost, Duration::ZERO);
            }
            state.dice.throw(from, to, faults)
        };
        let fate = throw.decide(faults, self.out.is_request);
        network.state().dice.done(fate);
        let delay = match crate::message::lane() {
            Some(_) => Duration::ZERO,
            None => throw.delay(faults),
        };
        (fate, delay)
    }

    /// Takes the next frame; `None` if no more will come. Blocks until there is one.
    ///
    /// # Errors
    ///
    /// If one of the nodes has crashed.
    #[track_caller]
    pub fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        let Some(frame) = self.back.next()? else {
            return Ok(None);
        };
        if frame.again {
            frame.message.duplicated();
        } else {
            frame.message.delivered();
        }
        if let Some(log) = &self.back.log {
            log.received(&self.back.to, &frame);
        }
        Ok(Some(frame.bytes))
    }

    /// Ends the connection for both sides: whoever waits in [`receive`](Connection::receive)
    /// returns. What was sent before still arrives at the other end. Never blocks; may be called
    /// twice.
    pub fn close(&self) {
        self.out.end(End::Closed);
        self.back.end(End::Unwanted);
    }
}

fn again(frame: Frame) -> Frame {
    Frame {
        again: true,
        ..frame
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("node", &self.node())
            .field("peer", &self.peer())
            .finish_non_exhaustive()
    }
}
