//! Every link of every page leads somewhere: pages of the book, and all other Markdown of the
//! repository.
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};

fn root() -> PathBuf {
    normal(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")))
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = normal.pop(),
            component => normal.push(component),
        }
    }
    normal
}

/// All text files that may name a page, but for what is built.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in folder.read_dir().expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, found);
        } else if ["md", "rs", "toml"].iter().any(|end| name.ends_with(end)) {
            found.insert(path.clone(), std::fs::read_to_string(&path).expect("text"));
        }
    }
}

struct Page {
    links: Vec<(usize, String)>,
    /// What a link may name behind `#`, as forges and mdBook make it of a heading.
    anchors: Vec<String>,
}

fn page(text: &str) -> Page {
    let mut page = Page {
        links: Vec::new(),
        anchors: Vec::new(),
    };
    let mut seen = HashMap::<String, usize>::new();
    let mut heading = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let line = text[..range.start].lines().count().max(1);
                page.links.push((line, dest_url.into_string()));
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let times = seen.entry(anchor.clone()).or_default();
                page.anchors.push(match *times {
                    0 => anchor,
                    times => format!("{anchor}-{times}"),
                });
                *times += 1;
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            _ => {}
        }
    }
    page
}

fn anchor(heading: &str) -> String {
    let keep = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    let kept = heading.trim().chars().filter(keep);
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The page of a lab that students do not get yet: it has sources, and no lab.toml.
fn is_of_a_lab_to_come(page: &Path) -> bool {
    let name = page.file_stem().unwrap_or_default();
    let lab = root().join("labs").join(name);
    page == root().join("notes").join(name).with_extension("md")
        && lab.join("src").exists()
        && !lab.join("lab.toml").exists()
}

/// Where a page's links begin. What is laid at the root of the student's kit is written for there,
/// and the kit's own tests look at it whole.
fn stands<'p>(page: &'p Path, at_the_root: &'p Path) -> &'p Path {
    match page.starts_with(root().join("grader/kit")) {
        true => at_the_root,
        false => page,
    }
}

/// Why the link from `path` leads nowhere.
fn dead(pages: &BTreeMap<PathBuf, Page>, path: &Path, link: &str) -> Option<String> {
    if link.starts_with("https://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = path.parent().expect("a file is in a folder");
    let target = match file {
        "" => path.to_owned(),
        file => normal(&folder.join(file)),
    };
    if !target.exists() {
        return (!is_of_a_lab_to_come(&target)).then(|| "there is no such file".to_owned());
    }
    if !target.starts_with(root()) {
        return Some("it leaves the repository".to_owned());
    }
    let page = pages.get(&target).filter(|_| !anchor.is_empty())?;
    let there = page.anchors.iter().any(|known| known == anchor);
    (!there).then(|| {
        format!(
            "there is no heading `#{anchor}`; there are {:?}",
            page.anchors
        )
    })
}

/// `notes/….md`, with an anchor perhaps, as sources and lab.toml name a page.
fn pages_named_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines.flat_map(|(at, line)| {
        let starts = line
            .match_indices("notes/")
            .map(|(start, _)| &line[start..]);
        starts.filter_map(move |rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && !"/_-.#".contains(c));
            let name = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            let is_page = name.ends_with(".md") || name.contains(".md#");
            is_page.then_some((at + 1, name))
        })
    })
}

#[test]
fn every_link_leads_somewhere() {
    let mut texts = BTreeMap::new();
    files(&root(), &mut texts);
    // Fixtures are courses of their own.
    texts.retain(|path, _| !path.to_string_lossy().contains("/tests/"));
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    let pages: BTreeMap<PathBuf, Page> = texts
        .iter()
        .filter(|(path, _)| is_page(path))
        .map(|(path, text)| (path.clone(), page(text)))
        .collect();
    let mut complaints = Vec::new();
    let mut links = 0;
    for (path, text) in &texts {
        let from_root = root().join("a file at the root");
        let named: Vec<(usize, String, &Path)> = match pages.get(path) {
            Some(page) => page
                .links
                .iter()
                .map(|(line, link)| (*line, link.clone(), stands(path, &from_root)))
                .collect(),
            None => pages_named_in(text)
                .map(|(line, link)| (line, link.to_owned(), from_root.as_path()))
                .collect(),
        };
        links += named.len();
        for (line, link, from) in named {
            if let Some(why) = dead(&pages, from, &link) {
                complaints.push(format!("{}:{line}: {link}: {why}", path.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(
        links > 100,
        "only {links} links were found: are they looked for?"
    );
}

#[test]
fn the_contents_list_every_page() {
    let notes = root().join("notes");
    let summary = std::fs::read_to_string(notes.join("SUMMARY.md")).expect("the contents");
    for entry in notes.read_dir().expect("the folder of the pages") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") && name != "SUMMARY.md" {
            let listed = summary.contains(&format!("]({name})"));
            assert!(listed, "notes/SUMMARY.md does not list {name}");
        }
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let path = root().join("notes/a.md");
    let text = "# One & two\n\n[a](#one--two) [b](#three) [c](nowhere.md) ![d](https://example.org) `[e](f)`\n";
    let pages = BTreeMap::from([(path.clone(), page(text))]);
    // The page itself is not on the disk.
    assert_eq!(pages[&path].anchors, ["one--two"]);
    assert_eq!(pages[&path].links.len(), 4);
    assert!(dead(&pages, &path, "nowhere.md").is_some());
    assert!(dead(&pages, &path, "../..").is_some());
    assert!(dead(&pages, &path, "locks.md").is_none());
    assert!(dead(&pages, &path, "https://example.org").is_none());
    let named: Vec<_> =
        pages_named_in("read = \"notes/locks.md#deadlock\" # notes/a.md.\n").collect();
    assert_eq!(named, [(1, "notes/locks.md#deadlock"), (1, "notes/a.md")]);
}
