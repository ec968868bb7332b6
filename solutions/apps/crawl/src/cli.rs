//! The command line: what can be asked, and what to exit with.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anstream::{eprintln, print};
use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use kit::web::{Cancel, Limits};
use url::Url;

use crate::client::{Cost, Kind, is_loopback};
use crate::crawlers::With;
use crate::graph;
use crate::json::Json;
use crate::progress;
use crate::report::Report;
use crate::scope::Reach;
use crate::site::{Outcome, Site};
use crate::summary::Summary;

/// Crawls a site over HTTP with the crawlers of the lab, each page once.
///
/// Obeys robots.txt, fetches pages only, and runs no scripts.
#[derive(Debug, Parser)]
#[command(bin_name = "crawl", version, after_help = EXITS)]
pub struct Cli {
    /// Where to begin; `http://` may be left out.
    #[arg(value_parser = address)]
    url: Url,
    /// Which crawler of the lab.
    #[arg(long, value_enum, default_value_t = With::Polite)]
    with: With,
    /// Fetches in flight at most, with `polite` and `channels`.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    in_flight: usize,
    /// Fetches in flight at most at one host, with `polite`.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one)]
    per_host: usize,
    /// URLs to fetch at most, redirects and failures included.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    max_pages: usize,
    /// Seconds that one fetch may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// The largest page that is read, in megabytes.
    #[arg(long, value_name = "MB", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1024))]
    max_size: u64,
    /// Which links belong to the site.
    #[arg(long, value_enum, value_name = "REACH", default_value_t = Reach::Host)]
    reach: Reach,
    /// Draws the graph of links as a page for the browser.
    #[arg(long, value_name = "FILE.html")]
    graph: Option<PathBuf>,
    /// Writes what was found as data.
    #[arg(long, value_name = "FILE.json")]
    json: Option<PathBuf>,
}

const EXITS: &str = "\
Exit codes:
    0  the crawl has ended, or came to --max-pages; pages that failed are listed
    2  the command line is wrong
    3  the first page cannot be had, a file cannot be written, or the crawler has panicked
  130  stopped by Ctrl-C; the summary and the files say what was found until then";

/// What the process exits with. Scripts may rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The crawl has ended.
    Done = 0,
    /// Nothing could be crawled, or not written.
    Unable = 3,
    /// Ctrl-C ended it: what a shell gives for that signal.
    Stopped = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl Cli {
    /// Does what was asked, and says what to exit with.
    pub fn run(self) -> Exit {
        self.crawl().unwrap_or_else(|error| {
            eprintln!("crawl: {error:#}");
            Exit::Unable
        })
    }

    fn crawl(self) -> Result<Exit> {
        // Before the crawl, not after: an hour's work is not lost to a folder that is not there.
        let graph = self.graph.as_deref().map(create).transpose()?;
        let json = self.json.as_deref().map(create).transpose()?;
        if self.with == With::Mutex && !is_loopback(&self.url) {
            eprintln!(
                "crawl: `--with mutex` asks for all pages at once; be sure that {} can take it",
                host(&self.url)
            );
        }
        let stop = Arc::new(Cancel::new());
        stop_on_ctrl_c(&stop)?;
        let report = self.report(&stop)?;
        if let Some(mut file) = json {
            serde_json::to_writer(&mut file, &Json::new(&report))
                .context("the JSON file cannot be written")?;
            file.flush().context("the JSON file cannot be written")?;
        }
        if let Some(mut file) = graph {
            file.write_all(graph::page(&report).as_bytes())
                .context("the graph cannot be written")?;
            file.flush().context("the graph cannot be written")?;
        }
        print!("{}", Summary(&report));
        Ok(if report.stopped {
            Exit::Stopped
        } else {
            Exit::Done
        })
    }

    fn report(&self, stop: &Arc<Cancel>) -> Result<Report> {
        let cost = Cost {
            timeout: Duration::from_secs(self.timeout),
            size: self.max_size * 1_000_000,
        };
        let site = Site::new(
            &self.url,
            self.reach,
            self.max_pages,
            cost,
            Arc::clone(stop),
        );
        let limits = Limits {
            in_flight: self.in_flight,
            per_host: self.per_host,
            pages: self.max_pages,
        };
        let start = self.url.to_string();
        let crawl = progress::during(&site, || self.with.crawl(&start, &site, &limits, stop));
        let crawl = crawl.map_err(|said| self.panicked(&said))?;
        let report = Report::new(
            start,
            self.with,
            self.max_pages,
            stop.is_cancelled(),
            &crawl,
            site.found(),
        );
        self.check_first_page(&report)?;
        Ok(report)
    }

    /// Without its first page there is no crawl, and who asked for it wants to know why.
    fn check_first_page(&self, report: &Report) -> Result<()> {
        let first = report.visited.iter().find(|it| it.url == report.start);
        let url = &self.url;
        let trouble = match first.map(|it| &it.visit.outcome) {
            Some(Outcome::Failed(trouble)) => trouble,
            Some(Outcome::Disallowed) => {
                bail!("{url}: its robots.txt keeps it to its owner; begin at a page that it allows")
            }
            Some(Outcome::Other { kind }) => {
                bail!("{url} is {kind}, and only HTML has links; begin at a page")
            }
            Some(Outcome::Page { .. } | Outcome::Redirect { .. }) => return Ok(()),
            None if report.stopped => return Ok(()),
            None => bail!("{url}: the crawler has not fetched it, and a crawl begins there"),
        };
        let remedy = match trouble.kind {
            Kind::NotFound | Kind::Status => "check the path",
            Kind::TimedOut => {
                "see whether it answers in a browser, or give it longer with --timeout"
            }
            Kind::TooLarge => "--max-size allows more",
            Kind::Unreachable => "check the name and the port, and that a server runs there",
            Kind::Broken => &format!("check that this port speaks {}", url.scheme()),
        };
        bail!("{url}: {trouble}; {remedy}")
    }

    fn panicked(&self, said: &str) -> anyhow::Error {
        let name = self.with.name();
        if let Some(task) = said.strip_prefix("not yet implemented: ") {
            return anyhow!("the crawler `{name}` is still to do: {task}");
        }
        let remedy = match self.with {
            With::Mutex => "; it makes a thread for each page, and --max-pages bounds their number",
            _ => "",
        };
        anyhow!("the crawler `{name}` has panicked: {said}{remedy}")
    }
}

