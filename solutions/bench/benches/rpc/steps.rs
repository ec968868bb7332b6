//! The steps from the slowest server that anybody would write to the reference, one change at a time.

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
use super::reference::serving;

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

/// Each frame is a write of its own.
struct PlainLink {
    stream: TcpStream,
    frames: Mutex<FrameReader<TcpStream>>,
    writing: Mutex<()>,
    /// The newline is written apart, and packets may wait for each other.
    naive: bool,
}

impl PlainLink {
    fn new(stream: TcpStream, naive: bool) -> Self {
        stream.set_nodelay(!naive).expect("it is connected");
        let reading = stream.try_clone().expect("it is connected");
        PlainLink {
            stream,
            frames: Mutex::new(FrameReader::new(reading)),
            writing: Mutex::new(()),
            naive,
        }
    }
}

impl Link for PlainLink {
    fn send(&self, frame: &[u8]) -> io::Result<()> {
        let _alone = self.writing.lock();
        let mut stream = &self.stream;
        if self.naive {
            stream.write_all(frame)?;
            return stream.write_all(b"\n");
        }
        write_frame(&mut stream, frame).map_err(io::Error::other)
    }

    fn receive(&self) -> io::Result<Option<Vec<u8>>> {
        self.frames.lock().read_frame().map_err(io::Error::other)
    }

    fn close(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

pub(crate) fn add(race: &mut Race<'_>) {
    step(race, "Nagle, newline apart", true, a_thread_for_each);
    step(race, "a thread for each request", false, a_thread_for_each);
    step(race, "a pool of 4, each woken", false, a_pool);
    step(race, "the reader runs handlers", false, the_reader);
    step(race, "the crew, a write for each reply", false, |link| {
        serving().serve(link);
    });
}

fn step(
    race: &mut Race<'_>,
    name: &'static str,
    naive: bool,
    serve: impl FnOnce(&PlainLink) + Send + 'static,
) {
    if !race.wants(name) {
        return;
    }
    let (client, server) = super::connection();
    let server = PlainLink::new(server, naive);
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
