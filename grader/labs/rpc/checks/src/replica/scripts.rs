//! All short scripts of a system of three, and some long ones: calls and retries, lost messages,
//! views that are told to some and not to others, or too late, and messages that come once more.

use std::fmt::Debug;
use std::sync::Mutex as Unseen;

use kit::sync::Arc;
use rpc::machine::Entry;
use rpc::message::{CallId, ClientId};
use rpc::replica::{Backup, Refused};
use rpc::view::{NodeId, View};
use serde_json::Value;

use harness::Random;

use super::model::{Ask, Link, Made, Outcomes, Role, System};
use super::stage::{A, B, C, Node, Sent, view};

/// The number of the first view that anybody hears of.
const FIRST: u64 = 3;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Call(NodeId, Ask, Link),
    /// The next view is decided, and nobody knows it.
    Decide(View),
    Tell(NodeId, View, Link),
    /// It is decided, and both learn it, the backup first.
    Change(View),
    /// All messages so far come once more, the last of them first.
    AllAgain,
}

/// A message to a backup, and the step in which it was sent.
#[derive(Clone)]
struct Message {
    to: NodeId,
    sent: Sent,
    step: usize,
}

/// What all ways between replicas have in common.
struct Wires {
    link: Unseen<Link>,
    step: Unseen<usize>,
    messages: Unseen<Vec<Message>>,
}

/// The way to one replica.
struct Wire {
    to: (NodeId, Arc<Node>),
    wires: Arc<Wires>,
}

impl Wire {
    fn send(&self, sent: Sent) -> Result<(), Refused> {
        let (to, node) = &self.to;
        let step = *self.wires.step.lock().unwrap();
        let message = Message {
            to: *to,
            sent: sent.clone(),
            step,
        };
        self.wires.messages.lock().unwrap().push(message);
        let link = *self.wires.link.lock().unwrap();
        if link == Link::RequestsLost {
            return Err(Refused::NoReply);
        }
        let answer = sent.deliver(&node.replica);
        match link {
            Link::RepliesLost => Err(Refused::NoReply),
            _ => answer,
        }
    }
}

impl Backup for Wire {
    fn install(&self, view: u64, executed: u64, state: &Value) -> Result<(), Refused> {
        self.send(Sent::Install(view, executed, state.clone()))
    }

    fn replicate(&self, view: u64, first: u64, entries: &[Entry]) -> Result<(), Refused> {
        self.send(Sent::Replicate(view, first, entries.to_vec()))
    }
}

/// Three replicas, and all that may be true of them.
struct Play {
    nodes: [Arc<Node>; 3],
    wires: Arc<Wires>,
    /// What may be there, as far as the answers so far tell.
    right: Vec<System>,
    script: Vec<Step>,
    /// The calls that have a number.
    named: Vec<Made>,
    /// The last view that may be decided.
    last: u64,
}

impl Play {
    /// In the first view A is primary, with B or alone.
    fn new(backup: Option<NodeId>, views: u64) -> Play {
        let mut play = Play {
            nodes: [A, B, C].map(Node::new),
            wires: Arc::new(Wires {
                link: Unseen::new(Link::Up),
                step: Unseen::new(0),
                messages: Unseen::default(),
            }),
            right: vec![System::new()],
            script: Vec::new(),
            named: Vec::new(),
            last: FIRST + views,
        };
        play.take(Step::Change(view(FIRST, A, backup)));
        play
    }

    fn node(&self, node: NodeId) -> &Arc<Node> {
        &self.nodes[node.0 as usize - 1]
    }

    fn take(&mut self, step: Step) {
        self.script.push(step);
        match step {
            Step::Call(node, ask, link) => self.call(node, ask, link),
            Step::Decide(view) => self.decide(view),
            Step::Tell(node, view, link) => self.tell(node, view, link),
            Step::Change(view) => {
                self.decide(view);
                for node in view.backup.into_iter().chain([view.primary]) {
                    self.tell(node, view, Link::Up);
                }
            }
            Step::AllAgain => self.all_again(),
        }
        self.right.iter_mut().for_each(System::remember);
        *self.wires.step.lock().unwrap() += 1;
    }

