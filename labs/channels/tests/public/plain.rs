//! A flavor that is made from a channel of the kit, so that `disconnect` can be tested before the
//! other exercises are done.

use std::sync::{Mutex, MutexGuard};

use channels::flavor::{AnyFlavor, Flavor, Patience, Side, Watchers};
use channels::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use kit::channel::{Receiver, Sender, bounded};
use kit::sync::Arc;
use kit::time::Instant;

/// A buffer for `capacity` values, to be wrapped by `disconnect::channel`.
pub(crate) fn plain<T: Send + 'static>(capacity: usize) -> AnyFlavor<T> {
    let (sender, receiver) = bounded(capacity);
    AnyFlavor::Other(Box::new(Plain {
        sender: Mutex::new(Some(Arc::new(sender))),
        receiver: Mutex::new(Some(Arc::new(receiver))),
        watchers: Mutex::default(),
    }))
}

/// An end is `None` once its side is disconnected. The locks are the standard library's: the search
/// need not see them, because nothing that it sees happens while one is held.
struct Plain<T> {
    sender: Mutex<Option<Arc<Sender<T>>>>,
    receiver: Mutex<Option<Arc<Receiver<T>>>>,
    watchers: Mutex<Watchers>,
}

fn locked<V>(value: &Mutex<V>) -> MutexGuard<'_, V> {
    value.lock().expect("nobody panics while holding it")
}

/// An end, for a moment.
fn end<E>(end: &Mutex<Option<Arc<E>>>) -> Arc<E> {
    let end = locked(end).clone();
    end.expect("a side that was disconnected is still in use")
}

impl<T> Plain<T> {
    fn notify(&self) {
        let watchers = locked(&self.watchers).clone();
        watchers.notify();
    }
}

impl<T> Flavor<T> for Plain<T> {
    fn send(&self, value: T, patience: Patience) -> Result<(), SendTimeoutError<T>> {
        let sender = end(&self.sender);
        match patience {
            Patience::Never => sender.try_send(value).map_err(|refused| match refused {
                TrySendError::Full(value) => SendTimeoutError::Timeout(value),
                TrySendError::Disconnected(value) => SendTimeoutError::Disconnected(value),
            })?,
            Patience::Until(deadline) => {
                let timeout = deadline.saturating_duration_since(Instant::now());
                sender.send_timeout(value, timeout)?;
            }
            Patience::Forever => sender.send(value)?,
        }
        self.notify();
        Ok(())
    }

    fn recv(&self, patience: Patience) -> Result<T, RecvTimeoutError> {
        let receiver = end(&self.receiver);
        match patience {
            Patience::Never => receiver.try_recv().map_err(|refused| match refused {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            }),
            Patience::Until(deadline) => receiver.recv_deadline(deadline),
            Patience::Forever => Ok(receiver.recv()?),
        }
    }

    fn len(&self) -> usize {
        end(&self.receiver).len()
    }

    fn capacity(&self) -> Option<usize> {
        end(&self.receiver).capacity()
    }

    fn disconnect(&self, side: Side) {
        match side {
            Side::Senders => {
                let gone = locked(&self.sender).take();
                drop(gone);
                self.notify();
            }
            Side::Receivers => {
                let gone = locked(&self.receiver).take();
                drop(gone);
            }
        }
    }

    fn watchers(&self, change: &mut dyn FnMut(&mut Watchers)) {
        change(&mut locked(&self.watchers));
    }
}
