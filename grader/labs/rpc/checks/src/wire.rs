//! Hidden checks of `wire`.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::io::{self, ErrorKind, Read, Write};

use rpc::message::{CallId, ClientId, Request, Response};
use rpc::wire::{FrameReader, MAX_FRAME, WireError, decode, encode, write_frame};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::memory;
use harness::Random;

harness::checks![
    two_frames_in_one_read,
    every_short_stream_is_read,
    a_frame_cut_anywhere,
    an_empty_frame_is_a_frame,
    a_clean_end_and_a_cut,
    the_longest_frame_is_read,
    a_frame_that_is_too_long_ends_it,
    a_peer_without_newlines_fills_no_memory,
    what_was_given_out_is_not_kept,
    a_failure_is_told,
    an_interruption_is_no_failure,
    a_frame_is_written_at_once,
    a_sink_may_take_little_at_once,
    too_long_a_frame_is_not_written,
    messages_come_back_as_they_were,
    messages_look_as_go_writes_them,
    a_plain_peer_is_understood,
    nonsense_is_an_error,
];

// What the file has to offer, to the letter.
type Frame = Result<Option<Vec<u8>>, WireError>;
const _: fn(&mut FrameReader<&[u8]>) -> Frame = |reader| reader.read_frame();
const _: fn(&mut Vec<u8>, &[u8]) -> Result<(), WireError> = |sink, frame| write_frame(sink, frame);

/// A source that gives what it was told to, a piece for each read, or what fits of it.
struct Pieces {
    pieces: VecDeque<Piece>,
    /// How much of the first was given.
    given: usize,
    /// How many bytes were asked for at once, at the most.
    asked: usize,
}

enum Piece {
    Bytes(Vec<u8>),
    Fails(ErrorKind),
    /// Nothing comes, and no end: a read blocks for ever. The check fails instead.
    Blocks,
}

impl Pieces {
    fn new(pieces: Vec<Piece>) -> Self {
        Pieces {
            pieces: pieces.into(),
            given: 0,
            asked: 0,
        }
    }

    fn bytes(pieces: &[&[u8]]) -> Self {
        Pieces::new(
            pieces
                .iter()
                .map(|piece| Piece::Bytes(piece.to_vec()))
                .collect(),
        )
    }
}

impl Read for &mut Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.asked = self.asked.max(buffer.len());
        match self.pieces.front() {
            None => Ok(0),
            Some(Piece::Fails(kind)) => {
                let kind = *kind;
                self.pieces.pop_front();
                Err(kind.into())
            }
            Some(Piece::Blocks) => panic!("it reads on, and a silent peer would block it for ever"),
            Some(Piece::Bytes(bytes)) => {
                let left = &bytes[self.given..];
                let fits = left.len().min(buffer.len());
                buffer[..fits].copy_from_slice(&left[..fits]);
                self.given += fits;
                if self.given == bytes.len() {
                    self.pieces.pop_front();
                    self.given = 0;
                }
                Ok(fits)
            }
        }
    }
}

/// All frames until the end, which has to be a clean one.
fn frames(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut pieces = Pieces::bytes(pieces);
    let mut reader = FrameReader::new(&mut pieces);
    let mut frames = Vec::new();
    while let Some(frame) = reader
        .read_frame()
        .expect("nothing is wrong with the stream: it must be read to its end")
    {
        frames.push(frame);
    }
    frames
}

fn two_frames_in_one_read() {
    assert_eq!(
        frames(&[b"one\ntwo\n"]),
        [b"one", b"two"],
        "two frames come in one read: both must be returned"
    );
    assert_eq!(
        frames(&[b"one\ntwo\nth", b"ree\n"]),
        [&b"one"[..], b"two", b"three"],
        "a read ends in the middle of a frame: it must be returned whole"
    );

    // Nothing more comes, and nothing more is needed for either.
    let silent = vec![Piece::Bytes(b"one\ntwo\n".to_vec()), Piece::Blocks];
    let mut pieces = Pieces::new(silent);
    let mut reader = FrameReader::new(&mut pieces);
    for frame in [&b"one"[..], b"two"] {
        let read = reader.read_frame().expect("a whole frame must be returned");
        assert_eq!(
            read.as_deref(),
            Some(frame),
            "two frames have come, then nothing: both must be returned without another read"
        );
    }
}

