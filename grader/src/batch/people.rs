//! Everybody, each once: who handed in, and who is on the roster and did not.
//!
//! The one idea: an id follows from what is known of the person alone, so it is the same in every
//! run, whoever else is there.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::handed::Handed;
use super::roster::{Roster, member};
use crate::files::hex;
use crate::results::Person;

/// One person or group, with what they handed in.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) person: Person,
    pub(super) handed: Option<Handed>,
}

/// Gives everybody an id, by which they are sorted.
pub(super) fn assign(handed: Vec<Handed>, roster: &Roster) -> Vec<Entry> {
    let mut present = BTreeSet::new();
    let mut people: BTreeMap<String, Entry> = BTreeMap::new();
    for mut handed in handed {
        let person = recognise(&mut handed.person, roster, &mut present);
        let handed = match people.remove(&person.id).and_then(|entry| entry.handed) {
            Some(other) => newest(other, handed),
            None => handed,
        };
        let id = person.id.clone();
        let handed = Some(handed);
        people.insert(id, Entry { person, handed });
    }
    for (at, person) in roster.people().enumerate() {
        if !present.contains(&at) && !people.contains_key(&person.id) {
            let (person, handed) = (person.clone(), None);
            people.insert(person.id.clone(), Entry { person, handed });
        }
    }
    people.into_values().collect()
}

/// Who it is, by the roster where it knows them.
fn recognise(who: &mut Person, roster: &Roster, present: &mut BTreeSet<usize>) -> Person {
    let mut person = std::mem::take(who);
    if person.members.is_empty() {
        let group = roster.group(&person.name);
        if !group.is_empty() {
            let members = group.iter().map(|at| member(roster.person(*at)));
            person.members = members.collect();
            person.id = safe(&format!("group-{}", person.name));
            present.extend(group);
            return person;
        }
    }
    for one in &mut person.members {
        let known = Person {
            name: one.name.clone(),
            email: one.email.clone(),
            ids: one.ids.clone(),
            ..Person::default()
        };
        if let Some(at) = roster.find(&known) {
            present.insert(at);
            let listed = roster.person(at);
            one.email = one.email.take().or_else(|| listed.email.clone());
            one.ids.extend(listed.ids.clone());
        }
    }
    person.id = safe(&person.id);
    if person.members.is_empty()
        && let Some(at) = roster.find(&person)
    {
        present.insert(at);
        let mut listed = roster.person(at).clone();
        listed.email = listed.email.or(person.email);
        listed.ids.extend(person.ids);
        return listed;
    }
    person
}

/// Of two submissions by one person, the one that was handed in later; where nothing says which
/// that is, neither.
fn newest(one: Handed, other: Handed) -> Handed {
    let (old, mut new) = match (&one.submitted, &other.submitted) {
        (Some(first), Some(second)) if first < second => (one, other),
        (Some(first), Some(second)) if first > second => (other, one),
        _ => {
            let mut both = one;
            both.source.extend(other.source);
            both.refused = Some(
                "handed in twice, and nothing says which is newer; take one away and run again"
                    .to_owned(),
            );
            return both;
        }
    };
    let left = old.source.join(", ");
    new.remarks
        .push(format!("an older one was left out: {left}"));
    new
}

/// The longest start of a name that an id keeps.
const LONGEST: usize = 60;

/// A name as an id: itself where it is safe as a file's name on every system; otherwise what is
/// safe of it, and a hash that keeps it apart from others.
pub(super) fn safe(name: &str) -> String {
    let safe = |c: char| match c {
        'a'..='z' | '0'..='9' | '-' | '_' | '.' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    };
    let plain: String = name.chars().map(safe).take(LONGEST).collect();
    let plain = plain.trim_matches(['.', '-']);
    if plain == name && !plain.is_empty() {
        return plain.to_owned();
    }
    let hash = hex(&Sha256::digest(name)[..3]);
    format!("{plain}~{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_safe_and_different_names_have_different_ones() {
        assert_eq!(safe("canvas-123456"), "canvas-123456");
        let names = [
            "Jane Doe", "jane-doe", "jane doe", "JANE DOE", "..", ".", "", "a/b", "a\\b", "字",
            "-rf", "con\n",
        ];
        let ids: BTreeSet<String> = names.iter().map(|name| safe(name)).collect();
        assert_eq!(ids.len(), names.len());
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.~".contains(c);
        assert!(
            ids.iter()
                .all(|id| id.chars().all(good) && !id.starts_with(['.', '-']))
        );
        assert!(safe(&"x".repeat(5000)).len() < 80);
    }

    fn handed(id: &str, submitted: Option<&str>) -> Handed {
        Handed {
            person: Person {
                id: id.to_owned(),
                name: id.to_owned(),
                ..Person::default()
            },
            source: vec![format!("{id} {submitted:?}")],
            submitted: submitted.map(str::to_owned),
            ..Handed::default()
        }
    }

    #[test]
    fn of_two_submissions_the_newer_one_counts_and_without_times_neither() {
        let times = [Some("2026-11-30T09:00:00"), Some("2026-11-29T09:00:00")];
        let both = times.map(|time| handed("ann", time));
        let [one] = &assign(both.to_vec(), &Roster::default())[..] else {
            panic!("one person");
        };
        let taken = one.handed.as_ref().expect("it was handed in");
        assert_eq!(taken.submitted.as_deref(), times[0]);
        assert!(taken.remarks[0].contains("an older one was left out"));
        let both = vec![handed("ann", None), handed("ann", None)];
        let [one] = &assign(both, &Roster::default())[..] else {
            panic!("one person");
        };
        assert!(one.handed.as_ref().expect("handed in").refused.is_some());
    }
}
