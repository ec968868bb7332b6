//! A node: it listens, and connects.
use super::{Connection, Network, pair};
use crate::channel::{self, Receiver};
use std::fmt;
use std::io::{self, ErrorKind};

/// A node of a network.
#[derive(Clone)]
pub struct Node {
    network: Network,
    name: String,
}

impl Node {
    pub(super) fn new(network: Network, name: &str) -> Node {
        Node {
            network,
            name: name.to_owned(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Begins to accept connections. Never blocks.
    ///
    /// # Errors
    ///
    /// If it listens already, or has crashed.
    pub fn listen(&self) -> io::Result<Listener> {
        let (connects, accepts) = channel::own(&format!("connections of {}", self.name));
        let mut state = self.network.state();
        let member = state.nodes.entry(self.name.clone()).or_default();
        let refused = match (member.down, &member.listener) {
            (true, _) => Some(ErrorKind::NetworkDown),
            (false, Some(_)) => Some(ErrorKind::AddrInUse),
            (false, None) => None,
        };
        if let Some(kind) = refused {
            // The channel's end lets other threads go first.
            drop(state);
            return Err(kind.into());
        }
        state.listeners += 1;
        let number = state.listeners;
        let member = state.nodes.entry(self.name.clone()).or_default();
        member.listener = Some((number, connects));
        Ok(Listener {
            node: self.clone(),
            number,
            accepts,
        })
    }

    /// Connects to the node of that name. Never blocks: whoever listens need not have accepted yet.
    ///
    /// # Errors
    ///
    /// If nobody listens there, the two are cut off from each other, or one of them has crashed.
    pub fn connect(&self, to: &str) -> io::Result<Connection> {
        let listener = {
            let state = self.network.state();
            let down = |node: &str| state.nodes.get(node).is_some_and(|member| member.down);
            if down(&self.name) {
                return Err(ErrorKind::NetworkDown.into());
            }
            if state.cut.contains(&pair(&self.name, to)) {
                return Err(ErrorKind::TimedOut.into());
            }
            let member = state.nodes.get(to);
            let listener = member.and_then(|member| member.listener.as_ref());
            listener.map(|(_, listener)| listener.clone())
        };
        let Some(listener) = listener else {
            return Err(ErrorKind::ConnectionRefused.into());
        };
        let (mine, theirs) = Connection::pair(&self.network, &self.name, to);
        match listener.send(theirs) {
            Ok(()) => Ok(mine),
            Err(_) => Err(ErrorKind::ConnectionRefused.into()),
        }
    }

    /// Accepts no more connections: whoever waits in [`Listener::accept`] gets an error. Never
    /// blocks.
    pub fn stop_listening(&self) {
        self.stop(|_| true);
    }

    fn stop(&self, which: impl FnOnce(u64) -> bool) {
        let listener = {
            let mut state = self.network.state();
            let member = state.nodes.get_mut(&self.name);
            let listener = member.map(|member| &mut member.listener);
            listener.and_then(|listener| listener.take_if(|(number, _)| which(*number)))
        };
        // Lets other threads go first, so the state is not locked here.
        drop(listener);
    }
}

/// Where a node accepts connections. Dropped, the node listens no more.
pub struct Listener {
    node: Node,
    number: u64,
    accepts: Receiver<Connection>,
}

impl Listener {
    /// Blocks until somebody connects.
    ///
    /// # Errors
    ///
    /// If the node listens no more, or has crashed.
    #[track_caller]
    pub fn accept(&self) -> io::Result<Connection> {
        self.accepts
            .recv()
            .map_err(|_| ErrorKind::ConnectionAborted.into())
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.node
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The node may have crashed, and listen again.
        self.node.stop(|number| number == self.number);
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Node").field(&self.name).finish()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.node.name).finish()
    }
}
