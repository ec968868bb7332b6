//! `tarpc`, and what threads and a socket can do when nothing is read of what they carry.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bench::calls::{Race, Turn, by_threads, turn};
use futures::StreamExt;
use parking_lot::Mutex;
use tarpc::serde_transport::Transport;
use tarpc::server::{BaseChannel, Channel};
use tarpc::tokio_serde::formats::{Bincode, Json};
use tarpc::{client, context};
use tokio::runtime::Runtime;

use super::load::{Format, Frame, Load};

#[tarpc::service]
trait Kv {
    async fn get(key: String) -> Option<String>;
}

#[derive(Clone)]
struct Store(Arc<Mutex<HashMap<String, String>>>);

impl Kv for Store {
    async fn get(self, _: context::Context, key: String) -> Option<String> {
        self.0.lock().get(&key).cloned()
    }
}

/// Serves `Kv` with that format on that runtime, and gives the client's end of the connection.
macro_rules! served {
    ($runtime:expr, $codec:ident) => {{
        let (client, server) = super::connection();
        $runtime.block_on(async {
            let server = Transport::from((asynchronous(server), $codec::default()));
            let store = Store(Arc::new(Mutex::new(super::steps::values())));
            let serving = BaseChannel::with_defaults(server).execute(store.serve());
            tokio::spawn(serving.for_each(|request| async {
                tokio::spawn(request);
            }));
        });
        client
    }};
}

/// A client and a server with that format; each call is a task of its own caller.
macro_rules! tarpc_with {
    ($race:expr, $name:expr, $codec:ident) => {
        if $race.wants($name) {
            let runtime = Runtime::new().expect("threads can be started");
            let client = served!(runtime, $codec);
            let kv = runtime.block_on(async {
                let client = Transport::from((asynchronous(client), $codec::default()));
                KvClient::new(client::Config::default(), client).spawn()
            });
            $race.add($name, move |in_flight, time| {
                runtime.block_on(by_tasks(in_flight, time, &kv))
            });
        }
    };
}

const JSON: &str = "tarpc, JSON";
const ECHO: &str = "lines come back as they are";

pub(crate) fn add(servers: &mut Race<'_>, stacks: &mut Race<'_>) {
    if servers.wants(JSON) {
        let runtime = Runtime::new().expect("threads can be started");
        let mut load = Load::new(served!(runtime, Json), format_of_tarpc());
        servers.add(JSON, move |in_flight, time| {
            // As long as there are turns, its threads are needed.
            let _ = &runtime;
            load.play(in_flight, time)
        });
    }
    tarpc_with!(stacks, JSON, Json);
    tarpc_with!(stacks, "tarpc, bincode", Bincode);
    if servers.wants(ECHO) {
        let mut load = Load::new(echo(), Format::json_rpc("KV.Get"));
        servers.add(ECHO, move |in_flight, time| load.play(in_flight, time));
        let echo = Echo::new(echo());
        stacks.add(ECHO, move |in_flight, time| {
            by_threads(in_flight, time, || echo.call())
        });
    }
}

/// What `tarpc` writes, taken from a message of its own.
fn format_of_tarpc() -> Format {
    const ID: u64 = 987_654_321;
    let message = tarpc::ClientMessage::Request(tarpc::Request {
        context: context::current(),
        id: ID,
        message: KvRequest::Get {
            key: "a".to_owned(),
        },
    });
    let message = serde_json::to_string(&message).expect("it can be written");
    let (before, after) = message
        .split_once(&ID.to_string())
        .expect("it has its number");
    Format {
        request: (before.to_owned(), after.to_owned()),
        answer: r#"{"Ok":{"Get":"1"}}"#,
        frame: Frame::Length,
    }
}

fn asynchronous(stream: TcpStream) -> tokio::net::TcpStream {
    stream.set_nodelay(true).expect("it is connected");
    stream.set_nonblocking(true).expect("it is connected");
    tokio::net::TcpStream::from_std(stream).expect("a runtime runs")
}

/// [`by_threads`] with tasks.
async fn by_tasks(in_flight: usize, time: Duration, kv: &KvClient) -> Turn {
    let callers: Vec<_> = (0..in_flight)
        .map(|_| {
            let kv = kv.clone();
            tokio::spawn(async move {
                let begun = Instant::now();
                let mut times = Vec::new();
                while begun.elapsed() < time {
                    let called = Instant::now();
                    let value = kv.get(context::current(), "a".to_owned()).await;
                    assert_eq!(value.expect("there is a reply").as_deref(), Some("1"));
                    times.push(called.elapsed());
                }
                (begun, times, Instant::now())
            })
        })
        .collect();
    let mut ended = Vec::new();
    for caller in callers {
        ended.push(caller.await.expect("a caller panicked"));
    }
    turn(ended)
}

/// The client's end of a connection where everything comes back as it is.
fn echo() -> TcpStream {
    let (client, server) = super::connection();
    for end in [&client, &server] {
        end.set_nodelay(true).expect("it is connected");
    }
    std::thread::spawn(move || {
        let mut bytes = [0; 16 << 10];
        while let Ok(length @ 1..) = (&server).read(&mut bytes) {
            if (&server).write_all(&bytes[..length]).is_err() {
                break;
            }
        }
    });
    client
}

/// Threads wait for their lines, which come back in the order in which they were sent.
struct Echo {
    /// The end that writes, and who waits for a line, the first one first.
    state: Mutex<(TcpStream, VecDeque<mpsc::SyncSender<()>>)>,
}

/// About as long as a request with its argument.
const LINE: &[u8] = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"a\"}],\"id\":1234567}\n";

impl Echo {
    fn new(client: TcpStream) -> Arc<Self> {
        let lines = BufReader::new(client.try_clone().expect("it is connected"));
        let echo = Arc::new(Echo {
            state: Mutex::new((client, VecDeque::new())),
        });
        let reading = Arc::clone(&echo);
        std::thread::spawn(move || {
            for _ in lines.split(b'\n').map_while(Result::ok) {
                let first = reading.state.lock().1.pop_front();
                let _ = first.expect("somebody has asked").send(());
            }
        });
        echo
    }

    fn call(&self) {
        let (reply, answer) = mpsc::sync_channel(1);
        {
            let mut state = self.state.lock();
            state.1.push_back(reply);
            state.0.write_all(LINE).expect("it is connected");
        }
        answer.recv().expect("there is a reply");
    }
}
