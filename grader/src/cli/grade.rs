//! `grader grade`: whose lab, which subjects, and where the reports go.

use std::path::Path;

use anstream::{eprintln, print};
use anyhow::{Context, Result};

use super::{Format, GradeArgs};
use crate::error::{BadInput, Exit, exit_for};
use crate::grade::{Effort, Grader, Only};
use crate::intake;
use crate::lab::Lab;
use crate::progress::Progress;
use crate::report::{Report, json, text, view};
use crate::stage::template::Template;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::workers;

pub(super) fn run(tree: &Tree, args: &GradeArgs) -> Result<Exit> {
    let lab = Lab::read(tree, &which(tree, args)?)?;
    let subjects: Vec<Subject> = args
        .paths
        .iter()
        .map(|path| subject(tree, &lab, path))
        .collect();
    let only = match &args.check {
        Some(id) if !lab.checks().any(|check| check.id() == id) => {
            let path = tree.checks(&lab.name).join("checks.toml");
            let problem = format!("has no check `{id}`");
            return Err(BadInput::new(&path, problem, "see `grader list`").into());
        }
        Some(id) => Only::Checks(vec![id.clone()]),
        None => Only::All,
    };
    let grader = Grader {
        tree,
        lab: &lab,
        only,
        effort: Effort::Full,
    };
    let progress = Progress::over(subjects.len());
    progress.doing("preparing the stage");
    let template = Template::prepare(tree, &[&lab.name])?;

    let mut exit = Exit::Done;
    let mut reports: Vec<Report> = Vec::new();
    workers::each(
        &template,
        &lab.name,
        args.jobs,
        &subjects,
        |stage, subject| grader.grade(stage, subject),
        |subject, graded| match graded {
            Ok(graded) => {
                progress.done(&format!("graded {}", subject.name()));
                if graded.report.broken() {
                    exit = exit.max(Exit::Broken);
                }
                let report = view::for_reader(graded.report, args.reader);
                if args.format == Format::Text && args.out.is_none() {
                    progress.print(|| print!("{}\n", text::render(&report)));
                }
                reports.push(report);
            }
            Err(error) => {
                progress.done(&format!("not graded: {}", subject.name()));
                progress.print(|| eprintln!("grader: {error:#}"));
                let kind = match exit_for(&error) {
                    Exit::BadInput => Exit::NotGraded,
                    other => other,
                };
                exit = worse(exit, kind);
            }
        },
    )?;
    let whole = match args.format {
        Format::Json => json::render(&reports),
        Format::Text => {
            let text: Vec<String> = reports.iter().map(text::render).collect();
            anstream::adapter::strip_str(&text.join("\n")).to_string()
        }
    };
    match &args.out {
        Some(path) => {
            std::fs::write(path, whole).with_context(|| format!("writing {}", path.display()))?;
        }
        None if args.format == Format::Json => print!("{whole}"),
        None => {}
    }
    Ok(exit)
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
        if args.paths.iter().any(|path| fits(&lab, path)) {
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

fn fits(lab: &Lab, path: &Path) -> bool {
    intake::places(&lab.name).iter().any(|place| {
        lab.edit()
            .any(|file| path.join(format!("{place}{file}")).exists())
    })
}

/// The course's own answers by their folders, everything else as it was handed in.
fn subject(tree: &Tree, lab: &Lab, path: &Path) -> Subject {
    match path.canonicalize() {
        Ok(full) if full == tree.solution(&lab.name) => Subject::Solution,
        Ok(full) if full == tree.lab(&lab.name) => Subject::Skeleton,
        _ => Subject::Submission(path.to_owned()),
    }
}
