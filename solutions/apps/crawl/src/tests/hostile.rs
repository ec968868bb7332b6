//! What a host can do to a fetch, and what the fetch says then. Each test ends, whatever the host
//! does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kit::web::{FetchError, Fetcher};

use super::host::{Host, say, say_for_ever, wait_for_the_end};
use super::{COST, site};
use crate::client::{Cost, Kind};
use crate::site::Outcome;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

/// What a host that does this is counted as; it has no `robots.txt`.
fn trouble(cost: Cost, answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Kind {
    let host = Host::new(move |path, stream| match path {
        "/robots.txt" => say(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => answer(stream),
    });
    let url = host.url("/");
    let site = site(&url, 10, cost);
    assert!(matches!(site.fetch(&url), Err(FetchError::Failed(_))));
    match &site.found().visits[&url].outcome {
        Outcome::Failed(trouble) => trouble.kind,
        other => panic!("{other:?}"),
    }
}

/// For hosts that say nothing: any time will do.
fn impatient() -> Cost {
    Cost {
        timeout: Duration::from_millis(300),
        ..COST
    }
}

#[test]
fn a_body_without_end_is_too_large() {
    let kind = trouble(COST, |stream| {
        say(stream, &format!("{OK}\r\n"));
        say_for_ever(stream, &"<a href=x>".repeat(1000));
    });
    assert_eq!(kind, Kind::TooLarge);
}

#[test]
fn chunks_without_end_are_too_large() {
    let kind = trouble(COST, |stream| {
        say(stream, &format!("{OK}Transfer-Encoding: chunked\r\n\r\n"));
        say_for_ever(stream, &format!("1000\r\n{}\r\n", "x".repeat(0x1000)));
    });
    assert_eq!(kind, Kind::TooLarge);
}

#[test]
fn a_length_that_is_too_large_is_not_waited_for() {
    let kind = trouble(COST, |stream| {
        say(
            stream,
            &format!("{OK}Content-Length: 1000000000000\r\n\r\n"),
        );
        wait_for_the_end(stream);
    });
    assert_eq!(kind, Kind::TooLarge);
}

#[test]
fn a_small_answer_that_unpacks_to_a_large_one_is_too_large() {
    let kind = trouble(COST, |stream| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(&vec![0; 20_000_000]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(packed.len() < 100_000);
        say(
            stream,
            &format!(
                "{OK}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                packed.len()
            ),
        );
        let _ = stream.write_all(&packed);
    });
    assert_eq!(kind, Kind::TooLarge);
}

#[test]
fn headers_without_end_are_too_large() {
    let kind = trouble(COST, |stream| {
        say(stream, OK);
        say_for_ever(stream, &format!("X-More: {}\r\n", "x".repeat(1000)));
    });
    assert!(matches!(kind, Kind::TooLarge | Kind::Broken), "{kind:?}");
}

#[test]
fn a_line_without_end_is_given_up() {
    let kind = trouble(COST, |stream| say_for_ever(stream, "HTTP/1.1 200 "));
    assert!(matches!(kind, Kind::TooLarge | Kind::Broken), "{kind:?}");
}

#[test]
fn a_host_that_says_nothing_is_not_waited_for() {
    assert_eq!(trouble(impatient(), wait_for_the_end), Kind::TimedOut);
}

#[test]
fn a_body_that_stops_coming_is_not_waited_for() {
    let kind = trouble(impatient(), |stream| {
        say(
            stream,
            &format!("{OK}Content-Length: 100\r\n\r\n<a href=x>"),
        );
        wait_for_the_end(stream);
    });
    assert_eq!(kind, Kind::TimedOut);
}

#[test]
fn a_body_that_drips_is_not_waited_for() {
    let kind = trouble(impatient(), |stream| {
        say(stream, &format!("{OK}\r\n"));
        // A drop whenever nothing was heard for a while.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        while stream.write_all(b"x").is_ok() {
            let _ = stream.read(&mut [0; 16]);
        }
    });
    assert_eq!(kind, Kind::TimedOut);
}

#[test]
fn a_body_that_ends_before_its_length_is_broken() {
    let kind = trouble(COST, |stream| {
        say(
            stream,
            &format!("{OK}Content-Length: 100\r\n\r\n<a href=x>"),
        )
    });
    assert_eq!(kind, Kind::Broken);
}

#[test]
fn chunks_that_end_too_early_or_have_no_length_are_broken() {
    let chunked = format!("{OK}Transfer-Encoding: chunked\r\n\r\n");
    let early = format!("{chunked}5\r\nhello\r\n");
    assert_eq!(
        trouble(COST, move |stream| say(stream, &early)),
        Kind::Broken
    );
    let no_length = format!("{chunked}zz\r\nhello\r\n0\r\n\r\n");
    assert_eq!(
        trouble(COST, move |stream| say(stream, &no_length)),
        Kind::Broken
    );
}

#[test]
fn a_connection_that_is_closed_without_a_word_is_broken() {
    assert_eq!(trouble(COST, |_| ()), Kind::Broken);
}

#[test]
fn what_is_no_http_is_broken() {
    assert_eq!(
        trouble(COST, |stream| say(stream, "SSH-2.0-OpenSSH_9.2\r\n")),
        Kind::Broken
    );
    assert_eq!(
        trouble(COST, |stream| say(stream, "HTTP/1.1 99999 \u{0}\r\n\r\n")),
        Kind::Broken
    );
}

#[test]
fn a_packed_body_that_is_not_is_broken() {
    let kind = trouble(COST, |stream| {
        say(
            stream,
            &format!("{OK}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"),
        )
    });
    assert_eq!(kind, Kind::Broken);
}

#[test]
fn a_host_that_nobody_serves_is_unreachable() {
    // A port that was free a moment ago, and that nobody listens at.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let site = site(&url, 10, COST);
    assert!(site.fetch(&url).is_err());
    let found = site.found();
    assert!(
        matches!(&found.visits[&url].outcome, Outcome::Failed(it) if it.kind == Kind::Unreachable)
    );
}

#[test]
fn more_than_the_length_does_not_reach_the_next_page() {
    let host = Host::new(|path, stream| match path {
        "/robots.txt" => say(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        ),
        _ => {
            say(
                stream,
                &format!(
                    "{OK}Content-Length: 10\r\n\r\n<a href=a>{OK}Content-Length: 13\r\n\r\n<a href=evil>"
                ),
            );
            wait_for_the_end(stream);
        }
    });
    let site = site(&host.url("/"), 10, COST);
    assert_eq!(site.fetch(&host.url("/")), Ok(vec![host.url("/a")]));
    assert_eq!(site.fetch(&host.url("/")), Ok(vec![host.url("/a")]));
}

#[test]
fn bytes_that_are_no_text_are_read_around() {
    let host = Host::new(|path, stream| {
        let body: &[u8] = if path == "/" {
            b"\xff\0<title>\xff</title><a href=\xc3\x28>x</a><a href=b>"
        } else {
            b""
        };
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: \xff\r\n\r\n");
        let _ = stream.write_all(body);
    });
    let site = site(&host.url("/"), 10, COST);
    assert_eq!(
        site.fetch(&host.url("/")),
        Ok(vec![host.url("/%EF%BF%BD("), host.url("/b")])
    );
}

#[test]
fn a_connection_that_is_closed_when_the_next_request_comes_is_opened_again() {
    let host = Host::new(|path, stream| match path {
        "/robots.txt" => {
            say(
                stream,
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            );
            // The next request comes on the same connection, and is not answered.
            let _ = stream.read(&mut [0; 4096]);
        }
        _ => say(stream, &format!("{OK}\r\n<a href=a>")),
    });
    let site = site(&host.url("/"), 10, COST);
    assert_eq!(site.fetch(&host.url("/")), Ok(vec![host.url("/a")]));
    assert_eq!(host.asked(), ["/robots.txt", "/"]);
}
