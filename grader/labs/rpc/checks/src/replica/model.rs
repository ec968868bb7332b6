//! What three replicas promise when one thing happens after the other: which answers are right, and
//! what each has then.
//!
//! Where the contract leaves it open, there are several right outcomes. A call that was not
//! confirmed may be there in the next view of its primary, or not; a primary that was refused by
//! its backup may know from then on that it is none.

use rpc::replica::Fault;
use rpc::view::{NodeId, View};

use super::stage::{A, B, C, Sent};

/// A call, by its number (0: it has none).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Made {
    pub(super) seq: u64,
    /// What its client had seen.
    pub(super) seen: u64,
    /// What it takes; 0 is refused.
    pub(super) amount: i64,
}

/// What is asked of a replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ask {
    Change(Made),
    Get,
}

/// What it says: the balance, as a result or in an error; or why there is no reply.
pub(super) type Told = Result<Result<i64, i64>, Fault>;

/// What becomes of messages to the backup.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Link {
    Up,
    RequestsLost,
    RepliesLost,
}
use Link::*;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    Idle,
    Primary,
    Backup { ready: bool },
}

/// One replica.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    view: u64,
    role: Role,
    log: Vec<Made>,
    /// How many of them it knows to be confirmed; more may be lost in the next view.
    confirmed: usize,
}

impl Node {
    /// After that many calls.
    fn balance(&self, calls: usize) -> i64 {
        100 - self.log[..calls]
            .iter()
            .map(|made| made.amount)
            .sum::<i64>()
    }

    /// The reply to the call in that place.
    fn reply(&self, place: usize) -> Result<i64, i64> {
        match self.log[place].amount {
            0 => Err(self.balance(place)),
            _ => Ok(self.balance(place + 1)),
        }
    }

    fn seen(&self) -> u64 {
        self.log.iter().map(|made| made.seen).max().unwrap_or(0)
    }
}

/// All three, and the views that were decided.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct System {
    nodes: [Node; 3],
    pub(super) views: Vec<View>,
    /// What each had executed after each step so far.
    past: Vec<[Vec<Made>; 3]>,
}

/// The right outcomes, each with what is there then.
pub(super) type Outcomes<T> = Vec<(T, System)>;

fn at(node: NodeId) -> usize {
    node.0 as usize - 1
}

impl System {
    pub(super) fn new() -> System {
        let node = || Node {
            view: 0,
            role: Role::Idle,
            log: Vec::new(),
            confirmed: 0,
        };
        System {
            nodes: [A, B, C].map(|_| node()),
            views: Vec::new(),
            past: Vec::new(),
        }
    }

    pub(super) fn view_of(&self, node: NodeId) -> u64 {
        self.nodes[at(node)].view
    }

    pub(super) fn role(&self, node: NodeId) -> Role {
        self.nodes[at(node)].role
    }

    /// What a replica has executed.
    pub(super) fn log(&self, node: NodeId) -> &[Made] {
        &self.nodes[at(node)].log
    }

    /// The newest view.
    pub(super) fn view(&self) -> View {
        *self.views.last().expect("there is one")
    }

    fn backup(&self, me: NodeId) -> Option<NodeId> {
        let number = self.view_of(me);
        let view = self.views.iter().find(|view| view.number == number);
        view.and_then(|view| view.backup)
    }

    /// Whether the backup of that view answers its primary.
    fn is_backup(&self, node: NodeId, view: u64) -> bool {
        self.view_of(node) == view && matches!(self.role(node), Role::Backup { .. })
    }

