//! What stands for the specification's calls in Rust.
use super::{At, Scenario, Spec};

/// An object that ought to conform to a [`Spec`], and how it is called.
///
/// Values that pass through the object, and what it guards, carry a [`Canary`](super::Canary): a
/// missing happens-before edge is then a data race.
pub trait Subject: Sized + Send + Sync + 'static {
    /// What it ought to do.
    type Spec: Spec;
    /// What one thread holds of the object: guards, permits, ends of a channel.
    type Hand<'a>: Send
    where
        Self: 'a;

    /// An object for this scenario to begin with.
    fn new(scenario: &Scenario<Self::Spec>) -> Self;

    /// What each thread holds at the beginning.
    fn hands<'a>(&'a self, scenario: &Scenario<Self::Spec>) -> Vec<Self::Hand<'a>>;

    /// Does a call.
    fn call<'a>(
        &'a self,
        hand: &mut Self::Hand<'a>,
        at: At,
        call: <Self::Spec as Spec>::Call,
    ) -> <Self::Spec as Spec>::Return;

    /// Lets everybody go who still sleeps when a scenario is over whose calls came in turn, and all
    /// threads that do not sleep have dropped what they held.
    fn release(&self) {}
}
