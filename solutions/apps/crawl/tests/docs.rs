//! The toolchain's own documentation, served on loopback and crawled by each crawler and by
//! `wget --recursive`: they have to ask for the same pages, and each page once. What the server was
//! asked for is compared, not what anybody says of itself.
//!
//! One difference there is, and it is wget's: it takes text inside a `<script>` for links. The
//! standard of HTML has no tags there, and indeed none of them leads anywhere. Each is looked up in
//! its page.
//!
//! By itself this crawls one folder of it. `make crawl-docs` crawls all of it, tens of thousands of
//! pages, and its table of times is worth reading. No time is asserted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;
use url::Url;

#[path = "support/folder.rs"]
mod folder;

use folder::{Folder, Request};

/// If this variable is `whole`, all of the documentation is crawled.
const EXTENT: &str = "WEFT_CRAWL_DOCS";
/// If this variable is `1`, a machine without wget or without the documentation fails.
const REQUIRED: &str = "WEFT_REQUIRE_DOCS";

const CRAWLERS: [&str; 4] = ["serial", "mutex", "channels", "polite"];

/// What was asked for, each with all its requests.
type Asked = BTreeMap<String, Vec<Request>>;

#[test]
fn the_crawlers_find_what_wget_finds() {
    let Some(root) = documentation() else {
        return;
    };
    let whole = std::env::var(EXTENT).is_ok_and(|value| value == "whole");
    let start = if whole {
        "/index.html"
    } else {
        "/alloc/index.html"
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
        let twice: Vec<_> = ours
            .iter()
            .filter(|(_, requests)| requests.len() > 1)
            .collect();
        assert!(twice.is_empty(), "{crawler} asks twice for {twice:?}");
        assert_eq!(
            json["pages"].as_array().map(Vec::len),
            Some(ours.len()),
            "what {crawler} says and what it did"
        );
        same(crawler, &ours, &wgets, &root);
    }
}

/// Where the documentation is, and that there is a wget. Gives `None`, and says so, where one is
/// missing.
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
    let missing = match (root.join("alloc/index.html").is_file(), wget.is_ok()) {
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
    for request in server.take_log() {
        asked
            .entry(request.target.clone())
            .or_default()
            .push(request);
    }
    let robots = asked.remove("/robots.txt").map(|requests| requests.len());
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
/// Panics with every difference that is not wget's reading of scripts.
fn same(crawler: &str, ours: &Asked, wgets: &Asked, root: &Path) {
    let more: Vec<_> = ours
        .keys()
        .filter(|target| !wgets.contains_key(*target))
        .collect();
    assert!(more.is_empty(), "{crawler} alone asks for {more:#?}");
    let less = wgets
        .iter()
        .filter(|(target, _)| !ours.contains_key(*target));
    let (explained, less): (Vec<_>, Vec<_>) =
        less.partition(|(_, requests)| requests.iter().all(|it| is_of_a_script(it, root)));
    assert!(
        less.is_empty(),
        "wget alone asks for {less:#?}, and not because of a script"
    );
    println!(
        "            the same; wget alone asks for {} from scripts, all 404",
        explained.len()
    );
}

/// Whether a request is for nothing, and its link is text in a script of the page that has it.
fn is_of_a_script(request: &Request, root: &Path) -> bool {
    let page = Url::parse(&request.referer).expect("wget says where it comes from");
    let html =
        std::fs::read_to_string(root.join(&page.path()[1..])).expect("a page that was fetched");
    let scripts = html
        .split("<script")
        .skip(1)
        .filter_map(|rest| rest.split("</script").next());
    let mut links = scripts
        .flat_map(|script| script.split("href=").skip(1))
        .map(|link| {
            let text = link.split([' ', '>']).next().unwrap_or_default();
            // In these scripts a quote is `\"`, which wget takes for the beginning of the address.
            page.join(&text.replace('\\', "%5C").replace('"', "%22"))
        });
    request.status == 404 && links.any(|link| link.is_ok_and(|link| link.path() == request.target))
}
