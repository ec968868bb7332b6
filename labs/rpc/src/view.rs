//! Given: the grader uses its own copy, edits here are ignored.
//!
//! Who is primary, who is backup: a [`View`], and the [`ViewService`] that decides it. It runs in
//! one place and is believed to live for ever, which is its weakness; its rules are what keeps two
//! primaries from serving at once.

use std::collections::BTreeSet;

use kit::sync::Mutex;

/// A replica: what counts is what it has, not where it runs. Whoever starts again with nothing is
/// another one, with a number that nobody had, or it could be taken for the one that had
/// everything.
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
/// Two rules make it safe. A new primary was the backup of the view before, so it has everything
/// that was answered. And until a primary has said that its view is [ready](ViewService::ready),
/// that is, that its backup has everything, it stays primary: or the next could be one that has
/// nothing. If it dies before, nobody serves until it is back.
#[derive(Debug)]
pub struct ViewService {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    view: View,
    ready: bool,
    /// Nodes that live and are neither primary nor backup.
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

    /// A node says that it lives: it is new, or was cut off and is back. Returns the view that
    /// holds then.
    pub fn join(&self, node: NodeId) -> View {
        let mut state = self.state.lock();
        state.dead.remove(&node);
        if !state.is_member(node) {
            state.idle.insert(node);
        }
        state.decide()
    }

    /// A node is believed dead. It may live, and only be cut off: that is why the number of the
    /// view counts. Returns the view that holds then.
    pub fn failed(&self, node: NodeId) -> View {
        let mut state = self.state.lock();
        state.idle.remove(&node);
        if state.is_member(node) {
            state.dead.insert(node);
        }
        state.decide()
    }

    /// The primary says that it has taken up this view and its backup has everything. Returns the
    /// view that holds then.
    pub fn ready(&self, node: NodeId, number: u64) -> View {
        let mut state = self.state.lock();
        if state.view.number == number && state.view.primary == node {
            state.ready = true;
        }
        state.decide()
    }
}

impl State {
    fn is_member(&self, node: NodeId) -> bool {
        node == self.view.primary || Some(node) == self.view.backup
    }

    /// Goes on to the next view if there is a reason and it is safe.
    fn decide(&mut self) -> View {
        let View {
            number,
            primary,
            backup,
        } = self.view;
        let backup = backup.filter(|node| !self.dead.contains(node));
        let (primary, backup) = match (self.dead.contains(&primary), backup) {
            (false, backup) => (primary, backup),
            (true, Some(backup)) if self.ready => (backup, None),
            // Nobody else has everything for certain: all wait until the primary says that it
            // lives.
            (true, _) => return self.view,
        };
        let backup = backup.or_else(|| self.idle.first().copied());
        let next = View {
            number: number + 1,
            primary,
            backup,
        };
        if (next.primary, next.backup) != (self.view.primary, self.view.backup) {
            self.view = next;
            // A primary that is alone has nobody to bring up to date.
            self.ready = backup.is_none();
            // Those who are left out have to say that they live before they are taken again.
            self.dead.clear();
            if let Some(backup) = backup {
                self.idle.remove(&backup);
            }
        }
        self.view
    }
}
