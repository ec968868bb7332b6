//! One request: what a host answers, within limits of size and time.
//!
//! The one idea: whatever a host does ends here, as an [`Answer`] or as [`Trouble`] with a name. A
//! host may send without end, drip, lie about lengths or hang up; it costs one fetch, and no more
//! than its limits.
//!
//! Not here: what is worth fetching (`site`), and following redirects: the crawler sees them as
//! links, so that its set of visited pages ends their loops.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use kit::channel::{Receiver, Sender, bounded};
use serde::Serialize;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};
use url::{Host, Url};

use crate::USER_AGENT;

/// What a fetch may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From looking up the host to the last byte.
    pub(crate) timeout: Duration,
    /// The largest page, unpacked, in bytes.
    pub(crate) size: u64,
}

/// Open connections at most, whatever a crawler asks for: a process may have 1,024 files open on
/// many systems, 256 on some.
pub(crate) const SOCKETS: usize = 200;

/// Idle connections that are kept for the next fetch. More than a polite crawl has in flight.
const IDLE: usize = 64;

/// Redirects of a `robots.txt` that are followed: as many as RFC 9309 asks for.
const ROBOTS_REDIRECTS: u32 = 5;

/// Fetches. Threads share one.
pub(crate) struct Client {
    /// Keeps connections open for the next fetch.
    agent: Agent,
    /// Keeps none: for a second try.
    fresh: Agent,
    cost: Cost,
    sockets: Sockets,
}

/// What a host answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A page, whole.
    Html(Vec<u8>),
    /// Something else, of this type. It was not read.
    Other(String),
    /// Go elsewhere: to this address, as the host wrote it.
    Redirect { status: u16, to: String },
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// What it is counted as.
    pub(crate) kind: Kind,
    /// What happened, for a person.
    pub(crate) detail: String,
}

/// What can be the matter with a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The host says that there is no such page: 404 or 410.
    NotFound,
    /// Another status that is not a success.
    Status,
    /// It took longer than it may.
    TimedOut,
    /// The page or its headers are longer than they may be.
    TooLarge,
    /// No connection: the host has no address, refuses, or its certificate is not accepted.
    Unreachable,
    /// What came is not HTTP, or ended too early.
    Broken,
}

/// The connections that are open: a place in the channel for each.
struct Sockets((Sender<()>, Receiver<()>));

impl Sockets {
    /// Blocks while all places are taken.
    fn open(&self) -> Socket<'_> {
        let Sockets((take, _)) = self;
        take.send(()).expect("both ends are here");
        Socket(self)
    }
}

/// A connection that may be open for as long as this lives.
struct Socket<'s>(&'s Sockets);

impl Drop for Socket<'_> {
    fn drop(&mut self) {
        let Sockets((_, give_back)) = self.0;
        give_back.recv().expect("both ends are here");
    }
}

impl Client {
    pub(crate) fn new(cost: Cost) -> Client {
        let config = |idle| {
            let config = Agent::config_builder()
                .user_agent(USER_AGENT)
                .accept("text/html, application/xhtml+xml, */*;q=0.1")
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_global(Some(cost.timeout))
                .max_idle_connections(idle)
                .max_idle_connections_per_host(idle);
            Agent::from(config.build())
        };
        Client {
            agent: config(IDLE),
            fresh: config(0),
            cost,
            sockets: Sockets(bounded(SOCKETS)),
        }
    }

    /// Fetches `url`; follows no redirect. Blocks until the answer is there, and before that until
    /// a connection may be opened. What `begun` makes then is kept until the end.
    pub(crate) fn get<T>(&self, url: &Url, begun: impl FnOnce() -> T) -> Result<Answer, Trouble> {
        let _socket = self.sockets.open();
        let _while_in_flight = begun();
        let response = self.send(url, 0)?;
        let status = response.status();
        if let Some(to) = location(&response) {
            return Ok(Answer::Redirect {
                status: status.as_u16(),
                to,
            });
        }
        if !status.is_success() {
            return Err(Trouble::status(status));
        }
        match other_type(&response) {
            Some(other) => Ok(Answer::Other(other)),
            None => self.read(response.into_body()).map(Answer::Html),
        }
    }

    /// Fetches a small file, whatever its type, and follows redirects: its status and its first
    /// `length` bytes.
    pub(crate) fn get_text(&self, url: &Url, length: usize) -> Result<(u16, Vec<u8>), Trouble> {
        let _socket = self.sockets.open();
        let response = self.send(url, ROBOTS_REDIRECTS)?;
        let status = response.status().as_u16();
        let mut text = Vec::new();
        let body = response.into_body().into_reader();
        body.take(length as u64)
            .read_to_end(&mut text)
            .map_err(|error| Trouble::from(ureq::Error::from(error)))?;
        Ok((status, text))
    }

