//! One build for many mutants of an exercise (mutant schemata): each function that some of them
//! change holds their bodies beside the solution's, and a number chooses when the program starts.
//!
//! The one idea: whole bodies. `?`, `return`, borrows and closures mean in a `match` arm what they
//! meant in the function, so what is built is what each mutant says, and nothing has to be
//! understood but where bodies begin and end. A mutant that changes anything else builds alone.
//!
//! What is not here: answers that students hand in. Two of them never share a build, and nothing of
//! this is in theirs: the number is read by a module that only a schema has.

mod bodies;

use std::collections::BTreeMap;
use std::ops::Range;

use bodies::Body;

/// The variable that a process is given its mutant's number in. Without it, or with 0, the solution
/// runs.
pub const NUMBER: &str = "SCHEMA_NUMBER";

/// Where a schema's functions find the number. No façade knows of it, so no search stops there.
const CHOICE: &str = r#"
#[doc(hidden)]
pub mod __schema {
    static NUMBER: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        let number = std::env::var("SCHEMA_NUMBER").ok();
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    });
    pub fn number() -> u32 {
        *NUMBER
    }
}
"#;

/// The library's root with the module that a schema's functions ask for the number.
pub fn root(lib: &str) -> String {
    format!("{lib}{CHOICE}")
}

/// Mutants of some files, each under a number of its own.
#[derive(Debug)]
pub struct Schema<'t> {
    sources: BTreeMap<&'t str, Source<'t>>,
    mutants: BTreeMap<u32, (&'t str, Change<'t>)>,
}

/// What a mutant says in place of some bodies: which, and their text.
type Change<'t> = Vec<(usize, &'t str)>;

/// A file that holds several mutants.
#[derive(Debug)]
pub struct Woven {
    /// The file's text.
    pub text: String,
    /// Which of its lines, counted from 1, are a mutant's.
    lines: Vec<(Range<usize>, u32)>,
}

impl<'t> Schema<'t> {
    /// A schema without mutants of the solution's files, by their paths. A file that is not Rust
    /// down to its tokens is left out, and takes no mutant in.
    pub fn of(files: impl Iterator<Item = (&'t str, &'t str)>) -> Self {
        let sources = files.filter_map(|(path, text)| Some((path, Source::read(text)?)));
        Schema {
            sources: sources.collect(),
            mutants: BTreeMap::new(),
        }
    }

    /// Takes a mutant of a file in under a number that is not 0, if it changes nothing but bodies
    /// that can be chosen; says whether it did.
    pub fn add(&mut self, number: u32, file: &'t str, text: &'t str) -> bool {
        let source = self.sources.get(file);
        let change = source.and_then(|source| source.change(text));
        if let Some(change) = change {
            self.mutants.insert(number, (file, change));
            return true;
        }
        false
    }

    /// Takes a mutant out again.
    pub fn remove(&mut self, number: u32) {
        self.mutants.remove(&number);
    }

    /// The numbers of the mutants that are in.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.mutants.keys().copied()
    }

    /// The files that hold the mutants, by their paths.
    pub fn weave(&self) -> BTreeMap<&'t str, Woven> {
        let woven = self.sources.iter().map(|(path, source)| {
            let own = self.mutants.iter().filter(|(_, (file, _))| file == path);
            let own = own.map(|(number, (_, change))| (*number, change));
            (*path, source.weave(&own.collect::<Vec<_>>()))
        });
        woven.collect()
    }
}

/// A file of the solution, cut into bodies and what stands around them.
#[derive(Debug)]
struct Source<'t> {
    text: &'t str,
    bodies: Vec<Body>,
}

impl<'t> Source<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let bodies = bodies::find(text)?;
        Some(Source { text, bodies })
    }

    /// The text with its bodies emptied.
    fn around(&self) -> String {
        let mut around = String::new();
        let mut from = 0;
        for body in &self.bodies {
            around.push_str(&self.text[from..body.range.start]);
            around.push_str("{}");
            from = body.range.end;
        }
        around + &self.text[from..]
    }

    /// What sets a mutant of this file apart, if it is nothing but bodies that can be chosen.
    fn change<'m>(&self, mutant: &'m str) -> Option<Change<'m>> {
        let other = Source::read(mutant)?;
        if !same(&self.around(), &other.around())? {
            return None;
        }
        let mut changed = Vec::new();
        for (at, (body, new)) in self.bodies.iter().zip(&other.bodies).enumerate() {
            let (old, new) = (&self.text[body.range.clone()], &mutant[new.range.clone()]);
            if !same(old, new)? {
                if !body.chooses {
                    return None;
                }
                changed.push((at, new));
            }
        }
        Some(changed)
    }

    fn weave(&self, mutants: &[(u32, &Change)]) -> Woven {
        let mut woven = Woven {
            text: String::new(),
            lines: Vec::new(),
        };
        let mut from = 0;
        for (at, body) in self.bodies.iter().enumerate() {
            let arms = mutants.iter().flat_map(|(number, change)| {
                let own = change.iter().filter(move |(which, _)| *which == at);
                own.map(|(_, text)| (*number, *text))
            });
            let arms: Vec<(u32, &str)> = arms.collect();
            if arms.is_empty() {
                continue;
            }
            woven.push(&self.text[from..body.range.start]);
            woven.push("{ match crate::__schema::number() {\n");
            for (number, text) in arms {
                let first = woven.line();
                woven.push(&format!("{number} => {text}\n"));
                woven.lines.push((first..woven.line(), number));
            }
            woven.push(&format!("_ => {}\n}} }}", &self.text[body.range.clone()]));
            from = body.range.end;
        }
        woven.push(&self.text[from..]);
        woven
    }
}

/// Whether two texts are the same tokens; nothing if one is not Rust.
fn same(one: &str, other: &str) -> Option<bool> {
    Some(one == other || bodies::tokens(one)? == bodies::tokens(other)?)
}

impl Woven {
    /// The mutant that a line is of, if it is of one.
    pub fn owner(&self, line: usize) -> Option<u32> {
        let own = self.lines.iter().find(|(lines, _)| lines.contains(&line));
        own.map(|(_, number)| *number)
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The line that is written now.
    fn line(&self) -> usize {
        1 + self.text.matches('\n').count()
    }
}

#[cfg(test)]
mod tests;
