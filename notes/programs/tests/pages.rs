//! Every page shows what its programs say today. `make pictures` writes the pages anew.
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// The pages of the book, and the front page of the repository.
fn pages() -> Vec<PathBuf> {
    let notes = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = read_dir(notes).expect("the folder of the pages");
    let paths = files.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .chain([notes.join("../README.md")])
        .collect()
}

#[test]
fn what_a_page_shows_of_a_program_is_what_the_program_says() {
    for path in pages() {
        let page = read_to_string(&path).expect("a page is text");
        let folder = path.parent().expect("a page is in a folder");
        let remade = match book::remade(&page, folder) {
            Ok(remade) => remade,
            Err(stale) => panic!("{}:{stale}", path.display()),
        };
        expect_test::expect_file![&path].assert_eq(&remade);
    }
}
