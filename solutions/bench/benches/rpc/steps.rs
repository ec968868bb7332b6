//! The steps from the slowest server that anybody would write to the reference, one change at a
//! time, and those of its link with its client.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use bench::calls::Race;
use crossbeam::channel::bounded;
use parking_lot::Mutex;
use rpc_solution::link::Link;
use rpc_solution::message::{Reply, Request, Response};
use rpc_solution::wire::{FrameReader, decode, encode, write_frame};
use serde_json::{Value, json};

use super::load::{Format, Load};
use super::reference::{calling, serving};

/// What `KV.Get` looks at, for everybody who is measured.
pub(crate) fn values() -> HashMap<String, String> {
    HashMap::from([("a".to_owned(), "1".to_owned())])
}

/// What every reply to `KV.Get` has in it.
pub(crate) const ANSWER: &str = r#"{"value":"1"}"#;

/// `KV.Get` by hand.
pub(crate) fn get(values: &Mutex<HashMap<String, String>>, param: &Value) -> Reply {
    let key = param["key"].as_str().ok_or("there is no key")?;
    Ok(json!({ "value": values.lock().get(key) }))
}

/// The reference's link before it yields, or less than that.
struct PlainLink {
    stream: TcpStream,
    frames: Mutex<FrameReader<TcpStream>>,
    unsent: Mutex<Unsent>,
    writes: Writes,
}

#[derive(Default)]
struct Unsent {
    bytes: Vec<u8>,
    writing: bool,
}

/// What goes in one write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    /// A frame without its newline, which is written apart; and packets may wait for each other.
    Pieces,
    /// One frame.
    Frame,
    /// What was put down while another thread wrote.
    Ready,
}

impl PlainLink {
    fn new(stream: TcpStream, writes: Writes) -> Self {
        let naive = writes == Writes::Pieces;
        stream.set_nodelay(!naive).expect("it is connected");
        let reading = stream.try_clone().expect("it is connected");
        PlainLink {
            stream,
            frames: Mutex::new(FrameReader::new(reading)),
            unsent: Mutex::default(),
            writes,
        }
    }
}

impl Link for PlainLink {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let mut stream = &self.stream;
        let mut unsent = self.unsent.lock();
        if self.writes == Writes::Pieces {
            stream.write_all(frame)?;
            return stream.write_all(b"\n");
        }
        write_frame(&mut unsent.bytes, frame).map_err(io::Error::other)?;
        if unsent.writing {
            return Ok(());
        }
        if self.writes == Writes::Frame {
            // Under the lock: nobody else puts a frame down.
            return stream.write_all(&std::mem::take(&mut unsent.bytes));
        }
        unsent.writing = true;
        while !unsent.bytes.is_empty() {
            let bytes = std::mem::take(&mut unsent.bytes);
            drop(unsent);
            stream.write_all(&bytes)?;
            unsent = self.unsent.lock();
        }
        unsent.writing = false;
        Ok(())
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.frames.lock().read_frame().map_err(io::Error::other)
    }

    fn close(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

pub(crate) fn add_servers(race: &mut Race<'_>) {
    let crew = |link: &PlainLink| serving().serve(link);
    let (pieces, frame, ready) = (Writes::Pieces, Writes::Frame, Writes::Ready);
    step(race, "Nagle, newline apart", pieces, a_thread_for_each);
    step(race, "a thread for each request", frame, a_thread_for_each);
    step(race, "a pool of 4, each woken", frame, a_pool);
    step(race, "the reader runs handlers", frame, the_reader);
    step(race, "the crew, a write for each reply", frame, crew);
    step(race, "the crew, a write for all ready", ready, crew);
}

/// The reference's client and server with a link that writes more often.
pub(crate) fn add_with_client(race: &mut Race<'_>) {
    for (name, writes) in [
        ("a write for each frame", Writes::Frame),
        ("a write for all ready", Writes::Ready),
    ] {
        if race.wants(name) {
            let (client, server) = super::connection();
            let server = PlainLink::new(server, writes);
            thread::spawn(move || serving().serve(&server));
            race.add(name, calling(PlainLink::new(client, writes)));
        }
    }
}

fn step(
    race: &mut Race<'_>,
    name: &'static str,
    writes: Writes,
    serve: impl FnOnce(&PlainLink) + Send + 'static,
) {
    if !race.wants(name) {
        return;
    }
    let (client, server) = super::connection();
    let server = PlainLink::new(server, writes);
    thread::spawn(move || serve(&server));
    let mut load = Load::new(client, Format::json_rpc(ANSWER));
    race.add(name, move |in_flight, time| load.play(in_flight, time));
}

/// Answers one request.
fn answer(link: &PlainLink, values: &Mutex<HashMap<String, String>>, frame: &[u8]) {
    let request: Request = decode(frame).expect("it is a request");
    let response = Response::new(request.id, get(values, request.param()));
    // If it cannot be sent, the run is over.
    let _ = link.send(&encode(&response));
}

fn a_thread_for_each(link: &PlainLink) {
    let values = &Mutex::new(values());
    thread::scope(|scope| {
        while let Ok(Some(frame)) = link.receive() {
            scope.spawn(move || answer(link, values, &frame));
        }
    });
}

fn a_pool(link: &PlainLink) {
    let values = &Mutex::new(values());
    let (jobs, frames) = bounded::<Vec<u8>>(1024);
    thread::scope(|scope| {
        for _ in 0..4 {
            let frames = frames.clone();
            scope.spawn(move || frames.iter().for_each(|frame| answer(link, values, &frame)));
        }
        while let Ok(Some(frame)) = link.receive() {
            jobs.send(frame).expect("somebody works");
        }
        drop(jobs);
    });
}

/// As fast as it is wrong: a handler that takes long delays all that come after it.
fn the_reader(link: &PlainLink) {
    let values = Mutex::new(values());
    while let Ok(Some(frame)) = link.receive() {
        answer(link, &values, &frame);
    }
}
