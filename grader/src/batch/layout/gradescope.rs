//! Gradescope's export: a folder `submission_128746829` for each submission, and who handed them in
//! in `submission_metadata.yml`, of which only the few lines that matter are read.

use std::collections::BTreeMap;

use anyhow::Result;

use super::plain;
use crate::batch::handed::Handed;
use crate::batch::holder::{Holder, Name};
use crate::results::{Member, Person};

/// The file that says who is who.
pub(super) const METADATA: &str = "submission_metadata.yml";

/// What is said of one submission.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) members: Vec<Member>,
    pub(super) created: Option<String>,
}

pub(super) fn of(holder: &Holder) -> Result<Vec<Handed>> {
    let mut said = parse(&holder.text(METADATA)?.unwrap_or_default());
    let mut handed = Vec::new();
    for name in holder.submissions() {
        handed.push(match said.remove(&name.name) {
            Some(said) => one(Some((holder, name)), &name.name, said),
            None => plain::in_holder(holder, name),
        });
    }
    // Somebody handed in, and what it was is not there.
    handed.extend(said.into_iter().map(|(name, said)| one(None, &name, said)));
    Ok(handed)
}

fn one(at: Option<(&Holder, &Name)>, name: &str, said: Said) -> Handed {
    let number = name.trim_start_matches("submission_");
    let names: Vec<&str> = said
        .members
        .iter()
        .map(|member| member.name.as_str())
        .collect();
    let shown = match &names[..] {
        [] => name.to_owned(),
        names => names.join(" & "),
    };
    let mut person = Person {
        id: format!("gradescope-{number}"),
        name: shown,
        ids: [("gradescope".to_owned(), number.to_owned())].into(),
        ..Person::default()
    };
    match &said.members[..] {
        [alone] => {
            person.email.clone_from(&alone.email);
            person.ids.extend(alone.ids.clone());
        }
        _ => person.members = said.members,
    }
    let refused = match at {
        None => Some(format!(
            "is in {METADATA}, and its folder is not there; export it again"
        )),
        Some(_) => None,
    };
    Handed {
        person,
        source: vec![name.to_owned()],
        submitted: said.created,
        parts: at
            .map(|(holder, name)| holder.whole(name))
            .into_iter()
            .collect(),
        refused,
        ..Handed::default()
    }
}

/// Reads what is said of each submission. Lines that say something else are passed over: a
/// submission's history has times and names, too, and lies deeper.
pub(super) fn parse(text: &str) -> BTreeMap<String, Said> {
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    let mut current: Option<&mut Said> = None;
    let mut submitters = false;
    for line in text.lines() {
        let words = line.trim_start();
        let depth = line.len() - words.len();
        if depth == 0 {
            let name = words
                .strip_suffix(':')
                .filter(|name| name.starts_with("submission_"));
            current = name.map(|name| all.entry(name.to_owned()).or_default());
            submitters = false;
            continue;
        }
        let Some(said) = current.as_deref_mut() else {
            continue;
        };
        let item = words.strip_prefix("- ");
        let Some((key, value)) = item
            .unwrap_or(words)
            .split_once(':')
            .and_then(|(empty, rest)| empty.is_empty().then(|| rest.split_once(':')).flatten())
        else {
            continue;
        };
        if depth == 2 && item.is_none() {
            submitters = key == "submitters";
            if key == "created_at" {
                said.created = time(&scalar(value));
            }
            continue;
        }
        if !submitters || depth > 4 {
            continue;
        }
        if item.is_some() {
            said.members.push(Member::default());
        }
        let Some(member) = said.members.last_mut() else {
            continue;
        };
        match (key, scalar(value)) {
            (_, value) if value.is_empty() => {}
            ("name", value) => member.name = value,
            ("email", value) => member.email = Some(value),
            ("sid", value) => drop(member.ids.insert("sid".to_owned(), value)),
            _ => {}
        }
    }
    all
}

/// A value on one line: plain, or quoted.
fn scalar(text: &str) -> String {
    let text = text.trim();
    let within = |quote: char| {
        text.strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote))
    };
    if let Some(single) = within('\'') {
        return single.replace("''", "'");
    }
    match within('"') {
        // JSON's escapes are among those of YAML.
        Some(_) => serde_json::from_str(text).unwrap_or_else(|_| text.trim_matches('"').to_owned()),
        None if text == "null" || text == "~" => String::new(),
        None => text.to_owned(),
    }
}

/// `2022-06-25 13:16:26.123 -0600` as `2022-06-25T13:16:26-06:00`.
fn time(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let (date, time) = match (words.next()?, words.next()) {
        (both, None) => both.split_once('T')?,
        (date, Some(time)) => (date, time),
    };
    let zone = words.next();
    let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, own) = time.split_at(at);
    let time = time.split_once('.').map_or(time, |(seconds, _)| seconds);
    let zone = match zone.unwrap_or(own) {
        "Z" | "UTC" => "Z".to_owned(),
        zone if zone.len() == 5 && zone.is_ascii() => format!("{}:{}", &zone[..3], &zone[3..]),
        zone => zone.to_owned(),
    };
    let whole = format!("{date}T{time}{zone}");
    let good = whole
        .parse::<toml::value::Datetime>()
        .is_ok_and(|time| time.date.is_some());
    good.then_some(whole)
}
