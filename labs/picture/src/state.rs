//! What is known of each object after each step: its value, who holds it, who waits.
use crate::{Effect, Failure};

/// What is known of one object.
#[derive(Clone, Debug, Default)]
struct State {
    value: Option<String>,
    /// A reader that saw something older, or the last access to a cell.
    note: Option<String>,
    is_lock: bool,
    holders: Vec<usize>,
    shared: bool,
    is_waited_on: bool,
    waiting: Vec<usize>,
}

impl Failure {
    /// For each step: the objects of which it changed what is known, and what is known now.
    pub(crate) fn changes(&self) -> Vec<Vec<(usize, String)>> {
        let mut states = vec![State::default(); self.objects.len()];
        let mut shown = vec![String::new(); self.objects.len()];
        let mut changes = Vec::new();
        for step in &self.steps {
            if let Effect::Wait {
                releases: Some(lock),
            } = step.effect
                && let Some(lock) = states.get_mut(lock)
            {
                lock.holders.retain(|holder| *holder != step.thread);
            }
            if let Some(state) = step.object.and_then(|object| states.get_mut(object)) {
                state.take(step.thread, step.effect, step.value.as_deref(), |t| {
                    self.name(t)
                });
            }
            let mut changed = Vec::new();
            for (object, state) in states.iter().enumerate() {
                let now = state.in_words(|thread| self.name(thread));
                if now != shown[object] {
                    shown[object].clone_from(&now);
                    changed.push((object, now));
                }
            }
            changes.push(changed);
        }
        changes
    }
}

impl State {
    fn take<'a>(
        &mut self,
        thread: usize,
        effect: Effect,
        value: Option<&str>,
        name: impl Fn(usize) -> &'a str,
    ) {
        if !matches!(effect, Effect::Blocked | Effect::Wait { .. }) {
            self.waiting.retain(|waiting| *waiting != thread);
        }
        match effect {
            Effect::Acquire | Effect::AcquireShared => {
                self.is_lock = true;
                self.shared = effect == Effect::AcquireShared;
                self.holders.push(thread);
            }
            Effect::Release => self.holders.retain(|holder| *holder != thread),
            Effect::Blocked => self.waiting.push(thread),
            Effect::Wait { .. } => {
                self.is_waited_on = true;
                self.waiting.push(thread);
            }
            Effect::Notify { .. } | Effect::Woken | Effect::WokenForNothing => {
                self.is_waited_on = true
            }
            Effect::Read => self.note = Some(format!("last read by {}", name(thread))),
            Effect::Write => self.note = Some(format!("last written by {}", name(thread))),
            Effect::Load { stale: true } => {
                let value = value.unwrap_or("an older value");
                self.note = Some(format!("{} saw {value}", name(thread)));
                return;
            }
            _ => self.note = None,
        }
        if let Some(value) = value {
            self.value = Some(value.to_owned());
        }
    }

    fn in_words<'a>(&self, name: impl Fn(usize) -> &'a str) -> String {
        let names = |threads: &[usize]| {
            let names: Vec<&str> = threads.iter().map(|thread| name(*thread)).collect();
            names.join(", ")
        };
        let mut parts: Vec<String> = self.value.iter().cloned().collect();
        match self.holders.as_slice() {
            [] if self.is_lock => parts.push("free".to_owned()),
            [] => {}
            holders if self.shared => parts.push(format!("read by {}", names(holders))),
            holders => parts.push(format!("held by {}", names(holders))),
        }
        match self.waiting.as_slice() {
            [] if self.is_waited_on => parts.push("nobody waits".to_owned()),
            [] => {}
            [one] => parts.push(format!("{} waits", name(*one))),
            many => parts.push(format!("{} wait", names(many))),
        }
        parts.extend(self.note.clone());
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use crate::Effect;
    use crate::tests::{failure_with, step};

    #[test]
    fn a_lock_shows_its_holder_and_who_waits() {
        let steps = vec![
            step(0, Effect::Acquire),
            step(1, Effect::Blocked),
            step(0, Effect::Release),
            step(1, Effect::Acquire),
        ];
        let states: Vec<String> = failure_with(2, steps)
            .changes()
            .iter()
            .map(|changed| changed[0].1.clone())
            .collect();
        assert_eq!(
            states,
            [
                "held by T0",
                "held by T0; T1 waits",
                "free; T1 waits",
                "held by T1"
            ]
        );
    }
}
