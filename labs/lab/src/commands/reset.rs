//! `reset`: an exercise's files as they were handed out; what was there is kept.

use std::fs;

use anstream::println;
use anyhow::{Context, Result, bail};
use parcel::PRISTINE;

use crate::desk::Desk;
use crate::error::Exit;
use crate::handed_out;
use crate::state::{Last, State};
use crate::text::{PATH, paint};
use crate::{commands, place};

/// Puts the exercise's files back. Asks nothing, and loses nothing.
pub(crate) fn reset(desk: &mut Desk, word: Option<&str>) -> Result<Exit> {
    let exercise = commands::named(desk, word)?.clone();
    let mut put_back = 0;
    for file in exercise.files() {
        let Some((new, source)) = handed_out::text(&desk.course, &file) else {
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
            let backup = parcel::backup(desk.root(), &file);
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
