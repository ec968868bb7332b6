//! The lab and Go's `net/rpc/jsonrpc` call each other, with nothing on Go's side but its standard
//! library. The Go programs are in `labs/rpc/interop`.
//!
//! `cargo test -p kvd --test interop` runs the reference, and with `--features student` your own
//! `labs/rpc`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kit::sync::Arc;
use kit::thread;
use kit::time::Duration;
#[cfg(feature = "student")]
use rpc as lab;
#[cfg(not(feature = "student"))]
use rpc_solution as lab;

use lab::client::Client;
use lab::message::{CallError, CallId, ClientId};
use lab::tcp::TcpLink;
use serde_json::{Value, json};

/// If this variable is `1`, a machine without Go fails.
const REQUIRED: &str = "WEFT_REQUIRE_GO";

#[test]
fn a_go_program_calls_our_server() {
    let Some(client) = go_program("client") else {
        return;
    };
    let server = Server::start(Command::new(env!("CARGO_BIN_EXE_kvd")).arg("serve"));
    let output = Command::new(client).arg(&server.address).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    print!("{said}");
}

#[test]
fn our_client_calls_a_go_server() {
    let Some(server) = go_program("server") else {
        return;
    };
    let server = Server::start(&mut Command::new(server));
    let client = connect(&server);
    let call = |method, param| client.call(method, &param, None);

    let put = |value| json!({ "key": "a", "value": value });
    assert_eq!(call("KV.Get", key("a")), Ok(json!({ "value": null })));
    assert_eq!(call("KV.Put", put("1")), Ok(json!({})));
    assert_eq!(call("KV.Append", put("0")), Ok(json!({ "length": 2 })));
    assert_eq!(call("KV.Get", key("a")), Ok(json!({ "value": "10" })));
    assert_eq!(call("KV.Deduct", deduct(3)), Ok(json!({ "left": 7 })));

    // Go's own errors are texts as well.
    let refused = |why: &str| Err(CallError::Refused(why.to_owned()));
    let too_little = refused("the balance is only 7");
    assert_eq!(call("KV.Deduct", deduct(8)), too_little);
    let no_method = refused("rpc: can't find method KV.Increment");
    assert_eq!(call("KV.Increment", key("a")), no_method);
    let misfit = call("KV.Get", json!([1]));
    assert!(matches!(misfit, Err(CallError::Refused(_))), "{misfit:?}");
    assert_eq!(call("KV.Get", key("a")), Ok(json!({ "value": "7" })));
}

#[test]
fn threads_share_a_connection_to_a_go_server() {
    const THREADS: u64 = 16;
    const EACH: u64 = 50;
    let Some(server) = go_program("server") else {
        return;
    };
    let server = Server::start(&mut Command::new(server));
    let client = connect(&server);
    let balance = json!({ "key": "a", "value": (THREADS * EACH).to_string() });
    client.call("KV.Put", &balance, None).unwrap();

    let call = || client.call("KV.Deduct", &deduct(1), None).unwrap();
    let mut left: Vec<u64> = thread::scope(|scope| {
        let calling = || -> Vec<_> { (0..EACH).filter_map(|_| call()["left"].as_u64()).collect() };
        let callers: Vec<_> = (0..THREADS).map(|_| scope.spawn(calling)).collect();
        let replies = callers.into_iter().map(|caller| caller.join().unwrap());
        replies.flatten().collect()
    });
    left.sort_unstable();
    let each_once: Vec<u64> = (0..THREADS * EACH).collect();
    assert_eq!(left, each_once);
}

#[test]
fn a_plain_go_server_ignores_who_calls() {
    let Some(server) = go_program("server") else {
        return;
    };
    let server = Server::start(&mut Command::new(server));
    let client = connect(&server);
    let (client_id, seq, seen) = (ClientId::random(), 1, 0);
    let same = Some(CallId {
        client: client_id,
        seq,
        seen,
    });

    let balance = json!({ "key": "a", "value": "10" });
    client.call("KV.Put", &balance, None).unwrap();
    let twice = [(); 2].map(|()| client.call("KV.Deduct", &deduct(1), same));
    // It answers, and knows nothing of duplicates.
    assert_eq!(twice, [9, 8].map(|left| Ok(json!({ "left": left }))));
}

fn key(key: &str) -> Value {
    json!({ "key": key })
}

fn deduct(amount: u64) -> Value {
    json!({ "key": "a", "amount": amount })
}

/// A client that has one connection. The time-out only ends what hangs.
fn connect(server: &Server) -> Client {
    let link = TcpLink::connect(&server.address).unwrap();
    Client::new(Arc::new(link), Some(Duration::from_secs(60)))
}

/// Builds a program of `labs/rpc/interop`. Gives `None`, and says so, where there is no Go.
///
/// # Panics
///
/// Panics if there is none, and it is required.
fn go_program(name: &str) -> Option<PathBuf> {
    if Command::new("go").arg("version").output().is_err() {
        let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
        assert!(!required, "{REQUIRED}=1, but there is no go");
        println!("skipped: there is no go here (Debian: apt-get install golang-go)");
        return None;
    }
    // Go's own cache makes a second build quick; the tests that run at the same time have a file
    // each.
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let test = thread::current().name().unwrap_or("main").to_owned();
    let program = scratch.join(test).with_extension(name);
    let built = Command::new("go")
        .current_dir(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../labs/rpc/interop"
        ))
        .env("GOCACHE", scratch.join("go"))
        // The programs need nothing, so nothing is fetched; and a checkout without history is as
        // good.
        .env("GOFLAGS", "-mod=readonly -buildvcs=false")
        .args(["build", "-o"])
        .arg(&program)
        .arg(format!("./{name}"))
        .status()
        .expect("go runs");
    assert!(built.success(), "go build ./{name}: {built}");
    Some(program)
}

/// A server in a process of its own, which prints its address when it listens. Dropped, it is
/// killed.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = process.stdout.take().expect("its output is a pipe");
        let mut server = Server {
            process,
            address: String::new(),
        };
        BufReader::new(stdout)
            .read_line(&mut server.address)
            .unwrap();
        let address = server.address.trim();
        assert!(!address.is_empty(), "the server did not start");
        server.address = address.to_owned();
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
