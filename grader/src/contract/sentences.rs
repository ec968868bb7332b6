//! Cuts documentation into sentences.
//!
//! The one idea: lines are put together to paragraphs and list items first, so that where a line
//! ends says nothing; then each is cut where a sentence ends outside of code and brackets.

/// What ends in a full stop and no sentence.
const ABBREVIATIONS: [&str; 6] = ["e.g.", "i.e.", "etc.", "cf.", "vs.", "resp."];

/// The sentences of some lines, each with the line on which it begins. Headings and code blocks
/// have none.
pub(super) fn split(lines: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut sentences = Vec::new();
    let mut block: Vec<(usize, &str)> = Vec::new();
    let mut in_code = false;
    for (number, line) in lines {
        let line = line.trim();
        let fence = line.starts_with("```");
        let item = list_item(line);
        let ends = fence || in_code || line.is_empty() || line.starts_with('#') || item.is_some();
        if ends {
            cut(&std::mem::take(&mut block), &mut sentences);
        }
        in_code ^= fence;
        match item {
            _ if fence || in_code => {}
            Some(rest) => block.push((*number, rest)),
            None if !ends => block.push((*number, line)),
            None => {}
        }
    }
    cut(&block, &mut sentences);
    sentences
}

/// Text with single spaces where there is any white space.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a list item's first line.
fn list_item(line: &str) -> Option<&str> {
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = match line.strip_prefix("- ").or(line.strip_prefix("* ")) {
        None if numbered.len() < line.len() => numbered.strip_prefix(". "),
        rest => rest,
    };
    rest.map(str::trim)
}

/// Cuts one paragraph or list item.
fn cut(block: &[(usize, &str)], sentences: &mut Vec<(usize, String)>) {
    let words: Vec<(usize, &str)> = block
        .iter()
        .flat_map(|(line, text)| text.split_whitespace().map(|word| (*line, word)))
        .collect();
    let mut sentence: Vec<&str> = Vec::new();
    let (mut began, mut depth, mut code) = (0, 0_i32, false);
    for (at, (line, word)) in words.iter().enumerate() {
        if sentence.is_empty() {
            began = *line;
        }
        sentence.push(word);
        for c in word.chars() {
            match c {
                '`' => code = !code,
                '(' if !code => depth += 1,
                ')' if !code => depth -= 1,
                _ => {}
            }
        }
        let next = words.get(at + 1).map(|(_, next)| *next);
        if depth <= 0 && !code && ends(word, next) {
            sentences.push((began, sentence.join(" ")));
            (sentence, depth) = (Vec::new(), 0);
        }
    }
    if !sentence.is_empty() {
        sentences.push((began, sentence.join(" ")));
    }
}

/// Whether a sentence ends with `word`, if `next` follows it.
fn ends(word: &str, next: Option<&str>) -> bool {
    let bare = word.trim_end_matches([')', '"', '\u{201d}', '*', '_']);
    let stops = bare.ends_with(['.', '!', '?', '…'])
        && !ABBREVIATIONS.contains(&bare.trim_start_matches('('));
    let begins = |next: &str| {
        let first = next.trim_start_matches(['(', '"', '\u{201c}', '*', '_', '[']);
        first.starts_with(|c: char| !c.is_lowercase())
    };
    stops && next.is_none_or(begins)
}

#[cfg(test)]
mod tests {
    use super::split;

    fn of(text: &str) -> Vec<(usize, String)> {
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        split(&(1..).zip(lines).collect::<Vec<_>>())
    }

    #[track_caller]
    fn cuts(text: &str, expected: &[&str]) {
        let found: Vec<_> = of(text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_sentence_does_not_end_with_its_line() {
        let found = of(" Blocks until\n all have   ended. Never\n panics.\n");
        let expected = [(1, "Blocks until all have ended."), (2, "Never panics.")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn abbreviations_ellipses_and_code_end_no_sentence() {
        cuts(
            "Waits, e.g. `a. B`, i.e. sleeps … and goes on. `send` fails.",
            &[
                "Waits, e.g. `a. B`, i.e. sleeps … and goes on.",
                "`send` fails.",
            ],
        );
        cuts(
            "Gives `x. Y z`. [`Link`] says why (who? Nobody.). Done!",
            &[
                "Gives `x. Y z`.",
                "[`Link`] says why (who? Nobody.).",
                "Done!",
            ],
        );
        cuts("Version 1.2 is `v1.`.", &["Version 1.2 is `v1.`."]);
    }

    #[test]
    fn each_item_of_a_list_stands_for_itself() {
        cuts(
            "Fails if:\n- it is full;\n- nobody\n  is there. Or late;\n1. never\n",
            &[
                "Fails if:",
                "it is full;",
                "nobody is there.",
                "Or late;",
                "never",
            ],
        );
    }

    #[test]
    fn headings_and_code_blocks_say_nothing() {
        cuts(
            "Adds.\n\n# Panics\n\nIf it is full\n# Examples\n```\nlet a = 1.\n# hidden\n\n- b\n```\nEnds.",
            &["Adds.", "If it is full", "Ends."],
        );
    }
}
