//! A server of a folder: enough of HTTP/1.1 for crawlers, with a thread for each connection and a
//! log.
//!
//! Not here: anything else. It is for loopback, and takes whatever it is asked for.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A folder that is being served, until the process ends.
pub(crate) struct Folder {
    address: SocketAddr,
    log: Log,
}

type Log = Arc<Mutex<Vec<Request>>>;

/// One request.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "not everybody looks")]
pub(crate) struct Request {
    /// What was asked for, as it was written.
    pub(crate) target: String,
    /// The page that is said to link there; empty if none is.
    pub(crate) referer: String,
    /// What it was answered with.
    pub(crate) status: u16,
}

impl Folder {
    /// Serves `root` on this port of the loopback address; on a free one if it is 0.
    pub(crate) fn serve(root: &Path, port: u16) -> io::Result<Folder> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let (address, log) = (listener.local_addr()?, Log::default());
        let (root, to) = (root.canonicalize()?, Arc::clone(&log));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, to) = (root.clone(), Arc::clone(&to));
                thread::spawn(move || {
                    // A client that hangs up ends its thread, which is all there is to do.
                    let _ = converse(&stream, &root, &to);
                });
            }
        });
        Ok(Folder { address, log })
    }

    /// Where it is, without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives what was asked for since the last call.
    #[allow(dead_code, reason = "not everybody looks")]
    pub(crate) fn take_log(&self) -> Vec<Request> {
        std::mem::take(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An answer: its status, its headers but for the length, and its body.
struct Answer {
    status: (u16, &'static str),
    header: String,
    body: Vec<u8>,
}

/// Answers the requests of a connection, one after the other.
fn converse(mut stream: &TcpStream, root: &Path, log: &Log) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut from = BufReader::new(stream);
    loop {
        let mut request = String::new();
        // No request is longer than this.
        if from.by_ref().take(64 << 10).read_line(&mut request)? == 0 {
            return Ok(());
        }
        let (mut header, mut referer) = (String::new(), String::new());
        while from.by_ref().take(64 << 10).read_line(&mut header)? > 0
            && !header.trim_end().is_empty()
        {
            if let Some(value) = header.strip_prefix("Referer: ") {
                value.trim_end().clone_into(&mut referer);
            }
            header.clear();
        }
        let mut words = request.split_whitespace();
        let (method, target) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let answer = answer(method, target, root);
        let request = Request {
            target: target.to_owned(),
            referer,
            status: answer.status.0,
        };
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        let (code, reason) = answer.status;
        let mut bytes = format!(
            "HTTP/1.1 {code} {reason}\r\n{}Content-Length: {}\r\n\r\n",
            answer.header,
            answer.body.len()
        )
        .into_bytes();
        if method != "HEAD" {
            bytes.extend(answer.body);
        }
        // Head and body at once: in two pieces, the second may wait for the first one's
        // acknowledgement.
        stream.write_all(&bytes)?;
    }
}

fn answer(method: &str, target: &str, root: &Path) -> Answer {
    if !matches!(method, "GET" | "HEAD") {
        return short((405, "Method Not Allowed"), String::new());
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let Some(file) = file(root, path) else {
        return short((404, "Not Found"), String::new());
    };
    if file.is_dir() && !path.ends_with('/') {
        return short((301, "Moved Permanently"), format!("Location: {path}/\r\n"));
    }
    let file = if file.is_dir() {
        file.join("index.html")
    } else {
        file
    };
    match fs::read(&file) {
        Ok(body) => Answer {
            status: (200, "OK"),
            header: format!("Content-Type: {}\r\n", media_type(&file)),
            body,
        },
        Err(_) => short((404, "Not Found"), String::new()),
    }
}

fn short(status: (u16, &'static str), header: String) -> Answer {
    let body = format!("<!doctype html><title>{0}</title><p>{0}", status.1).into_bytes();
    Answer {
        status,
        header: header + "Content-Type: text/html\r\n",
        body,
    }
}

/// The file that a path means; `None` if it leads out of the folder.
fn file(root: &Path, path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(unescape(path.trim_start_matches('/'))?);
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    inside.then(|| root.join(path))
}

/// A path without its `%41`s.
fn unescape(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        rest = others;
        if *first == b'%' {
            let (digits, others) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = others;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|it| it.to_str()) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("js" | "mjs") => "text/javascript",
        Some("json") => "application/json",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