    /// Sends a request, and once more if the host closed the connection before it answered: it may
    /// have closed an idle one just when the request was on its way (RFC 9112, 9.3.1).
    fn send(&self, url: &Url, redirects: u32) -> Result<Response<Body>, Trouble> {
        match send(&self.agent, url, redirects) {
            Err(ureq::Error::Io(error)) if is_closed(&error) => {
                Ok(send(&self.fresh, url, redirects)?)
            }
            answer => Ok(answer?),
        }
    }

    fn read(&self, body: Body) -> Result<Vec<u8>, Trouble> {
        if body
            .content_length()
            .is_some_and(|length| length > self.cost.size)
        {
            return Err(Trouble::too_large(self.cost.size));
        }
        let mut html = Vec::new();
        let mut reader = body.into_with_config().limit(self.cost.size).reader();
        reader
            .read_to_end(&mut html)
            .map_err(|error| Trouble::from(ureq::Error::from(error)))?;
        Ok(html)
    }
}

fn send(agent: &Agent, url: &Url, redirects: u32) -> Result<Response<Body>, ureq::Error> {
    // A query may hold a backtick by the rules of browsers, but not by those of HTTP.
    let text = url.as_str().replace('`', "%60");
    let mut request = agent.get(text).config().max_redirects(redirects);
    if is_loopback(url) {
        // A proxy has another loopback.
        request = request.proxy(None);
    }
    request.build().call()
}

/// Whether the other side hung up.
fn is_closed(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}

/// Where a redirect goes.
fn location(response: &Response<Body>) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = response.headers().get(header::LOCATION)?;
    Some(String::from_utf8_lossy(to.as_bytes()).into_owned())
}

/// The type of what is not a page. An answer that does not say its type is taken for a page, as
/// browsers and wget do.
fn other_type(response: &Response<Body>) -> Option<String> {
    let value = response.headers().get(header::CONTENT_TYPE)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" | "" => None,
        _ => Some(
            essence
                .chars()
                .filter(char::is_ascii_graphic)
                .take(60)
                .collect(),
        ),
    }
}

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Trouble {
    fn new(kind: Kind, detail: impl fmt::Display) -> Trouble {
        Trouble {
            kind,
            detail: detail.to_string(),
        }
    }

    /// What came is not what was promised.
    pub(crate) fn broken(detail: impl fmt::Display) -> Trouble {
        Trouble::new(Kind::Broken, detail)
    }

    fn status(status: StatusCode) -> Trouble {
        let kind = match status.as_u16() {
            404 | 410 => Kind::NotFound,
            _ => Kind::Status,
        };
        Trouble::new(kind, status)
    }

    fn too_large(size: u64) -> Trouble {
        Trouble::new(Kind::TooLarge, format_args!("larger than {size} bytes"))
    }
}

impl From<ureq::Error> for Trouble {
    fn from(error: ureq::Error) -> Trouble {
        use std::io::ErrorKind;
        use ureq::Error;
        match error {
            Error::Timeout(_) => Trouble::new(Kind::TimedOut, "timed out"),
            Error::BodyExceedsLimit(size) => Trouble::too_large(size),
            Error::LargeResponseHeader(..) => Trouble::new(Kind::TooLarge, "headers too large"),
            Error::HostNotFound => Trouble::new(Kind::Unreachable, "host not found"),
            Error::ConnectionFailed
            | Error::Tls(_)
            | Error::Rustls(_)
            | Error::ConnectProxyFailed(_) => Trouble::new(Kind::Unreachable, error),
            Error::Io(error) if is_closed(&error) => Trouble::broken("connection closed too early"),
            Error::Io(error) => match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock => {
                    Trouble::new(Kind::TimedOut, "timed out")
                }
                ErrorKind::InvalidData => Trouble::broken(error),
                ErrorKind::ConnectionRefused => {
                    Trouble::new(Kind::Unreachable, "connection refused")
                }
                _ => Trouble::new(Kind::Unreachable, error),
            },
            error => Trouble::broken(error),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl Kind {
    /// What a summary calls several of them.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Kind::NotFound => "not found",
            Kind::Status => "other statuses",
            Kind::TimedOut => "timed out",
            Kind::TooLarge => "too large",
            Kind::Unreachable => "unreachable",
            Kind::Broken => "broken answers",
        }
    }
}
