//! Which paths of other crates an answer may use: a list of what is allowed, by prefix.
//!
//! The one idea: all that reaches the system, the grader or the search has a path, and such a path
//! begins with one of few words. So each of these words has to be followed, in the very text, by
//! something of the list; a module that is allowed in part is followed under every name that the
//! file gives it, and handed on under none.
//!
//! What is not here: what a path of the list resolves to behind a macro or an alias, which is
//! clippy's ([`crate::facade`]).

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Spacing, TokenTree};

use crate::facade;
use crate::imports::Import;
use crate::walk::{ident, punct};

/// Where paths of other crates begin.
pub(crate) const ROOTS: [&str; 8] = [
    "std",
    "core",
    "alloc",
    "kit",
    "serde",
    "serde_json",
    "crc32fast",
    "getrandom",
];

/// What may be used, by module, with all that is below it.
const ALLOWED: &[(&str, &str)] = &[
    (
        "std",
        "array ascii borrow boxed cell char clone cmp collections convert default error f32 f64 \
         fmt future hash i8 i16 i32 i64 i128 isize iter marker num ops option pin prelude \
         primitive rc result slice str string task u8 u16 u32 u64 u128 usize vec",
    ),
    (
        "std",
        "assert assert_eq assert_ne concat debug_assert debug_assert_eq debug_assert_ne eprintln \
         format format_args line matches print println stringify todo unimplemented unreachable \
         write writeln",
    ),
    ("std::any", "Any TypeId"),
    ("std::hint", "black_box"),
    (
        "std::io",
        "BufRead BufReader BufWriter Bytes Chain Cursor Empty Error ErrorKind IntoInnerError \
         IoSlice IoSliceMut LineWriter Lines Read Repeat Result Seek SeekFrom Sink Split Take \
         Write copy empty prelude repeat sink",
    ),
    (
        "std::mem",
        "Discriminant ManuallyDrop align_of discriminant drop forget needs_drop replace size_of \
         size_of_val swap take",
    ),
    (
        "std::panic",
        "AssertUnwindSafe RefUnwindSafe UnwindSafe catch_unwind panic_any resume_unwind",
    ),
    (
        "std::ptr",
        "NonNull addr_eq eq from_mut from_ref hash null null_mut",
    ),
    (
        "std::sync",
        "Arc LockResult PoisonError TryLockError TryLockResult Weak",
    ),
    ("std::sync::atomic", "Ordering"),
    ("std::thread", "Result panicking"),
    ("std::time", "Duration TryFromFloatSecsError"),
    ("kit", "cell channel collections hint note sync thread time"),
    ("kit::net", "Connection"),
    (
        "kit::web",
        "Cancel Crawl FetchError Fetched Fetcher Limits Web host",
    ),
    (
        "serde",
        "Deserialize Deserializer Serialize Serializer de ser",
    ),
    (
        "serde_json",
        "Deserializer Error Map Number Result Serializer StreamDeserializer Value de error \
         from_reader from_slice from_str from_value json map ser to_string to_string_pretty \
         to_value to_vec to_vec_pretty to_writer value",
    ),
    ("crc32fast", "Hasher hash"),
    ("getrandom", "Error fill u32 u64"),
];

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) text: String,
    pub(crate) hostile: bool,
}

/// What a path comes to.
enum Standing {
    Allowed,
    /// Only a part of what is below it is allowed.
    Partly,
    Refused,
}

fn standing(path: &str) -> Standing {
    let mut allowed = ALLOWED
        .iter()
        .flat_map(|(module, names)| names.split(' ').map(move |name| (*module, name)));
    let mut all = allowed.clone();
    if allowed.any(|(module, name)| {
        let rest = path
            .strip_prefix(module)
            .and_then(|rest| rest.strip_prefix("::"));
        rest.is_some_and(|rest| rest == name || is_below(rest, name))
    }) {
        Standing::Allowed
    } else if all.any(|(module, _)| module == path || is_below(module, path)) {
        Standing::Partly
    } else {
        Standing::Refused
    }
}

/// Whether a path goes on from another one.
fn is_below(path: &str, other: &str) -> bool {
    let rest = path.strip_prefix(other);
    rest.is_some_and(|rest| rest.starts_with("::"))
}

/// The names under which a file has modules that are allowed in part, and what it means by each.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, Vec<String>>);

/// A path in the text, from where it begins.
pub(crate) struct Written {
    segments: Vec<String>,
    /// What follows the last `::`, if it is not a name.
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Name,
    /// `::{`: a list of paths.
    List,
    Glob,
    /// `::<`, or nothing that a path goes on with.
    Other,
}

