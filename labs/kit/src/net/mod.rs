//! A simulated network: named nodes, connections that carry frames, and faults.
//!
//! The one idea: what becomes of a frame is decided when it is sent, and by whoever searches. With
//! a seed it is a function of the seed, the two nodes and how many frames went that way before; so
//! a seed repeats its faults. In a model it is a choice of the search
//! ([`choose`](crate::message::choose)): a sampled one makes it part of the schedule, so that one
//! token repeats all, and an exhaustive one tries both, for as many faults as [`Faults::at_most`]
//! says.
//!
//! Every frame is in the timeline: sent, received, lost, come twice. A failing model is drawn from
//! that; on real threads [`seeds`](crate::explore::seeds) draws the failing run, with the nodes as
//! columns.
//!
//! Not here: time. In a model a frame is late when another thread is faster, and late for certain
//! when it is held back: then it arrives after the next one that goes the same way. On real threads
//! it can also be delayed.
//!
//! # Examples
//!
//! ```
//! use kit::net::{Faults, Network};
//! use kit::thread;
//!
//! let network = Network::seeded(7, Faults::none());
//! let listener = network.node("server").listen().unwrap();
//! let server = thread::spawn(move || {
//!     let connection = listener.accept().unwrap();
//!     while let Ok(Some(frame)) = connection.receive() {
//!         connection.send(&frame).unwrap();
//!     }
//! });
//! let connection = network.node("client").connect("server").unwrap();
//! connection.send(b"hello").unwrap();
//! assert_eq!(connection.receive().unwrap().as_deref(), Some(&b"hello"[..]));
//! drop(connection);
//! server.join().unwrap();
//! ```
mod connection;
mod faults;
mod frame;
#[cfg_attr(feature = "bare", allow(dead_code, reason = "nothing is drawn"))]
mod log;
mod node;
mod way;

pub use connection::Connection;
pub use faults::Faults;
#[cfg(not(feature = "bare"))]
pub(crate) use log::{Entry, What, take_log};
pub use node::{Listener, Node};

use crate::channel::Sender;
use faults::Dice;
use log::Log;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use way::Way;

/// What a label is made by: a frame in a few words, for the timeline; from which node, to which
/// node.
pub type Label = dyn Fn(&str, &str, &[u8]) -> String + Send + Sync;

/// A network. Clones are the same network; threads share it.
#[derive(Clone)]
pub struct Network(Arc<Shared>);

struct Shared {
    faults: Faults,
    label: Box<Label>,
    log: Option<Arc<Log>>,
    /// Plain data: never locked while another thread could be let go first.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    dice: Dice,
    nodes: BTreeMap<String, Member>,
    /// Pairs of nodes that do not hear each other, the smaller name first.
    cut: BTreeSet<(String, String)>,
    ways: Vec<Weak<Way>>,
    listeners: u64,
}

/// What the network knows of a node.
#[derive(Default)]
struct Member {
    down: bool,
    /// Where connections go, and which listener that is.
    listener: Option<(u64, Sender<Connection>)>,
    /// Crashes instead of sending the frame of this number, counted from 1.
    crash_at: Option<u64>,
    sent: u64,
}

impl Network {
    /// A network whose faults a search chooses. On real threads it takes the seed of
    /// [`seeds`](crate::explore::seeds), or 0.
    pub fn new(faults: Faults) -> Network {
        Network::seeded(crate::explore::current_seed(), faults)
    }

    /// A network whose faults follow from `seed` on real threads. In a model a search chooses them.
    pub fn seeded(seed: u64, faults: Faults) -> Network {
        Network::labelled(seed, faults, |_, _, frame| log::label(frame))
    }

    /// As [`seeded`](Network::seeded), and says what a frame is called in the timeline.
    pub fn labelled(
        seed: u64,
        faults: Faults,
        label: impl Fn(&str, &str, &[u8]) -> String + Send + Sync + 'static,
    ) -> Network {
        let state = State {
            dice: Dice::new(seed),
            ..State::default()
        };
        Network(Arc::new(Shared {
            faults,
            label: Box::new(label),
            log: Log::new(),
            state: Mutex::new(state),
        }))
    }

    /// The node of that name, which is made if it is new.
    pub fn node(&self, name: &str) -> Node {
        self.state().nodes.entry(name.to_owned()).or_default();
        Node::new(self.clone(), name)
    }

