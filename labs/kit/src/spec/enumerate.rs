//! Every scenario up to a size.
use std::ops::ControlFlow;

use super::{Manner, Scenario, Scope, Spec};

/// Hands over every scenario within `scope`, until `found` breaks: first those in which calls come
/// in turn, then those in which all call at once.
pub(super) fn each<S: Spec>(
    scope: Scope,
    mut found: impl FnMut(Scenario<S>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    in_turn(scope, &mut found)?;
    at_once(scope, &mut found)
}

/// Every scenario in which all call at once, up to the order of threads that the start does not
/// tell apart.
fn at_once<S: Spec>(
    scope: Scope,
    found: &mut impl FnMut(Scenario<S>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for &start in S::STARTS {
        for threads in 1..=scope.threads.min(scope.calls) {
            let most = scope.each.min(scope.calls - (threads - 1));
            let of_thread = |thread| rows::<S>(start, thread, most);
            let rows: Vec<_> = (0..threads).map(of_thread).collect();
            let nobody = Scenario {
                start,
                threads: Vec::new(),
                manner: Manner::AtOnce,
            };
            choose(scope, &rows, &mut Vec::new(), &nobody, found)?;
        }
    }
    ControlFlow::Continue(())
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

/// Chooses a row for each thread that has none in `chosen` yet; `calls` has what the others do.
/// Threads that are alike come in the order of their rows.
fn choose<S: Spec>(
    scope: Scope,
    rows: &[Vec<Vec<S::Call>>],
    chosen: &mut Vec<usize>,
    calls: &Scenario<S>,
    found: &mut impl FnMut(Scenario<S>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let thread = chosen.len();
    let Some(mine) = rows.get(thread) else {
        return found(calls.clone());
    };
    let alike = thread > S::distinct(calls.start);
    let first = if alike { chosen[thread - 1] } else { 0 };
    let others = rows.len() - thread - 1;
    for (at, row) in mine.iter().enumerate().skip(first) {
        let mut calls = calls.clone();
        calls.threads.push(row.clone());
        // Each of the others does one call at least.
        let size = calls.size() + others;
        if size <= scope.calls && (size <= scope.short || calls.fancy() == 0) {
            chosen.push(at);
            choose(scope, rows, chosen, &calls, found)?;
            chosen.pop();
        }
    }
    ControlFlow::Continue(())
}

/// Every scenario in which calls come one after the other, and then one or two at once; up to the
/// names of threads.
fn in_turn<S: Spec>(
    scope: Scope,
    found: &mut impl FnMut(Scenario<S>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for &start in S::STARTS {
        let mut nobody = Scenario {
            start,
            threads: vec![Vec::new(); S::distinct(start)],
            manner: Manner::AtOnce,
        };
        longer(scope, &mut nobody, &mut Vec::new(), found)?;
    }
    ControlFlow::Continue(())
}

/// Every scenario that goes on from these calls, which were made by `turns`.
fn longer<S: Spec>(
    scope: Scope,
    calls: &mut Scenario<S>,
    turns: &mut Vec<usize>,
    found: &mut impl FnMut(Scenario<S>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if turns.len() == scope.turns {
        return ControlFlow::Continue(());
    }
    let threads = calls.threads.len();
    for thread in 0..scope.threads.min(threads + 1) {
        calls.threads.resize(threads.max(thread + 1), Vec::new());
        turns.push(thread);
        for &call in S::CALLS {
            calls.threads[thread].push(call);
            if calls.is_plain(scope.short)
                && S::sensible(calls.start, thread, &calls.threads[thread])
            {
                // Two threads that call at once come in the order of their names.
                let last = match turns[..] {
                    [_, .., one, other] if one <= other => 1..=2,
                    _ => 1..=1,
                };
                for last in last {
                    found(Scenario {
                        manner: Manner::InTurn(turns[..turns.len() - last].to_vec()),
                        ..calls.clone()
                    })?;
                }
                longer(scope, calls, turns, found)?;
            }
            calls.threads[thread].pop();
        }
        turns.pop();
        calls.threads.truncate(threads);
    }
    ControlFlow::Continue(())
}
