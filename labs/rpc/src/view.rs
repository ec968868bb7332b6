//! Given: the grader uses its own copy, edits here are ignored.
//!
//! Who is primary, who is backup: a [`View`], and the [`ViewService`] that decides it. It runs in one place and is believed to
//! live for ever, which is its weakness; its rules are what keeps two primaries from serving at once.

use std::collections::BTreeSet;

use kit::sync::Mutex;

/// A replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Who does what. Views are numbered; a higher number is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Its number, from 1.
    pub number: u64,
    /// Executes calls and answers clients.
    pub primary: NodeId,
    /// Has everything that the primary has answered.
    pub backup: Option<NodeId>,
}

/// Decides views. Threads share it.
///
/// Two rules make it safe. A primary comes from the view before: it was primary or backup there, so it has everything that
/// was answered. And there is no next view until the primary has said that this one is [ready](ViewService::ready), that is, that
/// its backup has everything: or the next primary could be one that has nothing.
#[derive(Debug)]
pub struct ViewService {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    view: View,
    ready: bool,
    /// Nodes that live and are neither.
    idle: BTreeSet<NodeId>,
    /// Members of the view that are believed dead.
    dead: BTreeSet<NodeId>,
}

impl ViewService {
    /// The first view: `primary` alone.
    pub fn new(primary: NodeId) -> Self {
        let view = View {
            number: 1,
            primary,
            backup: None,
        };
        ViewService {
            state: Mutex::new(State {
                view,
                ready: true,
                idle: BTreeSet::new(),
                dead: BTreeSet::new(),
            }),
        }
    }

    /// The view that holds now.
    pub fn view(&self) -> View {
        self.state.lock().view
    }

    /// A node offers itself, new or after a restart with nothing. Returns the view that holds then.
    pub fn join(&self, node: NodeId) -> View {
        let mut state = self.state.lock();
        let view = state.view;
        if node == view.primary || Some(node) == view.backup {
            // It was restarted, and has nothing any more: as a member it is dead.
            state.dead.insert(node);
        }
        state.idle.insert(node);
        state.decide()
    }

    /// A node is believed dead. It may live, and only be cut off: that is why the number of the view counts. Returns the view that
    /// holds then.
    pub fn failed(&self, node: NodeId) -> View {
        let mut state = self.state.lock();
        state.idle.remove(&node);
        let view = state.view;
        if node == view.primary || Some(node) == view.backup {
            state.dead.insert(node);
        }
        state.decide()
    }

    /// The primary says that it has taken up this view and its backup has everything. Returns the view that holds then.
    pub fn ready(&self, node: NodeId, number: u64) -> View {
        let mut state = self.state.lock();
        if state.view.number == number && state.view.primary == node {
            state.ready = true;
        }
        state.decide()
    }
}

impl State {
    /// Goes on to the next view if there is a reason and it is safe.
    fn decide(&mut self) -> View {
        let View {
            number,
            primary,
            backup,
        } = self.view;
        if !self.ready {
            return self.view;
        }
        let backup = backup.filter(|node| !self.dead.contains(node));
        let (primary, backup) = match (self.dead.contains(&primary), backup) {
            (false, backup) => (primary, backup),
            (true, Some(backup)) => (backup, None),
            // Nobody else has everything: all wait until somebody says that the primary lives.
            (true, None) => return self.view,
        };
        let backup = backup.or_else(|| self.idle.iter().copied().find(|&node| node != primary));
        let next = View {
            number: number + 1,
            primary,
            backup,
        };
        if (next.primary, next.backup) != (self.view.primary, self.view.backup) {
            self.view = next;
            // A primary that is alone has nobody to bring up to date.
            self.ready = backup.is_none();
            self.dead.clear();
            self.idle.retain(|&node| Some(node) != backup);
        }
        self.view
    }
}