    /// A client asks a replica.
    pub(super) fn call(&self, me: NodeId, ask: Ask, link: Link) -> Outcomes<Told> {
        let mut done = self.clone();
        let node = &mut done.nodes[at(me)];
        let had = node.log.len();
        let is_confirmed = node.confirmed == had;
        let (mut is_forgotten, mut is_known) = (false, false);
        let mut reply = Ok(Ok(node.balance(had)));
        if let Ask::Change(made) = ask {
            let named = |other: &Made| made.seq > 0 && other.seq == made.seq;
            let place = node.log.iter().position(named);
            is_known = place.is_some();
            is_forgotten = made.seq > 0 && made.seq <= node.seen().max(made.seen);
            if is_forgotten {
                reply = Err(Fault::Forgotten);
            } else {
                node.log.extend((!is_known).then_some(made));
                reply = Ok(node.reply(place.unwrap_or(had)));
            }
        }
        let fault = |fault, system: &System| (Err(fault), system.clone());
        match self.role(me) {
            Role::Primary => {}
            // It should be, and its backup is not known to have anything.
            Role::Idle if self.view().primary == me => {
                let refuses = [Fault::NotPrimary, Fault::Unconfirmed].map(|why| fault(why, self));
                return refuses
                    .into_iter()
                    .chain([fault(Fault::Unconfirmed, &done)])
                    .collect();
            }
            _ => return vec![fault(Fault::NotPrimary, self)],
        }
        let Some(backup) = self.backup(me) else {
            done.nodes[at(me)].confirmed = done.log(me).len();
            return vec![(reply, done)];
        };
        let mut right = Vec::new();
        // There is nothing to ask of the backup.
        if is_forgotten || is_known && is_confirmed {
            right.push((reply, self.clone()));
        }
        if !self.is_backup(backup, self.view_of(me)) {
            right.push(fault(Fault::NotPrimary, &done));
            right.push(fault(Fault::Unconfirmed, &done));
            return right;
        }
        if link != RequestsLost {
            done.nodes[at(backup)].log = done.log(me).to_vec();
        }
        if link == Up {
            done.nodes[at(me)].confirmed = done.log(me).len();
            right.push((reply, done));
        } else {
            right.push((Err(Fault::Unconfirmed), done));
        }
        right
    }

    /// A replica is told a view; whether it says that its backup is up to date.
    pub(super) fn adopt(&self, me: NodeId, view: View, link: Link) -> Outcomes<bool> {
        let node = &self.nodes[at(me)];
        if view.number < node.view {
            return vec![(true, self.clone())];
        }
        if view.number > node.view {
            // What was not confirmed is there in the new view, or not.
            let kept = node.confirmed.min(node.log.len())..=node.log.len();
            let taken = kept.flat_map(|kept| {
                let mut next = self.clone();
                let node = &mut next.nodes[at(me)];
                node.log.truncate(kept);
                node.view = view.number;
                node.role = match view.backup == Some(me) {
                    true => Role::Backup { ready: false },
                    false => Role::Idle,
                };
                next.transfer(me, view, link)
            });
            return taken.collect();
        }
        let mut right = Vec::new();
        if node.role != Role::Idle || view.primary != me {
            right.push((true, self.clone()));
        }
        let moved = |backup| node.role == Role::Primary && !self.is_backup(backup, view.number);
        if node.role == Role::Idle && view.primary == me {
            right.extend(self.clone().transfer(me, view, link));
        } else if view.backup.is_some_and(moved) {
            right.push((false, self.clone()));
        }
        right
    }

    /// A primary without a role yet brings its backup up to date.
    fn transfer(mut self, me: NodeId, view: View, link: Link) -> Outcomes<bool> {
        if view.primary != me {
            return vec![(true, self)];
        }
        let log = self.log(me).to_vec();
        let taken = match view.backup {
            None => true,
            Some(backup) => {
                link != RequestsLost && self.takes(backup, view.number, &log) && link == Up
            }
        };
        if taken {
            let node = &mut self.nodes[at(me)];
            node.role = Role::Primary;
            node.confirmed = node.log.len();
        }
        vec![(taken, self)]
    }

    /// A step is over.
    pub(super) fn remember(&mut self) {
        self.past
            .push([A, B, C].map(|node| self.log(node).to_vec()));
    }

    /// What the primary of that view had executed after a step.
    fn had(&self, step: usize, view: u64) -> Vec<Made> {
        let of = |v: &&View| v.number == view;
        let primary = self.views.iter().find(of).expect("it was decided").primary;
        self.past[step][at(primary)].clone()
    }

    /// A message from a step before comes to a backup, perhaps once more. Calls are of no use to it
    /// without the state before them.
    pub(super) fn comes_again(&self, me: NodeId, step: usize, sent: &Sent) -> Outcomes<bool> {
        let mut next = self.clone();
        let (view, has_state) = match sent {
            Sent::Install(view, ..) => (*view, true),
            Sent::Replicate(view, ..) => (*view, self.role(me) == Role::Backup { ready: true }),
        };
        let taken = has_state && next.takes(me, view, &self.had(step, view));
        vec![(taken, next)]
    }

    /// A state comes to a backup, or calls do, of which the last are those in `log`; whether it has
    /// them then. What came since must stay.
    fn takes(&mut self, me: NodeId, view: u64, log: &[Made]) -> bool {
        let is_backup = self.is_backup(me, view);
        let node = &mut self.nodes[at(me)];
        let is_new = node.role == (Role::Backup { ready: false });
        if is_backup && (is_new || log.len() > node.log.len()) {
            node.log = log.to_vec();
            node.confirmed = log.len();
            node.role = Role::Backup { ready: true };
        }
        is_backup
    }
}