impl Written {
    /// Reads the path that begins with the name at `at`.
    pub(crate) fn read(tokens: &[TokenTree], at: usize) -> Written {
        let mut segments = vec![ident(&tokens[at]).unwrap_or_default()];
        let mut next = at + 1;
        while double_colon(tokens, next) {
            let end = match tokens.get(next + 2) {
                Some(TokenTree::Ident(_)) => {
                    segments.push(ident(&tokens[next + 2]).unwrap_or_default());
                    next += 3;
                    continue;
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => End::List,
                Some(token) if punct(token, '*') => End::Glob,
                _ => End::Other,
            };
            return Written { segments, end };
        }
        let end = End::Name;
        Written { segments, end }
    }
}

fn double_colon(tokens: &[TokenTree], at: usize) -> bool {
    let first = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    matches!(tokens.get(at..at + 2), Some([a, b]) if punct(a, ':') && first(a) && punct(b, ':'))
}

impl Names {
    /// Whether a name stands for a module that is allowed in part.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The names that some imports give, however they rest on each other.
    pub(crate) fn of(imports: &[Import]) -> Names {
        let mut names = Names::default();
        while imports.iter().any(|import| names.learn(import)) {}
        names
    }

    /// Takes in what a `use` makes of a path; false if that was known.
    fn learn(&mut self, import: &Import) -> bool {
        let mut new = false;
        for full in self.meant(&import.segments, true) {
            let name = import.name.clone();
            if matches!(standing(&full), Standing::Partly) && name != "_" {
                let known = self.0.entry(name).or_default();
                if !known.contains(&full) {
                    known.push(full);
                    new = true;
                }
            }
        }
        new
    }

    /// What is wrong with a path in an expression or a type. Where a macro is `made`, it may go on
    /// with whatever the macro is given, so it has to stand there to its end.
    pub(crate) fn judge(&self, path: &Written, made: bool) -> Option<Wrong> {
        let all = self.meant(&path.segments, made);
        all.iter().find_map(|full| {
            match (standing(full), path.end) {
                (Standing::Allowed, _) => None,
                (Standing::Partly, End::Name) if made => Some(put_together(full)),
                // A list's paths are judged one by one.
                (Standing::Partly, End::Name | End::List) => None,
                (Standing::Partly, End::Glob) => Some(glob(full)),
                (Standing::Partly, End::Other) | (Standing::Refused, _) => Some(refused(full)),
            }
        })
    }

    /// What is wrong with an import; `public` if others can take it from here.
    pub(crate) fn judge_import(&self, import: &Import, public: bool) -> Option<Wrong> {
        let all = self.meant(&import.segments, true);
        all.iter().find_map(|full| match standing(full) {
            Standing::Allowed => None,
            Standing::Partly if import.glob => Some(glob(full)),
            // The compiler takes two ways of writing such a name for one.
            Standing::Partly if !import.name.is_ascii() => Some(Wrong {
                text: format!("gives `{full}` a name that can be written in two ways"),
                hostile: false,
            }),
            Standing::Partly if public => Some(Wrong {
                text: format!("hands on `{full}`: take it where it is used"),
                hostile: false,
            }),
            Standing::Partly => None,
            Standing::Refused => Some(refused(full)),
        })
    }

    /// The paths of other crates that some segments can mean, in full. None if they are the
    /// answer's own.
    fn meant(&self, segments: &[String], imported: bool) -> Vec<String> {
        let root = |name: &str| match name {
            "core" | "alloc" => "std".to_owned(),
            other => other.to_owned(),
        };
        let mut all = Vec::new();
        for (at, name) in segments.iter().enumerate() {
            let rest = segments[at + 1..].iter();
            let join = |first: String| rest.clone().fold(first, |path, next| path + "::" + next);
            if ROOTS.contains(&name.as_str()) {
                all.push(join(root(name)));
            }
            let last = at + 1 == segments.len();
            // A name alone is a variable, unless it is imported.
            if let Some(known) = self.0.get(name).filter(|_| imported || !last) {
                all.extend(known.iter().map(|full| join(full.clone())));
            }
        }
        all
    }
}

fn glob(full: &str) -> Wrong {
    Wrong {
        text: format!("takes everything of `{full}`: name what you take"),
        hostile: false,
    }
}

fn put_together(full: &str) -> Wrong {
    Wrong {
        text: format!("begins a path with `{full}` in a macro, and puts the rest together"),
        hostile: true,
    }
}

fn refused(full: &str) -> Wrong {
    let generic = || format!("uses `{full}`, which is not among what an answer may use");
    let (text, hostile) = facade::text(full).unwrap_or_else(|| (generic(), false));
    Wrong { text, hostile }
}