fn every_short_stream_is_read() {
    let mut streams: Vec<Vec<u8>> = vec![Vec::new()];
    for _ in 0..3 {
        let with_one_more = |stream: &Vec<u8>| {
            let longer = b"a\n\xff".map(|byte| [&stream[..], &[byte]].concat());
            longer.to_vec()
        };
        let longer: Vec<_> = streams.iter().flat_map(with_one_more).collect();
        streams.extend(longer);
        streams.sort();
        streams.dedup();
    }
    for stream in &streams {
        // Between two bytes, and before the first: nothing, a cut, or a cut and an interruption.
        for cuts in 0..3_usize.pow(stream.len() as u32) {
            for fails in [None, Some(ErrorKind::UnexpectedEof)] {
                assert_read(stream, cuts, fails);
            }
        }
    }
}

/// Says that a stream is read as it should, cut so (in base 3), with its end or a failure behind
/// it.
fn assert_read(stream: &[u8], cuts: usize, fails: Option<ErrorKind>) {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, byte) in stream.iter().enumerate() {
        let cut = cuts / 3_usize.pow(at as u32) % 3;
        if cut == 2 {
            pieces.extend([(); 3].map(|()| Piece::Fails(ErrorKind::Interrupted)));
        }
        match pieces.last_mut() {
            Some(Piece::Bytes(bytes)) if cut == 0 => bytes.push(*byte),
            _ => pieces.push(Piece::Bytes(vec![*byte])),
        }
    }
    let end = [Some(ErrorKind::Interrupted), fails].into_iter().flatten();
    pieces.extend(end.map(Piece::Fails));
    pieces.extend(fails.map(|_| Piece::Blocks));
    let what = format!(
        "`{}`, cut as {cuts} says, then {fails:?}",
        stream.escape_ascii()
    );

    let mut source = Pieces::new(pieces);
    let mut reader = FrameReader::new(&mut source);
    let mut frames: Vec<&[u8]> = stream.split(|byte| *byte == b'\n').collect();
    let rest = frames.pop().unwrap_or_default();
    for frame in frames {
        let read = reader.read_frame().unwrap_or_else(|why| {
            panic!("{what}: each whole frame must be returned, and not: {why}")
        });
        assert_eq!(
            read.as_deref(),
            Some(frame),
            "{what}: the frames must be returned in order, as they were sent"
        );
    }
    match (reader.read_frame(), fails) {
        (Err(WireError::Io(why)), Some(kind)) => assert_eq!(
            why.kind(),
            kind,
            "{what}: a source that fails must be reported with its own error"
        ),
        (Ok(None), None) => assert!(rest.is_empty(), "{what}: it was cut"),
        (Err(WireError::Cut { bytes }), None) => {
            let cut = !rest.is_empty() && bytes == rest.len();
            assert!(cut, "{what}: not cut after {bytes} bytes");
        }
        (end, _) => panic!("{what}: it ends with {end:?}"),
    }
}

fn a_frame_cut_anywhere() {
    for frame in [
        &b" a "[..],
        b"a\r",
        b"\xff",
        b"\xc3\xa9\0",
        b"\xef\xbb\xbf{}",
    ] {
        let line = [frame, b"\n"].concat();
        let what = frame.escape_ascii();
        assert_eq!(frames(&[&line]), [frame], "`{what}` did not come back");
    }
    let stream = b"{\"a\":1}\n\n[2]\n";
    for at in 0..=stream.len() {
        let (before, behind) = stream.split_at(at);
        let pieces: Vec<&[u8]> = [before, behind]
            .into_iter()
            .filter(|p| !p.is_empty())
            .collect();
        assert_eq!(
            frames(&pieces),
            [&b"{\"a\":1}"[..], b"", b"[2]"],
            "cut after {at} bytes"
        );
    }
    long_streams_are_read();
}

