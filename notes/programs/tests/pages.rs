//! Every page shows what its programs say today. `make pictures` writes the pages anew.
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// The pages of the book, the front page of the repository, and those of the labs.
fn pages() -> Vec<PathBuf> {
    let notes = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let files = read_dir(notes).expect("the folder of the pages");
    let labs = read_dir(notes.join("../labs")).expect("the folder of the labs");
    let paths = files.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .chain([notes.join("../README.md")])
        .chain(labs.map(|lab| lab.expect("an entry").path().join("README.md")))
        .filter(|path| path.exists())
        .collect()
}

/// The first line in which the page is not what it would be if it were made today.
fn difference(page: &str, remade: &str) -> Option<String> {
    let (mut old, mut new) = (page.lines(), remade.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (old.next(), new.next()) {
            (None, None) => return None,
            (old, new) if old == new => {}
            (old, new) => {
                let [old, new] = [old, new].map(|line| line.unwrap_or("(the end)"));
                return Some(format!("{line}: stale\n  it has  {old}\n  today   {new}"));
            }
        }
    }
}

#[test]
fn what_a_page_shows_of_a_program_is_what_the_program_says() {
    let write = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut stale = Vec::new();
    for path in pages() {
        let page = read_to_string(&path).expect("a page is text");
        let folder = path.parent().expect("a page is in a folder");
        let complaint = match book::remade(&page, folder) {
            Err(why) => Some(why.to_string()),
            Ok(remade) if write => {
                if remade != page {
                    std::fs::write(&path, &remade).expect("a page can be written");
                }
                None
            }
            Ok(remade) => difference(&page, &remade),
        };
        let drawn = book::drawings(&page, folder);
        for (file, svg) in drawn.as_ref().into_iter().flatten() {
            let kept = read_to_string(file).unwrap_or_default();
            if write && kept != *svg {
                let folder = file.parent().expect("it is in a folder");
                std::fs::create_dir_all(folder).expect("a folder can be made");
                std::fs::write(file, svg).expect("a drawing can be written");
            } else if kept != *svg {
                stale.push(format!("{}: stale", file.display()));
            }
        }
        stale.extend(drawn.err().map(|why| format!("{}:{why}", path.display())));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        stale.extend(complaint.map(|complaint| format!("{name}:{complaint}")));
    }
    assert!(
        stale.is_empty(),
        "\n{}\n`make pictures` writes the pages anew",
        stale.join("\n")
    );
}

#[test]
fn a_stale_line_is_named() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    assert!(
        difference("a\nb\n", "a\nc\n")
            .unwrap()
            .starts_with("2: stale")
    );
    assert!(difference("a\n", "a\nc\n").unwrap().ends_with("today   c"));
}
