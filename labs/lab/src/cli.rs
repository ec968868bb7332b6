//! The command line: what can be asked.

use anstream::eprintln;
use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use std::path::PathBuf;
use std::time::Duration;

use crate::commands::{self, Check, Explain, Replay};
use crate::desk::Desk;
use crate::error::{Exit, exit_for};
use crate::watch;

/// Your exercises: what passes, what fails and why, and what comes next.
///
/// Without a command: the list of exercises and where you stand.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo lab",
    after_help = EXITS,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub struct Cli {
    /// Lists the exercises of all labs, not only of the one where you are.
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXITS: &str = "\
An EXERCISE is named as `wait_group` or `locks/wait_group`, one of its tests as
`wait_group::two_waiters`; without a name, it is where you are.

Exit codes:
  0  done, and what was checked passes
  1  what was checked does not pass
  2  the command line is wrong, or names what is not there
  3  the command could not do its work";

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks what you edited last, or an exercise, one of its tests, or all of a lab.
    Check(CheckArgs),
    /// Checks again whenever you save, and answers to single keys.
    Watch(WatchArgs),
    /// Shows the next of three hints, each more explicit than the last.
    Hint(HintArgs),
    /// Shows how the last check failed: the shortest interleaving, or the test that you name.
    Explain(ExplainArgs),
    /// Makes a page on which you are the scheduler: pick who goes next, and try to break it.
    Play(PlayArgs),
    /// Runs one interleaving again, exactly.
    Replay(ReplayArgs),
    /// Names the first exercise of your lab that does not pass, and the file to open.
    Next,
    /// Puts an exercise's files back as they were handed out, and keeps a copy of yours.
    Reset {
        /// The exercise; left out, the one where you are.
        exercise: Option<String>,
    },
    /// Makes the file to hand in: `hand-in/<lab>.zip`.
    Pack {
        /// The lab; all that you have begun if not given.
        lab: Option<String>,
        /// Packs a lab that does not compile, too.
        #[arg(long)]
        anyway: bool,
    },
    /// Shows the course's own answer, after yours passes and where the course ships it.
    Compare {
        /// The exercise; left out, the one where you are.
        exercise: Option<String>,
    },
    /// Brings in a newer kit of the course, and keeps your work.
    Update {
        /// The kit: an archive or a folder.
        kit: PathBuf,
    },
    /// Runs an exercise's scenarios many times on real threads, then searches them.
    Stress {
        /// The exercise; left out, the one where you are.
        exercise: Option<String>,
        /// How many times.
        #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
        runs: u64,
    },
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// An exercise, a lab, or a test.
    #[arg(value_name = "EXERCISE|LAB|TEST")]
    name: Option<String>,
    /// Every exercise that was begun.
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// One line for each failure, as editors read it.
    #[arg(long)]
    short: bool,
    /// Searches the specification's scenarios beyond the usual size, for this long in each test.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deep: Option<u64>,
}

#[derive(Debug, Args)]
struct WatchArgs {
    /// Where to begin; after that, it follows what you edit.
    #[arg(value_name = "EXERCISE|LAB")]
    name: Option<String>,
    /// Looks for edits once a second, for folders where the system does not report them.
    #[arg(long)]
    poll: bool,
}

#[derive(Debug, Args)]
struct HintArgs {
    /// The exercise; left out, the one where you are.
    exercise: Option<String>,
    /// This hint, not the next one.
    #[arg(long, value_name = "N")]
    level: Option<usize>,
}

#[derive(Debug, Args)]
struct ExplainArgs {
    /// The exercise, or one of its tests.
    #[arg(value_name = "EXERCISE|TEST")]
    exercise: Option<String>,
    /// Writes it as an HTML file to step through, and prints the file's path.
    #[arg(long)]
    html: bool,
    /// Writes the drawing there, as an SVG.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["html", "open"])]
    svg: Option<std::path::PathBuf>,
    /// Opens the HTML file in the browser.
    #[arg(long)]
    open: bool,
    /// Shows the steps too that have no part in the failure.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct PlayArgs {
    /// The exercise; left out, the one where you are.
    exercise: Option<String>,
    /// Writes the page, and does not open it.
    #[arg(long)]
    html: bool,
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// As `cargo lab explain` prints it.
    token: String,
    /// Runs it under rust-gdb or rust-lldb.
    #[arg(long)]
    debugger: bool,
    /// Stops at this step of the picture, not at the last.
    #[arg(long, value_name = "N", requires = "debugger")]
    step: Option<usize>,
}

impl Cli {
    /// Does what was asked, and says what to exit with.
    pub fn run(self) -> Exit {
        match self.dispatch() {
            Ok(exit) => exit,
            Err(error) => {
                eprintln!("cargo lab: {error:#}");
                exit_for(&error)
            }
        }
    }

    fn dispatch(self) -> Result<Exit> {
        let mut desk = Desk::open()?;
        match self.command {
            None => commands::list(&desk, self.all),
            Some(Command::Check(args)) => {
                let how = Check {
                    word: args.name.as_deref(),
                    all: args.all,
                    short: args.short,
                    deep: args.deep.map(Duration::from_secs),
                };
                commands::check(&mut desk, how)
            }
            Some(Command::Watch(args)) => watch::watch(desk, args.name.as_deref(), args.poll),
            Some(Command::Hint(args)) => {
                commands::hint(&mut desk, args.exercise.as_deref(), args.level)
            }
            Some(Command::Explain(args)) => {
                let how = Explain {
                    html: args.html,
                    svg: args.svg,
                    open: args.open,
                    all: args.all,
                };
                commands::explain(&desk, args.exercise.as_deref(), how)
            }
            Some(Command::Play(args)) => {
                commands::play(&desk, args.exercise.as_deref(), !args.html)
            }
            Some(Command::Replay(args)) => {
                let replay = Replay {
                    token: args.token,
                    debugger: args.debugger,
                    step: args.step,
                };
                commands::replay(&desk, &replay)
            }
            Some(Command::Next) => commands::next(&desk),
            Some(Command::Reset { exercise }) => commands::reset(&mut desk, exercise.as_deref()),
            Some(Command::Stress { exercise, runs }) => {
                commands::stress(&desk, exercise.as_deref(), runs)
            }
            Some(Command::Pack { lab, anyway }) => commands::pack(&desk, lab.as_deref(), anyway),
            Some(Command::Compare { exercise }) => commands::compare(&desk, exercise.as_deref()),
            Some(Command::Update { kit }) => commands::update(&desk, &kit),
        }
    }
}
