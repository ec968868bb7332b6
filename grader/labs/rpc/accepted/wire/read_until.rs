//! All by the standard library: `read_until` on a `BufReader` that is allowed that many bytes and
//! no more, and a `BufWriter` with room for the whole line.

use std::fmt;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame that is read or written, in bytes, without its newline: 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

/// Cuts a stream into frames.
pub struct FrameReader<R> {
    source: BufReader<R>,
}

impl<R: Read> FrameReader<R> {
    /// Reads frames from `source`.
    pub fn new(source: R) -> Self {
        FrameReader {
            source: BufReader::new(source),
        }
    }

    /// Gives the next frame, without its newline; `None` if the stream ended after a newline.
    pub fn read_frame(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        let mut line = Vec::new();
        let mut allowed = self.source.by_ref().take(MAX_FRAME as u64 + 1);
        allowed.read_until(b'\n', &mut line)?;
        if line.pop_if(|last| *last == b'\n').is_some() {
            return Ok(Some(line));
        }
        match line.len() {
            0 => Ok(None),
            bytes if bytes <= MAX_FRAME => Err(WireError::Cut { bytes }),
            _ => Err(WireError::TooLong),
        }
    }
}

/// Writes one frame and its newline.
pub fn write_frame(sink: &mut impl Write, frame: &[u8]) -> Result<(), WireError> {
    if frame.len() > MAX_FRAME {
        return Err(WireError::TooLong);
    }
    let mut line = BufWriter::with_capacity(frame.len() + 1, sink);
    line.write_all(frame)?;
    line.write_all(b"\n")?;
    Ok(line.flush()?)
}

/// Makes a frame of a message.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    let mut frame = Vec::new();
    serde_json::to_writer(&mut frame, message).expect("it can be said in JSON");
    frame
}

/// Makes a message of a frame.
pub fn decode<M: DeserializeOwned>(frame: &[u8]) -> Result<M, WireError> {
    serde_json::from_reader(frame).map_err(|error| WireError::Malformed(error.to_string()))
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
