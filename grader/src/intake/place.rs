//! Which entry of a submission is which file of the lab.
//!
//! The one idea: an answer is found wherever it lies, if there is one place only. Two places, or a
//! name that is nearly right, are for a person to decide.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::bundle::Bundle;
use crate::lab::Lab;
use crate::tree::{Tree, lab_dir};

/// What was found of a lab.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The entry of each edit file that is there.
    pub(super) files: BTreeMap<String, String>,
    /// Entries whose name is nearly that of an edit file that is not there, with that file.
    pub(super) near: Vec<(String, String)>,
}

/// Where the lab lies in a submission, as a rule: it is its root, or the root holds it or the
/// repository.
pub fn places(lab: &str) -> [String; 3] {
    [
        String::new(),
        format!("{}/", lab_dir(lab)),
        format!("{lab}/"),
    ]
}

/// Finds a lab's files.
///
/// # Errors
///
/// [`crate::error::BadInput`] where there are two candidates, or something under a file's name
/// that is not a file.
pub(super) fn find(tree: &Tree, lab: &Lab, bundle: &Bundle) -> Result<Found> {
    let files = match place(lab, bundle)? {
        Some(place) => at(lab, bundle, &place)?,
        None => loose(lab, bundle)?,
    };
    let near = near(tree, lab, bundle, &files);
    Ok(Found { files, near })
}

/// Whether a submission has any of a lab's files, under its own name.
pub(super) fn fits(lab: &Lab, bundle: &Bundle) -> bool {
    !candidates(lab, bundle).is_empty() || loose(lab, bundle).is_ok_and(|found| !found.is_empty())
}

/// How many places may be the lab's. One of the usual ones is the only one.
pub(super) fn count(lab: &Lab, bundle: &Bundle) -> usize {
    let candidates = candidates(lab, bundle);
    let usual = places(&lab.name);
    match candidates
        .keys()
        .any(|place| usual.iter().any(|usual| usual == place))
    {
        true => 1,
        false => candidates.len(),
    }
}

/// What stands before the paths of edit files, each with the first that is there.
fn candidates<'b>(lab: &Lab, bundle: &'b Bundle) -> BTreeMap<&'b str, &'b str> {
    let mut found = BTreeMap::new();
    for edit in lab.edit() {
        for name in bundle.names() {
            if let Some(place) = name.strip_suffix(edit)
                && (place.is_empty() || place.ends_with('/'))
            {
                found.entry(place).or_insert(name);
            }
        }
    }
    found
}

/// Where the lab lies: at one of the usual [`places`], or at the only other one.
fn place(lab: &Lab, bundle: &Bundle) -> Result<Option<String>> {
    let candidates = candidates(lab, bundle);
    let usual = places(&lab.name);
    let is_usual = |place: &str| usual.iter().any(|usual| usual == place);
    let home = format!("{}/", lab_dir(&lab.name));
    let preferences: [&dyn Fn(&str) -> bool; 3] =
        [&is_usual, &|place| place.ends_with(&home), &|_| true];
    for preferred in preferences {
        let mut fitting = candidates.iter().filter(|(place, _)| preferred(place));
        match (fitting.next(), fitting.next()) {
            (Some((place, _)), None) => return Ok(Some((*place).to_owned())),
            (Some((_, one)), Some((_, other))) => {
                let problem = format!("holds the lab twice: `{one}` and `{other}`");
                return Err(bundle.bad(&problem, "hand in one of the two"));
            }
            (None, _) => {}
        }
    }
    // A folder of the path to a file may be a link: then nothing is found below it.
    for place in &usual {
        for edit in lab.edit() {
            let full = format!("{place}{edit}");
            for (end, _) in full.match_indices('/') {
                bundle.refuse_odd(&full[..end])?;
            }
        }
    }
    Ok(None)
}

/// The edit files that lie at a place.
fn at(lab: &Lab, bundle: &Bundle, place: &str) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for edit in lab.edit() {
        let name = format!("{place}{edit}");
        bundle.refuse_odd(&name)?;
        if bundle.has(&name) {
            files.insert(edit.to_owned(), name);
        } else if let Some(other) = bundle
            .names()
            .find(|other| other.eq_ignore_ascii_case(&name))
        {
            let problem = format!("has `{other}`, where `{name}` is meant");
            return Err(bundle.bad(&problem, "write the name in small letters"));
        }
    }
    Ok(files)
}

/// Edit files that lie anywhere, outside the folders that the lab has: the only one of each name.
fn loose(lab: &Lab, bundle: &Bundle) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for edit in lab.edit() {
        let mut fitting = bundle.names().filter(|name| last(name) == last(edit));
        match (fitting.next(), fitting.next()) {
            (Some(one), Some(other)) => {
                let problem = format!("has `{one}` and `{other}`, and either may be {edit}");
                return Err(bundle.bad(&problem, "hand in one of the two"));
            }
            (Some(name), None) => {
                bundle.refuse_odd(name)?;
                files.insert(edit.to_owned(), name.to_owned());
            }
            (None, _) => {}
        }
    }
    Ok(files)
}

/// Entries that may have been meant as an edit file that is not there: the only one for each.
fn near(
    tree: &Tree,
    lab: &Lab,
    bundle: &Bundle,
    files: &BTreeMap<String, String>,
) -> Vec<(String, String)> {
    let taken: BTreeSet<&str> = files.values().map(String::as_str).collect();
    let given = |name: &str| {
        let src = tree.lab(&lab.name).join("src");
        src.join(last(name)).exists() || lab.edit().any(|edit| last(edit) == last(name))
    };
    let free = |name: &&str| bundle.is_file(name) && !taken.contains(name) && !given(name);
    let free: Vec<&str> = bundle.names().filter(free).collect();
    let absent = lab.edit().filter(|edit| !files.contains_key(*edit));
    absent
        .filter_map(|edit| {
            let mut meant = free
                .iter()
                .filter(|name| looks_like(last(name), last(edit)));
            match (meant.next(), meant.next()) {
                (Some(name), None) => Some(((*name).to_owned(), edit.to_owned())),
                _ => None,
            }
        })
        .collect()
}

/// The last part of a path.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// Whether a file's name is another's with one slip, two in a longer one, or with what browsers and
/// platforms add (`visited (1).rs`, `visited-2.rs`).
fn looks_like(name: &str, wanted: &str) -> bool {
    let stem = |name: &str| {
        let name = name.to_lowercase();
        let stem = name.strip_suffix(".rs").or(name.strip_suffix(".rs.txt"));
        let added = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '-' | '_');
        stem.map(|stem| stem.trim_end_matches(added).replace(['-', ' '], "_"))
    };
    let (Some(name), Some(wanted)) = (stem(name), stem(wanted)) else {
        return false;
    };
    let slips = if wanted.len() > 4 { 2 } else { 1 };
    strsim::damerau_levenshtein(&name, &wanted) <= slips
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn a_slip_is_seen_and_another_word_is_not_taken_for_one() {
        for name in [
            "visted.rs",
            "Visited.rs",
            "visited (1).rs",
            "visited-2.rs",
            "visited.rs.txt",
            "viisted.rs",
        ] {
            assert!(looks_like(name, "visited.rs"), "{name}");
        }
        for name in ["bank.rs", "visitor_map.rs", "visited.txt", "main.rs", ".rs"] {
            assert!(!looks_like(name, "visited.rs"), "{name}");
        }
        assert!(looks_like("wait-group.rs", "wait_group.rs"));
        assert!(!looks_like("lib.rs", "log.rs"));
    }
}
