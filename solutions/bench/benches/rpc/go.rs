//! Go's `net/rpc`, in a process of its own that is told by lines when its turn is.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use bench::calls::{Race, Turn};

use super::load::{Format, Load};
use super::steps::ANSWER;

const JSON: &str = "Go net/rpc/jsonrpc";
const GOB: &str = "Go net/rpc (gob)";

pub(crate) fn add(servers: &mut Race<'_>, stacks: &mut Race<'_>) {
    if !servers.wants(JSON) && !stacks.wants(GOB) {
        return;
    }
    if Command::new("go").arg("version").output().is_err() {
        println!("without Go's net/rpc: there is no go here (Debian: apt-get install golang-go)");
        return;
    }
    let go = Go::start();
    let stream = TcpStream::connect(&go.address).expect("it listens");
    let mut load = Load::new(stream, Format::json_rpc(ANSWER));
    servers.add(JSON, move |in_flight, time| load.play(in_flight, time));
    let go = Rc::new(RefCell::new(go));
    for (name, codec) in [(JSON, "json"), (GOB, "gob")] {
        let go = Rc::clone(&go);
        stacks.add(name, move |in_flight, time| {
            go.borrow_mut().turn(codec, in_flight, time)
        });
    }
}

struct Go {
    process: Child,
    orders: ChildStdin,
    results: BufReader<ChildStdout>,
    /// Where a server listens for one connection that speaks JSON.
    address: String,
}

impl Go {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-net-rpc");
        let built = Command::new("go")
            .current_dir(folder)
            .env("GOFLAGS", "-mod=readonly -buildvcs=false")
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .status()
            .expect("go runs");
        assert!(built.success(), "go build: {built}");
        let mut process = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was built");
        let orders = process.stdin.take().expect("it is a pipe");
        let mut results = BufReader::new(process.stdout.take().expect("it is a pipe"));
        let mut address = String::new();
        results.read_line(&mut address).expect("it runs");
        Go {
            process,
            orders,
            results,
            address: address.trim_end().to_owned(),
        }
    }

    fn turn(&mut self, codec: &str, in_flight: usize, time: Duration) -> Turn {
        writeln!(self.orders, "{codec} {in_flight} {}", time.as_millis()).expect("it runs");
        let mut line = String::new();
        self.results.read_line(&mut line).expect("it runs");
        let result: serde_json::Value = serde_json::from_str(&line).expect("it writes JSON");
        let number = |name: &str| result[name].as_f64().expect("it is a number");
        Turn {
            rate: number("rate"),
            p50: Duration::from_secs_f64(number("p50")),
            p99: Duration::from_secs_f64(number("p99")),
        }
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
