//! `reset`: an exercise's files as they were handed out; what was there is kept.

use std::fs;

use anstream::println;
use anyhow::{Context, Result, bail};

use crate::course::{Course, Exercise};
use crate::desk::Desk;
use crate::error::Exit;
use crate::process;
use crate::state::{Last, State};
use crate::text::{PATH, paint};
use crate::{place, select};

/// Copies of the files as they were handed out, by path from the workspace's folder.
const PRISTINE: &str = ".pristine";
/// What was there before a reset.
const BACKUP: &str = ".weft-backup";

/// Puts the exercise's files back. Asks nothing, and loses nothing.
pub(crate) fn reset(desk: &mut Desk, word: &str) -> Result<Exit> {
    let exercise = select::one(&desk.course, word)?.clone();
    let mut put_back = 0;
    for file in exercise.files() {
        let Some((new, source)) = handed_out(&desk.course, &file) else {
            bail!(
                "{file} cannot be put back: neither `{PRISTINE}` nor the last commit in git has it"
            );
        };
        let path = desk.root().join(&file);
        let old = fs::read(&path).ok();
        if old.as_ref() == Some(&new) {
            println!("{file} is as {source} has it: nothing to put back");
            continue;
        }
        if let Some(old) = old {
            let backup = free_name(desk, &file);
            let to = desk.root().join(&backup);
            fs::create_dir_all(to.parent().expect("it is in a folder"))
                .and_then(|()| fs::write(&to, old))
                .with_context(|| format!("writing {backup}; {file} was left alone"))?;
            println!("kept      {}", paint(PATH, backup));
        }
        fs::write(&path, new).with_context(|| format!("writing {file}"))?;
        println!(
            "put back  {}",
            paint(PATH, place::to_open(desk.root(), &exercise))
        );
        println!("          as {source} has it");
        put_back += 1;
    }
    if put_back > 0 {
        desk.state = State::read(desk.root())?;
        let line = desk.state.of(&exercise.id());
        line.last = Last::New;
        line.hash = None;
        desk.state.write(desk.root())?;
    }
    Ok(Exit::Done)
}

/// Whether nobody has written into the exercise yet.
pub(crate) fn pristine(course: &Course, exercise: &Exercise) -> bool {
    exercise.files().all(|file| {
        let now = fs::read(course.root.join(&file)).ok();
        now.is_some() && now == handed_out(course, &file).map(|(text, _)| text)
    })
}

/// The file as it was handed out, and where that comes from.
fn handed_out(course: &Course, file: &str) -> Option<(Vec<u8>, &'static str)> {
    if let Ok(text) = fs::read(course.root.join(PRISTINE).join(file)) {
        return Some((text, "the course"));
    }
    let show = format!("HEAD:./{file}");
    let text = process::ask(process::git(&course.root).args(["show", &show]))?;
    Some((text, "the last commit"))
}

/// `.weft-backup/labs/locks/src/bank.rs.1`, or the first number that is free.
fn free_name(desk: &Desk, file: &str) -> String {
    let name = |n: usize| format!("{BACKUP}/{file}.{n}");
    let mut n = 1;
    while desk.root().join(name(n)).exists() {
        n += 1;
    }
    name(n)
}