/// Frames of many lengths, cut anywhere.
fn long_streams_are_read() {
    const LENGTHS: [usize; 13] = [
        0, 1, 2, 63, 1_000, 4_095, 4_096, 8_191, 8_192, 16_383, 16_384, 65_536, 100_000,
    ];
    const READS: [usize; 9] = [1, 2, 100, 4_096, 8_191, 8_192, 16_384, 30_000, usize::MAX];
    for seed in 0..8 {
        let mut random = Random::new(seed);
        let sent: Vec<Vec<u8>> = (b'0'..b'X')
            .map(|byte| vec![byte; random.of(&LENGTHS)])
            .collect();
        let stream = [sent.join(&b'\n'), b"\n".to_vec()].concat();
        let mut left = &stream[..];
        let mut pieces = Vec::new();
        while !left.is_empty() {
            let (piece, rest) = left.split_at(random.of(&READS).min(left.len()));
            // One byte and then another, for megabytes, would only take time.
            let (piece, rest) = match piece.len() < 100 && random.below(4) > 0 {
                true => left.split_at(left.len().min(2_000)),
                false => (piece, rest),
            };
            pieces.push(piece);
            left = rest;
        }
        let read = frames(&pieces);
        let same = read == sent;
        assert!(
            same,
            "{} frames came back, not as they were sent",
            read.len()
        );
        // Without its newline the last frame is cut.
        if let Some((last, before)) = pieces.split_last() {
            let (length, last) = (sent[sent.len() - 1].len(), &last[..last.len() - 1]);
            let mut cut = Pieces::bytes(before);
            cut.pieces
                .extend((!last.is_empty()).then(|| Piece::Bytes(last.to_vec())));
            let mut reader = FrameReader::new(&mut cut);
            let end = (0..=sent.len()).find_map(|_| match reader.read_frame() {
                Ok(Some(_)) => None,
                end => Some(end),
            });
            let right = match end {
                Some(Err(WireError::Cut { bytes })) => bytes == length && length > 0,
                Some(Ok(None)) => length == 0,
                _ => false,
            };
            assert!(
                right,
                "after {length} bytes of a frame it ends with {end:?}"
            );
        }
    }
}

fn an_empty_frame_is_a_frame() {
    assert_eq!(
        frames(&[b"\n\n"]),
        [b"", b""],
        "two newlines and nothing else: two empty frames must be returned"
    );
}

fn a_clean_end_and_a_cut() {
    assert_eq!(
        frames(&[]),
        Vec::<Vec<u8>>::new(),
        "a stream without a byte: it must end cleanly, with no frame"
    );
    let mut pieces = Pieces::bytes(&[b"whole\nhal"]);
    let mut reader = FrameReader::new(&mut pieces);
    assert_eq!(
        reader
            .read_frame()
            .expect("the first frame is whole: it must be returned"),
        Some(b"whole".to_vec()),
        "the first frame is whole: it must be returned before the cut is reported"
    );
    let cut = reader.read_frame();
    assert!(
        matches!(cut, Err(WireError::Cut { bytes: 3 })),
        "three bytes of a frame, not {cut:?}"
    );
    let mut pieces = Pieces::bytes(&[b"h", b"a", b"l"]);
    let cut = FrameReader::new(&mut pieces).read_frame();
    assert!(
        matches!(cut, Err(WireError::Cut { bytes: 3 })),
        "three bytes of a frame in three reads, not {cut:?}"
    );
}

/// A frame of that many bytes, in pieces, with its newline.
fn long(length: usize) -> Vec<Piece> {
    let line: Vec<u8> = (0..length).map(|_| b'x').chain([b'\n']).collect();
    line.chunks(1000)
        .map(|piece| Piece::Bytes(piece.to_vec()))
        .collect()
}

fn the_longest_frame_is_read() {
    assert_eq!(
        MAX_FRAME,
        1 << 20,
        "a frame may have 1 MiB, as given: `MAX_FRAME` must stay so"
    );
    let whole = vec![b'x'; MAX_FRAME];
    let newline_alone = vec![Piece::Bytes(whole), Piece::Bytes(b"\n".to_vec())];
    for pieces in [long(MAX_FRAME), newline_alone] {
        let mut pieces = Pieces::new(pieces);
        let frame = FrameReader::new(&mut pieces)
            .read_frame()
            .expect("a frame of the longest length must be returned");
        assert_eq!(
            frame.map(|frame| frame.len()),
            Some(MAX_FRAME),
            "a frame of the longest length: it must be returned whole"
        );
    }

    // What was given out does not count: some of each comes with the end of the one before.
    let three: Vec<u8> = [b'x']
        .repeat(MAX_FRAME)
        .into_iter()
        .chain([b'\n'])
        .collect::<Vec<u8>>()
        .repeat(3);
    let mut pieces = Pieces::new(
        three
            .chunks(1000)
            .map(|piece| Piece::Bytes(piece.to_vec()))
            .collect(),
    );
    let mut reader = FrameReader::new(&mut pieces);
    for _ in 0..3 {
        let frame = reader
            .read_frame()
            .expect("a frame of the longest length must be returned");
        assert_eq!(
            frame.map(|frame| frame.len()),
            Some(MAX_FRAME),
            "three of the longest frames in a row: each must be returned whole"
        );
    }
}

