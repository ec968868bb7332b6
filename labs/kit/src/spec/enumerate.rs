//! Every scenario up to a size.
use super::{Manner, Scenario, Scope, Spec};

/// Every scenario within `scope`, up to the order of threads that the start does not tell apart.
pub(super) fn at_once<S: Spec>(scope: Scope) -> Vec<Scenario<S>> {
    let mut found = Vec::new();
    for &start in S::STARTS {
        for threads in 1..=scope.threads.min(scope.calls) {
            let most = scope.each.min(scope.calls - (threads - 1));
            let of_thread = |thread| rows::<S>(start, thread, most);
            let rows: Vec<_> = (0..threads).map(of_thread).collect();
            choose::<S>(start, &rows, scope.calls, &mut Vec::new(), &mut found);
        }
    }
    found
}

/// All that one thread may do, in up to `most` calls.
fn rows<S: Spec>(start: S::Start, thread: usize, most: usize) -> Vec<Vec<S::Call>> {
    let mut rows: Vec<Vec<S::Call>> = vec![Vec::new()];
    let mut longer = 0..1;
    for _ in 0..most {
        for at in longer.clone() {
            for &call in S::CALLS {
                let mut row = rows[at].clone();
                row.push(call);
                if S::sensible(start, thread, &row) {
                    rows.push(row);
                }
            }
        }
        longer = longer.end..rows.len();
    }
    rows.remove(0);
    rows
}

/// Chooses a row for each thread that has none in `chosen` yet. Threads that are alike come in the
/// order of their rows.
fn choose<S: Spec>(
    start: S::Start,
    rows: &[Vec<Vec<S::Call>>],
    calls: usize,
    chosen: &mut Vec<usize>,
    found: &mut Vec<Scenario<S>>,
) {
    let thread = chosen.len();
    let Some(mine) = rows.get(thread) else {
        let threads = chosen.iter().zip(rows);
        found.push(Scenario {
            start,
            threads: threads.map(|(&at, rows)| rows[at].clone()).collect(),
            manner: Manner::AtOnce,
        });
        return;
    };
    let alike = thread > S::distinct(start);
    let first = if alike { chosen[thread - 1] } else { 0 };
    let left = rows.len() - thread - 1;
    for (at, row) in mine.iter().enumerate().skip(first) {
        if row.len() + left <= calls {
            chosen.push(at);
            choose(start, rows, calls - row.len(), chosen, found);
            chosen.pop();
        }
    }
}

/// Every scenario within `scope` in which calls come one after the other, up to the names of threads.
pub(super) fn in_turn<S: Spec>(scope: Scope) -> Vec<Scenario<S>> {
    let mut found = Vec::new();
    for &start in S::STARTS {
        let scenario = Scenario {
            start,
            threads: vec![Vec::new(); S::distinct(start)],
            manner: Manner::InTurn(Vec::new()),
        };
        if scope.turns > 0 {
            longer(scope, &scenario, &mut found);
        }
    }
    found
}

/// Adds every scenario that goes on from this one.
fn longer<S: Spec>(scope: Scope, scenario: &Scenario<S>, found: &mut Vec<Scenario<S>>) {
    let threads = scenario.threads.len();
    for thread in 0..scope.threads.min(threads + 1) {
        for &call in S::CALLS {
            let mut next = scenario.clone();
            next.threads.resize(threads.max(thread + 1), Vec::new());
            next.threads[thread].push(call);
            if let Manner::InTurn(turns) = &mut next.manner {
                turns.push(thread);
            }
            if !S::sensible(next.start, thread, &next.threads[thread]) {
                continue;
            }
            if next.size() < scope.turns {
                longer(scope, &next, found);
            }
            found.push(next);
        }
    }
}
