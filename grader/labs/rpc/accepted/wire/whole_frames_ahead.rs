//! Cuts up each read at once: whole frames wait in a queue, and only the beginning of the next is
//! kept as bytes.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame that is read or written, in bytes, without its newline: 1 MiB.
pub const MAX_FRAME: usize = 1 << 20;

/// Cuts a stream into frames.
pub struct FrameReader<R> {
    source: R,
    ready: VecDeque<Vec<u8>>,
    begun: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    /// Reads frames from `source`.
    pub fn new(source: R) -> Self {
        FrameReader {
            source,
            ready: VecDeque::new(),
            begun: Vec::new(),
        }
    }

    /// Gives the next frame, without its newline; `None` if the stream ended after a newline.
    pub fn read_frame(&mut self) -> Result<Option<Vec<u8>>, WireError> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return if frame.len() > MAX_FRAME {
                    Err(WireError::TooLong)
                } else {
                    Ok(Some(frame))
                };
            }
            if self.begun.len() > MAX_FRAME {
                return Err(WireError::TooLong);
            }
            match self.source.read(&mut chunk) {
                Ok(0) if self.begun.is_empty() => return Ok(None),
                Ok(0) => {
                    let bytes = self.begun.len();
                    return Err(WireError::Cut { bytes });
                }
                Ok(read) => self.cut_up(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn cut_up(&mut self, chunk: &[u8]) {
        let mut pieces = chunk.split(|&byte| byte == b'\n');
        let first = pieces.next().unwrap_or_default();
        self.begun.extend_from_slice(first);
        // Each further piece stands behind a newline, which ended the frame before it.
        for piece in pieces {
            let whole = std::mem::replace(&mut self.begun, piece.to_vec());
            self.ready.push_back(whole);
        }
    }
}

/// Writes one frame and its newline.
pub fn write_frame(sink: &mut impl Write, frame: &[u8]) -> Result<(), WireError> {
    if frame.len() > MAX_FRAME {
        return Err(WireError::TooLong);
    }
    let mut line = Vec::with_capacity(frame.len() + 1);
    line.extend_from_slice(frame);
    line.push(b'\n');
    let mut rest = &line[..];
    while !rest.is_empty() {
        match sink.write(rest) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes a frame of a message.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_string(message)
        .expect("it can be said in JSON")
        .into_bytes()
}

/// Makes a message of a frame.
pub fn decode<M: DeserializeOwned>(frame: &[u8]) -> Result<M, WireError> {
    let malformed = |error: &dyn fmt::Display| WireError::Malformed(error.to_string());
    let text = std::str::from_utf8(frame).map_err(|error| malformed(&error))?;
    serde_json::from_str(text).map_err(|error| malformed(&error))
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