    /// From here on what one of the two sends to the other is lost, and neither can connect to the
    /// other.
    pub fn cut(&self, one: &str, other: &str) {
        self.touch(&[one, other]);
        self.state().cut.insert(pair(one, other));
        self.note(one, &format!("cut off from {other}"));
    }

    /// Cuts every node of `group` off from every other node.
    pub fn isolate(&self, group: &[&str]) {
        let nodes: Vec<String> = self.state().nodes.keys().cloned().collect();
        for other in nodes.iter().filter(|node| !group.contains(&node.as_str())) {
            group.iter().for_each(|one| self.cut(one, other));
        }
    }

    /// Ends all cuts.
    pub fn heal(&self) {
        self.touch(&[]);
        self.state().cut.clear();
        crate::note("the network is whole again");
    }

    /// Ends the node's process: its connections are reset on both ends, its listener closes, and
    /// frames on the way to it are gone. Nobody can connect to it until it is
    /// [restarted](Network::restart). Its threads go on, as far as errors let them.
    pub fn crash(&self, node: &str) {
        let ways = self.touch(&[node]);
        let listener = {
            let mut state = self.state();
            let member = state.nodes.entry(node.to_owned()).or_default();
            member.down = true;
            member.listener.take()
        };
        self.note(node, "crashes");
        // Both let other threads go first, so the state is not locked here.
        drop(listener);
        ways.iter().for_each(|way| way.reset());
    }

    /// Starts a node again that has crashed: it can listen and connect, and its old connections
    /// stay dead.
    pub fn restart(&self, node: &str) {
        self.touch(&[node]);
        self.state().nodes.entry(node.to_owned()).or_default().down = false;
        self.note(node, "restarts");
    }

    /// Makes `node` crash instead of sending its frame of that number, counted from 1 since it was
    /// made: it has done what it was asked for, and nobody hears of it.
    pub fn crash_instead_of_frame(&self, node: &str, number: u64) {
        self.touch(&[node]);
        let mut state = self.state();
        state.nodes.entry(node.to_owned()).or_default().crash_at = Some(number);
    }

    /// From here on `node` receives nothing: what is sent to it waits. As a process that is
    /// stopped, or collects garbage.
    pub fn pause(&self, node: &str) {
        self.ways_of(node).iter().for_each(|way| way.pause(node));
        self.note(node, "is paused");
    }

    /// Ends a pause.
    pub fn resume(&self, node: &str) {
        self.ways_of(node).iter().for_each(|way| way.resume(node));
        self.note(node, "goes on");
    }

    /// A line for the timeline, in the node's column: what it does there, beside sending and
    /// receiving.
    pub fn note(&self, node: &str, what: &str) {
        crate::note(&format!("{node} {what}"));
        if let Some(log) = &self.0.log {
            log.note(node, what);
        }
    }

    /// If the run fails on real threads, draws of what has happened so far only what is wanted, by
    /// what it is called, and of that no more than the last `most`. Asks from the newest back, and
    /// returns how much is left out.
    pub fn draw_only(&self, most: usize, wanted: impl FnMut(&str) -> bool) -> usize {
        let log = self.0.log.as_ref();
        log.map_or(0, |log| log.keep(most, wanted))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connections' directions from and to a node that are in use.
    fn ways_of(&self, node: &str) -> Vec<Arc<Way>> {
        let mut state = self.state();
        state.ways.retain(|way| way.strong_count() > 0);
        let ways = state.ways.iter().filter_map(Weak::upgrade);
        ways.filter(|way| way.touches(node)).collect()
    }

    /// Steps on what the nodes share with others (all, if none is named), so that a search tries
    /// what is done next before and after what they do.
    fn touch(&self, nodes: &[&str]) -> Vec<Arc<Way>> {
        let ways: Vec<Arc<Way>> = {
            let state = self.state();
            let ways = state.ways.iter().filter_map(Weak::upgrade);
            let touched =
                |way: &Arc<Way>| nodes.is_empty() || nodes.iter().any(|node| way.touches(node));
            ways.filter(touched).collect()
        };
        ways.iter().for_each(|way| way.step());
        ways
    }
}

fn pair(one: &str, other: &str) -> (String, String) {
    let (first, second) = (one.min(other), one.max(other));
    (first.to_owned(), second.to_owned())
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}
