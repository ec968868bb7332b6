//! The book in a kit: its pages for students, without what stands there for the course's authors.
//!
//! The one idea: what is the author's is marked in the page, from `<!-- author -->` to
//! `<!-- /author -->`, so that a page is written once.

use anyhow::{Result, bail};
use parcel::Files;

use super::{below, read};
use crate::tree::Tree;

/// Pages about the course itself.
const AUTHORS: [&str; 7] = [
    "SUMMARY.md",
    "architecture.md",
    "grading.md",
    "read-the-code.md",
    "run-this-course.md",
    "style.md",
    "threats.md",
];

const BEGIN: &str = "<!-- author -->";
const END: &str = "<!-- /author -->";

/// Adds the pages and what they show.
pub(super) fn add(tree: &Tree, files: &mut Files) -> Result<()> {
    let notes = tree.root().join("notes");
    for entry in crate::tree::entries(&notes)? {
        let name = crate::tree::name(&entry);
        if name.ends_with(".md") && !AUTHORS.contains(&name.as_str()) {
            let text = String::from_utf8(read(&notes, &name)?)?;
            let page = for_students(&text);
            let Some(page) = page else {
                bail!("notes/{name}: `{BEGIN}` without `{END}` after it");
            };
            files.insert(format!("notes/{name}"), page.into_bytes());
        }
    }
    for folder in ["img", "pictures"] {
        for (path, bytes) in below(&notes.join(folder))? {
            files.insert(format!("notes/{folder}/{path}"), bytes);
        }
    }
    Ok(())
}

/// The page without what is marked; `None` if a mark has no end.
fn for_students(page: &str) -> Option<String> {
    let mut kept = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        kept.push_str(before);
        rest = after.split_once(END)?.1;
        // A block leaves no second empty line.
        if kept.ends_with("\n\n") {
            rest = rest.trim_start_matches('\n');
        }
    }
    kept.push_str(rest);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_authors_is_left_out() {
        let page = "a\n\n<!-- author -->\nmore\n<!-- /author -->\n\nb <!-- author -->c <!-- /author -->d\n";
        assert_eq!(for_students(page).as_deref(), Some("a\n\nb d\n"));
        assert_eq!(for_students("a <!-- author --> b"), None);
    }
}
