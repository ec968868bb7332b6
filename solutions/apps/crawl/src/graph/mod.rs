//! A crawl as a page for the browser: the graph of links, a search, and a table. It needs nothing
//! but itself.
//!
//! The one idea: all that is decided is decided here, in Rust: places, groups, the table. The
//! script draws the data, moves through it and looks things up. Without scripts there is the table.
//!
//! Every URL and title is somebody else's text, and goes in escaped.

mod layout;

use std::collections::BTreeMap;
use std::fmt::Write;

use picture::COLOURS;
use picture::escape::{Text, fill, json};
use serde_json::{Value, json};

use crate::report::{Report, Visited};
use crate::site::Outcome;
use crate::summary::number;
use layout::Layout;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many links are in the page at most. Above that only those by which each page is reached
/// first: a browser has to read all of it before it shows any.
const LINKS: usize = 1_000_000;
/// How many rows the table has at most.
const ROWS: usize = 1_000;
/// Groups with a colour of their own. The others share one.
const GROUPS: usize = 8;

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let links: Vec<&[usize]> = report
        .visited
        .iter()
        .map(|it| it.links.as_slice())
        .collect();
    let start = report
        .visited
        .iter()
        .position(|it| it.url == report.start)
        .unwrap_or(0);
    let layout = Layout::new(start, &links);
    let count: usize = links.iter().map(|links| links.len()).sum();
    let groups = Groups::new(report);
    fill(PAGE, |name| match name {
        "start" => Text(&report.start).to_string().into(),
        "counts" => counts(report, count).into(),
        "style" => format!("{COLOURS}{STYLE}").into(),
        "legend" => groups.legend().into(),
        "table" => table(report, &layout).into(),
        "data" => data(report, &layout, &groups, count <= LINKS).into(),
        "script" => SCRIPT.into(),
        other => unreachable!("the page has no {other}"),
    })
}

fn counts(report: &Report, links: usize) -> String {
    let failed: usize = report.counts().failed.values().sum();
    let mut text = format!(
        "{} URLs, {} links between them",
        number(report.visited.len()),
        number(links)
    );
    if failed > 0 {
        let _ = write!(text, ", <strong>{} failed</strong>", number(failed));
    }
    if report.left > 0 {
        let _ = write!(text, ", {} known and not fetched", number(report.left));
    }
    if links > LINKS {
        text += ". There are too many links for a drawing: it has those by which each page is reached first";
    }
    text
}

/// Pages that have one colour: those of one host; where there is one host, of one folder of it; and
/// where all are in one folder, of one folder in that.
struct Groups {
    /// The largest, with the number of their pages; the place is the colour.
    names: Vec<(String, usize)>,
    others: usize,
    /// How much of all URLs is the same, up to a slash; 0 if their hosts are not.
    shared: usize,
}

impl Groups {
    fn new(report: &Report) -> Groups {
        let mut groups = Groups {
            names: Vec::new(),
            others: 0,
            shared: shared(report),
        };
        let mut sizes = BTreeMap::<&str, usize>::new();
        for visited in &report.visited {
            *sizes.entry(groups.name(&visited.url)).or_default() += 1;
        }
        let mut names: Vec<_> = sizes
            .into_iter()
            .map(|(name, size)| (name.to_owned(), size))
            .collect();
        names.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        groups.others = names.iter().skip(GROUPS).map(|(_, size)| size).sum();
        names.truncate(GROUPS);
        groups.names = names;
        groups
    }

    /// The host or folder in which a page is, without what all have; empty if it is in none.
    fn name<'a>(&self, url: &'a str) -> &'a str {
        if self.shared == 0 {
            return kit::web::host(url);
        }
        let path = url[self.shared..].split('?').next().unwrap_or_default();
        path.split_once('/').map_or("", |(folder, _)| folder)
    }

    /// The colour of a page; [`GROUPS`] if it shares one.
    fn of(&self, url: &str) -> usize {
        let group = self.name(url);
        self.names
            .iter()
            .position(|(name, _)| name == group)
            .unwrap_or(GROUPS)
    }

    fn legend(&self) -> String {
        let mut html = String::new();
        for (colour, (name, size)) in self.names.iter().enumerate() {
            let name = if name.is_empty() {
                "in no folder"
            } else {
                name
            };
            let _ = write!(
                html,
                "<li><i class=\"t{colour}\"></i>{} <small>{}</small></li>",
                Text(name),
                number(*size)
            );
        }
        if self.others > 0 {
            let _ = write!(
                html,
                "<li><i></i>others <small>{}</small></li>",
                number(self.others)
            );
        }
        html
    }
}

