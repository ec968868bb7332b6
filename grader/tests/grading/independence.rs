//! One exercise never takes the marks of another, and grading the same gives the same.

use std::collections::BTreeSet;
use std::fs::FileTimes;
use std::time::{Duration, SystemTime};

use grader::report::{json, text, view};
use grader::run;
use grader::stage::{Checks, Lints, Stage};
use grader::subject::{Subject, Submission};
use grader::verdict::Verdict;
use tempfile::TempDir;

use super::{answer, check, common, grade, grade_files, grade_on, stage};

#[test]
fn the_solution_has_full_marks_with_its_bonus_on_top() {
    let report = grade(&Subject::Solution);
    assert!(
        report
            .checks()
            .all(|check| check.judged.verdict == Verdict::Pass),
        "{report:#?}"
    );
    assert_eq!((report.score.earned, report.score.of), (32, 30));
}

#[test]
fn of_several_searches_the_weakest_says_what_is_proven() {
    let report = grade(&Subject::Solution);
    let text = text::render(&view::for_reader(report, view::Reader::Student));
    assert!(text.contains("bounded (3 preemptions): 6,515"), "{text}");
    assert!(
        text.contains("shown: reached after 7 interleavings"),
        "{text}"
    );
}

#[test]
fn the_skeleton_earns_nothing_and_says_where_to_begin() {
    let report = grade(&Subject::Skeleton);
    assert_eq!(report.score.earned, 0);
    assert!(
        report
            .checks()
            .all(|check| check.judged.verdict == Verdict::NotWritten),
        "{report:#?}"
    );
    let why = &check(&report, "one::is_one").judged.why;
    assert_eq!(why, "the stub at labs/tiny/src/one.rs:5 was reached");
}

#[test]
fn an_exercise_that_does_not_compile_costs_the_others_nothing() {
    let broken = "pub fn two() -> u32 {\n    \"two\"\n}\n";
    let report = grade_files(&[("src/one.rs", &answer("one", "1")), ("src/two.rs", broken)]);
    assert!(report.exercises[0].score.full());
    let judged = &check(&report, "two::is_two").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
    assert!(
        judged.why.contains("error[E0308]: mismatched types"),
        "{}",
        judged.why
    );
    assert!(
        judged.why.contains("--> labs/tiny/src/two.rs:2:5"),
        "{}",
        judged.why
    );
}

#[test]
fn a_file_that_is_not_even_tokens_costs_the_others_nothing() {
    let report = grade_files(&[
        ("src/one.rs", &answer("one", "1")),
        ("src/two.rs", "fn ( \" {"),
    ]);
    assert!(report.exercises[0].score.full());
    assert_eq!(
        check(&report, "two::is_two").judged.verdict,
        Verdict::DoesNotBuild
    );
}

#[test]
fn an_error_below_a_hundred_macros_costs_the_others_nothing() {
    let mut two = "macro_rules! m0 { () => { \"two\" } }\n".to_owned();
    for depth in 1..=100 {
        two.push_str(&format!(
            "macro_rules! m{depth} {{ () => {{ m{}!() }} }}\n",
            depth - 1
        ));
    }
    two.push_str("pub fn two() -> u32 {\n    m100!()\n}\n");
    let report = grade_files(&[("src/one.rs", &answer("one", "1")), ("src/two.rs", &two)]);
    assert!(report.exercises[0].score.full());
    let judged = &check(&report, "two::is_two").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
    assert!(judged.why.contains("mismatched types"), "{}", judged.why);
}

#[test]
fn a_file_that_crashes_the_compiler_costs_the_others_nothing() {
    let deep = format!("{}2{}", "(".repeat(100_000), ")".repeat(100_000));
    let report = grade_files(&[
        ("src/one.rs", &answer("one", "1")),
        ("src/two.rs", &answer("two", &deep)),
    ]);
    assert!(report.exercises[0].score.full(), "{report:#?}");
    let judged = &check(&report, "two::is_two").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
    assert!(
        judged.why.contains("the compiler crashed"),
        "{}",
        judged.why
    );
}

