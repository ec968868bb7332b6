//! Public tests of `wire`: `cargo test -p rpc wire`.

use rpc::message::Request;
use rpc::wire::{FrameReader, MAX_FRAME, WireError, decode, encode, write_frame};
use std::io::Read;

rules::test!("src/wire.rs");

#[test]
fn two_frames_that_come_at_once_are_two_frames() {
    let mut frames = FrameReader::new(&b"one\n\ntwo\n"[..]);
    for frame in [&b"one"[..], b"", b"two"] {
        let read = frames.read_frame().expect("nothing is wrong with it");
        assert_eq!(
            read.as_deref(),
            Some(frame),
            "each line of what has come must be a frame, in order"
        );
    }
    let end = frames.read_frame().expect("it ended after a newline");
    assert_eq!(end, None, "no more frames");
}

#[test]
fn a_frame_that_comes_in_two_halves_is_one_frame() {
    let mut frames = FrameReader::new((&b"wh"[..]).chain(&b"ole\n"[..]));
    let read = frames.read_frame().expect("nothing is wrong with it");
    assert_eq!(
        read.as_deref(),
        Some(&b"whole"[..]),
        "the halves came in two reads: they must be one frame"
    );
}

#[test]
fn a_stream_that_ends_within_a_frame_was_cut() {
    let cut = FrameReader::new(&b"hal"[..]).read_frame();
    assert!(
        matches!(cut, Err(WireError::Cut { bytes: 3 })),
        "three bytes of a frame had come, not {cut:?}"
    );
}

#[test]
fn a_peer_that_never_sends_a_newline_is_stopped() {
    let frame = FrameReader::new(std::io::repeat(b'x').take(4 << 20)).read_frame();
    assert!(
        matches!(frame, Err(WireError::TooLong)),
        "a frame has at most {MAX_FRAME} bytes"
    );
}

#[test]
fn a_message_that_was_written_is_read() {
    let request = Request::new(7, "KV.Get", "line\nbreak".into());
    let mut stream = Vec::new();
    write_frame(&mut stream, &encode(&request)).expect("a vector takes all");
    let frame = FrameReader::new(&stream[..]).read_frame();
    let frame = frame.expect("it is whole").expect("it is there");
    assert_eq!(
        decode::<Request>(&frame).expect("it is a request"),
        request,
        "a request that was written must be the same when it is read"
    );
}

#[test]
fn what_is_no_message_is_an_error() {
    for frame in [&b""[..], b"GET / HTTP/1.1", b"[]", b"\xff"] {
        let read = decode::<Request>(frame);
        assert!(
            matches!(read, Err(WireError::Malformed(_))),
            "{frame:?} is not a request"
        );
    }
}
