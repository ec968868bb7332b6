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

use std::ops::Range;

use bodies::Body;

/// The variable that a process is given its mutant's number in. Without it, or with 0, the solution
/// runs.
pub const NUMBER: &str = "WEFT_MUTANT";

/// Where a schema's functions find the number. No façade knows of it, so no search stops there.
const CHOICE: &str = r#"
#[doc(hidden)]
pub mod __schema {
    static NUMBER: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
        let number = std::env::var("WEFT_MUTANT").ok();
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

/// A file of the solution, cut so that mutants of it can be woven in.
#[derive(Debug)]
pub struct Source<'t> {
    text: &'t str,
    bodies: Vec<Body>,
    around: String,
}

/// What a mutant says in place of some bodies: which, and their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'t>(Vec<(usize, &'t str)>);

/// A file that holds several mutants.
#[derive(Debug)]
pub struct Woven {
    /// The file's text.
    pub text: String,
    /// Which of its lines, counted from 1, are a mutant's.
    lines: Vec<(Range<usize>, u32)>,
}

impl<'t> Source<'t> {
    /// Cuts a file; nothing if it is not Rust down to its tokens.
    pub fn read(text: &'t str) -> Option<Self> {
        let bodies = bodies::find(text)?;
        let mut around = String::new();
        let mut from = 0;
        for body in &bodies {
            around.push_str(&text[from..body.range.start]);
            around.push_str("{}");
            from = body.range.end;
        }
        around.push_str(&text[from..]);
        let around = bodies::tokens(&around)?;
        Some(Source {
            text,
            bodies,
            around,
        })
    }

    /// What sets a mutant of this file apart, if it is nothing but bodies that can be chosen.
    pub fn change<'m>(&self, mutant: &'m str) -> Option<Change<'m>> {
        let other = Source::read(mutant)?;
        if other.around != self.around {
            return None;
        }
        let mut changed = Vec::new();
        for (at, (body, new)) in self.bodies.iter().zip(&other.bodies).enumerate() {
            let (old, new) = (&self.text[body.range.clone()], &mutant[new.range.clone()]);
            if bodies::tokens(old)? != bodies::tokens(new)? {
                if !body.chooses {
                    return None;
                }
                changed.push((at, new));
            }
        }
        Some(Change(changed))
    }

    /// Weaves mutants in, each under a number that is not 0.
    pub fn weave(&self, mutants: &[(u32, &Change)]) -> Woven {
        let mut woven = Woven {
            text: String::new(),
            lines: Vec::new(),
        };
        let mut from = 0;
        for (at, body) in self.bodies.iter().enumerate() {
            let arms = mutants.iter().flat_map(|(number, Change(changed))| {
                let own = changed.iter().filter(move |(which, _)| *which == at);
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