#[test]
fn a_function_that_is_not_offered_is_told_without_the_checks_own_lines() {
    let renamed = answer("too", "2");
    let report = grade_files(&[
        ("src/one.rs", &answer("one", "1")),
        ("src/two.rs", &renamed),
    ]);
    assert!(report.exercises[0].score.full());
    let judged = &check(&report, "two::is_two").judged;
    assert_eq!(judged.verdict, Verdict::DoesNotBuild);
    assert!(
        judged.why.contains("does not offer what it has to"),
        "{}",
        judged.why
    );
    assert!(!judged.why.contains("checks"), "{}", judged.why);
}

#[test]
fn an_exercise_that_builds_by_itself_is_graded_whatever_another_does_to_it() {
    let one = "pub struct Number;\nimpl Number {\n    pub fn get(&self) -> u32 {\n        1\n    }\n}\n\
               pub fn one() -> u32 {\n    Number.get()\n}\n";
    let two = format!(
        "{}\nimpl crate::one::Number {{\n    pub fn get(&self) {{}}\n}}\n",
        answer("two", "2")
    );
    let report = grade_files(&[("src/one.rs", one), ("src/two.rs", &two)]);
    assert!(report.exercises[0].score.full(), "{report:#?}");
    assert_eq!(
        check(&report, "two::is_two").judged.verdict,
        Verdict::DoesNotBuild
    );
}

#[test]
fn a_check_that_forgot_to_search_is_the_graders_fault_and_costs_no_point() {
    let report = grade_files(&[("src/one.rs", &answer("one", "13"))]);
    let judged = check(&report, "one::is_one_however_searched");
    assert_eq!(
        (judged.judged.verdict, judged.score.open),
        (Verdict::Broken, 2)
    );
    assert!(report.broken());
}

#[test]
fn what_a_search_finds_becomes_its_verdict_with_its_picture() {
    for (value, verdict) in [
        ("10", Verdict::Race),
        ("11", Verdict::Deadlock),
        ("12", Verdict::NotExplored),
    ] {
        let report = grade_files(&[("src/one.rs", &answer("one", value))]);
        let judged = &check(&report, "one::is_one_however_searched").judged;
        assert_eq!(judged.verdict, verdict);
        assert!(judged.failure.is_some());
        let text = text::render(&view::for_reader(report, view::Reader::Student));
        assert!(text.contains(&format!("{verdict:?} was found")), "{text}");
    }
}

#[test]
fn a_lint_tells_the_lines_and_costs_its_own_points_only() {
    let spins = "pub fn one() -> u32 {\n    kit::hint::spin_loop();\n    1\n}\n";
    let report = grade_files(&[("src/one.rs", spins)]);
    let judged = &check(&report, "one::does_not_spin").judged;
    assert_eq!(judged.verdict, Verdict::Fail);
    assert_eq!(
        judged.why,
        "labs/tiny/src/one.rs:2:5 uses `kit::hint::spin_loop`"
    );
    assert_eq!(report.exercises[0].score.earned, 4);
}

#[test]
fn students_see_claims_and_no_hidden_input() {
    let report = grade_files(&[("src/one.rs", &answer("one", "7"))]);
    let told = check(&report, "one::is_one").judged.detail.as_deref();
    assert!(told.is_some_and(|detail| detail.contains("the secret number is 7")));
    let seen = view::for_reader(report, view::Reader::Student);
    let seen = format!("{}{}", text::render(&seen), json::render(&[seen]));
    assert!(
        seen.contains("One is one.") && seen.contains("the claim does not hold"),
        "{seen}"
    );
    for hidden in ["secret", "is_one", "tiny/checks"] {
        assert!(!seen.contains(hidden), "{hidden} is in:\n{seen}");
    }
}

#[test]
fn what_an_answer_says_cannot_steer_a_terminal() {
    let answer = answer("one", "panic!(\"\\u{1b}[2Jgone\")");
    let report = grade_files(&[("src/one.rs", &answer), ("\u{1b}[2J.txt", "")]);
    let seen = text::render(&view::for_reader(report, view::Reader::Instructor));
    assert!(seen.contains("[2Jgone"), "{seen}");
    assert!(seen.contains("[2J.txt"), "{seen}");
    assert!(!seen.contains("\u{1b}[2J"), "{seen:?}");
}

