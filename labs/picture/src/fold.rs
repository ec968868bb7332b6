//! Which steps have a part in the failure.
use crate::{Effect, Failure, FailureKind};

impl Failure {
    /// Marks the steps that have a part in the failure; the others can be folded away.
    ///
    /// A step has a part if two threads used its object, or if it is one of the few that tell the
    /// story whoever is concerned: a thread is started, is stuck, fails.
    pub fn mark_parts(&mut self) {
        let shared: Vec<bool> = (0..self.objects.len())
            .map(|object| self.is_shared(object))
            .collect();
        let stuck_on: Vec<usize> = self
            .steps
            .iter()
            .filter(|step| step.stuck)
            .filter_map(|step| step.object)
            .collect();
        for step in &mut self.steps {
            let concerns = |object: usize| match self.kind {
                FailureKind::Deadlock => shared[object] || stuck_on.contains(&object),
                _ => shared[object],
            };
            step.part = match step.effect {
                Effect::Fail
                | Effect::WokenForNothing
                | Effect::FailedForNothing
                | Effect::Spawn
                | Effect::Lost
                | Effect::Duplicated => true,
                Effect::Join => step.stuck,
                _ => step.stuck || step.object.is_none_or(concerns),
            };
        }
    }

    fn is_shared(&self, object: usize) -> bool {
        let mut users = self.steps.iter().filter(|step| step.object == Some(object));
        let first = users.next().map(|step| step.thread);
        users.any(|step| Some(step.thread) != first)
    }
}
