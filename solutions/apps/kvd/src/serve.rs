//! The server: everything of the lab put together.

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::abort;

use anyhow::{Context, Result};
use kit::sync::Arc;
use kit::thread;
use kit::time::Duration;

use crate::lab::dedup::Dedup;
use crate::lab::durable::{Durable, Fault};
use crate::lab::folder::Folder;
use crate::lab::kv::Store;
use crate::lab::message::{Reply, Request, Response};
use crate::lab::server::Server;
use crate::lab::tcp::TcpLink;
use crate::lab::wire::{encode, write_frame};

const METHODS: [&str; 4] = ["KV.Get", "KV.Put", "KV.Append", "KV.Deduct"];

/// When the log has that many bytes, a snapshot takes its place.
const ROTATE_AFTER: usize = 1 << 20;

/// How many connections at once, no more: each is two descriptors of the 1,024 that a process
/// usually has.
const MAX_CONNECTIONS: usize = 400;
/// A connection that asks nothing for so long is closed. It may be half open: its other side is
/// gone, and nobody has told us.
const IDLE: Duration = Duration::from_secs(300);
/// A client that takes no replies for so long gets no more.
const UNREAD: Duration = Duration::from_secs(30);
/// When the system has no room for another connection, it is asked again after this.
const PAUSE: Duration = Duration::from_millis(10);

/// Serves until the process ends.
pub(crate) fn serve(address: SocketAddr, data: Option<&Path>) -> Result<()> {
    let server = Arc::new(match data {
        Some(folder) => durable(folder)?,
        None => in_memory(),
    });
    let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    // Each connection holds one more of it, also while its thread unwinds.
    let open = Arc::new(());
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            // It is gone already, or one too many for the system: then it waits, and the next
            // `accept` fails at once, too.
            thread::sleep(PAUSE);
            continue;
        };
        if Arc::strong_count(&open) > MAX_CONNECTIONS {
            refuse(stream);
            continue;
        }
        let Ok(link) = patient(stream) else { continue };
        let (server, one) = (Arc::clone(&server), Arc::clone(&open));
        thread::spawn(move || {
            server.serve(&link);
            drop(link);
            drop(one);
        });
    }
    Ok(())
}

/// A link that is not held for ever by a client that does nothing.
fn patient(stream: TcpStream) -> std::io::Result<TcpLink> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(UNREAD))?;
    TcpLink::new(stream)
}

/// Says why, and hangs up. Never blocks: so little fits into a new connection.
fn refuse(mut stream: TcpStream) {
    let why = Response::new(0, Err("the server has too many connections".to_owned()));
    let _ = write_frame(&mut stream, &encode(&why));
}

fn in_memory() -> Server {
    let (dedup, store) = (Dedup::new(), Store::new());
    with_handler(move |request| {
        let execute = || store.handle(&request.method, request.param());
        match request.call {
            Some(call) => dedup
                .call(call, execute)
                .unwrap_or_else(|error| Err(error.to_string())),
            None => execute(),
        }
    })
}

fn durable(folder: &Path) -> Result<Server> {
    let name = folder.display();
    let disk = Folder::open(folder).with_context(|| format!("opening {name}"))?;
    // Two servers would each append to the same log.
    let alone = File::open(folder).with_context(|| format!("opening {name}"))?;
    alone
        .try_lock()
        .with_context(|| format!("another server works in {name}, or it cannot be locked"))?;
    // Locked until the process ends, however it ends.
    std::mem::forget(alone);
    let durable = Durable::open(Arc::new(disk), Store::new(), ROTATE_AFTER)
        .with_context(|| format!("starting from {name}"))?;
    Ok(with_handler(move |request| {
        match durable.call(request.call, &request.method, request.param()) {
            Ok(reply) => reply,
            Err(error @ Fault::Forgotten) => Err(error.to_string()),
            // Nothing that this process says can be believed any more, not even an error.
            Err(Fault::Disk) => abort(),
        }
    }))
}

fn with_handler(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let handler = Arc::new(handler);
    let mut server = Server::new();
    for method in METHODS {
        let handler = Arc::clone(&handler);
        server.register(method, move |request| handler(request));
    }
    server
}