#[test]
fn grading_twice_gives_the_same() {
    let files = [
        ("src/one.rs", answer("one", "11")),
        ("src/two.rs", "fn".to_owned()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let dir = TempDir::new().expect("a place for files");
    common::put(dir.path(), &files);
    let subject = Subject::Submission(Submission::at(dir.path()));
    assert_eq!(
        json::render(&[grade(&subject)]),
        json::render(&[grade(&subject)])
    );
}

#[test]
fn a_file_with_an_old_time_stamp_is_compiled_all_the_same() {
    let mut stage = stage();
    let dir = TempDir::new().expect("a place for files");
    let subject = Subject::Submission(Submission::at(dir.path()));
    let mut earned = |value| {
        common::put(dir.path(), &[("src/two.rs", &answer("two", value))]);
        let old = SystemTime::now() - Duration::from_secs(1 << 30);
        let file = std::fs::File::options()
            .append(true)
            .open(dir.path().join("src/two.rs"));
        file.and_then(|file| file.set_times(FileTimes::new().set_modified(old)))
            .expect("an old file");
        grade_on(&mut stage, &subject)
            .expect("it is graded")
            .report
            .exercises[1]
            .score
            .earned
    };
    assert_eq!([earned("2"), earned("4"), earned("2")], [4, 2, 4]);
}

#[test]
fn two_submissions_on_two_stages_are_never_mixed_up() {
    let earned = |value: &'static str| {
        (0..3)
            .map(|_| {
                grade_files(&[("src/two.rs", &answer("two", value))]).exercises[1]
                    .score
                    .earned
            })
            .collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let right = scope.spawn(|| earned("2"));
        assert_eq!(earned("3"), [0, 0, 0]);
        assert_eq!(right.join().expect("it is graded"), [4, 4, 4]);
    });
}

#[test]
fn nothing_that_was_compiled_is_left_when_the_next_is_laid() {
    let mut stage = stage();
    grade_on(&mut stage, &Subject::Solution).expect("it is graded");
    let made = |stage: &Stage| grader::tree::entries(&stage.out_dir()).expect("a folder");
    assert!(!made(&stage).is_empty());
    drop(stage.lay(&[].into()).expect("room"));
    assert!(made(&stage).is_empty());
}

#[test]
fn checks_and_manifests_of_a_submission_are_ignored() {
    let report = grade_files(&[
        ("src/two.rs", &answer("two", "3")),
        ("src/lib.rs", "compile_error!(\"mine\");"),
        ("Cargo.toml", "not a manifest"),
        ("build.rs", "fn main() { panic!() }"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"nightly\""),
        (".cargo/config.toml", "[build]\nrustc-wrapper = \"false\""),
        ("clippy.toml", "disallowed-types = []"),
        ("tests/public.rs", "fn main() {}"),
        ("grader/labs/tiny/checks/src/two.rs", "harness::checks!();"),
    ]);
    assert_eq!(check(&report, "two::is_two").judged.verdict, Verdict::Fail);
}

#[test]
fn only_the_checks_that_are_asked_for_are_compiled() {
    let mut stage = stage();
    let mut exercises = |checks| -> BTreeSet<String> {
        let laid = stage.lay(&[].into()).expect("room");
        let compiled = laid.compile(Lints::Skip).expect("a compiler");
        let built = compiled.expect("the skeleton compiles").with_checks(checks);
        let built = built.expect("a compiler").expect("its checks compile");
        let ids = run::list(&built).expect("a list");
        let exercise = |id: &String| id.split(':').next().map(str::to_owned);
        ids.iter().filter_map(exercise).collect()
    };
    let all = ["one", "two", "raw", "habits"].map(str::to_owned);
    assert_eq!(exercises(Checks::All), BTreeSet::from(all));
    let two = BTreeSet::from(["two".to_owned()]);
    assert_eq!(exercises(Checks::Of(&["two"])), two);
}

#[test]
fn the_checks_are_not_on_the_stage_once_they_are_built() {
    let mut stage = stage();
    grade_on(&mut stage, &Subject::Solution).expect("it is graded");
    let src = stage.root().join("grader/labs/tiny/checks/src");
    let left = grader::tree::files_below(&src).expect("a folder");
    assert_eq!(left, [std::path::PathBuf::from("main.rs")]);
    assert!(
        !std::fs::read_to_string(src.join("main.rs"))
            .expect("a file")
            .contains("habits")
    );
}