/// How much of all URLs is the same, up to a slash; 0 if their hosts are not.
fn shared(report: &Report) -> usize {
    let mut urls = report.visited.iter().map(|it| it.url.as_str());
    let first = urls.next().unwrap_or_default();
    let shared = urls.fold(first, |shared, url| {
        let same = shared.bytes().zip(url.bytes()).take_while(|(a, b)| a == b);
        &shared[..same.count()]
    });
    // `http://host/` has three.
    match shared.matches('/').count() {
        0..3 => 0,
        _ => shared.rfind('/').map_or(0, |at| at + 1),
    }
}

/// What was found, in a few words.
fn found(visited: &Visited) -> String {
    match &visited.visit.outcome {
        Outcome::Page { .. } => "page".to_owned(),
        Outcome::Other { kind } => kind.clone(),
        Outcome::Redirect { status } => format!("redirect, {status}"),
        Outcome::Disallowed => "disallowed by robots.txt".to_owned(),
        Outcome::Failed(trouble) => trouble.detail.clone(),
    }
}

fn title(visited: &Visited) -> &str {
    match &visited.visit.outcome {
        Outcome::Page { title, .. } => title,
        _ => "",
    }
}

fn is_failure(visited: &Visited) -> bool {
    matches!(visited.visit.outcome, Outcome::Failed(_))
}

/// Failures first, then what most pages link to.
fn table(report: &Report, layout: &Layout) -> String {
    let mut linked = vec![0_usize; report.visited.len()];
    for link in report.visited.iter().flat_map(|it| &it.links) {
        linked[*link] += 1;
    }
    let mut order: Vec<usize> = (0..report.visited.len()).collect();
    order.sort_by_key(|place| {
        (
            !is_failure(&report.visited[*place]),
            std::cmp::Reverse(linked[*place]),
        )
    });
    let mut html = String::new();
    for place in order.iter().take(ROWS) {
        let visited = &report.visited[*place];
        let class = if is_failure(visited) {
            " class=\"failed\""
        } else {
            ""
        };
        let url = Text(&visited.url);
        let _ = writeln!(
            html,
            "<tr{class}><th scope=\"row\"><a href=\"{url}\" rel=\"noreferrer\">{url}</a><span>{}</span></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            Text(title(visited)),
            Text(&found(visited)),
            layout.spots[*place].clicks,
            number(linked[*place]),
            number(visited.links.len()),
        );
    }
    if order.len() > ROWS {
        let _ = writeln!(
            html,
            "<tr><td colspan=\"5\">and {} more; --json has all</td></tr>",
            number(order.len() - ROWS)
        );
    }
    html
}

/// What the script needs, in columns: a site may have tens of thousands of pages.
fn data(report: &Report, layout: &Layout, groups: &Groups, with_links: bool) -> String {
    let column = |value: &dyn Fn(usize, &Visited) -> Value| -> Vec<Value> {
        report
            .visited
            .iter()
            .enumerate()
            .map(|(place, visited)| value(place, visited))
            .collect()
    };
    json(&json!({
        "urls": column(&|_, it| json!(it.url)),
        "titles": column(&|_, it| json!(title(it))),
        "found": column(&|_, it| match &it.visit.outcome {
            Outcome::Page { .. } => json!(0),
            _ => json!(found(it)),
        }),
        "failed": column(&|_, it| json!(u8::from(is_failure(it)))),
        "groups": column(&|_, it| json!(groups.of(&it.url))),
        "x": column(&|place, _| json!(layout.spots[place].x.round() as i64)),
        "y": column(&|place, _| json!(layout.spots[place].y.round() as i64)),
        "clicks": column(&|place, _| json!(layout.spots[place].clicks)),
        "parents": column(&|place, _| json!(layout.spots[place].parent)),
        "links": if with_links { column(&|_, it| json!(it.links)) } else { Vec::new() },
        "rings": layout.rings.iter().map(|ring| ring.round() as i64).collect::<Vec<_>>(),
    }))
}
