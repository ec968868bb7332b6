//! The torment: is the balance exact, however often the server is killed?

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use anyhow::{Context, Result, bail};
use kit::thread;
use serde_json::json;

use crate::client;

const BALANCE: u64 = 1_000_000_000;
/// How many calls are answered between two kills, at least.
const CALLS_BETWEEN: u64 = 50;

/// Kills the server this often, while this many clients deduct 1 at a time, and compares the
/// balance with the number of calls.
pub(crate) fn torment(kills: u32, clients: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    // A port of its own, so that clients find the server again.
    let mut server = Server::start("127.0.0.1:0".parse()?, folder.path())?;
    let address = server.address;
    let one_by_one = client(address, u32::MAX);
    one_by_one.call(
        "KV.Put",
        &json!({ "key": "a", "value": BALANCE.to_string() }),
    )?;

    let answered = AtomicU64::new(0);
    let over = AtomicBool::new(false);
    let done = thread::scope(|scope| -> Result<u32> {
        for _ in 0..clients {
            scope.spawn(|| {
                let client = client(address, u32::MAX);
                while !over.load(Relaxed) {
                    let reply = client.call("KV.Deduct", &json!({ "key": "a", "amount": 1 }));
                    reply.expect("there is enough money");
                    answered.fetch_add(1, Relaxed);
                }
            });
        }
        let mut kill = || -> Result<()> {
            let before = answered.load(Relaxed);
            while answered.load(Relaxed) < before + CALLS_BETWEEN {
                thread::yield_now();
            }
            server.kill()?;
            server = Server::start(address, folder.path())?;
            Ok(())
        };
        let killed = (0..kills).try_for_each(|_| kill());
        // Also after a failure: the clients wait for a server.
        over.store(true, Relaxed);
        killed.map(|()| kills)
    })?;

    let reply = one_by_one.call("KV.Get", &json!({ "key": "a" }))?;
    let left: u64 = reply["value"]
        .as_str()
        .context("there is a balance")?
        .parse()?;
    let answered = answered.into_inner();
    println!(
        "{done} kills, {answered} calls answered, {} deducted",
        BALANCE - left
    );
    server.kill()?;
    if BALANCE - left != answered {
        bail!("the balance is wrong: a call was lost, or executed twice");
    }
    Ok(())
}

/// A server in a process of its own. Dropped, it is killed.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(address: SocketAddr, folder: &Path) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", &address.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the server")?;
        let mut line = String::new();
        let stdout = process.stdout.take().context("its output is a pipe")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().parse().context("the server did not start")?;
        Ok(Server { process, address })
    }

    /// SIGKILL: the process has no chance to do anything.
    fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
