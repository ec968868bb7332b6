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

/// A client and a server of `tarpc` with that format; each call is a task of its own caller.
macro_rules! tarpc_with {
    ($race:expr, $name:literal, $codec:ident) => {
        if $race.wants($name) {
            let runtime = Runtime::new().expect("threads can be started");
            let kv = runtime.block_on(async {
                let (client, server) = super::connection();
                let server = Transport::from((asynchronous(server), $codec::default()));
                let store = Store(Arc::new(Mutex::new(super::steps::values())));
                let serving = BaseChannel::with_defaults(server).execute(store.serve());
                tokio::spawn(serving.for_each(|request| async {
                    tokio::spawn(request);
                }));
                let client = Transport::from((asynchronous(client), $codec::default()));
                KvClient::new(client::Config::default(), client).spawn()
            });
            $race.add($name, move |in_flight, time| {
                runtime.block_on(by_tasks(in_flight, time, &kv))
            });
        }
    };
}

pub(crate) fn add(race: &mut Race<'_>) {
    tarpc_with!(race, "tarpc, JSON", Json);
    tarpc_with!(race, "tarpc, bincode", Bincode);
    if race.wants("raw echo") {
        let echo = Echo::start();
        race.add("raw echo", move |in_flight, time| {
            by_threads(in_flight, time, || echo.call())
        });
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

/// Lines that come back as they are, in the order in which they were sent.
struct Echo {
    /// The end that writes, and who waits for a line, the first one first.
    state: Mutex<(TcpStream, VecDeque<mpsc::SyncSender<()>>)>,
}

/// About as long as a request with its argument.
const LINE: &[u8] = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"a\"}],\"id\":1234567}\n";

impl Echo {
    fn start() -> Arc<Self> {
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
