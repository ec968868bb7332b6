//! Names in lists of Rust text: macros, modules.

/// The text with `name` at the end of the list in brackets behind `head`.
pub(super) fn in_macro(text: &str, head: &str, name: &str) -> Result<String, String> {
    let missing = || format!("has no `{head}[…]` to put `{name}` in");
    let begin = text.find(head).ok_or_else(missing)? + head.len();
    let end = begin + text[begin..].find([']', ')']).ok_or_else(missing)?;
    let list = text[begin..end].trim_end();
    let open = list.ends_with(['[', '(', ',']);
    let comma = if open { "" } else { "," };
    let item = match text[begin..end].contains('\n') {
        true => format!("\n    {name},\n"),
        false if list.ends_with(',') => format!(" {name}"),
        false if open => name.to_owned(),
        false => format!(" {name}"),
    };
    Ok(format!(
        "{}{list}{comma}{item}{}",
        &text[..begin],
        &text[end..]
    ))
}

/// The text with `mod name;` where rustfmt wants it among those that are there.
pub(super) fn module(text: &str, name: &str) -> String {
    in_order(text, "mod ", name)
}

/// The text with `pub mod name;`: where rustfmt wants it, or, where each has its attribute, behind
/// the last.
pub(super) fn public_module(text: &str, name: &str) -> String {
    const FORBIDS: &str = "#[forbid(unsafe_code)]\n";
    let last = text.rfind("\npub mod ");
    let end = last.and_then(|last| Some(last + 1 + text[last + 1..].find('\n')? + 1));
    match end.filter(|_| text.contains(FORBIDS)) {
        Some(end) => {
            let (before, after) = text.split_at(end);
            format!("{before}\n{FORBIDS}pub mod {name};\n{after}")
        }
        None => in_order(text, "pub mod ", name),
    }
}

fn in_order(text: &str, keyword: &str, name: &str) -> String {
    let line = format!("{keyword}{name};");
    let mut lines: Vec<&str> = text.lines().collect();
    let is_mod = |other: &&str| other.starts_with(keyword);
    let after = lines
        .iter()
        .position(|other| is_mod(other) && **other > *line);
    let last = lines.iter().rposition(is_mod);
    match after.or(last.map(|at| at + 1)) {
        Some(at) => lines.insert(at, &line),
        None => lines.extend(["", &line]),
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_at_the_end_of_its_list() {
        for (text, wanted) in [
            ("m![];", "m![c];"),
            ("m!(a, b);", "m!(a, b, c);"),
            ("m![\n    a,\n    b\n];", "m![\n    a,\n    b,\n    c,\n];"),
            (
                "m![\n    a,\n    b,\n];\nx![];",
                "m![\n    a,\n    b,\n    c,\n];\nx![];",
            ),
        ] {
            assert_eq!(in_macro(text, "m!", "c").as_deref(), Ok(wanted));
        }
        assert!(in_macro("n![]", "m!", "c").is_err());
    }

    #[test]
    fn a_module_has_its_place_among_the_others() {
        assert_eq!(
            module("//! T.\n\nmod a;\nmod c;\n", "b"),
            "//! T.\n\nmod a;\nmod b;\nmod c;\n"
        );
        assert_eq!(module("mod a;\nuse x;\n", "b"), "mod a;\nmod b;\nuse x;\n");
        assert_eq!(module("//! T.\n", "a"), "//! T.\n\nmod a;\n");
        let forbids = "//! L.\n\n#[forbid(unsafe_code)]\npub mod c;\n";
        assert_eq!(
            public_module(forbids, "b"),
            format!("{forbids}\n#[forbid(unsafe_code)]\npub mod b;\n")
        );
        assert_eq!(
            public_module("pub mod a;\nfn x() {}\n", "b"),
            "pub mod a;\npub mod b;\nfn x() {}\n"
        );
    }
}