fn a_frame_that_is_too_long_ends_it() {
    let mut pieces = Pieces::new(long(MAX_FRAME + 1));
    let frame = FrameReader::new(&mut pieces).read_frame();
    assert!(
        matches!(frame, Err(WireError::TooLong)),
        "one byte too long"
    );
    let mut apart = long(MAX_FRAME + 1);
    apart.insert(0, Piece::Bytes(b"short\n".to_vec()));
    let long = vec![b'x'; MAX_FRAME + 1];
    let together = vec![Piece::Bytes([&b"short\n"[..], &long].concat())];
    for pieces in [apart, together] {
        let mut pieces = Pieces::new(pieces);
        let mut reader = FrameReader::new(&mut pieces);
        assert_eq!(
            reader.read_frame().expect("a short frame must be returned"),
            Some(b"short".to_vec()),
            "a short frame comes before one that is too long: it must be returned first"
        );
        assert!(
            matches!(reader.read_frame(), Err(WireError::TooLong)),
            "the next is one byte too long"
        );
    }

    // That byte has come, and whether a newline ever follows makes no difference.
    let silent = vec![Piece::Bytes(vec![b'x'; MAX_FRAME + 1]), Piece::Blocks];
    let mut pieces = Pieces::new(silent);
    let frame = FrameReader::new(&mut pieces).read_frame();
    assert!(
        matches!(frame, Err(WireError::TooLong)),
        "one byte too long, and no newline"
    );
}

fn a_peer_without_newlines_fills_no_memory() {
    // Four times as much as may ever be needed, and it would not end there.
    let endless = (0..4 * MAX_FRAME / 1000).map(|_| Piece::Bytes(vec![b'x'; 1000]));
    let mut pieces = Pieces::new(endless.collect());
    let frame = FrameReader::new(&mut pieces).read_frame();
    assert!(
        matches!(frame, Err(WireError::TooLong)),
        "a peer that never ends its frame: it must be refused as too long"
    );
    let left = pieces.pieces.len() * 1000;
    assert!(
        left > 2 * MAX_FRAME,
        "it read on when it was clear that the frame is too long"
    );
    assert!(
        pieces.asked <= 2 * MAX_FRAME,
        "asked for {} bytes at once",
        pieces.asked
    );
}

/// A source without an end: each read brings an end of a frame, and so much of the next.
struct Endless {
    behind: usize,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(4_096);
        into[..length].fill(b'x');
        into[length.saturating_sub(1 + self.behind)] = b'\n';
        Ok(length)
    }
}

fn what_was_given_out_is_not_kept() {
    for behind in [0, 1, 2_000, 4_095] {
        keeps_nothing(Endless { behind });
    }
}

fn keeps_nothing(source: Endless) {
    let mut reader = FrameReader::new(source);
    let mut read = |frames| {
        for _ in 0..frames {
            let frame = reader.read_frame().expect("a whole frame must be returned");
            assert!(frame.is_some(), "more will come");
        }
    };
    read(100);
    let before = memory::live();
    read(2_000);
    let grown = memory::live().saturating_sub(before);
    assert!(
        grown < 2 * MAX_FRAME,
        "2,000 frames of 4 KiB went through, and {grown} bytes more are held"
    );
}

