//! Who should have handed in: a table that somebody wrote, or the grade book that a platform
//! exports.
//!
//! The one idea: columns are known by their headers, or by what stands in them; a person is found
//! by whatever a submission's name says of them, if it says it of nobody else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anyhow::Result;

use crate::error::BadInput;
use crate::results::{Member, Person};

/// A class list.
#[derive(Debug, Default)]
pub struct Roster {
    people: Vec<Listed>,
    /// Who is called so; nobody, where several are.
    index: HashMap<String, Option<usize>>,
}

#[derive(Debug)]
struct Listed {
    person: Person,
    group: Option<String>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    First,
    Last,
    Email,
    Group,
    Id(&'static str),
}

impl Roster {
    /// Reads a table: CSV with `,`, `;` or tabs, in UTF-8 or UTF-16, with a line of headers.
    ///
    /// # Errors
    ///
    /// [`BadInput`] where it names nobody, or somebody twice.
    pub fn read(path: &Path) -> Result<Roster> {
        let bytes = std::fs::read(path).map_err(|error| {
            BadInput::new(path, format!("cannot be read ({error})"), "check the path")
        })?;
        let remedy = "save it as CSV in UTF-8";
        let Some(text) = decode(&bytes) else {
            return Err(BadInput::new(path, "is neither UTF-8 nor UTF-16", remedy).into());
        };
        Roster::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Roster> {
        let header = text.lines().next().unwrap_or_default();
        let count = |mark: u8| header.bytes().filter(|byte| *byte == mark).count();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|mark| count(*mark));
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(delimiter.unwrap_or(b','))
            .from_reader(text.as_bytes());
        let bad = |problem: String, remedy: &str| BadInput::new(path, problem, remedy);
        let damaged = |error: csv::Error| bad(format!("is not a CSV ({error})"), "export it again");
        let headers = reader.headers().map_err(damaged)?.clone();
        let columns = columns(&headers);
        let mut roster = Roster::default();
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(damaged)?;
            let line = record.position().map_or(0, csv::Position::line);
            let Some(listed) = Listed::of(&columns, &record) else {
                continue;
            };
            if let Some(first) = seen.insert(listed.person.id.clone(), line) {
                let problem = format!("lists `{}` twice (first on line {first})", listed.person.id);
                let remedy = "take one of the two lines away";
                return Err(bad(problem, remedy).at_line(line as usize).into());
            }
            roster.add(listed);
        }
        if roster.people.is_empty() {
            let remedy = "give it a line of headers, one of them `name`, `email` or `login`";
            return Err(bad("lists nobody".to_owned(), remedy).into());
        }
        Ok(roster)
    }

    fn add(&mut self, listed: Listed) {
        let at = self.people.len();
        for key in keys(&listed.person) {
            let entry = self.index.entry(key).or_insert(Some(at));
            if *entry != Some(at) {
                *entry = None;
            }
        }
        self.people.push(listed);
    }

    /// Everybody, in the order of the list.
    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().map(|listed| &listed.person)
    }

    /// Who a submission is from, by their number in the list.
    pub(super) fn find(&self, who: &Person) -> Option<usize> {
        let mut keys = keys(who);
        // A folder may be named after a login, a number or an address.
        let word = who.name.trim().to_lowercase();
        for kind in ["login", "sid", "email", "local"] {
            keys.push(format!("{kind}:{word}"));
        }
        let known = keys.iter().filter_map(|key| self.index.get(key));
        known.flatten().next().copied()
    }

    /// Who belongs to the group of that name.
    pub(super) fn group(&self, name: &str) -> Vec<usize> {
        let wanted = plain(name);
        let of = |listed: &Listed| listed.group.as_deref().map(plain);
        let all = self.people.iter().enumerate();
        let members = all.filter(|(_, listed)| of(listed).as_ref() == Some(&wanted));
        members.map(|(at, _)| at).collect()
    }

    /// The person of that number.
    pub(super) fn person(&self, at: usize) -> &Person {
        &self.people[at].person
    }
}

