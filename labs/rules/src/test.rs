//! The rules as a test of an exercise, for whoever runs plain `cargo test`.

use std::path::Path;

use crate::tokens;

/// What the test of [`test!`](crate::test) is called.
pub const NAME: &str = "takes_nothing_that_the_models_cannot_see";

/// A test that fails where a file of the exercise uses what an answer must not; `unsafe` after the
/// files where the exercise teaches it.
///
/// ```ignore
/// rules::test!("src/spin_lock.rs", unsafe);
/// ```
#[macro_export]
macro_rules! test {
    ($($file:literal),+) => {
        $crate::test!(@ [$($file),+], false);
    };
    ($($file:literal),+, unsafe) => {
        $crate::test!(@ [$($file),+], true);
    };
    (@ $files:expr, $taught:expr) => {
        #[test]
        fn takes_nothing_that_the_models_cannot_see() {
            $crate::run(env!("CARGO_MANIFEST_DIR"), &$files, $taught);
        }
    };
}

/// Reads the files of an exercise, from the package's folder.
///
/// # Panics
///
/// With each finding on a line; and where a hole is left, because nothing of an exercise passes
/// before it is written.
pub fn run(package: &str, files: &[&str], unsafe_taught: bool) {
    let mut found = Vec::new();
    let mut holes = false;
    for file in files {
        let path = Path::new(package).join(file);
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
        match tokens::scan(file, &text, unsafe_taught) {
            Ok(findings) => found.extend(findings),
            Err(finding) => found.push(finding),
        }
        holes |= tokens::has_holes(&text);
    }
    let lines: Vec<String> = found.iter().map(crate::Finding::line).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    if holes {
        todo!("{}", files.join(" and "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<(), String> {
        let folder = std::env::temp_dir().join(format!("rules-{}", std::process::id()));
        let file = format!("{}.rs", text.len());
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join(&file), text).expect("written");
        let package = folder.to_str().expect("text").to_owned();
        let ran = std::panic::catch_unwind(|| run(&package, &[&file], false));
        ran.map_err(|panic| *panic.downcast::<String>().expect("a message"))
    }

    #[test]
    fn what_the_models_cannot_see_is_told_with_its_line() {
        let told = of("use kit::thread;\nuse std::sync::Mutex;\n").expect_err("it is refused");
        assert!(told.contains("rs:2:"), "{told}");
        assert!(told.contains("take it from `kit::sync::Mutex`"), "{told}");
        assert_eq!(of("use kit::sync::Mutex; // of `std::sync`, too\n"), Ok(()));
    }

    #[test]
    fn a_file_with_a_hole_does_not_pass() {
        let told = of("fn f() { todo!(\"count\") }").expect_err("it is not written");
        assert!(told.starts_with("not yet implemented: "), "{told}");
        assert_eq!(of("//! A `todo!()` in words.\nfn f() {}"), Ok(()));
    }
}