fn a_failure_is_told() {
    for kind in [
        ErrorKind::ConnectionReset,
        ErrorKind::TimedOut,
        ErrorKind::WouldBlock,
        ErrorKind::UnexpectedEof,
        ErrorKind::ConnectionAborted,
        ErrorKind::BrokenPipe,
    ] {
        for before in [vec![], vec![Piece::Bytes(b"ha".to_vec())]] {
            let mut pieces = Pieces::new(before);
            pieces.pieces.extend([Piece::Fails(kind), Piece::Blocks]);
            match FrameReader::new(&mut pieces).read_frame() {
                Err(WireError::Io(error)) => assert_eq!(
                    error.kind(),
                    kind,
                    "the source fails ({kind:?}): its own error must be returned"
                ),
                other => panic!("the source failed ({kind:?}), and read_frame says {other:?}"),
            }
        }
    }
    let mut sink = Sink {
        fails: true,
        ..Sink::default()
    };
    match write_frame(&mut sink, b"one") {
        Err(WireError::Io(error)) => assert_eq!(
            error.kind(),
            ErrorKind::BrokenPipe,
            "the sink fails: its own error must be returned"
        ),
        other => panic!("the sink failed, and write_frame says {other:?}"),
    }
    let mut sink = Sink {
        at_once: 0,
        ..Sink::default()
    };
    let written = write_frame(&mut sink, b"one");
    assert!(
        matches!(written, Err(WireError::Io(_))),
        "the sink takes nothing any more, and write_frame says {written:?}"
    );
}

fn an_interruption_is_no_failure() {
    let pieces = vec![
        Piece::Fails(ErrorKind::Interrupted),
        Piece::Bytes(b"on".to_vec()),
        Piece::Fails(ErrorKind::Interrupted),
        Piece::Bytes(b"e\n".to_vec()),
    ];
    let mut pieces = Pieces::new(pieces);
    let frame = FrameReader::new(&mut pieces)
        .read_frame()
        .expect("a signal is not a failure");
    assert_eq!(
        frame,
        Some(b"one".to_vec()),
        "reads are interrupted before and in the frame: it must be returned whole"
    );
    let many = (0..5_000).map(|_| Piece::Fails(ErrorKind::Interrupted));
    let mut pieces = Pieces::new(many.chain([Piece::Bytes(b"one\n".to_vec())]).collect());
    let frame = FrameReader::new(&mut pieces).read_frame();
    let frame = frame.expect("nor are five thousand: the frame must be returned");
    assert_eq!(
        frame,
        Some(b"one".to_vec()),
        "five thousand reads are interrupted: the frame must be returned all the same"
    );

    let mut sink = Sink {
        interrupted: true,
        ..Sink::default()
    };
    write_frame(&mut sink, b"one").expect("a signal is not a failure");
    assert_eq!(
        sink.bytes, b"one\n",
        "the first write is interrupted: the frame must be written whole, and once"
    );
}

/// Counts writes, and keeps what they bring.
struct Sink {
    writes: usize,
    bytes: Vec<u8>,
    /// Takes that many bytes of a write, and no more.
    at_once: usize,
    /// Takes nothing.
    fails: bool,
    /// The next write is interrupted.
    interrupted: bool,
}