/// A member, as the list knows them.
pub(super) fn member(person: &Person) -> Member {
    Member {
        name: person.name.clone(),
        email: person.email.clone(),
        ids: person.ids.clone(),
    }
}

impl Listed {
    /// One line of the list, unless it is about nobody.
    fn of(columns: &[Option<Column>], record: &csv::StringRecord) -> Option<Listed> {
        let mut person = Person::default();
        let (mut first, mut last, mut group) = ("", "", None);
        for (column, cell) in columns.iter().zip(record) {
            let cell = cell.trim();
            match column {
                _ if cell.is_empty() => {}
                Some(Column::Name) => cell.clone_into(&mut person.name),
                Some(Column::First) => first = cell,
                Some(Column::Last) => last = cell,
                Some(Column::Email) => person.email = Some(cell.to_owned()),
                Some(Column::Group) => group = Some(cell.to_owned()),
                Some(Column::Id("moodle")) => {
                    // `Participant 12345`, in the site's language.
                    let number = cell.trim_start_matches(|c: char| !c.is_ascii_digit());
                    person.ids.insert("moodle".to_owned(), number.to_owned());
                }
                Some(Column::Id(kind)) => {
                    person.ids.insert((*kind).to_owned(), cell.to_owned());
                }
                None => {}
            }
        }
        if person.name.is_empty() {
            person.name = format!("{first} {last}").trim().to_owned();
        }
        // The second line of Canvas's grade book.
        if person.name.starts_with("Points Possible") {
            return None;
        }
        let id = |kind: &str, prefix: &str| Some(format!("{prefix}{}", person.ids.get(kind)?));
        let known = id("canvas", "canvas-").or_else(|| id("moodle", "moodle-"));
        let known = known.or_else(|| id("login", "")).or_else(|| id("sid", ""));
        let known = known.or_else(|| person.email.clone());
        let id = known.unwrap_or_else(|| person.name.clone());
        if id.is_empty() {
            return None;
        }
        if person.name.is_empty() {
            person.name.clone_from(&id);
        }
        person.id = super::people::safe(&id);
        Some(Listed { person, group })
    }
}

/// What each column holds, as its header says.
fn columns(headers: &csv::StringRecord) -> Vec<Option<Column>> {
    let names: Vec<String> = headers
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let canvas = names
        .iter()
        .any(|name| name == "sis user id" || name == "sis login id");
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let column = |name: &String| match name.as_str() {
        "name" | "student" | "full name" | "student name" => Some(Column::Name),
        "first name" | "firstname" | "given name" => Some(Column::First),
        "last name" | "lastname" | "surname" | "family name" => Some(Column::Last),
        "group" | "team" | "group name" => Some(Column::Group),
        "id" if canvas => Some(Column::Id("canvas")),
        "canvas" | "canvas id" => Some(Column::Id("canvas")),
        "identifier" | "moodle" | "participant" => Some(Column::Id("moodle")),
        "login" | "username" | "user name" | "sis login id" | "login id" | "user" => {
            Some(Column::Id("login"))
        }
        "sid" | "student id" | "id number" | "sis user id" | "id" | "matriculation number" => {
            Some(Column::Id("sid"))
        }
        name if name.contains("email") || name.contains("e-mail") => Some(Column::Email),
        _ => None,
    };
    let columns = names
        .iter()
        .map(|name| column(name).filter(|_| taken.insert(name)));
    columns.collect()
}

/// All that somebody may be found by.
fn keys(person: &Person) -> Vec<String> {
    let mut keys = Vec::new();
    for (kind, id) in &person.ids {
        let kind = if kind == "blackboard" { "login" } else { kind };
        keys.push(format!("{kind}:{}", id.to_lowercase()));
    }
    if let Some(email) = &person.email {
        let email = email.to_lowercase();
        if let Some((local, _)) = email.split_once('@') {
            keys.push(format!("local:{local}"));
        }
        keys.push(format!("email:{email}"));
    }
    keys.extend(orders(&person.name).map(|name| format!("name:{name}")));
    keys
}

