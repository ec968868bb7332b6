//! How far a long command has come: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Tells on standard error what is being done.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Progress over `count` things.
    pub fn over(count: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {eta} left  {msg}")
            .expect("a template");
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(count as u64).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Progress { bar }
    }

    /// Says what is being done now.
    pub fn doing(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => eprintln!("{what}"),
        }
    }

    /// One thing is done.
    pub fn done(&self, what: &str) {
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(what.to_owned());
            }
            None => eprintln!("{what}"),
        }
    }

    /// One thing need not be done: it says nothing of how long the others take.
    pub fn pass(&self, what: &str) {
        self.done(what);
        if let Some(bar) = &self.bar {
            bar.reset_eta();
        }
    }

    /// Prints without tearing the bar.
    pub fn print(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
