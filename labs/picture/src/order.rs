//! What happens before what: the closure of each thread's own order and the edges that order.
//!
//! The one idea: a vector clock for each step, which says of each thread up to which step it has
//! happened before; so one comparison answers for any two steps.
use crate::{Edge, Effect, Failure};

impl Failure {
    /// For each step, for each thread: the last of its steps that happened before, or that it is.
    pub(crate) fn clocks(&self) -> Vec<Vec<Option<usize>>> {
        let mut clocks: Vec<Vec<Option<usize>>> = Vec::new();
        let mut latest = vec![vec![None; self.threads.len()]; self.threads.len()];
        for (at, step) in self.steps.iter().enumerate() {
            let mut clock = latest[step.thread].clone();
            let orders = |edge: &&Edge| edge.to == at && edge.from < at && self.orders(edge);
            for edge in self.edges.iter().filter(orders) {
                for (mine, other) in clock.iter_mut().zip(&clocks[edge.from]) {
                    *mine = (*mine).max(*other);
                }
            }
            clock[step.thread] = Some(at);
            latest[step.thread].clone_from(&clock);
            clocks.push(clock);
        }
        clocks
    }

    /// Whether an edge orders the two steps. A message that was lost tells the one it was meant for
    /// nothing.
    fn orders(&self, edge: &Edge) -> bool {
        edge.kind.orders() && self.steps[edge.to].effect != Effect::Lost
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{failure_with, step};
    use crate::{Edge, EdgeKind, Effect};

    #[test]
    fn an_unlock_orders_what_came_before_it_before_what_comes_after_the_lock() {
        let steps = vec![
            step(0, Effect::Store),
            step(0, Effect::Release),
            step(1, Effect::Acquire),
            step(1, Effect::Store),
            step(0, Effect::Store),
        ];
        let mut failure = failure_with(2, steps);
        let edge = |kind| Edge {
            from: 1,
            to: 2,
            kind,
        };
        failure.edges = vec![edge(EdgeKind::Unlock)];
        let clocks = failure.clocks();
        assert_eq!(clocks[3], [Some(1), Some(3)]);
        assert_eq!(
            clocks[4],
            [Some(4), None],
            "nothing orders T1 before main's last step"
        );
        failure.edges = vec![edge(EdgeKind::Read)];
        assert_eq!(
            failure.clocks()[3],
            [None, Some(3)],
            "a read orders nothing"
        );
    }
}