/// A name as it may be written: `Jane Doe`, `Doe, Jane`, `doejane`.
fn orders(name: &str) -> impl Iterator<Item = String> {
    let (first, last) = match name.split_once(',') {
        Some((last, first)) => (first, last),
        None => name.trim().rsplit_once(' ').unwrap_or((name, "")),
    };
    let (first, last) = (plain(first), plain(last));
    let both: BTreeSet<String> = [format!("{first}{last}"), format!("{last}{first}")].into();
    both.into_iter().filter(|name| !name.is_empty())
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The text of a file in UTF-8 or UTF-16.
fn decode(bytes: &[u8]) -> Option<String> {
    let sixteen = |of: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| of([two[0], two[1]]));
        String::from_utf16(&units.collect::<Vec<u16>>()).ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => sixteen(u16::from_le_bytes),
        [0xfe, 0xff, ..] => sixteen(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        bytes => String::from_utf8(bytes.to_vec()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, name: &str, ids: &[(&str, &str)]) -> Option<String> {
        let roster = Roster::parse(Path::new("class.csv"), text).expect("a roster");
        let ids = ids
            .iter()
            .map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned()));
        let who = Person {
            name: name.to_owned(),
            ids: ids.collect(),
            ..Person::default()
        };
        roster.find(&who).map(|at| roster.person(at).id.clone())
    }

    #[test]
    fn platforms_grade_books_are_class_lists() {
        let canvas = "Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)\n    Points Possible,,,,,60\
                      \n\"Doe, Jane\",123456,S001,jdoe,A,\n\"Lee, Ann\",123457,S002,alee,A,EX\n";
        assert_eq!(
            found(canvas, "x", &[("canvas", "123457")]).as_deref(),
            Some("canvas-123457")
        );
        for name in ["doejane", "Jane Doe", "jdoe", "s001"] {
            assert_eq!(
                found(canvas, name, &[]).as_deref(),
                Some("canvas-123456"),
                "{name}"
            );
        }
        let moodle = "Identifier,\"Full name\",\"Email address\",Status\n\
                      \"Participant 12345\",\"Jane Doe\",jane@example.edu,\"No submission\"\n";
        assert_eq!(
            found(moodle, "", &[("moodle", "12345")]).as_deref(),
            Some("moodle-12345")
        );
        assert_eq!(found(moodle, "jane", &[]).as_deref(), Some("moodle-12345"));
        let blackboard = "\"Last Name\"\t\"First Name\"\t\"Username\"\t\"Student ID\"\n\
                          \"Doe\"\t\"Jane\"\t\"jdoe\"\t\"S1\"\n";
        assert_eq!(
            found(blackboard, "", &[("blackboard", "jdoe")]).as_deref(),
            Some("jdoe")
        );
    }

    #[test]
    fn who_is_called_like_another_is_not_guessed() {
        let two = "name;login\nJane Doe;jdoe1\nDoe Jane;jdoe2\n";
        assert_eq!(found(two, "Jane Doe", &[]), None);
        assert_eq!(found(two, "jdoe2", &[]).as_deref(), Some("jdoe2"));
    }

    #[test]
    fn a_list_that_names_somebody_twice_or_nobody_is_refused() {
        let read = |text: &str| Roster::parse(Path::new("class.csv"), text);
        let twice = read("login\nann\nbob\nann\n")
            .expect_err("twice")
            .to_string();
        assert!(
            twice.contains("class.csv:4: lists `ann` twice (first on line 2)"),
            "{twice}"
        );
        let nobody = read("colour\nred\n").expect_err("nobody").to_string();
        assert!(nobody.contains("lists nobody"), "{nobody}");
    }
}
