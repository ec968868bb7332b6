//! The key-value server of the lab `rpc` over real TCP, a client for it, and a torment: a server
//! that is killed again and again while clients deduct.
mod serve;
mod torment;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::{Parser, Subcommand};
use kit::sync::Arc;
use kit::time::Duration;
#[cfg(feature = "student")]
use rpc as lab;
#[cfg(not(feature = "student"))]
use rpc_solution as lab;

use lab::dial::Dial;
use lab::message::ClientId;
use lab::retry::{Policy, Retry};
use lab::tcp::TcpLink;

/// A key-value server, and clients for it.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves keys and values until it is killed. Prints the address once it listens.
    Serve {
        /// Where; port 0 takes a free one.
        #[arg(default_value = "127.0.0.1:0")]
        address: SocketAddr,
        /// Keeps everything in this folder, and survives a crash. Without it, everything is in
        /// memory.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Makes one call, tries it again until there is a reply, and prints the result.
    Call {
        /// Where the server is.
        address: SocketAddr,
        /// `KV.Get`, `KV.Put`, `KV.Append` or `KV.Deduct`.
        method: String,
        /// The argument, as JSON: `{"key":"a","amount":10}`.
        argument: String,
        /// How many tries at most.
        #[arg(long, value_name = "N", default_value_t = 5)]
        tries: u32,
    },
    /// Starts a durable server and kills it with SIGKILL, again and again, while clients deduct;
    /// then looks at the balance.
    Torment {
        /// How often the server is killed.
        #[arg(long, value_name = "N", default_value_t = 20)]
        kills: u32,
        /// How many clients call at once.
        #[arg(long, value_name = "N", default_value_t = 8)]
        clients: u32,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { address, data } => serve::serve(address, data.as_deref()),
        Command::Call {
            address,
            method,
            argument,
            tries,
        } => call(address, &method, &argument, tries),
        Command::Torment { kills, clients } => torment::torment(kills, clients),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kvd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Calls as a new client.
fn client(address: SocketAddr, tries: u32) -> Retry<Dial> {
    let connect = move || Ok(Arc::new(TcpLink::connect(address)?) as Arc<dyn lab::link::Link>);
    let policy = Policy {
        tries,
        pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(200),
    };
    let dial = Dial::new(connect, Duration::from_secs(2));
    Retry::new(dial, ClientId::random(), policy)
}

fn call(address: SocketAddr, method: &str, argument: &str, tries: u32) -> Result<()> {
    let argument = serde_json::from_str(argument)
        .with_context(|| format!("`{argument}` is not JSON; write it like {{\"key\":\"a\"}}"))?;
    let reply = client(address, tries).call(method, &argument);
    println!("{}", reply.map_err(|error| anyhow!("{method}: {error}"))?);
    Ok(())
}
