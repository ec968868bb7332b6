//! A step that only the checker sees, for what the kit itself simulates.
use super::Real;
use crate::model::Word;

/// Where the checker may let another thread go first. It orders no memory, and outside a model it
/// is nothing.
pub(crate) struct Step(Real<(), Word>);

impl Step {
    pub(crate) fn new() -> Step {
        Step(Real::new(|| (), || Box::new(Word::relaxed())))
    }

    /// Takes the step: all until this thread's next one is atomic. A thread that fails takes none.
    #[track_caller]
    pub(crate) fn step(&self) {
        match &self.0 {
            Real::Real(()) if std::thread::panicking() => {}
            Real::Real(()) => super::real(),
            Real::Model(_) if crate::model::inert() => {}
            Real::Model(word) => word.step(),
        }
    }
}
