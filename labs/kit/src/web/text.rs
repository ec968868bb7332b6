//! Sites from a text.
use super::site::Host;
use super::{Response, Site, host};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use std::{fmt, fs};

/// Why a text is not a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteError {
    /// The file, if it came from one.
    pub file: Option<String>,
    /// Counted from 1; none if it is about the whole text.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for SiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: ")?,
            (Some(file), None) => write!(f, "{file}: ")?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        write!(f, "{}; {}", self.problem, self.remedy)
    }
}

impl Error for SiteError {}

fn error(problem: impl Into<String>, remedy: impl Into<String>) -> SiteError {
    SiteError {
        file: None,
        line: None,
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

impl Site {
    /// Reads a site from a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not a site: with file, line and remedy.
    pub fn open(path: impl AsRef<Path>) -> Result<Site, SiteError> {
        let path = path.as_ref();
        let in_file = |error| SiteError {
            file: Some(path.display().to_string()),
            ..error
        };
        fs::read_to_string(path)
            .map_err(|why| {
                error(
                    format!("cannot be read: {why}"),
                    "give the path of a text file",
                )
            })
            .and_then(|text| text.parse())
            .map_err(in_file)
    }
}

impl FromStr for Site {
    type Err = SiteError;

    fn from_str(text: &str) -> Result<Site, SiteError> {
        let mut lines = Lines::default();
        for (number, line) in text.lines().enumerate() {
            let read = lines.read(line.trim(), number + 1);
            read.map_err(|error| SiteError {
                line: Some(number + 1),
                ..error
            })?;
        }
        lines.finish()
    }
}

/// What has been read.
#[derive(Default)]
struct Lines {
    start: Option<String>,
    pages: BTreeMap<String, Response>,
    hosts: BTreeMap<String, Host>,
    gates: BTreeMap<String, (usize, usize)>,
    /// Where each host was spoken of.
    host_lines: BTreeMap<String, usize>,
}

impl Lines {
    fn read(&mut self, line: &str, number: usize) -> Result<(), SiteError> {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else {
            return Ok(());
        };
        let rest = line[first.len()..].trim();
        match first {
            _ if first.starts_with('#') => Ok(()),
            "host" => self.host(rest, number),
            "gate" => self.gate(words, number),
            page => self.page(page, rest),
        }
    }

    fn page(&mut self, url: &str, rest: &str) -> Result<(), SiteError> {
        let (sign, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let rest = rest.trim();
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let answer = match (sign, words.as_slice()) {
            ("->", _) => Response::Links(words),
            ("=>", [to]) => Response::Redirect(to.clone()),
            ("=>", _) => {
                return Err(error(
                    format!(
                        "a redirect leads to one page, and that of `{url}` to {}",
                        words.len()
                    ),
                    format!("write `{url} => PAGE`, or `{url} -> PAGE PAGE` for a page with links"),
                ));
            }
            ("!!", []) => Response::Panics,
            ("!", [_, ..]) => Response::Fails(rest.to_owned()),
            ("!", []) => {
                return Err(error(
                    format!("`{url}` fails for no reason"),
                    format!("write the reason: `{url} ! connection reset`"),
                ));
            }
            _ => {
                return Err(error(
                    format!("`{url}` is followed by no `->`, `=>`, `!` or `!!`"),
                    format!(
                        "write `{url} -> PAGE PAGE` for a page with links; a line can also begin with `host`, `gate` or `#`"
                    ),
                ));
            }
        };
        if self.pages.insert(url.to_owned(), answer).is_some() {
            return Err(error(
                format!("`{url}` has two lines"),
                "join them, or remove one",
            ));
        }
        self.start.get_or_insert_with(|| url.to_owned());
        Ok(())
    }

    fn host(&mut self, rest: &str, number: usize) -> Result<(), SiteError> {
        let (name, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let usage = || {
            error(
                "a host has a name, and takes its time or fails",
                "write `host NAME 50ms` or `host NAME ! reason`",
            )
        };
        let host = self.hosts.entry(name.to_owned()).or_default();
        match rest.trim().strip_prefix('!') {
            Some(why) if !why.trim().is_empty() => host.fails = Some(why.trim().to_owned()),
            Some(_) => return Err(usage()),
            None => {
                let millis = rest.trim().strip_suffix("ms").map(str::trim_end);
                let millis = millis.and_then(|number| number.parse().ok());
                host.latency = Duration::from_millis(millis.ok_or_else(usage)?);
            }
        }
        self.host_lines.insert(name.to_owned(), number);
        Ok(())
    }

    fn gate<'a>(
        &mut self,
        mut words: impl Iterator<Item = &'a str>,
        number: usize,
    ) -> Result<(), SiteError> {
        let count = words.next().and_then(|count| count.parse().ok());
        let pages: Vec<&str> = words.collect();
        let (Some(count), false) = (count, pages.is_empty()) else {
            return Err(error(
                "a gate has a number and pages",
                "write `gate 2 PAGE PAGE`: that many fetches in flight open it",
            ));
        };
        let gates = pages
            .iter()
            .map(|page| ((*page).to_owned(), (count, number)));
        self.gates.extend(gates);
        Ok(())
    }

    fn finish(self) -> Result<Site, SiteError> {
        let start = self.start.ok_or_else(|| {
            error(
                "there is no page",
                "write at least one line `PAGE -> PAGE PAGE`",
            )
        })?;
        // A name that is spoken of and not there is a slip of the pen.
        for (page, (_, line)) in &self.gates {
            if !self.pages.contains_key(page) {
                return Err(SiteError {
                    line: Some(*line),
                    ..error(
                        format!("the gate's `{page}` is not a page"),
                        format!("write a line `{page} -> PAGE PAGE`, or correct the name"),
                    )
                });
            }
        }
        for (name, line) in &self.host_lines {
            if !self.pages.keys().any(|page| host(page) == name) {
                return Err(SiteError {
                    line: Some(*line),
                    ..error(
                        format!("no page is on the host `{name}`"),
                        "correct the name, or remove the line",
                    )
                });
            }
        }
        Ok(Site {
            start,
            pages: self.pages,
            hosts: self.hosts,
            gates: self
                .gates
                .into_iter()
                .map(|(page, (count, _))| (page, count))
                .collect(),
        })
    }
}
