//! The hostile corpus, run as any submission is: compiled and checked, and only ever in a jail.
//! Each attack comes to what the corpus says, in every set of mechanisms, and with its defence off
//! it works.

#[path = "../common/mod.rs"]
mod common;
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use corpus::{Corpus, check, harmless};
use grader::cache::Form;
use grader::grade::{Effort, Grader, Only};
use grader::jail::{Jail, Mechanism};
use grader::lab::{Kind, Lab};
use grader::run;
use grader::stage::{Checks, Lints, Stage};
use grader::subject::{Subject, Submission};
use grader::template::Template;
use grader::tree::Tree;
use grader::verdict::{Judged, Verdict, judge};
use tempfile::TempDir;

struct Course {
    corpus: Corpus,
    tree: Tree,
    lab: Lab,
    template: Template,
}

/// The one course of all tests here. No test changes it.
fn course() -> &'static Course {
    static COURSE: OnceLock<Course> = OnceLock::new();
    COURSE.get_or_init(|| {
        let corpus = Corpus::read();
        let tree = common::course(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile"));
        corpus.lay(&tree);
        let lab = Lab::read(&tree, "hostile").expect("a lab");
        let template = Template::prepare(&tree, &["hostile"]).expect("the course builds");
        Course {
            corpus,
            tree,
            lab,
            template,
        }
    })
}

fn stage(jail: &Jail) -> Stage {
    let mut stage = Stage::of(&course().template, "hostile").expect("a stage");
    stage.keep_in(jail.clone());
    stage
}

/// What the answers come to, handed in as one submission.
fn graded(jail: &Jail) -> BTreeMap<String, (Verdict, u32)> {
    let Course {
        corpus, tree, lab, ..
    } = course();
    let dir = TempDir::new().expect("a place for files");
    let mut asked = Vec::new();
    for answer in &corpus.answer {
        let beside = answer.harmless.iter();
        let beside = beside.map(|text| (harmless(&answer.name), text));
        for (name, text) in [(answer.name.clone(), &answer.text)]
            .into_iter()
            .chain(beside)
        {
            common::put(dir.path(), &[(&format!("src/{name}.rs"), text)]);
            asked.push(check(&name));
        }
    }
    let grader = Grader {
        tree,
        lab,
        only: Only::Checks(asked),
        effort: Effort::Full,
        cache: None,
        form: Form::Mark,
    };
    let subject = Subject::Submission(Submission::at(dir.path()));
    let graded = grader.grade(&mut stage(jail), &subject);
    let report = graded.expect("it is graded").report;
    assert_eq!(report.sandbox, jail.stamp());
    let checks = report.checks();
    checks
        .map(|check| {
            println!("{}: {:?}", check.id, check.judged);
            (check.id.clone(), (check.judged.verdict, check.score.earned))
        })
        .collect()
}

/// What some texts come to that nobody has looked at.
fn unvetted(jail: &Jail, texts: &BTreeMap<&str, &str>) -> BTreeMap<String, Judged> {
    assert_ne!(jail, &Jail::none(), "nothing here runs outside a jail");
    let mut stage = stage(jail);
    let files: Vec<(String, &str)> = texts
        .iter()
        .map(|(name, text)| (format!("src/{name}.rs"), *text))
        .collect();
    let files = files.iter().map(|(path, text)| (path.as_str(), *text));
    let compiled = stage
        .lay(&files.collect())
        .and_then(|laid| laid.compile(Lints::Skip))
        .expect("the compiler runs");
    let compiled = compiled.unwrap_or_else(|said| panic!("it builds: {said:#?}"));
    let names: Vec<&str> = texts.keys().copied().collect();
    let built = compiled.with_checks(Checks::Of(&names));
    let built = built.expect("the compiler runs");
    let built = built.unwrap_or_else(|said| panic!("it builds: {said:#?}"));
    let judged = names.iter().map(|name| {
        let exercise = course().lab.exercise(name).expect("an exercise");
        let run = run::check(
            &built,
            &exercise.checks[0],
            Duration::from_secs(2),
            Duration::ZERO,
        );
        let judged = judge(&run.expect("it runs"), Kind::Test, |_| true);
        ((*name).to_owned(), judged)
    });
    judged.collect()
}

