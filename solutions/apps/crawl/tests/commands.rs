//! The command as a user runs it: what it says, what it writes, what it exits with.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;

fn crawl(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crawl"))
        .args(args)
        .output()
        .expect("crawl runs")
}

fn said(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

/// A site of three pages, one file and one dead link.
fn site() -> (tempfile::TempDir, Folder) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pages = [
        (
            "index.html",
            "<title>start</title><a href=a.html>a</a><a href=gone>g</a><a href=n.txt>n</a>",
        ),
        (
            "a.html",
            "<title>a</title><a href=b.html#x>b</a><a href=/>back</a>",
        ),
        ("b.html", "<title>b</title>"),
        ("n.txt", "text"),
    ];
    for (name, html) in pages {
        std::fs::write(folder.path().join(name), html).expect("a page is written");
    }
    let server = Folder::serve(folder.path(), 0).expect("the folder is served");
    (folder, server)
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("the file is there")).expect("it is JSON")
}

#[test]
fn a_crawl_ends_with_a_summary_and_says_nothing_else() {
    let (_folder, server) = site();
    for with in ["serial", "mutex", "channels", "polite"] {
        let (out, err, code) = said(&crawl(&[&server.origin(), "--with", with]));
        assert_eq!((err.as_str(), code), ("", Some(0)), "{with}");
        let [first, pages, others, failures, ..] = out.lines().collect::<Vec<_>>()[..] else {
            panic!("{out}");
        };
        assert_eq!(first, server.origin() + "/");
        assert!(pages.starts_with("  pages                3  "), "{out}");
        assert_eq!(others, "  other files          1  text/plain 1");
        assert_eq!(failures, "  failures             1  not found 1");
        assert!(out.contains(&format!("  {with}  the reference\n")), "{out}");
    }
}

#[test]
fn json_says_what_was_found_and_what_links_where() {
    let (folder, server) = site();
    let file = folder.path().join("out.json");
    let output = crawl(&[&server.origin(), "--json", file.to_str().expect("a path")]);
    assert!(output.status.success());
    let json = read(&file);
    assert_eq!(json["start"], json!(server.origin() + "/"));
    assert_eq!(
        (&json["stopped"], &json["left_out"], &json["crawler"]),
        (&json!(false), &json!(0), &json!("polite"))
    );
    let pages: Vec<Value> = json["pages"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|page| {
            let path = page["url"]
                .as_str()
                .and_then(|url| url.strip_prefix(&server.origin()))
                .expect("a page of the site");
            json!([
                path,
                page["outcome"],
                page["title"],
                page["kind"],
                page["links"]
            ])
        })
        .collect();
    let expected = json!([
        ["/", "page", "start", null, [1, 3, 4]],
        ["/a.html", "page", "a", null, [2, 0]],
        ["/b.html", "page", "b", null, []],
        ["/gone", "failed", null, "not_found", []],
        ["/n.txt", "other", null, null, []],
    ]);
    assert_eq!(json!(pages), expected);
}

#[test]
fn what_cannot_be_crawled_is_told_with_a_remedy() {
    let (folder, server) = site();
    let origin = server.origin();
    let no_folder = folder.path().join("no/folder/x.json");
    let cases: [(&[&str], i32, &str); 8] = [
        (&["http://"], 2, "write it as http://host/path"),
        (&["ftp://host/"], 2, "only http and https"),
        (&[&origin, "--max-pages", "0"], 2, "has to be 1 or more"),
        (
            &[&origin, "--with", "async"],
            2,
            "possible values: serial, mutex, channels, polite",
        ),
        (
            &["127.0.0.1:1"],
            3,
            "connection refused; check the name and the port",
        ),
        (
            &[&format!("{origin}/gone")],
            3,
            "404 Not Found; check the path",
        ),
        (
            &[&format!("{origin}/n.txt")],
            3,
            "is text/plain, and only HTML has links; begin at a page",
        ),
        (
            &[&origin, "--json", no_folder.to_str().expect("a path")],
            3,
            "x.json cannot be written",
        ),
    ];
    for (args, code, says) in cases {
        let (out, err, exit) = said(&crawl(args));
        assert_eq!((out.as_str(), exit), ("", Some(code)), "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
        assert!(!err.contains("panicked"), "{args:?}: {err}");
    }
    let asked = server.take_log();
    assert!(
        !asked.iter().any(|it| it.target == "/a.html"),
        "nothing is crawled for a file that cannot be written"
    );
}

/// A host of one page with many links, none of which is ever answered. Says when one was asked for.
fn silent() -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("a port"));
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let tell = tell.clone();
            thread::spawn(move || {
                let mut head = [0; 4096];
                let read = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let links: String = (0..1000)
                    .map(|link| format!("<a href=/{link}>x</a>"))
                    .collect();
                let _ = match head.split(' ').nth(1) {
                    Some("/robots.txt") => stream.write_all(
                        b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                    ),
                    Some("/") => stream.write_all(
                        format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{links}").as_bytes(),
                    ),
                    _ => {
                        let _ = tell.send(());
                        stream.read_to_end(&mut Vec::new()).map(drop)
                    }
                };
            });
        }
    });
    (url, told)
}

/// Starts a crawl of a host that does not answer, waits until it waits, and sends it that many
/// Ctrl-Cs.
fn interrupted(timeout: &str, times: usize) -> (Output, Value) {
    let (url, told) = silent();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("out.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_crawl"));
    command
        .args([&url, "--timeout", timeout, "--json"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("crawl runs");
    told.recv().expect("a page is asked for");
    for _ in 0..times {
        let kill = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(kill.expect("kill runs").success());
    }
    let output = child.wait_with_output().expect("it ends");
    let json = std::fs::read(&file)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    (output, json.unwrap_or_default())
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_crawl_with_its_summary() {
    // A thousand pages that each take the whole time: without the Ctrl-C it would be minutes.
    let (output, json) = interrupted("1", 1);
    let (out, err, code) = said(&output);
    assert_eq!((err.as_str(), code), ("", Some(130)));
    assert!(out.contains("\nstopped by Ctrl-C; "), "{out}");
    assert!(out.contains("known when it was stopped"), "{out}");
    assert_eq!(json["stopped"], json!(true));
    assert!(json["left_out"].as_u64() > Some(0), "{}", json["left_out"]);
}

#[test]
#[cfg(unix)]
fn a_second_ctrl_c_ends_it_at_once() {
    // Two signals at once may be one, so more than two.
    let (output, _) = interrupted("3600", 8);
    assert_eq!(said(&output), (String::new(), String::new(), Some(130)));
}
