//! What peers send that mean no good, over real TCP to a server in a process of its own: whatever
//! they do, a good client's calls all have their replies, and the server's memory stays within a
//! bound.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use rpc_solution::client::Client;
use rpc_solution::link::Link;
use rpc_solution::message::Response;
use rpc_solution::tcp::TcpLink;
use rpc_solution::wire::MAX_FRAME;
use serde_json::{Value, json};

/// Generous: a server that does as it should has some ten.
const MIB: usize = 256;

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_kvd"))
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says where it is");
        let address = line.trim().parse().expect("an address");
        Server { process, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("it listens")
    }

    fn client(&self) -> Client {
        let link = TcpLink::connect(self.address).expect("it listens");
        Client::new(Arc::new(link), None)
    }

    /// The most memory that it ever had, in MiB; nothing where that cannot be read.
    fn peak(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
        let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lets `attack` do its worst while a good client calls; both have to end.
fn under(attack: impl FnOnce(&Server)) {
    let server = Server::start();
    let over = AtomicBool::new(false);
    let client = server.client();
    let append = || client.call("KV.Append", &json!({ "key": "good", "value": "x" }), None);
    let calls = thread::scope(|scope| {
        let good = scope.spawn(|| {
            let mut calls = 0;
            while !over.load(SeqCst) {
                calls += 1;
                assert_eq!(append(), Ok(json!({ "length": calls })));
            }
            calls
        });
        // Also if it panics: the good client must end.
        let attacked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| attack(&server)));
        over.store(true, SeqCst);
        let calls = good.join().expect("every call of the good client succeeds");
        attacked.expect("the attack goes as it should");
        calls
    });
    assert_eq!(append(), Ok(json!({ "length": calls + 1 })));
    if let Some(peak) = server.peak() {
        assert!(peak < MIB, "the server took {peak} MiB");
        println!("{calls} calls of the good client, {peak} MiB at most");
    }
}

/// Sends one line and gives the reply.
fn ask(stream: &mut TcpStream, line: &[u8]) -> Response {
    stream.write_all(line).expect("it takes it");
    stream.write_all(b"\n").expect("it takes it");
    let mut reply = String::new();
    BufReader::new(stream.try_clone().expect("a descriptor"))
        .read_line(&mut reply)
        .expect("it answers");
    serde_json::from_str(&reply).expect("that is a reply")
}

