//! The line that tells how a crawl stands, while it runs. Only a terminal gets it.

use std::fmt::Write;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::site::Site;
use crate::tally::Tally;

/// How often it is drawn. The crawl itself only counts.
const TICK: Duration = Duration::from_millis(100);

/// Shows how `site` stands until `work` returns. Blocks until then.
pub(crate) fn during<T>(site: &Site, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::new(1).with_style(style());
    if bar.is_hidden() {
        return work();
    }
    let (end, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // Nobody sends: the wait ends with the work, when `end` is dropped.
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                show(&bar, site);
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(end);
        result
    })
}

fn show(bar: &ProgressBar, site: &Site) {
    bar.set_length(site.tally.known.get());
    bar.set_position(site.tally.done.get());
    bar.set_message(message(&site.tally, site.is_stopped()));
}

fn message(tally: &Tally, stopped: bool) -> String {
    let mut text = format!("{} in flight", tally.in_flight.now());
    if tally.failed.get() > 0 {
        let _ = write!(text, ", {} failed", tally.failed.get());
    }
    if stopped {
        text.push_str(", stopping (Ctrl-C again: at once)");
    }
    text
}

fn style() -> ProgressStyle {
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        let _ = write!(text, "{:.0}", state.per_sec());
    };
    ProgressStyle::with_template("{elapsed} [{bar:12}] {human_pos} of {human_len}, {rate}/s, {msg}")
        .expect("the template is right")
        .progress_chars("=> ")
        .with_key("rate", rate)
}
