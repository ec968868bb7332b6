//! Finishes the built book: what mdBook cannot know of this repository.
//!
//! - A link out of the book, such as `../CONTRIBUTING.md`, leads into the repository.
//! - Under each picture stands a link to a page that steps through it; under some, to a page on
//!   which the reader is the scheduler, too.
//! - A link that leads nowhere is an error.
use crate::{find, orders, run};
use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::Path;

/// The traps that are small enough to be played with, and worth it.
const PLAYED: [&str; 5] = [
    "locks::check_then_act",
    "locks::look_unlock_sleep",
    "locks::woken_and_content",
    "locks::opposite_payments",
    "locks::a_sum_of_two_moments",
];

/// Finishes the book that mdBook has put into `folder`. Links out of it begin with `repository`
/// from then on: a path from `folder`, or an address.
///
/// # Errors
///
/// If a file cannot be read or written, or links lead nowhere; the error names them all.
pub fn finish(folder: &Path, repository: &str) -> Result<()> {
    let mut pages = BTreeMap::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let name = path.file_name().unwrap_or_default();
            let text = std::fs::read_to_string(&path)?;
            let text = outward(&text, repository);
            let text = with_steps(&text, folder)?;
            std::fs::write(&path, &text)?;
            pages.insert(name.to_string_lossy().into_owned(), text);
        }
    }
    let dead = dead_links(&pages, folder, repository);
    if dead.is_empty() {
        return Ok(());
    }
    Err(Error::other(format!(
        "links of the built book lead nowhere:\n{}",
        dead.join("\n")
    )))
}

/// The values of an attribute, and what stands around them: text, value, text, value, text.
fn split<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    let begin = format!(" {attribute}=\"");
    while let Some(at) = rest.find(&begin) {
        let (before, value) = rest.split_at(at + begin.len());
        let end = value.find('"').unwrap_or(value.len());
        parts.extend([before, &value[..end]]);
        rest = &value[end..];
    }
    parts.push(rest);
    parts
}

fn values<'a>(text: &'a str, attribute: &str) -> impl Iterator<Item = &'a str> {
    split(text, attribute).into_iter().skip(1).step_by(2)
}

/// Leads links out of the book into the repository. mdBook has made `.html` of each `.md`.
fn outward(text: &str, repository: &str) -> String {
    let mut new = String::new();
    for (at, part) in split(text, "href").into_iter().enumerate() {
        match part.strip_prefix("../").filter(|_| at % 2 == 1) {
            Some(path) if !part.starts_with("../../") => {
                let (path, anchor) = path.split_at(path.find('#').unwrap_or(path.len()));
                let page = path.strip_suffix(".html").map(|page| format!("{page}.md"));
                let path = page.unwrap_or_else(|| path.to_owned());
                new.push_str(&format!("{repository}/{path}{anchor}"));
            }
            _ => new.push_str(part),
        }
    }
    new
}

/// Makes a page of each picture, and links to it.
fn with_steps(text: &str, folder: &Path) -> Result<String> {
    const COMMENT: &str = "<!-- picture: ";
    const END: &str = "</pre>";
    let mut parts = text.split(COMMENT);
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.split(" -->").next().unwrap_or_default();
        let end = part.find(END).map_or(part.len(), |at| at + END.len());
        new.push_str(COMMENT);
        new.push_str(&part[..end]);
        if let Some(Err(mut failure)) = find(name).map(run)
            && !failure.steps.is_empty()
        {
            // The command is for the tests of labs.
            failure.replay = None;
            let file = format!("steps/{}.html", name.replace("::", "-"));
            std::fs::create_dir_all(folder.join("steps"))?;
            std::fs::write(folder.join(&file), failure.to_html())?;
            new.push_str(&format!(
                "\n<p class=\"steps\"><a href=\"{file}\">Step through it</a>{}</p>",
                played(name, folder)?
            ));
        }
        new.push_str(&part[end..]);
    }
    Ok(new)
}

/// A link to the page on which the reader is the scheduler of a trap, where there is one.
fn played(name: &str, folder: &Path) -> Result<String> {
    let trap = find(name).filter(|_| PLAYED.contains(&name));
    let Some(orders) = trap.and_then(orders) else {
        return Ok(String::new());
    };
    let file = format!("steps/play-{}.html", name.replace("::", "-"));
    std::fs::write(folder.join(&file), orders.to_html())?;
    Ok(format!(
        " · <a href=\"{file}\">You are the scheduler: break it yourself</a>"
    ))
}

/// Links within the book to a file or an anchor that is not there.
fn dead_links(pages: &BTreeMap<String, String>, folder: &Path, repository: &str) -> Vec<String> {
    let mut dead = Vec::new();
    for (page, text) in pages {
        for link in values(text, "href").chain(values(text, "src")) {
            // Elsewhere; and mdBook's page for wrong addresses names everything from the site's
            // root.
            let scheme = link.split(['/', '#']).next().unwrap_or_default();
            if scheme.contains(':') || link.starts_with(repository) || link.starts_with('/') {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { page } else { file };
            let there = match pages.get(file) {
                Some(text) => anchor.is_empty() || values(text, "id").any(|id| id == anchor),
                None => folder.join(file).is_file(),
            };
            if !there {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_out_of_the_book_leads_into_the_repository() {
        let page = "<p><a href=\"../labs/a.html#b\">a</a> <a href=\"../c.rs\">c</a> <a href=\"d.html\">d</a></p>";
        assert_eq!(
            outward(page, "../.."),
            "<p><a href=\"../../labs/a.md#b\">a</a> <a href=\"../../c.rs\">c</a> <a href=\"d.html\">d</a></p>"
        );
    }

    #[test]
    fn a_picture_can_be_stepped_through_and_a_dead_link_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let book = |link: &str| {
            let page = format!(
                "<h1 id=\"a\">A</h1>\n<!-- picture: locks::opposite_payments -->\n<pre>…</pre>\n<a href=\"{link}\">b</a>"
            );
            std::fs::write(folder.path().join("a.html"), page).unwrap();
            finish(folder.path(), "../..").map_err(|error| error.to_string())
        };
        book("a.html#a").unwrap();
        let page = std::fs::read_to_string(folder.path().join("a.html")).unwrap();
        assert!(page.contains(
            "</pre>\n<p class=\"steps\"><a href=\"steps/locks-opposite_payments.html\">"
        ));
        assert!(page.contains("<a href=\"steps/play-locks-opposite_payments.html\">"));
        assert!(book("#b").unwrap_err().ends_with("\na.html: #b"));
        assert!(book("b.html").unwrap_err().ends_with("\na.html: b.html"));
    }
}
