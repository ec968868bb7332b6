//! Given: the grader uses its own copy, edits here are ignored.
//!
//! What server and client need of a network: a [`Link`]. There are two: [`crate::tcp`] is real,
//! `kit::net` is simulated and loses, repeats and reorders what a seed or a search tells it to.

use std::io;

/// One end of a connection that carries frames in both directions. Threads share it.
pub trait Link: Send + Sync {
    /// Sends one frame, whole. Blocks while the way is full. That it was sent does not mean that it
    /// arrives.
    ///
    /// # Errors
    ///
    /// If the connection is closed or broken.
    fn send(&self, frame: &[u8]) -> io::Result<()>;

    /// Takes the next frame; `None` if no more will come. Blocks until there is one. Called by one
    /// thread at a time.
    ///
    /// # Errors
    ///
    /// If the connection is broken, or what came is not a frame. Nothing more will come then.
    fn receive(&self) -> io::Result<Option<Vec<u8>>>;

    /// Ends the connection for both sides: whoever waits in [`receive`](Link::receive) returns. May
    /// be called twice.
    fn close(&self);
}

impl Link for kit::net::Connection {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        kit::net::Connection::send(self, frame)
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        kit::net::Connection::receive(self)
    }

    fn close(&self) {
        kit::net::Connection::close(self);
    }
}
