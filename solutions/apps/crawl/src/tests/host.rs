//! A host on loopback that does to each connection what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A host. It ends with the process.
pub(super) struct Host {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Host {
    /// Makes a host that lets `answer` do what it likes to each connection, one request for each;
    /// it is given the path.
    pub(super) fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Host {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let host = Host {
            address: listener.local_addr().expect("a port"),
            asked: Arc::default(),
        };
        let (answer, asked) = (Arc::new(answer), Arc::clone(&host.asked));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (answer, asked) = (Arc::clone(&answer), Arc::clone(&asked));
                thread::spawn(move || {
                    if let Some(path) = request(&stream) {
                        asked
                            .lock()
                            .expect("no test panics with it")
                            .push(path.clone());
                        answer(&path, &mut stream);
                    }
                });
            }
        });
        host
    }

    /// Makes a host of pages: for each path the status, further headers and the body. All other
    /// paths are 404.
    pub(super) fn pages(
        pages: &'static [(&'static str, &'static str, &'static str, &'static str)],
    ) -> Host {
        Host::new(move |path, stream| {
            let page = pages.iter().find(|page| page.0 == path);
            let (_, status, headers, body) = page.unwrap_or(&("", "404 Not Found", "", ""));
            say(
                stream,
                &format!(
                    "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                ),
            );
        })
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The paths that were asked for, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics with it").clone()
    }
}

/// The path of the request on a connection, once its head is read.
fn request(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    lines
        .find(|line| line.as_ref().is_ok_and(String::is_empty))?
        .ok()?;
    Some(path)
}

/// Says it, whether or not anybody listens.
pub(super) fn say(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes());
}

/// Says it again and again, until nobody listens.
pub(super) fn say_for_ever(stream: &mut TcpStream, text: &str) {
    while stream.write_all(text.as_bytes()).is_ok() {}
}

/// Blocks until the other side hangs up.
pub(super) fn wait_for_the_end(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}
