//! Makes again what a page shows of programs.
//!
//! A comment on a line of its own says what the fenced block below it holds:
//!
//! | comment | block |
//! |---|---|
//! | `<!-- picture: locks::check_then_act -->` | what the search of that trap says |
//! | `<!-- code: programs/src/locks.rs -->` | that file |
//! | `<!-- code: programs/src/locks.rs: fn is_new; fn pay > let mut payer -->` | these excerpts of it |
//! | `<!-- compiler: programs/refused/two_writers.rs -->` | what the compiler says to it |
//!
//! `<!-- drawing: locks::check_then_act -->` says that the image on the line below it, an SVG, is
//! the drawing of what that trap's search finds ([`drawings`]).
//!
//! And `<!-- outcome: mended::one_arrives_twice -->` says that the paragraph below it names the
//! number of interleavings that the search of a right program takes. That one is only compared.
//!
//! Files are named from the page's folder, as in a link. An excerpt is named by how its first line
//! begins, `pub` left out, and goes on to the line that closes it; `>` looks within the excerpt
//! before it.
use crate::{Trap, drawn, find, shown};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A block that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The line of its comment, 1 being the first.
    pub line: usize,
    /// Why, and what to do.
    pub why: String,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.why)
    }
}

/// The page with all its blocks made anew. `folder` is where it is.
///
/// # Errors
///
/// The first block that cannot be made.
pub fn remade(page: &str, folder: &Path) -> Result<String, Stale> {
    let mut new = String::new();
    let lines: Vec<&str> = page.lines().collect();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        new.push_str(line);
        new.push('\n');
        let Some((kind, what)) = comment(line) else {
            continue;
        };
        let stale = |why| Stale { line: at, why };
        let below = &lines[at..];
        if kind == "drawing" {
            continue;
        }
        if kind == "outcome" {
            says(below, what).map_err(stale)?;
            continue;
        }
        let block = made(kind, what, folder).map_err(stale)?;
        let fence = below.first().filter(|line| line.starts_with("```"));
        let end = below.iter().position(|line| *line == "```");
        let (Some(fence), Some(end)) = (fence, end) else {
            return Err(stale("a fenced block has to follow the comment".to_owned()));
        };
        new.push_str(&format!("{fence}\n{}\n```\n", block.trim_end()));
        at += end + 1;
    }
    Ok(new)
}

/// The files of the page's drawings, and what each has to hold.
///
/// # Errors
///
/// The first that cannot be made.
pub fn drawings(page: &str, folder: &Path) -> Result<Vec<(PathBuf, String)>, Stale> {
    let lines: Vec<&str> = page.lines().collect();
    let comments = lines.iter().enumerate().filter_map(|(at, line)| {
        let (_, what) = comment(line).filter(|(kind, _)| *kind == "drawing")?;
        Some((at, what))
    });
    let drawing = |(at, what): (usize, &str)| {
        let stale = |why: &str| Stale {
            line: at + 1,
            why: why.to_owned(),
        };
        let svg = drawn(trap(what).map_err(|why| stale(&why))?);
        let svg = svg.ok_or_else(|| stale("nothing failed"))?;
        let image = lines.get(at + 1).and_then(|line| line.strip_prefix("!["));
        let file = image.and_then(|image| image.split_once("](")?.1.strip_suffix(')'));
        let file = file.ok_or_else(|| stale("an image has to follow the comment"))?;
        Ok((folder.join(file), svg))
    };
    comments.map(drawing).collect()
}

/// Whether the paragraph names how many interleavings the search of a trap takes.
fn says(below: &[&str], name: &str) -> Result<(), String> {
    let shown = shown(trap(name)?);
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let outcome = shown.lines().nth(1).unwrap_or_default();
    let number = outcome.split(' ').find(is_number).unwrap_or_default();
    let paragraph = below.iter().take_while(|line| !line.is_empty());
    let mut words = paragraph.flat_map(|line| line.split(' '));
    let there = words.any(|word| word.trim_matches([',', '.', ';', ':', '`', '(', ')']) == number);
    match there {
        true => Ok(()),
        false => Err(format!("the paragraph below should say `{outcome}`")),
    }
}

fn trap(name: &str) -> Result<Trap, String> {
    find(name)
        .ok_or_else(|| format!("there is no trap `{name}`; `cargo run -q -p book` lists them"))
}

/// The kind and the rest of `<!-- kind: rest -->`.
fn comment(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    inner
        .split_once(": ")
        .filter(|(kind, _)| ["picture", "drawing", "code", "compiler", "outcome"].contains(kind))
}

fn made(kind: &str, what: &str, folder: &Path) -> Result<String, String> {
    if kind == "picture" {
        return Ok(shown(trap(what)?));
    }
    let (file, parts) = what.split_once(": ").unwrap_or((what, ""));
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
    if kind == "compiler" {
        return compilers_message(&path);
    }
    if parts.is_empty() {
        return Ok(text);
    }
    let lines: Vec<&str> = text.lines().collect();
    let excerpts: Result<Vec<String>, String> = parts
        .split("; ")
        .map(|part| excerpt(&lines, part).ok_or_else(|| format!("{file} has no `{part}`")))
        .collect();
    Ok(excerpts?.join("\n\n"))
}

