//! `Select`: waiting for the first of several channels.
use super::selected::{Selected, SelectedOperation};
use super::{
    End, Modelled, ReadyTimeoutError, Receiver, SelectTimeoutError, Sender, TryReadyError,
    TrySelectError,
};
use crate::model::{self, Manner, Patience, Selectable, Side};
use crate::record::CallSite;
use crate::time::{Duration, Instant};
use crate::waiting;
use std::fmt;
use std::panic::Location;

/// Waits for the first of several sends and receives. The API is part of crossbeam's.
///
/// Each operation that is added gets a number, from 0 up. [`select`](Select::select) begins one
/// that can go on (or that fails because its other side is gone) and says which; what it returned
/// is then used to end that operation. Where several can go on any of them is taken: in a search,
/// each.
///
/// # Examples
///
/// ```
/// use kit::channel::{Select, bounded};
///
/// let (to_first, first) = bounded(1);
/// let (_to_second, second) = bounded::<u32>(1);
/// to_first.send(5).unwrap();
///
/// let mut select = Select::new();
/// let of_first = select.recv(&first);
/// select.recv(&second);
/// let operation = select.select();
/// assert_eq!(operation.index(), of_first);
/// assert_eq!(operation.recv(&first), Ok(5));
/// ```
pub struct Select<'a> {
    kind: Kind<'a>,
    biased: bool,
}

