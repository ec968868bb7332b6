//! A class of the lab `tiny`: right and wrong answers, copies, broken and hostile ones. Which of
//! them somebody has is known.

use std::io::Write;
use std::path::Path;

use grader::batch::Layout;
use grader::rehearsal::{self, Dice, Student};
use grader::results::Files;
use zip::write::SimpleFileOptions;

use super::course;

/// That many students. Each kind of answer comes once before one comes again.
pub(crate) fn class(seed: u64, count: u32) -> Vec<Student> {
    let mut dice = Dice(seed);
    let firsts = ["Ann", "Bob", "Cleo", "Dora", "Eve", "Zoë"];
    let student = |number| Student {
        first: firsts[dice.below(6) as usize].to_owned(),
        last: format!("Doe{number}"),
        number: 1000 + number,
        late: false,
        files: answer(number),
        packed: false,
    };
    (0..count).map(student).collect()
}

fn answer(number: u32) -> Files {
    let mut files = read(&course().tree.solution("tiny"));
    let mut replace = |file: &str, find: &str, by: &str| {
        let text = files.get_mut(file).expect("a file of the lab");
        assert!(text.contains(find), "{find}");
        *text = text.replacen(find, by, 1);
    };
    match number % 8 {
        0 => {}
        1 => replace("src/one.rs", "    1\n", "    0\n"),
        2 => files = read(&course().tree.lab("tiny")),
        // A near copy of the first.
        3 => replace("src/one.rs", "    1\n", "    // by me\n    1\n"),
        4 => replace("src/two.rs", "    2\n", "    2 +\n"),
        5 => replace("src/one.rs", "    1\n", "    std::process::exit(0)\n"),
        6 => replace("src/two.rs", "    2\n", "    3\n"),
        _ => {
            let one = files.remove("src/one.rs").expect("a file of the lab");
            files = [("src/ones.rs".to_owned(), one)].into();
        }
    }
    files
}

fn read(dir: &Path) -> Files {
    let edit = course().lab.edit();
    let text = |file: &str| std::fs::read_to_string(dir.join(file)).expect("a file of the lab");
    edit.map(|file| (file.to_owned(), text(file))).collect()
}

/// Lays a class out as a platform gives it.
pub(crate) fn lay(class: &[Student], layout: Layout, dir: &Path) {
    rehearsal::lay(class, &course().lab, layout, dir).expect("room");
}

/// Packs a folder as a platform does.
pub(crate) fn pack(dir: &Path, to: &Path) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(to).expect("room"));
    for file in grader::tree::files_below(dir).expect("a folder") {
        let options = SimpleFileOptions::default();
        zip.start_file(file.to_str().expect("a name"), options)
            .expect("room");
        zip.write_all(&std::fs::read(dir.join(&file)).expect("a file"))
            .expect("room");
    }
    zip.finish().expect("room");
}

pub(crate) fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().expect("a file")).expect("room");
    std::fs::write(path, bytes).expect("room");
}