#[test]
fn what_is_no_request_is_answered_with_an_error() {
    under(|server| {
        let deep = "[".repeat(500_000);
        let deep = format!(r#"{{"method":"KV.Get","params":[{deep}"#);
        let nonsense: [&[u8]; 9] = [
            b"",
            b"{",
            b"null",
            b"\xff\xfe{}",
            b"{\"method\":\"KV.Get\0\",\"params\":[{}],\"id\":1}\0",
            br#"{"method":7,"params":[{}],"id":1}"#,
            br#"{"method":"KV.Get","params":[],"id":1}"#,
            br#"{"method":"KV.Get","params":[{"key":9}],"id":1}"#,
            deep.as_bytes(),
        ];
        let mut stream = server.connect();
        for line in nonsense {
            let Response { error, .. } = ask(&mut stream, line);
            let error = error.expect("it is not a request");
            assert!(error.len() > 10, "an error says why: `{error}`");
        }
        let put = br#"{"method":"KV.Put","params":[{"key":"a","value":"1"}],"id":3}"#;
        assert_eq!(ask(&mut stream, put), Response::new(3, Ok(json!({}))));
    });
}

#[test]
fn a_frame_without_end_is_cut_off() {
    under(|server| {
        for _ in 0..8 {
            let mut stream = server.connect();
            let chunk = vec![b'x'; 1 << 20];
            // It is hung up on long before: at 1 MiB.
            let sent = (0..1024).take_while(|_| stream.write_all(&chunk).is_ok());
            assert!(sent.count() < 64, "the server took a gibibyte");
        }
    });
}

#[test]
fn who_sends_a_frame_that_is_too_long_is_told_so() {
    under(|server| {
        let mut stream = server.connect();
        // One byte more than there may be, all of which the server reads: nothing is left that
        // would make it a reset.
        stream
            .write_all(&vec![b'x'; MAX_FRAME + 1])
            .expect("it takes it");
        let mut reply = String::new();
        stream
            .read_to_string(&mut reply)
            .expect("it says why, and hangs up");
        assert!(
            reply.contains("longer than 1048576 bytes"),
            "it said {reply}"
        );
    });
}

#[test]
fn large_requests_without_a_reader_fill_no_memory() {
    under(|server| {
        let value = "x".repeat(MAX_FRAME - 100);
        let put = json!({ "key": "big", "value": value });
        server.client().call("KV.Put", &put, None).expect("it fits");
        // Nobody reads the replies, so the handlers wait to send them, each with a request of a
        // mebibyte.
        let link = TcpLink::connect(server.address).expect("it listens");
        let get = format!(
            r#"{{"method":"KV.Get","params":[{{"key":"big"}}],"id":1,"padding":"{}"}}"#,
            &value[100..]
        );
        let beside = server.client();
        thread::scope(|scope| {
            let deaf = scope.spawn(|| (0..400).all(|_| link.send(get.as_bytes()).is_ok()));
            // Long enough for the server to take all, if it were to.
            for _ in 0..5_000 {
                let got = beside.call("KV.Get", &json!({ "key": "good" }), None);
                got.expect("another client is served");
                if deaf.is_finished() {
                    break;
                }
            }
            link.close();
        });
    });
}

#[test]
fn cut_frames_and_resets_harm_nobody() {
    under(|server| {
        let line = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"a\"}],\"id\":1}\n";
        for end in (0..line.len()).cycle().take(300) {
            let mut stream = server.connect();
            let _ = stream.write_all(line);
            let _ = stream.write_all(&line[..end]);
            if end % 2 == 0 {
                // Its end comes; in the other case a reset may, because the reply was not read.
                let _ = stream.shutdown(Shutdown::Write);
                let mut replies = String::new();
                let _ = stream.read_to_string(&mut replies);
                let cut = replies.matches("within a frame").count();
                assert_eq!(
                    (replies.lines().count(), cut),
                    (1 + cut, usize::from(end > 0))
                );
            }
        }
    });
}

#[test]
fn who_writes_byte_by_byte_delays_nobody_and_is_answered() {
    under(|server| {
        let mut slow: Vec<TcpStream> = (0..20).map(|_| server.connect()).collect();
        let line = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"a\"}],\"id\":5}";
        for byte in line {
            for stream in &mut slow {
                stream.write_all(&[*byte]).expect("it waits");
            }
        }
        for stream in &mut slow {
            let reply = ask(stream, b"");
            assert_eq!(reply, Response::new(5, Ok(json!({ "value": Value::Null }))));
        }
    });
}

#[test]
fn who_reads_no_replies_fills_no_memory() {
    under(|server| {
        let big = "x".repeat(64 << 10);
        let put = json!({ "key": "big", "value": big });
        server.client().call("KV.Put", &put, None).expect("it fits");
        let mut deaf = server.connect();
        deaf.set_nonblocking(true).expect("it can be");
        // In all, more than a gigabyte of replies. At some point the server does not take any more.
        let line = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"big\"}],\"id\":1}\n".repeat(100);
        let asked = (0..200).take_while(|_| deaf.write_all(&line).is_ok());
        assert!(asked.count() > 10, "the server took hardly any");
        // Long enough for the server to answer all, if it were to.
        let beside = server.client();
        for _ in 0..2_000 {
            let got = beside.call("KV.Get", &json!({ "key": "good" }), None);
            got.expect("another client is served");
        }
    });
}

#[test]
fn a_thousand_connections_are_served_or_refused_in_words() {
    under(|server| {
        let mut open = Vec::new();
        let mut refused = 0;
        for _ in 0..1_000 {
            let mut stream = server.connect();
            let get = b"{\"method\":\"KV.Get\",\"params\":[{\"key\":\"a\"}],\"id\":1}\n";
            let mut reply = String::new();
            let written = stream.write_all(get);
            let mut lines = BufReader::new(stream);
            // A reset may come before the words.
            match written.and_then(|()| lines.read_line(&mut reply)) {
                Ok(_) if reply.contains("\"id\":1") => open.push(lines),
                Ok(_) if reply.is_empty() || reply.contains("too many connections") => refused += 1,
                Ok(_) => panic!("it said {reply}"),
                Err(_) => refused += 1,
            }
        }
        assert_eq!(
            (open.len() + refused, open.len()),
            (1_000, 399),
            "one is the good client's"
        );
        // When they are gone, others have room.
        drop(open);
        let again = (0..1_000).any(|_| {
            let link = TcpLink::connect(server.address).expect("it listens");
            let client = Client::new(Arc::new(link), None);
            client.call("KV.Get", &json!({ "key": "a" }), None).is_ok()
        });
        assert!(again, "the places are free again");
    });
}