/// Makes a file, or empties it.
fn create(path: &Path) -> Result<BufWriter<File>> {
    let file =
        File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(BufWriter::new(file))
}

/// The first Ctrl-C stops the crawl, the second the process.
fn stop_on_ctrl_c(stop: &Arc<Cancel>) -> Result<()> {
    let stop = Arc::clone(stop);
    ctrlc::set_handler(move || {
        if stop.is_cancelled() {
            std::process::exit(Exit::Stopped as i32);
        }
        stop.cancel();
    })
    .context("Ctrl-C cannot be handled")
}

/// The address to begin at: `http` or `https`, with a host, without a fragment.
fn address(text: &str) -> Result<Url> {
    let text = text.trim();
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let mut url =
        Url::parse(&full).map_err(|error| anyhow!("{error}; write it as http://host/path"))?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("`{}` cannot be crawled, only http and https", url.scheme());
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("a name and a password are not sent; leave them out");
    }
    url.set_fragment(None);
    Ok(url)
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn at_least_one(text: &str) -> Result<usize> {
    match text.parse() {
        Ok(0) => bail!("has to be 1 or more"),
        Ok(number) => Ok(number),
        Err(_) => bail!("has to be a whole number, 1 or more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        address(text).unwrap_err().to_string()
    }

    #[test]
    fn the_command_line_is_right() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn an_address_may_leave_out_its_scheme() {
        assert_eq!(
            address("localhost:8000").unwrap().as_str(),
            "http://localhost:8000/"
        );
        assert_eq!(
            address("example.org/a#b").unwrap().as_str(),
            "http://example.org/a"
        );
        assert_eq!(
            address("https://[::1]/").unwrap().as_str(),
            "https://[::1]/"
        );
    }

    #[test]
    fn what_is_no_address_is_told_with_a_remedy() {
        assert!(refused("").contains("write it as http://host/path"));
        assert!(refused("http://").contains("write it as http://host/path"));
        assert!(refused("http://a:99999/").contains("write it as"));
        assert!(refused("ftp://a/").contains("only http and https"));
        assert!(refused("file:///etc/passwd").contains("only http and https"));
        assert!(refused("http://me:secret@a/").contains("leave them out"));
        assert!(!refused("http://me:secret@a/").contains("secret"));
    }
}
