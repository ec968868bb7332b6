//! The same load for every server: one thread that keeps that many requests under way.
//!
//! It reads and writes bytes, and looks into a reply only for its number and its value, so that
//! what is measured is the server. It sends as many new requests as replies came, in one write, as
//! a busy proxy would.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bench::calls::{Turn, turn};

/// How the messages of a server look.
pub(crate) struct Format {
    /// A request is these two with its number in between.
    pub(crate) request: (String, String),
    /// Every reply has this in it.
    pub(crate) answer: &'static str,
    /// Where a message ends.
    pub(crate) frame: Frame,
}

/// How a stream is cut into messages.
#[derive(Clone, Copy)]
pub(crate) enum Frame {
    /// Each ends with a newline.
    Line,
    /// Each begins with its length: four bytes, the highest first.
    Length,
}

impl Format {
    /// `KV.Get` of `a`, as Go's `net/rpc/jsonrpc` writes it.
    pub(crate) fn json_rpc(answer: &'static str) -> Self {
        let before = r#"{"method":"KV.Get","params":[{"key":"a"}],"id":"#;
        Format {
            request: (before.to_owned(), "}".to_owned()),
            answer,
            frame: Frame::Line,
        }
    }
}

/// The client's end of a connection.
pub(crate) struct Load {
    stream: TcpStream,
    format: Format,
    /// The number of the next request. None is used twice.
    next: u64,
}

impl Load {
    /// Asks the server at the other end of `stream`.
    pub(crate) fn new(stream: TcpStream, format: Format) -> Self {
        stream.set_nodelay(true).expect("it is connected");
        Load {
            stream,
            format,
            next: 1,
        }
    }

    /// Keeps that many requests under way until the time is up, and waits for the last reply.
    pub(crate) fn play(&mut self, in_flight: usize, time: Duration) -> Turn {
        let begun = Instant::now();
        let first = self.next;
        let (mut sent, mut times) = (Vec::new(), Vec::new());
        let mut requests = Vec::new();
        for _ in 0..in_flight {
            self.ask(&mut requests);
            sent.push(begun);
        }
        let mut replies = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        while times.len() < sent.len() {
            self.stream.write_all(&requests).expect("it is connected");
            requests.clear();
            let length = self.stream.read(&mut chunk).expect("it is connected");
            assert!(length > 0, "the server has closed the connection");
            replies.extend_from_slice(&chunk[..length]);
            let now = Instant::now();
            let time_is_up = now - begun >= time;
            let mut start = 0;
            while let Some((reply, length)) = self.format.frame.first(&replies[start..]) {
                start += length;
                let number = self.format.number(reply);
                times.push(now - sent[(number - first) as usize]);
                if !time_is_up {
                    self.ask(&mut requests);
                    sent.push(now);
                }
            }
            replies.drain(..start);
        }
        turn(vec![(begun, times, Instant::now())])
    }

    /// Puts one more request behind the others.
    fn ask(&mut self, requests: &mut Vec<u8>) {
        let (before, after) = &self.format.request;
        let request = format!("{before}{}{after}", self.next);
        self.next += 1;
        match self.format.frame {
            Frame::Line => {
                requests.extend_from_slice(request.as_bytes());
                requests.push(b'\n');
            }
            Frame::Length => {
                requests.extend_from_slice(&(request.len() as u32).to_be_bytes());
                requests.extend_from_slice(request.as_bytes());
            }
        }
    }
}

impl Format {
    /// The number of the request that this is a reply to.
    fn number(&self, reply: &[u8]) -> u64 {
        let reply = std::str::from_utf8(reply).expect("it is JSON");
        assert!(reply.contains(self.answer), "the reply is {reply}");
        // `"id":` in some, `"request_id":` in others.
        let (_, number) = reply.split_once("id\":").expect("a reply has a number");
        let end = number.find(|c: char| !c.is_ascii_digit());
        let digits = &number[..end.unwrap_or(number.len())];
        digits.parse().expect("it is a number")
    }
}

impl Frame {
    /// The first message of those bytes and how long it is with all that belongs to it; `None` if
    /// it is not whole.
    fn first(self, bytes: &[u8]) -> Option<(&[u8], usize)> {
        match self {
            Frame::Line => {
                let end = bytes.iter().position(|byte| *byte == b'\n')?;
                Some((&bytes[..end], end + 1))
            }
            Frame::Length => {
                let (length, rest) = bytes.split_first_chunk()?;
                let length = u32::from_be_bytes(*length) as usize;
                Some((rest.get(..length)?, 4 + length))
            }
        }
    }
}
