//! First cut: scenarios are repeated on real threads.
use std::time::Duration;
#[derive(Debug)]
pub struct Outcome;
#[derive(Debug, Default, Clone)]
pub struct Explorer;
impl Explorer {
    pub fn new() -> Self { Explorer }
    pub fn preemptions(self, _bound: usize) -> Self { self }
    pub fn budget(self, _budget: Duration) -> Self { self }
    pub fn explore(self, scenario: impl Fn() + Send + Sync + 'static) -> Outcome { explore(scenario) }
    pub fn possible(self, scenario: impl Fn(&Goal) + Send + Sync + 'static) -> Outcome { possible(scenario) }
}
#[derive(Debug, Clone)]
pub struct Goal(std::sync::Arc<std::sync::atomic::AtomicBool>);
impl Goal { pub fn reached(&self) { self.0.store(true, std::sync::atomic::Ordering::SeqCst) } }
pub fn explore(scenario: impl Fn() + Send + Sync + 'static) -> Outcome { for _ in 0..50 { scenario() } Outcome }
pub fn possible(scenario: impl Fn(&Goal) + Send + Sync + 'static) -> Outcome {
    let goal = Goal(Default::default());
    for _ in 0..50 { scenario(&goal) }
    Outcome
}
pub fn repeat(times: usize, scenario: impl Fn() + Send + Sync + 'static) { for _ in 0..times { scenario() } }
pub fn note(_text: &str) {}