    fn decide(&mut self, view: View) {
        for system in &mut self.right {
            system.views.push(view);
        }
    }

    fn call(&mut self, node: NodeId, ask: Ask, link: Link) {
        *self.wires.link.lock().unwrap() = link;
        let (id, method, amount) = match ask {
            Ask::Get => (None, "Get", 0),
            Ask::Change(Made { seq, seen, amount }) => {
                let client = ClientId(7);
                let id = (seq > 0).then_some(CallId { client, seq, seen });
                (id, if amount == 0 { "Refuse" } else { "Deduct" }, amount)
            }
        };
        if let Ask::Change(made) = ask
            && made.seq > self.named.len() as u64
        {
            self.named.push(made);
        }
        let told = self.node(node).replica.call(id, method, &amount.into());
        let balance = |told: Value| told.as_i64().expect("the reply is a balance");
        let error = |told: String| told.parse().expect("the error is a balance");
        let told = told.map(|reply| reply.map(balance).map_err(error));
        self.keep(&told, |system| system.call(node, ask, link));
    }

    fn tell(&mut self, node: NodeId, view: View, link: Link) {
        *self.wires.link.lock().unwrap() = link;
        let wire = |to| -> Arc<dyn Backup> {
            Arc::new(Wire {
                to: (to, Arc::clone(self.node(to))),
                wires: Arc::clone(&self.wires),
            })
        };
        let backup = view.backup.filter(|_| view.primary == node).map(wire);
        let told = self.node(node).replica.adopt(view, backup).is_ok();
        self.keep(&told, |system| system.adopt(node, view, link));
    }

    fn all_again(&mut self) {
        let messages = self.wires.messages.lock().unwrap().clone();
        for Message { to, sent, step } in messages.iter().rev() {
            let told = sent.deliver(&self.node(*to).replica);
            let is_refused = told.is_ok() || told == Err(Refused::NotBackup);
            assert!(is_refused, "{:?}\na backup says {told:?}", self.script);
            self.keep(&told.is_ok(), |system| system.comes_again(*to, *step, sent));
        }
    }

    /// Goes on with what may be there after this answer.
    fn keep<T: PartialEq + Debug>(&mut self, told: &T, right: impl Fn(&System) -> Outcomes<T>) {
        let right: Vec<_> = self.right.iter().flat_map(right).collect();
        assert!(
            right.iter().any(|(right, _)| right == told),
            "{}the last of these gives {told:?}; right: {:?}",
            self.script
                .iter()
                .map(|step| format!("{step:?}\n"))
                .collect::<String>(),
            right.iter().map(|(right, _)| right).collect::<Vec<_>>()
        );
        self.right.clear();
        for (_, system) in right.into_iter().filter(|(right, _)| right == told) {
            if !self.right.contains(&system) {
                self.right.push(system);
            }
        }
    }

