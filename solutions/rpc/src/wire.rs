//! You write this file: messages out of a stream of bytes, and back.
//!
//! TCP carries bytes, not messages: one `read` may bring half a message, or three and a half. A
//! message here is a *frame*: one line of JSON, ended by a newline. [`FrameReader`] cuts the stream
//! into frames, [`decode`] makes a [`Request`](crate::message::Request) or
//! [`Response`](crate::message::Response) of one, [`encode`] goes the other way.
//!
//! Watch for:
//! - a frame may come byte by byte, and several may come at once: what is read too much belongs to
//!   the next;
//! - a peer that never sends a newline must not make the buffer grow for ever: [`MAX_FRAME`] is the
//!   end;
//! - a stream that ends in the middle of a frame was cut, which is not the same as a clean end;
//! - nothing that a peer sends may make this panic.
//!
//! Not here: who the peer is, and what a request means.
//!
//! Read: notes/rpc.md, "Frames".

use std::fmt;
// LAB: use std::io::{self, Read, Write};
use std::io::{self, ErrorKind, Read, Write};
// LAB: end

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame that is read or written, in bytes, without its newline: 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

// LAB:
/// How much is asked of the source at once, in bytes.
const CHUNK: usize = 16 << 10;
// LAB: end

/// Cuts a stream into frames. Holds at most one frame that is not complete and one chunk that was
/// read ahead.
///
/// # Examples
///
/// ```no_run
/// use rpc::wire::FrameReader;
///
/// let mut frames = FrameReader::new(&b"one\ntwo\n"[..]);
/// assert_eq!(frames.read_frame().unwrap(), Some(b"one".to_vec()));
/// assert_eq!(frames.read_frame().unwrap(), Some(b"two".to_vec()));
/// assert_eq!(frames.read_frame().unwrap(), None);
/// ```
pub struct FrameReader<R> {
    // LAB: _yours: std::marker::PhantomData<R>, // Your fields: the source, and what was read and not given out yet.
    source: R,
    /// What was read. All before `start` was given out, and there is no newline before `searched`.
    buffer: Vec<u8>,
    start: usize,
    searched: usize,
    // LAB: end
}

impl<R: Read> FrameReader<R> {
    /// Reads frames from `source`.
    pub fn new(source: R) -> Self {
        // LAB: let _ = source;
        // LAB: end
        // LAB: todo!("make a reader of the source, with nothing read yet")
        FrameReader {
            source,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
        }
        // LAB: end
    }

    /// Gives the next frame, byte for byte and without its newline; `None` if the stream ended
    /// after a newline, or empty. Blocks until the frame is whole, and no longer: reads from the
    /// source only while it holds no whole frame.
    ///
    /// # Errors
    ///
    /// [`WireError::TooLong`] as soon as more than [`MAX_FRAME`] bytes of a frame have come,
    /// without another read; [`WireError::Cut`] if the stream ends within one; [`WireError::Io`] if
    /// the source fails, whatever its error (but [`Interrupted`](io::ErrorKind::Interrupted), after
    /// which it is read again). The stream is of no use then.
    pub fn read_frame(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        // LAB: todo!("give out what is before the next newline, reading more until there is one")
        loop {
            let unseen = &self.buffer[self.searched..];
            if let Some(length) = unseen.iter().position(|&byte| byte == b'\n') {
                let end = self.searched + length;
                let frame = self.buffer[self.start..end].to_vec();
                self.start = end + 1;
                self.searched = self.start;
                return within_limit(frame.len()).map(|()| Some(frame));
            }
            self.searched = self.buffer.len();
            // Before more is read, or a peer without newlines could fill the memory.
            within_limit(self.searched - self.start)?;
            if self.read_more()? == 0 {
                return match self.buffer.len() {
                    0 => Ok(None),
                    bytes => Err(WireError::Cut { bytes }),
                };
            }
        }
        // LAB: end
    }
    // LAB:

    /// Reads once, behind what is there, and says how many bytes came: 0 at the end of the stream.
    fn read_more(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        let held = self.buffer.len();
        self.buffer.resize(held + CHUNK, 0);
        let read = loop {
            match self.source.read(&mut self.buffer[held..]) {
                // A signal came in between. Nothing is wrong with the stream.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer
            .truncate(held + read.as_ref().map_or(0, |read| *read));
        read
    }
    // LAB: end
}

/// Writes one frame and its newline. Blocks until the sink has taken all of it.
///
/// It is a single `write_all`, however long the frame is: two small writes are two packets, and on
/// a connection without `TCP_NODELAY` the second waits until the peer has acknowledged the first.
///
/// # Errors
///
/// [`WireError::TooLong`] if the frame is longer than [`MAX_FRAME`]; nothing is written then.
/// [`WireError::Io`] if the sink fails.
pub fn write_frame(sink: &mut impl Write, frame: &[u8]) -> Result<(), WireError> {
    // LAB: let _ = (sink, frame);
    // LAB: end
    // LAB: todo!("write the frame and a newline in one call")
    within_limit(frame.len())?;
    let line = [frame, b"\n"].concat();
    Ok(sink.write_all(&line)?)
    // LAB: end
}

/// Makes a frame of a [`Request`](crate::message::Request) or
/// [`Response`](crate::message::Response): its JSON, on one line.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    // LAB: let _ = message;
    // LAB: end
    // LAB: todo!("write the message as JSON")
    serde_json::to_vec(message).expect("messages have nothing that JSON cannot say")
    // LAB: end
}

/// Makes a [`Request`](crate::message::Request) or [`Response`](crate::message::Response) of a
/// frame.
///
/// # Errors
///
/// [`WireError::Malformed`] if it is not JSON, or not JSON of such a message; with the parser's
/// words, and with the place where it is not JSON. Whether a message may have a member twice is
/// left open.
pub fn decode<M: DeserializeOwned>(frame: &[u8]) -> Result<M, WireError> {
    // LAB: let _ = frame;
    // LAB: end
    // LAB: todo!("read the frame as the JSON of a message")
    serde_json::from_slice(frame).map_err(|error| WireError::Malformed(error.to_string()))
    // LAB: end
}
// LAB:

fn within_limit(length: usize) -> Result<(), WireError> {
    if length > MAX_FRAME {
        return Err(WireError::TooLong);
    }
    Ok(())
}
// LAB: end

/// Why no message came, or none was sent.
#[derive(Debug)]
pub enum WireError {
    /// The stream failed.
    Io(io::Error),
    /// The stream ended within a frame, of which that many bytes had come, in however many reads.
    Cut {
        /// How many.
        bytes: usize,
    },
    /// A frame is longer than [`MAX_FRAME`].
    TooLong,
    /// A frame is not a message: what the parser said.
    Malformed(String),
}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        WireError::Io(error)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::Io(error) => write!(f, "the connection failed: {error}"),
            WireError::Cut { bytes } => {
                write!(
                    f,
                    "the stream ended within a frame, after {bytes} bytes of it"
                )
            }
            WireError::TooLong => write!(f, "a frame is longer than {MAX_FRAME} bytes"),
            WireError::Malformed(why) => write!(f, "a frame is not a message: {why}"),
        }
    }
}

impl std::error::Error for WireError {}
