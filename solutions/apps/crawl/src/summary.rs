//! A crawl as text, for the terminal.

use std::fmt::{self, Display, Write};

use crate::client::SOCKETS;
use crate::report::{Counts, Report};
use crate::site::LEFT;

/// Failures are listed up to here; `--json` has all.
const LISTED: usize = 20;

/// A report as lines of at most about 80 columns, URLs aside.
pub(crate) struct Summary<'a>(pub(crate) &'a Report);

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let counts = report.counts();
        let pages = counts.pages as f64;
        writeln!(f, "{}", report.start)?;
        if report.stopped {
            writeln!(
                f,
                "stopped by Ctrl-C; what was in flight has been waited for"
            )?;
        }
        let mut row = |name: &str, count: usize, more: &dyn Display| {
            writeln!(f, "  {name:<12} {:>9}  {more}", number(count)).map(drop)
        };
        row(
            "pages",
            counts.pages,
            &format_args!("{}", size(report.bytes)),
        )?;
        rows(&counts, &mut row)?;
        if report.left > 0 {
            let why = if report.stopped {
                "known when it was stopped".to_owned()
            } else {
                format!("beyond --max-pages {}", report.pages)
            };
            let why = if report.left >= LEFT {
                format!("or more, {why}")
            } else {
                why
            };
            row("left out", report.left, &why)?;
        }
        writeln!(
            f,
            "  {:<12} {:>9}  {:.0} pages/s",
            "seconds",
            format!("{:.1}", report.seconds),
            pages / report.seconds.max(1e-9)
        )?;
        if let Some((middle, slowest)) = report.times() {
            writeln!(
                f,
                "  {:<12} {:>9}  at most; a fetch took {}, the slowest {}",
                "in flight",
                report.peak,
                millis(middle),
                millis(slowest)
            )?;
        }
        if report.asked > report.peak && report.peak == SOCKETS as u64 {
            let asked = number(usize::try_from(report.asked).unwrap_or(usize::MAX));
            writeln!(
                f,
                "  {:<12} {asked:>9}  at most; more than {SOCKETS} wait for a connection",
                "asked for"
            )?;
        }
        writeln!(
            f,
            "  {:<12} {:>9}  {}",
            "crawler",
            report.with.name(),
            report.whose
        )?;
        failures(report, f)
    }
}

/// What there may be none of.
fn rows(
    counts: &Counts,
    row: &mut impl FnMut(&str, usize, &dyn Display) -> fmt::Result,
) -> fmt::Result {
    let others: usize = counts.others.values().sum();
    let failed: usize = counts.failed.values().sum();
    let kinds = counts
        .failed
        .iter()
        .map(|(kind, count)| (kind.words(), *count));
    let types = counts
        .others
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count));
    let all: [(&str, usize, String); 6] = [
        ("redirects", counts.redirects, String::new()),
        ("other files", others, most(types)),
        ("disallowed", counts.disallowed, "by robots.txt".to_owned()),
        ("failures", failed, most(kinds)),
        (
            "outside",
            counts.outside,
            "links that leave the site".to_owned(),
        ),
        (
            "again",
            counts.again,
            "fetched more than once: the crawler forgets what it has seen".to_owned(),
        ),
    ];
    for (name, count, more) in all {
        if count > 0 {
            row(name, count, &more)?;
        }
    }
    Ok(())
}

fn failures(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let failures = report.failures();
    if failures.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nfailures")?;
    for failure in failures.iter().take(LISTED) {
        writeln!(f, "  {}: {}", failure.url, failure.trouble)?;
        if let Some(from) = failure.from {
            writeln!(f, "    from {from}")?;
        }
    }
    if failures.len() > LISTED {
        writeln!(
            f,
            "  and {} more; --json FILE has all",
            number(failures.len() - LISTED)
        )?;
    }
    Ok(())
}

/// The three that there are most of, and how many others.
fn most<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut counts: Vec<_> = counts.collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = counts
        .iter()
        .take(3)
        .map(|(name, count)| format!("{name} {}", number(*count)));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if counts.len() > 3 {
        let _ = write!(text, ", …");
    }
    text
}

/// With commas: `12,345`.
pub(crate) fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn millis(time: std::time::Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_at_thousands() {
        assert_eq!(
            [number(0), number(999), number(1000), number(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn what_there_is_most_of_comes_first() {
        assert_eq!(
            most([("a", 1), ("b", 3), ("c", 2), ("d", 1)].into_iter()),
            "b 3, c 2, a 1, …"
        );
    }
}
