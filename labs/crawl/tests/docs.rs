//! The toolchain's own documentation, served on loopback and crawled by each crawler and by `wget --recursive`: they have to
//! ask for the same pages, and each page once. What the server was asked for is compared, not what anybody says of itself.
//!
//! By itself this crawls one book of it. `make crawl-docs` crawls all of it, tens of thousands of pages, and its table of
//! times is worth reading. No time is asserted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;

/// If this variable is `whole`, all of the documentation is crawled.
const EXTENT: &str = "WEFT_CRAWL_DOCS";
/// If this variable is `1`, a machine without wget or without the documentation fails.
const REQUIRED: &str = "WEFT_REQUIRE_DOCS";

const CRAWLERS: [&str; 4] = ["serial", "mutex", "channels", "polite"];

/// What was asked for: the path, and the status of the answer. How often it was asked for.
type Asked = BTreeMap<(String, u16), usize>;

#[test]
fn the_crawlers_find_what_wget_finds() {
    let Some(root) = documentation() else {
        return;
    };
    let whole = std::env::var(EXTENT).is_ok_and(|value| value == "whole");
    let start = if whole {
        "/index.html"
    } else {
        "/book/index.html"
    };
    let server = Folder::serve(&root, 0).expect("the folder is served");
    let url = server.origin() + start;

    println!("{url}, {}", root.display());
    println!(
        "  {:<9} {:>7} {:>8} {:>8} {:>9}",
        "", "URLs", "seconds", "URLs/s", "in flight"
    );
    let seconds = wget(&url, whole);
    let wgets = asked(&server);
    row("wget", &wgets, seconds, "1");
    assert!(
        wgets.len() > 100,
        "the documentation has more pages: {wgets:?}"
    );
    for crawler in CRAWLERS {
        let json = crawl(&url, crawler, whole);
        let ours = asked(&server);
        row(
            crawler,
            &ours,
            json["seconds"].as_f64().expect("a number"),
            &json["peak_in_flight"].to_string(),
        );
        let twice: Vec<_> = ours.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "{crawler} asks twice for {twice:?}");
        assert_eq!(
            json["pages"].as_array().map(Vec::len),
            Some(ours.len()),
            "what {crawler} says and what it did"
        );
        same(crawler, &ours, &wgets);
    }
}

/// Where the documentation is, and that there is a wget. Gives `None`, and says so, where one is missing.
///
/// # Panics
///
/// Panics if one is missing, and required.
fn documentation() -> Option<PathBuf> {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .output()
        .expect("rustc runs");
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout).expect("a path").trim());
    let root = sysroot.join("share/doc/rust/html");
    let wget = Command::new("wget")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let missing = match (root.join("book/index.html").is_file(), wget.is_ok()) {
        (true, true) => return Some(root),
        (false, _) => "the toolchain's documentation (rustup component add rust-docs)",
        (_, false) => "wget",
    };
    let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
    assert!(!required, "{REQUIRED}=1, but there is no {missing}");
    println!("skipped: no {missing}");
    None
}

/// Lets wget crawl, for pages only and as robots.txt allows; gives the seconds that it took.
fn wget(url: &str, whole: bool) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let begun = Instant::now();
    let mut wget = Command::new("wget");
    wget.args([
        "--no-config",
        "--no-proxy",
        "--quiet",
        "--recursive",
        "--level=inf",
        "--delete-after",
        "--tries=1",
    ])
    .args(["--execute", "robots=on"])
    // What we take for links. All else that wget knows leads to no pages: images, styles, scripts.
    .arg("--follow-tags=a,area,frame,iframe,meta,base")
    .arg("--directory-prefix")
    .arg(folder.path())
    .arg(url);
    if !whole {
        wget.arg("--no-parent");
    }
    let status = wget.status().expect("wget runs");
    // 8: some answer was an error, such as a 404, which ours meet as well.
    assert!(
        matches!(status.code(), Some(0 | 8)),
        "wget has failed: {status}"
    );
    begun.elapsed().as_secs_f64()
}

/// Crawls as a user would; gives what it wrote.
fn crawl(url: &str, crawler: &str, whole: bool) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("crawl.json");
    let output = Command::new(env!("CARGO_BIN_EXE_crawl"))
        .args([
            url,
            "--with",
            crawler,
            "--max-pages",
            "1000000",
            "--timeout",
            "60",
        ])
        .args(["--reach", if whole { "host" } else { "folder" }])
        .arg("--json")
        .arg(&file)
        .output()
        .expect("crawl runs");
    assert!(
        output.status.success(),
        "{crawler}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    read(&file)
}

fn read(file: &Path) -> Value {
    let text = std::fs::read(file).expect("the file is there");
    serde_json::from_slice(&text).expect("it is JSON")
}

/// What the server was asked for, `robots.txt` aside: both ask for it once.
fn asked(server: &Folder) -> Asked {
    let mut asked = Asked::new();
    for entry in server.take_log() {
        *asked.entry(entry).or_default() += 1;
    }
    let robots = asked.remove(&("/robots.txt".to_owned(), 200));
    assert_eq!(robots, Some(1), "robots.txt is asked for once");
    asked
}

fn row(name: &str, asked: &Asked, seconds: f64, peak: &str) {
    let urls = asked.len();
    println!(
        "  {name:<9} {urls:>7} {seconds:>8.2} {:>8.0} {peak:>9}",
        urls as f64 / seconds
    );
}

/// # Panics
///
/// Panics with every difference if there is one.
fn same(crawler: &str, ours: &Asked, wgets: &Asked) {
    let (ours, wgets): (BTreeSet<_>, BTreeSet<_>) = (ours.keys().collect(), wgets.keys().collect());
    let (more, less): (Vec<_>, Vec<_>) = (
        ours.difference(&wgets).collect(),
        wgets.difference(&ours).collect(),
    );
    assert!(
        more.is_empty() && less.is_empty(),
        "{crawler} alone asks for {more:#?}, wget alone for {less:#?}"
    );
}
