//! Names of entries, as archives and folders have them.

/// A name may have this many bytes, and this many parts.
const LONGEST: usize = 1024;
const DEEPEST: usize = 32;

/// What tools leave beside an answer.
const CLUTTER: [&str; 6] = [
    ".git",
    "target",
    "__MACOSX",
    ".DS_Store",
    ".pristine",
    "node_modules",
];

/// What a name is good for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A path below the submission, with `/` between its parts, and nothing else in it.
    Usable(String),
    /// Not the student's: version control, what was built, what a file manager leaves.
    Clutter,
    /// Nothing that a file could be looked up by, and why.
    Unusable(&'static str),
}

/// Reads an entry's name. Archives from Windows may part it by `\`.
pub(super) fn clean(name: &[u8]) -> Named {
    let Ok(name) = std::str::from_utf8(name) else {
        return Named::Unusable("not UTF-8");
    };
    if name.len() > LONGEST {
        return Named::Unusable("too long");
    }
    if name.chars().any(char::is_control) {
        return Named::Unusable("control characters");
    }
    let name = name.replace('\\', "/");
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with('/') || drive {
        return Named::Unusable("an absolute path");
    }
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts: Vec<&str> = parts.collect();
    if parts.contains(&"..") {
        return Named::Unusable("leads out of the submission");
    }
    if parts.len() > DEEPEST {
        return Named::Unusable("too deep");
    }
    let clutter = |part: &&str| CLUTTER.contains(part) || part.starts_with("._");
    if parts.is_empty() || parts.iter().any(clutter) {
        return Named::Clutter;
    }
    Named::Usable(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_path_below_the_submission_or_is_not_used() {
        let usable = |name: &str| Named::Usable(name.to_owned());
        let cases: [(&[u8], Named); 12] = [
            (b"src/visited.rs", usable("src/visited.rs")),
            (b"./src//visited.rs", usable("src/visited.rs")),
            (b"ann\\src\\visited.rs", usable("ann/src/visited.rs")),
            (b"/etc/passwd", Named::Unusable("an absolute path")),
            (b"C:\\visited.rs", Named::Unusable("an absolute path")),
            (
                b"src/../../visited.rs",
                Named::Unusable("leads out of the submission"),
            ),
            (b"\xff.rs", Named::Unusable("not UTF-8")),
            (b"a\n.rs", Named::Unusable("control characters")),
            (&[b'a'; 2000], Named::Unusable("too long")),
            (b"__MACOSX/._visited.rs", Named::Clutter),
            (b"src/._visited.rs", Named::Clutter),
            (b"labs/target/debug/x.rs", Named::Clutter),
        ];
        for (name, wanted) in cases {
            let shown = String::from_utf8_lossy(name).into_owned();
            assert_eq!(clean(name), wanted, "{shown}");
        }
        assert_eq!(clean(&b"a/".repeat(40)), Named::Unusable("too deep"));
    }
}
