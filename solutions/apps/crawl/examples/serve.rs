//! Serves a folder on the loopback address, to crawl it:
//! `cargo run -p crawl --example serve -- FOLDER [PORT]`.
//!
//! Without a folder: the documentation of the toolchain, where it is installed.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

#[path = "../tests/support/folder.rs"]
mod folder;

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let root = match args.next() {
        Some(folder) => PathBuf::from(folder),
        None => documentation()?,
    };
    let port = match args.next() {
        Some(port) => port
            .to_string_lossy()
            .parse()
            .context("the port is a number up to 65535")?,
        None => 8000,
    };
    ensure!(root.is_dir(), "{} is not a folder", root.display());
    let folder = folder::Folder::serve(&root, port)
        .with_context(|| format!("port {port} cannot be used; name another one"))?;
    println!("{} at {}/ until Ctrl-C", root.display(), folder.origin());
    loop {
        std::thread::park();
    }
}

fn documentation() -> Result<PathBuf> {
    let rustc = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .context("rustc cannot be asked for its folder")?;
    let root =
        PathBuf::from(String::from_utf8_lossy(&rustc.stdout).trim()).join("share/doc/rust/html");
    ensure!(
        root.is_dir(),
        "the toolchain's documentation is not installed: rustup component add rust-docs"
    );
    Ok(root)
}
