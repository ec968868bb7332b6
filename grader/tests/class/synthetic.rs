//! A class by a seed: right and wrong answers, copies, broken and hostile ones, as each platform
//! gives them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use zip::write::SimpleFileOptions;

use super::course;

/// What somebody hands in: files by their path from the lab's folder.
pub(crate) type Files = BTreeMap<String, String>;

/// One of the class.
#[derive(Debug, Clone)]
pub(crate) struct Student {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) number: u32,
    pub(crate) files: Files,
}

/// Numbers that look random, the same for each seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// So many students. Each kind of answer comes once before one comes again.
pub(crate) fn class(seed: u64, count: u32) -> Vec<Student> {
    let mut dice = Dice(seed);
    let firsts = ["Ann", "Bob", "Cleo", "Dora", "Eve", "Zoë"];
    let student = |number| Student {
        first: firsts[dice.below(6) as usize].to_owned(),
        last: format!("Doe{number}"),
        number: 1000 + number,
        files: answer(number),
    };
    (0..count).map(student).collect()
}

fn answer(number: u32) -> Files {
    let mut files = right();
    let mut replace = |file: &str, find: &str, by: &str| {
        let text = files.get_mut(file).expect("a file of the lab");
        assert!(text.contains(find), "{find}");
        *text = text.replacen(find, by, 1);
    };
    match number % 8 {
        0 => {}
        1 => replace("src/one.rs", "    1\n", "    0\n"),
        2 => files = skeleton(),
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

fn right() -> Files {
    read(&course().tree.solution("tiny"))
}

fn skeleton() -> Files {
    read(&course().tree.lab("tiny"))
}

/// How a class is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum As {
    Folders,
    Canvas,
    Moodle,
    Blackboard,
    Gradescope,
}

/// Lays a class out as a platform gives it.
pub(crate) fn lay(class: &[Student], layout: As, dir: &Path) {
    let mut yml = "---\n".to_owned();
    for (at, student) in class.iter().enumerate() {
        let Student {
            first,
            last,
            number,
            files,
        } = student;
        let low = format!("{last}{first}").to_lowercase();
        for (file, (path, text)) in files.iter().enumerate() {
            let name = path.rsplit('/').next().unwrap_or(path);
            let place = match layout {
                As::Folders => format!("{first} {last}/{path}"),
                As::Canvas => format!("{low}_{number}_{}_{name}", 10 * number + file as u32),
                As::Moodle => format!("{first} {last}_{number}_assignsubmission_file/{path}"),
                As::Blackboard => {
                    format!("Tiny_{last}_attempt_2026-11-30-09-15-{:02}_{name}", at % 60)
                }
                As::Gradescope => format!("assignment_9_export/submission_{number}/{path}"),
            };
            put(&dir.join(place), text.as_bytes());
        }
        yml += &format!(
            "submission_{number}:\n  :submitters:\n  - :name: {first} {last}\n    :sid: '{number}'\n"
        );
    }
    if matches!(layout, As::Gradescope) {
        put(
            &dir.join("assignment_9_export/submission_metadata.yml"),
            yml.as_bytes(),
        );
    }
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
