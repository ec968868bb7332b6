//! Watch: from an edit to what it means, without a command.
//!
//! The one idea: edits, keys and ended checks are events of one channel, and [`follow::follow`]
//! answers them one by one; here is only what brings the events and what is done about them.
//!
//! Not here: how a check is made (`check`) and shown (`text`).

mod files;
mod follow;
mod terminal;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use anyhow::Result;

use crate::check::{self, Asked, Checked};
use crate::commands::{self, hinted};
use crate::course::Exercise;
use crate::desk::Desk;
use crate::error::Exit;
use crate::process::Stop;
use crate::select;
use crate::text::progress::Progress;
use follow::{Event, Hands};
use terminal::Terminal;

/// Watches until the student quits.
pub(crate) fn watch(desk: Desk, word: Option<&str>, poll: bool) -> Result<Exit> {
    let start = match word {
        Some(word) => {
            let named = select::several(&desk.course, word)?;
            let open = named
                .iter()
                .find(|exercise| desk.standing(exercise) != crate::state::Standing::Passing);
            open.or(named.first()).map(|exercise| exercise.id())
        }
        None => Some(commands::named(&desk, None)?.id()),
    };
    let Some(start) = start else {
        return commands::list(&desk, false);
    };
    let (tell, events) = channel();
    let folders: Vec<PathBuf> = desk
        .course
        .labs
        .iter()
        .flat_map(|lab| ["src", "tests"].map(|part| desk.course.folder(&lab.name).join(part)))
        .filter(|folder| folder.is_dir())
        .collect();
    let _watcher = files::watch(&folders, poll, tell.clone())?;
    let terminal = Terminal::new(tell.clone())?;
    let mut table = Table {
        desk,
        terminal,
        tell,
        work: None,
    };
    follow::follow(start, events, &mut table);
    table.stop();
    if let Some((_, worker)) = table.work.take() {
        let _ = worker.join(); // Its tests have to be gone first, and a build has to be through.
    }
    Ok(Exit::Done)
}

/// The desk at work.
struct Table {
    desk: Desk,
    terminal: Terminal,
    tell: Sender<Event>,
    work: Option<(Stop, JoinHandle<()>)>,
}

impl Table {
    fn exercise(&self, id: &str) -> Exercise {
        self.desk
            .course
            .get(id)
            .expect("ids come from the course")
            .clone()
    }
}

impl Hands for Table {
    fn owner(&self, files: &[PathBuf]) -> Option<String> {
        files
            .iter()
            .find_map(|file| self.desk.course.owner(file))
            .map(Exercise::id)
    }

    fn next(&self, from: &str) -> Option<String> {
        self.desk.after(from).map(Exercise::id)
    }

    fn begin(&mut self, id: &str) {
        self.terminal.clear();
        let (desk, exercise, tell) = (self.desk.clone(), self.exercise(id), self.tell.clone());
        let stop = Stop::default();
        let worker = std::thread::spawn({
            let stop = stop.clone();
            move || {
                let progress = Progress::new();
                let reports = check::check(&desk, &[&exercise], Asked::default(), &stop, &progress);
                drop(progress);
                let report = reports
                    .map(|mut reports| reports.pop().unwrap_or(Checked::Stopped))
                    .map_err(|error| format!("{error:#}"));
                let _ = tell.send(Event::Checked(report)); // Nobody listens after `q`.
            }
        });
        self.work = Some((stop, worker));
    }

    fn stop(&mut self) {
        if let Some((stop, _)) = &self.work {
            stop.now();
        }
    }

    fn checked(&mut self, id: &str, report: &Checked) {
        let exercise = self.exercise(id);
        let text = match self.desk.keep(&exercise, report.passed()) {
            Ok(()) => commands::view(&self.desk, &exercise).text(report),
            Err(error) => format!("{error:#}\n"),
        };
        self.terminal.clear();
        self.terminal.print(&text);
    }

    fn hint(&mut self, id: &str) {
        let text = hinted(&mut self.desk, Some(id), None);
        self.terminal
            .print(&text.unwrap_or_else(|error| format!("{error:#}\n")));
    }

    fn explain(&mut self, id: &str) {
        let text = commands::explained(&self.desk, &self.exercise(id), None, true);
        self.terminal.clear();
        self.terminal.print(&text);
    }

    fn open(&mut self, id: &str) {
        let text = commands::open(&self.desk, &self.exercise(id));
        self.terminal
            .print(&text.unwrap_or_else(|error| format!("{error:#}\n")));
    }

    fn list(&mut self) {
        self.terminal.print(&commands::listed(&self.desk, false));
    }

    fn say(&mut self, text: &str) {
        self.terminal.print(text);
    }
}