impl Default for Sink {
    fn default() -> Self {
        Sink {
            writes: 0,
            bytes: Vec::new(),
            at_once: usize::MAX,
            fails: false,
            interrupted: false,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.fails {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if std::mem::take(&mut self.interrupted) {
            return Err(ErrorKind::Interrupted.into());
        }
        self.writes += 1;
        let in_vain = self.at_once == 0 && self.writes > 100;
        assert!(!in_vain, "it writes on, to a sink that takes nothing");
        let taken = bytes.len().min(self.at_once);
        self.bytes.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn a_frame_is_written_at_once() {
    let mut sink = Sink::default();
    write_frame(&mut sink, b"one").expect("the sink takes all: the frame must be written");
    write_frame(&mut sink, b"").expect("the sink takes all: the frame must be written");
    assert_eq!(
        sink.bytes, b"one\n\n",
        "two frames were written: each must have its newline, and nothing else"
    );
    assert_eq!(sink.writes, 2, "a write is a packet: one for each frame");
    for length in [100 << 10, MAX_FRAME] {
        let mut sink = Sink::default();
        write_frame(&mut sink, &vec![b'x'; length]).expect("it must be written");
        let written = (sink.bytes.len(), sink.writes);
        assert_eq!(written, (length + 1, 1), "bytes and writes of a long frame");
    }
}

/// What a sink does with a write, one after the other, and takes all after these.
struct Moody {
    steps: VecDeque<Mood>,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Mood {
    Takes(usize),
    Interrupted,
    Fails,
}

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = match self.steps.pop_front() {
            Some(Mood::Interrupted) => return Err(ErrorKind::Interrupted.into()),
            Some(Mood::Fails) => return Err(ErrorKind::BrokenPipe.into()),
            Some(Mood::Takes(most)) => bytes.len().min(most),
            None => bytes.len(),
        };
        self.bytes.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn a_sink_may_take_little_at_once() {
    use Mood::{Fails, Interrupted, Takes};
    let moods = [Takes(1), Takes(2), Interrupted, Takes(0), Fails];
    for number in 0..625 {
        let steps = [1, 5, 25, 125].map(|place| moods[number / place % 5]);
        for frame in [&b""[..], b"a", b"a\n", b"abc"] {
            let line = [frame, b"\n"].concat();
            let mut taken = 0;
            let ends = steps.iter().find(|step| match step {
                _ if taken == line.len() => false,
                Takes(0) | Fails => true,
                Takes(most) => {
                    taken = line.len().min(taken + most);
                    false
                }
                Interrupted => false,
            });
            let (mut sink, what) = (
                Moody {
                    steps: steps.into(),
                    bytes: Vec::new(),
                },
                format!("`{}` to a sink that {steps:?}", frame.escape_ascii()),
            );
            match (write_frame(&mut sink, frame), ends) {
                (Ok(()), None) => assert_eq!(
                    sink.bytes, line,
                    "{what}: the frame and its newline must be written whole, and once"
                ),
                (Err(WireError::Io(why)), Some(end)) => {
                    // A buffer may try once more when it is dropped.
                    let in_order = sink.bytes.len() >= taken && line.starts_with(&sink.bytes);
                    assert!(in_order, "{what}: it has {}", sink.bytes.escape_ascii());
                    let told = matches!(end, Takes(_)) || why.kind() == ErrorKind::BrokenPipe;
                    assert!(
                        told,
                        "{what}: the sink's own error must be returned, not {why}"
                    );
                }
                (written, _) => {
                    panic!("{what}: the write must end as the sink does, not with {written:?}")
                }
            }
        }
    }
}

fn too_long_a_frame_is_not_written() {
    let mut sink = Sink::default();
    let written = write_frame(&mut sink, &vec![b'x'; MAX_FRAME + 1]);
    assert!(
        matches!(written, Err(WireError::TooLong)),
        "no peer would read it"
    );
    assert!(sink.bytes.is_empty(), "nothing of it is written");
    write_frame(&mut sink, &vec![b'x'; MAX_FRAME]).expect("the longest frame can be written");
}

fn request(call: Option<CallId>) -> Request {
    Request {
        call,
        ..Request::new(7, "KV.Get", json!({ "key": "line\nbreak \u{1f9f5}" }))
    }
}

fn messages_come_back_as_they_were() {
    let call = CallId {
        client: ClientId(0xfeed << 100),
        seq: u64::MAX,
        seen: 3,
    };
    let large = Request::new(u64::MAX, "KV.Put", json!(u64::MAX));
    for request in [request(None), request(Some(call)), large] {
        let frame = encode(&request);
        assert!(!frame.contains(&b'\n'), "a frame is one line");
        assert_eq!(
            decode::<Request>(&frame).expect("a message that was encoded must be decoded"),
            request,
            "a request that was encoded must be the same after it was decoded"
        );
    }
    let plain = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
        json!(""),
        json!("null"),
        json!("\n\r\t\"\\/\u{0}\u{7f}\u{2028}\u{feff}\u{1f9f5}"),
    ];
    let nested = plain.iter().flat_map(|one| {
        [
            json!([one]),
            json!([one, [one], {}]),
            json!({ "": one, "\n": { "a": [] } }),
        ]
    });
    for value in plain.iter().cloned().chain(nested) {
        let request = Request::new(0, "", value.clone());
        let frame = encode(&request);
        assert!(!frame.contains(&b'\n'), "a frame is one line");
        let back: Request = decode(&frame).expect("a message that was encoded must be decoded");
        assert_eq!(
            back, request,
            "a request that was encoded must be the same after it was decoded"
        );
        let refused = value.as_str().map(|error| Err(error.to_owned()));
        for reply in [Some(Ok(value)), refused].into_iter().flatten() {
            let frame = encode(&Response::new(9, reply.clone()));
            assert!(!frame.contains(&b'\n'), "a frame is one line");
            let back: Response = decode(&frame).expect("it must be decoded again");
            assert_eq!(
                (back.id, back.into_reply()),
                (9, reply),
                "a reply that was encoded must be the same after it was decoded"
            );
        }
    }
}

fn messages_look_as_go_writes_them() {
    let value = |frame: Vec<u8>| serde_json::from_slice::<Value>(&frame).expect("a frame is JSON");
    let plain = value(encode(&Request::new(1, "KV.Get", json!({ "key": "a" }))));
    assert_eq!(
        plain,
        json!({ "method": "KV.Get", "params": [{ "key": "a" }], "id": 1 }),
        "a request without an identifier must have these members and no others"
    );
    let result = value(encode(&Response::new(2, Ok(json!(5)))));
    assert_eq!(
        result,
        json!({ "id": 2, "result": 5, "error": null }),
        "a reply with a result must have `null` for its error"
    );
    let error = value(encode(&Response::new(3, Err("no".to_owned()))));
    assert_eq!(
        error,
        json!({ "id": 3, "result": null, "error": "no" }),
        "a reply with an error must have `null` for its result"
    );
}

fn a_plain_peer_is_understood() {
    let frame = br#" {"id": 4, "params": [ {"key":"a"} ], "method": "KV.Get", "more": true} "#;
    let request: Request =
        decode(frame).expect("the order of members and what is unknown do not matter");
    assert_eq!(
        (request.id, request.method.as_str(), request.call),
        (4, "KV.Get", None),
        "members in another order, and one unknown: the request must be read as it is"
    );
    assert_eq!(
        request.param(),
        &json!({ "key": "a" }),
        "the request's argument must be the one value of its `params`"
    );
}

fn nonsense_is_an_error() {
    let deep = "[".repeat(100_000);
    let frames: [&[u8]; 14] = [
        b"",
        b"GET / HTTP/1.1",
        b"{",
        b"null",
        b"[]",
        b"{\"method\":\"A.B\",\"params\":[],\"id\":1}",
        b"{\"method\":\"A.B\",\"params\":[1,2],\"id\":1}",
        b"{\"method\":\"A.B\",\"params\":{},\"id\":1}",
        b"{\"method\":5,\"params\":[1],\"id\":1}",
        b"{\"method\":\"A.B\",\"params\":[1],\"id\":-1}",
        b"{\"method\":\"A.B\",\"params\":[1],\"id\":1,\"call\":{\"client\":\"xyz\",\"seq\":1,\"seen\":0}}",
        b"{\"method\":\"\xff\",\"params\":[1],\"id\":1}",
        b"{\"method\":\"A.B\",\"params\":[1],\"id\":1} {}",
        deep.as_bytes(),
    ];
    for frame in frames {
        assert_malformed::<Request>(frame);
    }
    let frames: [&[u8]; 8] = [
        b"\xef\xbb\xbf{\"id\":1,\"result\":1,\"error\":null}",
        b"{\"id\":1,\"result\":1,\"error\":null",
        b"{\"id\":1,\"result\":1,\"error\":null}}",
        b"{\"id\":1,\"result\":1,\"error\":5}",
        b"{\"id\":1.5,\"result\":1,\"error\":null}",
        b"{\"result\":1,\"error\":null}",
        b"{\"id\":1,\"result\":\"\xff\",\"error\":null}",
        b"7",
    ];
    for frame in frames {
        assert_malformed::<Response>(frame);
    }
}

/// Says that this is not such a message, and that the error says why, and where it is not JSON.
fn assert_malformed<M: DeserializeOwned + Debug>(frame: &[u8]) {
    let what = String::from_utf8_lossy(&frame[..frame.len().min(60)]);
    match decode::<M>(frame) {
        Err(WireError::Malformed(why)) => {
            assert!(!why.is_empty(), "it says what is wrong with `{what}`");
            let text = str::from_utf8(frame).map(serde_json::from_str::<Value>);
            let placed = !matches!(text, Ok(Err(_))) || why.contains("line 1 column");
            assert!(placed, "where `{what}` is not JSON: {why}");
        }
        other => panic!("`{what}` is not a message, and decode says {other:?}"),
    }
}