/// The lines of `part`, moved to the left.
fn excerpt(lines: &[&str], part: &str) -> Option<String> {
    let mut within = lines;
    for step in part.split(" > ") {
        let begins = |line: &&str| {
            let code = line.trim_start();
            let code = code.strip_prefix("pub ").unwrap_or(code);
            let rest = code.strip_prefix(step);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        let first = within.iter().position(begins)?;
        let end = first + 1 + end(&within[first + 1..], indent(within[first]));
        within = &within[first..end];
    }
    let indent = indent(within[0]);
    let moved = within.iter().map(|line| line.get(indent..).unwrap_or(""));
    Some(moved.collect::<Vec<_>>().join("\n"))
}

/// How many of the lines below belong to a line with this indent: those that are further in, and
/// those that go on with it, such as `) -> bool {`, `where` and `} else {`, up to the one that
/// closes it.
fn end(below: &[&str], indent: usize) -> usize {
    for (at, line) in below.iter().enumerate() {
        if line.is_empty() || self::indent(line) > indent {
            continue;
        }
        let code = line.trim();
        let goes_on = self::indent(line) == indent
            && (code == "where" || code.starts_with(['{', '}', ')', ']']));
        if !goes_on {
            // A new line of code, perhaps after an empty one.
            return below[..at]
                .iter()
                .rposition(|line| !line.is_empty())
                .map_or(0, |last| last + 1);
        }
        if code.ends_with(['}', ')', ']', ';', ',']) {
            return at + 1;
        }
    }
    below.len()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// What the compiler says to the program at `path`, which it has to refuse.
fn compilers_message(path: &Path) -> Result<String, String> {
    let name = path.file_name().unwrap_or_default();
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc)
        .current_dir(path.parent().unwrap_or(Path::new(".")))
        .args(["--edition=2024", "--emit=metadata", "--color=never", "-o"])
        .arg(std::env::temp_dir().join("refused"))
        .arg(name)
        .output()
        .map_err(|error| format!("cannot start rustc: {error}"))?;
    if said.status.success() {
        return Err(format!("{} compiles", path.display()));
    }
    let message = String::from_utf8_lossy(&said.stderr);
    if message.contains("--> /") {
        // Where the library's sources are, and whether its lines are shown, differs between
        // machines.
        return Err(format!(
            "the message to {} points into the standard library; take a program whose message does not",
            path.display()
        ));
    }
    let end = message.find("\nerror: aborting").unwrap_or(message.len());
    Ok(message[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "\
impl Gate {
    pub fn open(&self) {
        let open = || {
            true
        };

        open();
    }

    fn open_twice(&self) {}
}
";

    fn excerpt_of(part: &str) -> Option<String> {
        excerpt(&PROGRAM.lines().collect::<Vec<_>>(), part)
    }

    #[test]
    fn an_excerpt_ends_with_the_line_that_closes_it() {
        let open = "fn open(&self) {\n    let open = || {\n        true\n    };\n\n    open();\n}";
        assert_eq!(excerpt_of("fn open"), Some(format!("pub {open}")));
        assert_eq!(
            excerpt_of("impl Gate > fn open > let open").unwrap(),
            "let open = || {\n    true\n};"
        );
    }

    #[test]
    fn an_excerpt_goes_on_over_lines_that_do_not_close_it() {
        let program = "fn a(\n    b: B,\n) -> bool\nwhere\n    B: C,\n{\n    let d = b\n        .c();\n    if d {\n    } else {\n    }\n\n    d\n}\nfn e() {}\n";
        let lines: Vec<&str> = program.lines().collect();
        let whole = program.strip_suffix("\nfn e() {}\n").unwrap();
        assert_eq!(excerpt(&lines, "fn a").unwrap(), whole);
        assert_eq!(
            excerpt(&lines, "fn a > let d").unwrap(),
            "let d = b\n    .c();"
        );
        assert_eq!(
            excerpt(&lines, "fn a > if d").unwrap(),
            "if d {\n} else {\n}"
        );
        assert_eq!(excerpt(&lines, "fn e").unwrap(), "fn e() {}");
    }

    #[test]
    fn an_excerpt_may_be_one_line_and_is_a_whole_word() {
        assert_eq!(
            excerpt_of("fn open_twice").unwrap(),
            "fn open_twice(&self) {}"
        );
        assert_eq!(excerpt_of("open"), Some("open();".to_owned()));
        assert_eq!(excerpt_of("fn open_tw"), None);
        assert_eq!(excerpt_of("impl Gate > fn close"), None);
    }

    #[test]
    fn a_block_is_made_anew_and_the_rest_stays() {
        let page = "# A\n<!-- a comment: this -->\n<!-- picture: locks::one_lock_for_everything -->\n```text\nold\n```\n\nend\n";
        let new = remade(page, Path::new(".")).unwrap();
        assert!(new.starts_with("# A\n<!-- a comment: this -->\n<!-- picture: "));
        assert!(new.contains("```text\none_lock_for_everything was never reached\n"));
        assert!(new.ends_with("\n```\n\nend\n") && !new.contains("old"));
        assert_eq!(remade(&new, Path::new(".")).unwrap(), new);
    }

    #[test]
    fn a_block_that_cannot_be_made_is_named_by_its_line() {
        for (comment, why) in [
            ("<!-- picture: locks::nothing -->", "there is no trap"),
            (
                "<!-- picture: locks::one_lock_for_everything -->",
                "a fenced block",
            ),
            (
                "<!-- outcome: mended::one_arrives_twice -->",
                "interleavings`",
            ),
            ("<!-- code: nowhere.rs -->", "nowhere.rs: "),
            ("<!-- code: Cargo.toml: fn main -->", "has no `fn main`"),
        ] {
            let stale = remade(&format!("# A\n\n{comment}\ntext\n"), Path::new(".")).unwrap_err();
            assert_eq!(stale.line, 3);
            assert!(stale.why.contains(why), "{stale}");
        }
    }
}
