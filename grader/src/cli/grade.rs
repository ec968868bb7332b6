//! `grader grade`: whose lab, which subjects, and where the reports go.

mod out;
mod scope;

use std::path::{Path, PathBuf};

use anstream::eprintln;
use anyhow::{Error, Result};
use clap::{Args, ValueEnum};

use out::Out;
use scope::Scope;

use super::{JailArgs, LabArg, cores};
use crate::cache::{Cache, Form};
use crate::error::{BadInput, Exit, exit_for};
use crate::grade::{Effort, Graded, Grader, Only};
use crate::intake;
use crate::lab::Lab;
use crate::progress::Progress;
use crate::report::view::{self, Reader};
use crate::report::{Report, escape};
use crate::stage::Worker;
use crate::subject::{Subject, Submission};
use crate::template::Template;
use crate::tree::Tree;
use crate::workers;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  grader grade --lab locks submissions/*
  grader grade --lab locks jdoe.zip --format markdown --out summary.md \\
      --format annotations --out annotations.txt --format junit --out results.xml")]
pub(super) struct GradeArgs {
    #[command(flatten)]
    lab: LabArg,
    /// The form of the report; several, each with a file of its own.
    #[arg(long, value_enum, default_value = "text")]
    format: Vec<Format>,
    /// Who reads the report.
    #[arg(long, value_enum, default_value_t = Reader::Student)]
    reader: Reader,
    /// Writes the report there instead of to standard output; for each form its own.
    #[arg(long, value_name = "FILE")]
    out: Vec<PathBuf>,
    /// How many submissions are graded at once.
    #[arg(long, value_name = "N", default_value_t = cores())]
    jobs: usize,
    /// Only this check, by its id.
    #[arg(long, value_name = "ID")]
    check: Option<String>,
    /// Searches the specifications' scenarios beyond their scope, for this long in each check;
    /// nothing is recalled.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deep: Option<u64>,
    /// Also grades what was graded before and rests on nothing that has changed.
    #[arg(long)]
    all: bool,
    /// Takes a file whose name is nearly right (`visted.rs`) for the one that is meant.
    #[arg(long)]
    accept_near_names: bool,
    /// For results.json: how points become grades, and what is shown when.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
    /// For results.json: Gradescope's submission_metadata.json, which says when it was handed in.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    #[command(flatten)]
    jail: JailArgs,
    /// What to grade: folders, or archives (.zip, .tar, .tar.gz).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: all that was found.
    Text,
    /// For people: one line for each.
    Table,
    /// All that there is to say, for other tools.
    Json,
    /// JUnit XML, for whatever collects tests.
    Junit,
    /// A summary as GitHub shows it.
    Markdown,
    /// Workflow commands of GitHub: each failure at its line.
    Annotations,
    /// A line for each check, for spreadsheets.
    Csv,
    /// Gradescope's results.json, of one submission: whole after every check.
    Gradescope,
}

pub(super) fn run(tree: &Tree, args: &GradeArgs) -> Result<Exit> {
    if let Some(problem) = misused(args) {
        eprintln!("grader: {problem}");
        return Ok(Exit::Usage);
    }
    let lab = Lab::read(tree, &which(tree, args)?)?;
    let paths = args.paths.iter();
    let subjects: Vec<Subject> = paths.map(|path| subject(tree, &lab, args, path)).collect();
    let only = only(tree, &lab, args.check.as_deref())?;
    let foreign = |subject: &Subject| matches!(subject, Subject::Submission(_));
    args.jail.see_to_it(subjects.iter().any(foreign))?;
    // Before anything is graded: where it cannot be written, nothing should have been waited for.
    let out = Out::open(args)?;
    let scope = Scope::of(args, &lab)?;
    let progress = Progress::over(subjects.len());
    progress.doing("preparing the stage");
    let template = Template::prepare(tree, &[&lab.name])?;
    let cache = Cache::of(tree, &lab, &template, args.all)?;
    let grader = Grader {
        tree,
        lab: &lab,
        only,
        effort: Effort::Full.deepened(args.deep),
        cache: args.deep.is_none().then_some(&cache),
        form: Form::Mark,
    };
    let mut desk = Desk {
        args,
        progress,
        out,
        scope: scope.as_ref(),
        exit: Exit::Done,
        broken: None,
    };
    // What cannot be written while it is graded, cannot be written at the end either.
    let tell = |report: &Report| drop(scope.as_ref().map(|scope| scope.write(report)));
    let tell = scope
        .is_some()
        .then_some(&tell as &(dyn Fn(&Report) + Sync));
    workers::each(
        args.jobs,
        &subjects,
        || Worker::new(&template),
        |worker, subject| {
            let tell = tell.map(|tell| tell as &dyn Fn(&Report));
            grader.grade_and_tell(worker.stage(&lab.name)?, subject, tell)
        },
        |subject, graded| match graded {
            Ok(graded) => desk.take(subject, graded),
            Err(error) => desk.refuse(subject, &error),
        },
    );
    desk.hand_over()
}

/// What is wrong with how forms and files are asked for.
fn misused(args: &GradeArgs) -> Option<&'static str> {
    let scope = args.format.contains(&Format::Gradescope);
    if args.format.len() != args.out.len().max(1) {
        Some("give each --format its own --out")
    } else if scope && (args.out.is_empty() || args.paths.len() > 1) {
        Some("--format gradescope is about one submission, and needs --out")
    } else if !scope && (args.rubric.is_some() || args.metadata.is_some()) {
        Some("--rubric and --metadata belong to --format gradescope")
    } else {
        None
    }
}

/// Where graded subjects come in, and reports go out.
struct Desk<'a> {
    args: &'a GradeArgs,
    progress: Progress,
    out: Out,
    scope: Option<&'a Scope>,
    exit: Exit,
    /// Why no more can be written.
    broken: Option<Error>,
}

impl Desk<'_> {
    fn take(&mut self, subject: &Subject, graded: Graded) {
        let name = escape::line(&subject.name());
        self.progress.done(&format!("graded {name}"));
        if graded.report.broken() {
            self.exit = self.exit.max(Exit::Broken);
        }
        if let Some(scope) = self.scope
            && let Err(error) = scope.write(&graded.report)
        {
            self.broken.get_or_insert(error);
        }
        let report = view::for_reader(graded.report, self.args.reader);
        let (progress, out) = (&self.progress, &mut self.out);
        let mut written = Ok(());
        progress.print(|| written = out.write(&report));
        if let Err(error) = written {
            self.broken.get_or_insert(error);
        }
    }

    fn refuse(&mut self, subject: &Subject, error: &Error) {
        let name = escape::line(&subject.name());
        self.progress.done(&format!("not graded: {name}"));
        if let (Some(scope), Exit::BadInput) = (self.scope, exit_for(error))
            && let Err(error) = scope.refuse(&format!("{error:#}"))
        {
            self.broken.get_or_insert(error);
        }
        let said = escape::text(&format!("grader: {error:#}"));
        self.progress.print(|| eprintln!("{said}"));
        self.out.refuse(&name, &format!("{error:#}"));
        let kind = match exit_for(error) {
            Exit::BadInput => Exit::NotGraded,
            other => other,
        };
        self.exit = worse(self.exit, kind);
    }

    fn hand_over(self) -> Result<Exit> {
        let Desk {
            progress,
            out,
            exit,
            broken,
            ..
        } = self;
        // What clears its line later would clear what is printed now.
        drop(progress);
        match broken {
            Some(error) => Err(error),
            None => out.close().map(|()| exit),
        }
    }
}

/// The grader's own failure is worse than a submission's.
fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Internal || other == Exit::Internal {
        Exit::Internal
    } else {
        one.max(other)
    }
}

/// The lab that is asked for, the only one, or the one whose files are handed in.
fn which(tree: &Tree, args: &GradeArgs) -> Result<String> {
    let labs = args.lab.labs(tree)?;
    if let [lab] = &labs[..] {
        return Ok(lab.clone());
    }
    let mut fitting = Vec::new();
    for name in labs {
        let lab = Lab::read(tree, &name)?;
        if args.paths.iter().any(|path| intake::fits(&lab, path)) {
            fitting.push(name);
        }
    }
    match &fitting[..] {
        [lab] => Ok(lab.clone()),
        [] => Err(BadInput::new(&args.paths[0], "fits no lab", "name it with `--lab`").into()),
        several => {
            let problem = format!("fits several labs: {}", several.join(", "));
            Err(BadInput::new(&args.paths[0], problem, "name one with `--lab`").into())
        }
    }
}

/// What of the lab is graded: all, or the one check that is asked for.
fn only(tree: &Tree, lab: &Lab, check: Option<&str>) -> Result<Only> {
    let Some(id) = check else {
        return Ok(Only::All);
    };
    if lab.checks().any(|check| check.id() == id) {
        return Ok(Only::Checks(vec![id.to_owned()]));
    }
    let path = tree.checks(&lab.name).join("checks.toml");
    let problem = format!("has no check `{id}`");
    Err(BadInput::new(&path, problem, "see `grader list`").into())
}

/// The course's own answers by their folders, everything else as it was handed in.
fn subject(tree: &Tree, lab: &Lab, args: &GradeArgs, path: &Path) -> Subject {
    match path.canonicalize() {
        Ok(full) if full == tree.solution(&lab.name) => Subject::Solution,
        Ok(full) if full == tree.lab(&lab.name) => Subject::Skeleton,
        _ => Subject::Submission(Submission {
            path: path.to_owned(),
            accept_near_names: args.accept_near_names,
        }),
    }
}
