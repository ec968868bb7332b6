//! Reads the student's source, to show lines and to find out what they call things.
use crate::record::CallSite;
use picture::{Place, Step};
use std::backtrace::Backtrace;
use std::collections::{BTreeMap, HashMap};

/// Source files, read once. A file that cannot be read has no lines.
#[derive(Debug, Default)]
pub(super) struct Source(HashMap<String, Vec<String>>);

impl Source {
    /// Places are relative to the workspace, while tests run in their package's folder: look
    /// upwards.
    fn lines(&mut self, file: &str) -> &[String] {
        self.0.entry(file.to_owned()).or_insert_with(|| {
            let up = ["", "../", "../../", "../../../"];
            let read = |up: &&str| std::fs::read_to_string(format!("{up}{file}")).ok();
            up.iter()
                .find_map(read)
                .map_or(Vec::new(), |text| text.lines().map(str::to_owned).collect())
        })
    }

    /// The text of a line, 1 being the first.
    pub(super) fn line(&mut self, file: &str, line: u32) -> Option<&str> {
        self.lines(file)
            .get(line.checked_sub(1)? as usize)
            .map(String::as_str)
    }

    /// The text before a place on its line.
    fn before(&mut self, place: CallSite) -> Option<String> {
        let line = self.line(place.file(), place.line())?;
        Some(line.chars().take(place.column() as usize - 1).collect())
    }

    /// What an operation is called on: `visited` in `self.visited.lock()`.
    pub(super) fn receiver(&mut self, place: CallSite) -> Option<String> {
        let mut before = self.before(place)?;
        // A method call's place is the method's name; on a line of its own the receiver is further
        // up.
        let mut line = place.line();
        while before.trim().is_empty() || before.trim() == "." {
            line = line.checked_sub(1)?;
            before = format!("{}.", self.line(place.file(), line)?.trim_end());
        }
        let receiver = before.trim_end().strip_suffix('.')?;
        let receiver = receiver.trim_end_matches([')', '(']);
        let receiver = strip_index(receiver);
        identifier_at_end(receiver)
    }

    /// What a new object is put into: `visited` in `let visited = Arc::new(Mutex::new(…` or
    /// `visited: Mutex::new(…`.
    pub(super) fn binding(&mut self, place: CallSite) -> Option<String> {
        let before = self.before(place)?;
        let equals = before
            .rfind('=')
            .filter(|at| !before[..*at].ends_with(['=', '<', '>', '!']));
        let colon = before.replace("::", "\0\0").rfind(':');
        match (equals, colon) {
            (Some(equals), colon) if colon.is_none_or(|colon| equals > colon) => {
                let left = before[..equals].trim_end();
                // `let name: Type = …`: the name stands before the colon.
                let left = left.replace("::", "\0\0");
                let left = left
                    .rsplit_once(':')
                    .map_or(left.as_str(), |(name, _)| name);
                identifier_at_end(left)
            }
            (_, Some(colon)) => identifier_at_end(&before[..colon]),
            _ => None,
        }
    }

    /// What the second half of a new pair is put into: `pages` in
    /// `let (sender, pages) = bounded(1)`.
    pub(super) fn second_binding(&mut self, place: CallSite) -> Option<String> {
        let before = self.before(place)?;
        let left = before[..before.rfind('=')?].trim_end();
        identifier_at_end(left.strip_suffix(')')?)
    }

    /// The whole text of a file, if it could be read.
    pub(super) fn text(&mut self, file: &str) -> Option<String> {
        let lines = self.lines(file);
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Where in `file` a guard was dropped: the first frame that lies there.
    pub(super) fn dropped_at(&self, backtrace: &Backtrace, file: &str) -> Option<(u32, u32)> {
        backtrace.to_string().lines().find_map(|line| {
            let place = line.trim().strip_prefix("at ")?;
            let mut parts = place.rsplitn(3, ':');
            let (column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
            // Printed relative to the current folder, which need not be the workspace's.
            let path = path.trim_start_matches("./");
            let found = path.ends_with(file) || file.ends_with(path);
            found.then(|| Some((line.parse().ok()?, column.parse().ok()?)))?
        })
    }
}

impl Source {
    /// The whole text of each file that the steps are in.
    pub(super) fn of_steps(&mut self, steps: &[Step]) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for at in steps.iter().filter_map(|step| step.at.as_ref()) {
            if !texts.contains_key(&at.file)
                && let Some(text) = self.text(&at.file)
            {
                texts.insert(at.file.clone(), text);
            }
        }
        texts
    }

    /// Where a call of the kit's own was made: the first frame that is neither the kit's nor a
    /// library's.
    pub(super) fn caller(&mut self, backtrace: &Backtrace) -> Option<Place> {
        backtrace.to_string().lines().find_map(|line| {
            let place = line.trim().strip_prefix("at ")?;
            let mut parts = place.rsplitn(3, ':');
            let (column, line, path) = (parts.next()?, parts.next()?, parts.next()?);
            let file = of_the_workspace(path)?;
            let mine = !file.starts_with("labs/kit/src/") && !self.lines(&file).is_empty();
            mine.then_some(())?;
            Some(Place {
                file,
                line: line.parse().ok()?,
                column: column.parse().ok()?,
            })
        })
    }
}

/// A path of a backtrace, from the workspace's folder; `None` if it lies elsewhere. Backtraces name
/// what is below the current folder from there.
fn of_the_workspace(path: &str) -> Option<String> {
    let whole = match path.strip_prefix("./") {
        Some(below) => std::env::current_dir().ok()?.join(below),
        None => path.into(),
    };
    let whole = whole.to_string_lossy().into_owned();
    ["/grader/labs/", "/labs/", "/notes/programs/", "/solutions/"]
        .iter()
        .find_map(|root| Some(whole[whole.rfind(root)? + 1..].to_owned()))
}

/// `shards[0]` names no more than `shards`.
fn strip_index(text: &str) -> &str {
    let text = text.trim_end();
    match text.strip_suffix(']').and_then(|text| text.rfind('[')) {
        Some(open) => &text[..open],
        None => text,
    }
}

fn identifier_at_end(text: &str) -> Option<String> {
    let text = text.trim_end();
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || *c == '_')
        .last()
        .map(|(at, _)| at)?;
    let identifier = &text[start..];
    let is_name = identifier.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (is_name && !matches!(identifier, "self" | "unsafe" | "return" | "match"))
        .then(|| identifier.to_owned())
}
