//! The server: everything of the lab put together.
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::abort;

use anyhow::{Context, Result};
use kit::sync::Arc;

use crate::lab::dedup::Dedup;
use crate::lab::disk::Folder;
use crate::lab::durable::{Durable, Fault};
use crate::lab::kv::Store;
use crate::lab::message::{Reply, Request};
use crate::lab::server::Server;
use crate::lab::tcp::TcpLink;

const METHODS: [&str; 4] = ["KV.Get", "KV.Put", "KV.Append", "KV.Deduct"];

/// When the log has so many bytes, a snapshot takes its place.
const ROTATE_AFTER: usize = 1 << 20;

/// Serves until the process ends.
pub(crate) fn serve(address: SocketAddr, data: Option<&Path>) -> Result<()> {
    let server = Arc::new(match data {
        Some(folder) => durable(folder)?,
        None => in_memory(),
    });
    let listener = TcpListener::bind(address).with_context(|| format!("listening on {address}"))?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    for stream in listener.incoming() {
        // A connection that is gone before it was taken, or one too many for the system: the others go on.
        let Ok(link) = stream.and_then(TcpLink::new) else {
            continue;
        };
        let server = Arc::clone(&server);
        kit::thread::spawn(move || server.serve(&link));
    }
    Ok(())
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
