//! One buffer with room for the longest frame, made at the beginning: when it is full and has no
//! newline, the frame is too long. What is left behind a frame moves to the front.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame that is read or written, in bytes, without its newline: 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

/// Cuts a stream into frames.
pub struct FrameReader<R> {
    source: R,
    buffer: Box<[u8]>,
    filled: usize,
    /// There is no newline before it.
    searched: usize,
}

impl<R: Read> FrameReader<R> {
    /// Reads frames from `source`.
    pub fn new(source: R) -> Self {
        FrameReader {
            source,
            buffer: vec![0; MAX_FRAME + 1].into(),
            filled: 0,
            searched: 0,
        }
    }

    /// Gives the next frame, without its newline; `None` if the stream ended after a newline.
    pub fn read_frame(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        loop {
            let fresh = &self.buffer[self.searched..self.filled];
            if let Some(at) = fresh.iter().position(|&byte| byte == b'\n') {
                let end = self.searched + at;
                let frame = self.buffer[..end].to_vec();
                self.buffer.copy_within(end + 1..self.filled, 0);
                self.filled -= end + 1;
                self.searched = 0;
                return Ok(Some(frame));
            }
            self.searched = self.filled;
            if self.filled == self.buffer.len() {
                return Err(WireError::TooLong);
            }
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(0) if self.filled == 0 => return Ok(None),
                Ok(0) => return Err(WireError::Cut { bytes: self.filled }),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Writes one frame and its newline.
pub fn write_frame(sink: &mut impl Write, frame: &[u8]) -> Result<(), WireError> {
    match frame.len() {
        0..=MAX_FRAME => Ok(sink.write_all(&[frame, b"\n"].concat())?),
        _ => Err(WireError::TooLong),
    }
}

/// Makes a frame of a message.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    let message = serde_json::to_value(message).expect("it can be said in JSON");
    message.to_string().into_bytes()
}

/// Makes a message of a frame.
pub fn decode<M: DeserializeOwned>(frame: &[u8]) -> Result<M, WireError> {
    let value: Result<serde_json::Value, _> = serde_json::from_slice(frame);
    value
        .and_then(serde_json::from_value)
        .map_err(|error| WireError::Malformed(error.to_string()))
}

/// Why no message came, or none was sent.
#[derive(Debug)]
pub enum WireError {
    /// The stream failed.
    Io(io::Error),
    /// The stream ended within a frame, of which that many bytes had come.
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
            WireError::Cut { bytes } => write!(f, "the stream ended after {bytes} bytes of a frame"),
            WireError::TooLong => write!(f, "a frame is longer than {MAX_FRAME} bytes"),
            WireError::Malformed(why) => write!(f, "a frame is not a message: {why}"),
        }
    }
}

impl std::error::Error for WireError {}