    /// All that may come next. A view that nobody knows says nothing at the end.
    fn next(&self, is_last: bool) -> Vec<Step> {
        let system = &self.right[0];
        let mut next = Vec::new();
        let now = system.view();
        for node in [A, B, C] {
            if node == now.primary || system.role(node) == Role::Primary {
                next.extend(self.asks().map(|(ask, link)| Step::Call(node, ask, link)));
            }
        }
        let View {
            number,
            primary,
            backup,
        } = now;
        if number < self.last {
            let spare = [A, B, C]
                .into_iter()
                .find(|&node| node != primary && Some(node) != backup);
            let mut views = vec![(primary, None), (primary, backup), (primary, spare)];
            // The rule of the view service: the backup has everything.
            if let (Some(backup), Role::Primary) = (backup, system.role(primary))
                && system.view_of(primary) == number
            {
                views.extend([(backup, None), (backup, spare), (backup, Some(primary))]);
            }
            views.dedup();
            let views = views
                .into_iter()
                .map(|(primary, backup)| view(number + 1, primary, backup));
            next.extend(views.clone().map(Step::Change));
            next.extend(views.filter(|_| !is_last).map(Step::Decide));
        }
        for node in [A, B, C] {
            let is_member = node == primary || Some(node) == backup;
            if is_member || system.view_of(node) == number {
                next.push(Step::Tell(node, now, Link::Up));
            }
            if let [.., before, _] = system.views[..]
                && system.view_of(node) == number
            {
                next.push(Step::Tell(node, before, Link::Up));
            }
        }
        if system.view_of(primary) < number && backup.is_some() {
            let lost = [Link::RequestsLost, Link::RepliesLost];
            next.extend(lost.map(|link| Step::Tell(primary, now, link)));
        }
        if !matches!(self.script.last(), Some(Step::AllAgain)) {
            next.push(Step::AllAgain);
        }
        next
    }

    /// What a client may ask.
    fn asks(&self) -> impl Iterator<Item = (Ask, Link)> {
        let seq = self.named.len() as u64 + 1;
        let made = |seq, seen, amount| Ask::Change(Made { seq, seen, amount });
        let retry = self.named.last().copied().map(Ask::Change);
        let each = [Link::Up, Link::RequestsLost, Link::RepliesLost];
        let of_new = each.map(|link| (made(seq, 0, 10), link));
        let of_retry = retry.map(|retry| each.map(|link| (retry, link)));
        let others = [
            (made(seq, seq - 1, 10), Link::Up),
            (made(seq, 0, 0), Link::Up),
            (made(0, 0, 10), Link::RepliesLost),
            (Ask::Get, Link::Up),
            (Ask::Get, Link::RequestsLost),
        ];
        let retries = of_retry.into_iter().flatten();
        of_new.into_iter().chain(retries).chain(others)
    }

    /// Asks every replica for all that it may know.
    fn ask_all(&mut self) {
        for node in [A, B, C] {
            self.take(Step::Call(node, Ask::Get, Link::Up));
            for made in self.named.clone() {
                self.take(Step::Call(node, Ask::Change(made), Link::Up));
            }
        }
    }
}

/// Plays every script of that many steps, one after the other.
fn play_all(backup: Option<NodeId>, steps: usize) {
    // Which of all that may come next is taken, at each step; and how much that is.
    let mut choices: Vec<(usize, usize)> = Vec::new();
    loop {
        let mut play = Play::new(backup, 2);
        for step in 0..steps {
            let next = play.next(step + 1 == steps);
            if step == choices.len() {
                choices.push((0, next.len()));
            }
            play.take(next[choices[step].0]);
        }
        play.ask_all();
        while choices.last().is_some_and(|&(taken, of)| taken + 1 == of) {
            choices.pop();
        }
        match choices.last_mut() {
            Some((taken, _)) => *taken += 1,
            None => return,
        }
    }
}

/// Plays a script in which views and calls follow each other for long.
fn play_some(seed: u64) {
    let mut random = Random::new(seed);
    let mut play = Play::new([Some(B), None][seed as usize % 2], 12);
    for _ in 0..30 {
        let next = play.next(false);
        let is_call = |step: &Step| matches!(step, Step::Call(..));
        let (calls, others): (Vec<_>, Vec<_>) = next.into_iter().partition(is_call);
        let calls = if random.below(2) == 0 {
            calls
        } else {
            others.clone()
        };
        play.take(random.of(if calls.is_empty() { &others } else { &calls }));
    }
    play.ask_all();
}

pub(super) fn every_short_script_is_answered_rightly() {
    (0..100).for_each(play_some);
    play_all(None, 2);
    play_all(Some(B), 3);
}
