//! A stream of any bytes, in reads of any sizes: the frames are those that a simple split finds,
//! and what is a message comes back as it was. The first byte says how the stream is cut into
//! reads.
#![no_main]

use std::io::{self, Read};

use libfuzzer_sys::fuzz_target;
use rpc_solution::message::{Request, Response};
use rpc_solution::wire::{FrameReader, WireError, decode, encode};

/// Gives the bytes in reads of a few bytes each.
struct Cuts<'b> {
    bytes: &'b [u8],
    state: u32,
}

impl Read for Cuts<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.state = self
            .state
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        let most = 1 + (self.state >> 28) as usize;
        let length = most.min(self.bytes.len()).min(into.len());
        let (now, later) = self.bytes.split_at(length);
        into[..length].copy_from_slice(now);
        self.bytes = later;
        Ok(length)
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&how, stream)) = data.split_first() else {
        return;
    };
    let mut source = Cuts {
        bytes: stream,
        state: how.into(),
    };
    let mut reader = FrameReader::new(&mut source);
    let mut expected = stream.split(|&byte| byte == b'\n').peekable();
    loop {
        let frame = expected.next().expect("a split has an end");
        let is_last = expected.peek().is_none();
        match (reader.read_frame(), is_last) {
            (Ok(Some(read)), false) => {
                assert_eq!(read, frame);
                is_itself(frame);
            }
            (Ok(None), true) => return assert!(frame.is_empty(), "it was cut"),
            (Err(WireError::Cut { bytes }), true) => return assert_eq!(bytes, frame.len()),
            (other, _) => panic!("{other:?} where {frame:?} is"),
        }
    }
});

/// What is read as a message is written and read as the same one, on one line.
fn is_itself(frame: &[u8]) {
    if let Ok(request) = decode::<Request>(frame) {
        let again = encode(&request);
        assert!(!again.contains(&b'\n'));
        assert_eq!(
            decode::<Request>(&again).expect("it was a request"),
            request
        );
    }
    if let Ok(response) = decode::<Response>(frame) {
        let again = encode(&response);
        assert!(!again.contains(&b'\n'));
        assert_eq!(
            decode::<Response>(&again).expect("it was a reply"),
            response
        );
    }
    let _ = decode::<serde_json::Value>(frame);
}