enum Kind<'a> {
    Real(crossbeam::channel::Select<'a>),
    /// Removed ones leave a gap, so that the others keep their numbers.
    Model(Vec<Option<&'a dyn Selectable>>),
}

impl<T> Selectable for Modelled<T> {
    fn channel(&self) -> &model::Channel {
        &self.shared.channel
    }

    fn side(&self) -> Side {
        self.side
    }

    fn set_apart(&self) -> u64 {
        let front = self.shared.values.borrow_mut().pop_front();
        let (ticket, value) = front.expect("the model counts what is queued");
        self.shared.set_apart.borrow_mut().push((ticket, value));
        ticket
    }
}

impl<'a> Select<'a> {
    /// A selection of nothing yet.
    pub fn new() -> Select<'a> {
        Select::with(false)
    }

    /// As [`new`](Select::new), but of several that can go on the one with the lowest number is
    /// taken.
    pub fn new_biased() -> Select<'a> {
        Select::with(true)
    }

    fn with(biased: bool) -> Select<'a> {
        let kind = match (model::running(), biased) {
            (true, _) => Kind::Model(Vec::new()),
            (false, true) => Kind::Real(crossbeam::channel::Select::new_biased()),
            (false, false) => Kind::Real(crossbeam::channel::Select::new()),
        };
        Select { kind, biased }
    }

    /// Adds a send, and returns its number.
    #[track_caller]
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        match (&mut self.kind, &sender.0) {
            (Kind::Real(select), End::Real(sender)) => select.send(sender),
            (Kind::Model(cases), End::Model(end)) => add(cases, &**end),
            _ => mixed(),
        }
    }

    /// Adds a receive, and returns its number.
    #[track_caller]
    pub fn recv<T>(&mut self, receiver: &'a Receiver<T>) -> usize {
        match (&mut self.kind, &receiver.0) {
            (Kind::Real(select), End::Real(receiver)) => select.recv(receiver),
            (Kind::Model(cases), End::Model(end)) => add(cases, &**end),
            _ => mixed(),
        }
    }

    /// Takes an operation out. The others keep their numbers.
    ///
    /// # Panics
    ///
    /// If there is none with this number.
    pub fn remove(&mut self, index: usize) {
        match &mut self.kind {
            Kind::Real(select) => select.remove(index),
            Kind::Model(cases) => {
                let case = cases.get_mut(index).and_then(Option::take);
                assert!(case.is_some(), "there is no operation {index}");
            }
        }
    }

    /// Blocks until an operation can go on, and begins it.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        let place = Location::caller();
        match &mut self.kind {
            Kind::Real(select) => SelectedOperation(Selected::Real({
                let _waiting =
                    waiting::enter("waits for the first of several in", "a select", place, None);
                select.select()
            })),
            Kind::Model(_) => {
                let selected = self.modelled(Patience::Forever, false, place);
                selected.expect("it has waited until one could go on")
            }
        }
    }

    /// Begins an operation that can go on now. Never blocks.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[track_caller]
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        match &mut self.kind {
            Kind::Real(select) => real(select.try_select()),
            Kind::Model(_) => {
                let selected = self.modelled(Patience::Never, false, Location::caller());
                selected.ok_or(TrySelectError)
            }
        }
    }

    /// As [`select`](Select::select), but blocks for `timeout` at most.
    ///
    /// # Errors
    ///
    /// If the time is up.
    #[track_caller]
    pub fn select_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        match &mut self.kind {
            Kind::Real(select) => real(select.select_timeout(timeout)),
            Kind::Model(_) => {
                let patience = Patience::lasting(timeout);
                let selected = self.modelled(patience, false, Location::caller());
                selected.ok_or(SelectTimeoutError)
            }
        }
    }

    /// As [`select_timeout`](Select::select_timeout), up to a point in time.
    ///
    /// # Errors
    ///
    /// If the time is up.
    #[track_caller]
    pub fn select_deadline(
        &mut self,
        deadline: Instant,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        self.select_timeout(deadline.saturating_duration_since(Instant::now()))
    }

    /// Blocks until an operation can go on, and says which. When it is tried then, another thread
    /// may have been faster.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        let place = Location::caller();
        match &mut self.kind {
            Kind::Real(select) => {
                let _waiting =
                    waiting::enter("waits for the first of several in", "a select", place, None);
                select.ready()
            }
            Kind::Model(_) => {
                let selected = self.modelled(Patience::Forever, true, place);
                selected
                    .expect("it has waited until one could go on")
                    .index()
            }
        }
    }

    /// An operation that can go on now. Never blocks.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[track_caller]
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        match &mut self.kind {
            Kind::Real(select) => select.try_ready(),
            Kind::Model(_) => {
                let selected = self.modelled(Patience::Never, true, Location::caller());
                selected
                    .map(|selected| selected.index())
                    .ok_or(TryReadyError)
            }
        }
    }

    /// As [`ready`](Select::ready), but blocks for `timeout` at most.
    ///
    /// # Errors
    ///
    /// If the time is up.
    #[track_caller]
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        match &mut self.kind {
            Kind::Real(select) => select.ready_timeout(timeout),
            Kind::Model(_) => {
                let patience = Patience::lasting(timeout);
                let selected = self.modelled(patience, true, Location::caller());
                selected
                    .map(|selected| selected.index())
                    .ok_or(ReadyTimeoutError)
            }
        }
    }

    /// As [`ready_timeout`](Select::ready_timeout), up to a point in time.
    ///
    /// # Errors
    ///
    /// If the time is up.
    #[track_caller]
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.ready_timeout(deadline.saturating_duration_since(Instant::now()))
    }

    fn modelled(
        &self,
        patience: Patience,
        looks_only: bool,
        place: CallSite,
    ) -> Option<SelectedOperation<'a>> {
        let Kind::Model(all) = &self.kind else {
            unreachable!("the real ones go another way");
        };
        let manner = Manner {
            patience,
            biased: self.biased,
            looks_only,
        };
        let cases = all.iter().enumerate();
        let cases = cases.filter_map(|(index, case)| Some((index, (*case)?)));
        let (indices, cases): (Vec<usize>, Vec<&dyn Selectable>) = cases.unzip();
        assert!(
            !cases.is_empty() || !matches!(patience, Patience::Forever),
            "no operations have been added to `Select`"
        );
        let (case, claim) = model::select(&cases, manner, place).ok()?;
        Some(SelectedOperation(Selected::Model {
            index: indices[case],
            case: cases[case],
            claim: Some(claim),
        }))
    }
}

fn add<'a>(cases: &mut Vec<Option<&'a dyn Selectable>>, case: &'a dyn Selectable) -> usize {
    cases.push(Some(case));
    cases.len() - 1
}

fn real<E>(
    selected: Result<crossbeam::channel::SelectedOperation<'_>, E>,
) -> Result<SelectedOperation<'_>, E> {
    selected.map(|selected| SelectedOperation(Selected::Real(selected)))
}

#[cold]
#[track_caller]
fn mixed() -> ! {
    panic!(
        "the channels and the `Select` were not all made in this model: make them inside the scenario"
    )
}

impl Default for Select<'_> {
    fn default() -> Self {
        Select::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Select").finish_non_exhaustive()
    }
}