/// Where some texts do not come to what they have to.
fn wrong<'c>(
    jail: &Jail,
    wanted: impl Iterator<Item = (&'c str, &'c str, Verdict)>,
) -> Vec<String> {
    let wanted: Vec<(&str, &str, Verdict)> = wanted.collect();
    let texts = wanted.iter().map(|(name, text, _)| (*name, *text));
    let came_to = unvetted(jail, &texts.collect());
    let mut wrong = Vec::new();
    for (name, _, verdict) in wanted {
        let judged = &came_to[name];
        if judged.verdict != verdict {
            wrong.push(format!(
                "{name}, {}: not {verdict:?} but {judged:?}",
                jail.stamp()
            ));
        }
    }
    wrong
}

#[test]
fn the_corpus_has_as_many_submissions_as_it_promises() {
    let corpus = Corpus::read();
    let names: BTreeSet<&str> = corpus
        .answer
        .iter()
        .map(|answer| answer.name.as_str())
        .chain(corpus.act.iter().map(|act| act.name.as_str()))
        .collect();
    assert_eq!(names.len(), corpus.answer.len() + corpus.act.len());
    assert!(names.len() >= 80, "{}", names.len());
}

/// With the most mechanisms, and with the least: between them, what the source check refuses and
/// what the compiler says are the same.
#[test]
fn an_answer_comes_to_what_it_must_and_one_that_looks_alike_has_its_point() {
    let sets = Jail::here().as_elsewhere();
    let (Some(most), Some(least)) = (sets.first(), sets.last()) else {
        println!("skipped: there is no jail here");
        return;
    };
    let mut wrong = Vec::new();
    for jail in [most, least] {
        let came_to = graded(jail);
        for answer in &course().corpus.answer {
            let (verdict, earned) = came_to[&check(&answer.name)];
            let honest = u32::from(answer.comes_to == Verdict::Pass);
            if (verdict, earned) != (answer.comes_to, honest) {
                let about = &answer.about;
                wrong.push(format!("{}: {verdict:?}, {earned}: {about}", answer.name));
            }
            let beside = answer.harmless.as_ref();
            let beside = beside.map(|_| came_to[&check(&harmless(&answer.name))]);
            if let Some((verdict, _)) = beside.filter(|(_, earned)| *earned != 1) {
                wrong.push(format!("{}: the harmless one: {verdict:?}", answer.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_got_past_the_source_check_is_held_by_every_set_of_mechanisms() {
    let mut wrong = Vec::new();
    for jail in Jail::here().as_elsewhere() {
        println!("in {}", jail.stamp());
        let acts = course().corpus.act.iter();
        let acts = acts.filter(|act| act.concerns(&jail));
        let acts = acts.map(|act| (act.name.as_str(), act.text.as_str(), act.comes_to));
        wrong.extend(self::wrong(&jail, acts));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Each runs in the jail of this machine without the mechanisms that are to hold it: what does
/// nothing there shows nothing above.
#[test]
fn with_its_defence_off_each_attack_works() {
    let jail = Jail::here();
    if !jail.is_closed() {
        println!("skipped: there is no jail here");
        return;
    }
    let Corpus { answer, act } = &course().corpus;
    let answers = answer.iter().filter_map(|answer| {
        let verdict = answer.unvetted?;
        Some((answer.name.as_str(), answer.text.as_str(), verdict))
    });
    let mut wrong = wrong(jail, answers);
    let open = act
        .iter()
        .filter(|act| act.open.is_some() && act.concerns(jail));
    let mut by_defence: BTreeMap<&BTreeSet<Mechanism>, Vec<_>> = BTreeMap::new();
    for act in open {
        by_defence.entry(&act.held_by).or_default().push(act);
    }
    for (defence, acts) in by_defence {
        let off: Vec<Mechanism> = defence.iter().copied().collect();
        let acts = acts
            .iter()
            .filter_map(|act| Some((act.name.as_str(), act.text.as_str(), act.open?)));
        wrong.extend(self::wrong(&jail.without(&off), acts));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
