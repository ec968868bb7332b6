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
        let scenario = Scenario {
            start,
            threads: threads.map(|(&at, rows)| rows[at].clone()).collect(),
            manner: Manner::AtOnce,
        };
        found.extend(Some(scenario).filter(Scenario::is_plain));
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

/// Every scenario within `scope` in which calls come one after the other, and then one or two at
/// once; up to the names of threads.
pub(super) fn in_turn<S: Spec>(scope: Scope) -> Vec<Scenario<S>> {
    let mut found = Vec::new();
    for &start in S::STARTS {
        let mut nobody = Scenario {
            start,
            threads: vec![Vec::new(); S::distinct(start)],
            manner: Manner::AtOnce,
        };
        longer(scope, &mut nobody, &mut Vec::new(), &mut found);
    }
    found
}

/// Adds every scenario that goes on from these calls, which were made by `turns`.
fn longer<S: Spec>(
    scope: Scope,
    calls: &mut Scenario<S>,
    turns: &mut Vec<usize>,
    found: &mut Vec<Scenario<S>>,
) {
    if turns.len() == scope.turns {
        return;
    }
    let threads = calls.threads.len();
    for thread in 0..scope.threads.min(threads + 1) {
        calls.threads.resize(threads.max(thread + 1), Vec::new());
        turns.push(thread);
        for &call in S::CALLS {
            calls.threads[thread].push(call);
            if calls.is_plain() && S::sensible(calls.start, thread, &calls.threads[thread]) {
                // Two threads that call at once come in the order of their names.
                let last = match turns[..] {
                    [_, .., one, other] if one <= other => 1..=2,
                    _ => 1..=1,
                };
                found.extend(last.map(|last| Scenario {
                    manner: Manner::InTurn(turns[..turns.len() - last].to_vec()),
                    ..calls.clone()
                }));
                longer(scope, calls, turns, found);
            }
            calls.threads[thread].pop();
        }
        turns.pop();
        calls.threads.truncate(threads);
    }
}
