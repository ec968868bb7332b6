//! What a network did on real threads, to be drawn when the run fails. In a model the timeline has
//! it already.
use super::frame::Frame;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is remembered: the end of it is what a failure is about.
const REMEMBERED: usize = 2_000;
/// Characters of a label.
const LABEL: usize = 60;

/// One thing that happened at a node.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) node: String,
    pub(crate) what: What,
    pub(crate) text: String,
    /// Which frame, from 1; 0 for what is none.
    pub(crate) number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Sent,
    Received,
    ReceivedAgain,
    Lost,
    Noted,
}

/// The log of one network.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    frames: u64,
}

thread_local! {
    /// The log of the network that was made last on this thread.
    static LAST: RefCell<Option<Arc<Log>>> = const { RefCell::new(None) };
}

/// What the last network that was made on this thread did; and forgets it.
pub(crate) fn take_log() -> Vec<Entry> {
    let Some(log) = LAST.take() else {
        return Vec::new();
    };
    let inner = log.0.lock().unwrap_or_else(PoisonError::into_inner);
    inner.entries.iter().cloned().collect()
}

impl Log {
    /// A log for a network that is made now; none in a model.
    pub(super) fn new() -> Option<Arc<Log>> {
        if crate::message::lane().is_some() {
            return None;
        }
        let log = Arc::<Log>::default();
        LAST.set(Some(Arc::clone(&log)));
        Some(log)
    }

    /// The number of a new frame, which is sent.
    pub(super) fn sent(&self, from: &str, text: &str) -> u64 {
        let number = {
            let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            inner.frames += 1;
            inner.frames
        };
        self.add(from, What::Sent, text, number);
        number
    }

    pub(super) fn lost(&self, to: &str, frame: &Frame) {
        self.add(to, What::Lost, frame.message.text(), frame.number);
    }

    pub(super) fn received(&self, to: &str, frame: &Frame) {
        let what = if frame.again {
            What::ReceivedAgain
        } else {
            What::Received
        };
        self.add(to, what, frame.message.text(), frame.number);
    }

    pub(super) fn note(&self, node: &str, text: &str) {
        self.add(node, What::Noted, text, 0);
    }

    /// Forgets all but the last `most` of what is wanted, and returns how much that was.
    pub(super) fn keep(&self, most: usize, mut wanted: impl FnMut(&str) -> bool) -> usize {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::take(&mut inner.entries);
        let before = all.len();
        let newest = all.into_iter().rev();
        for entry in newest.filter(|entry| wanted(&entry.text)).take(most) {
            inner.entries.push_front(entry);
        }
        before - inner.entries.len()
    }

    fn add(&self, node: &str, what: What, text: &str, number: u64) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.entries.len() == REMEMBERED {
            inner.entries.pop_front();
        }
        inner.entries.push_back(Entry {
            node: node.to_owned(),
            what,
            text: text.to_owned(),
            number,
        });
    }
}

/// A frame in a few words: its beginning.
pub(super) fn label(frame: &[u8]) -> String {
    let text = String::from_utf8_lossy(frame);
    let text = text.trim();
    match text.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
