//! The kit: whole by itself, and without a word of what students must not see.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use grader::subject::{Subject, Submission};
use grader::tree::{Tree, files_below};
use grader::{intake, kit};
use parcel::{Files, SOLUTIONS};

/// A line of code that is at least so long says something by itself, wherever it is.
const TELLING: usize = 60;

/// What a solution or a design shares with given code that is not its skeleton.
const SHARED: [&str; 5] = [
    // The hash that says where a key belongs: `map_reduce` promises it, `sharded_map` may take it.
    "hash_one(key)",
    // A watcher that notes that it was woken: of a specification, and in the solution's `select`.
    "struct Bell",
    "impl Watcher for Bell",
    // What is known of a client: `machine` is given, `dedup` keeps the same by itself.
    "fn forget(&mut self",
    // Any struct's head.
    "state: Mutex<State>, / #[derive(Default)]",
];

static TREE: LazyLock<Tree> =
    LazyLock::new(|| Tree::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course"));
static KIT: LazyLock<Files> = LazyLock::new(|| kit::files(&TREE, false).expect("a kit"));

fn text(files: &Files, path: &str) -> String {
    String::from_utf8_lossy(&files[path]).into_owned()
}

fn texts() -> impl Iterator<Item = (&'static str, String)> {
    KIT.keys().map(|path| (path.as_str(), text(&KIT, path)))
}

/// The lines of code of a text, without those that any program has: braces, `use`, comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| line.len() >= 12 && !line.starts_with("//") && !line.starts_with("use "))
}

/// Three lines of code that follow each other, and each long one alone.
fn pieces<'t>(lines: &[&'t str]) -> Vec<Vec<&'t str>> {
    let long = lines.iter().filter(|line| line.len() >= TELLING);
    let threes = lines.windows(3).map(<[&str]>::to_vec);
    threes.chain(long.map(|line| vec![*line])).collect()
}

/// The regions of a solution, each as its lines of code.
fn regions(solution: &str) -> Vec<Vec<&str>> {
    let mut regions = Vec::new();
    for region in solution.split("// LAB:").skip(1) {
        let (mark, body) = region.split_once('\n').unwrap_or((region, ""));
        if mark.trim() != "end" {
            regions.push(code(body).collect());
        }
    }
    regions
}

fn below(dir: &str, end: &str) -> Vec<(PathBuf, String)> {
    let dir = TREE.root().join(dir);
    let files = files_below(&dir)
        .expect("it is there")
        .into_iter()
        .map(|file| dir.join(file));
    let wanted = files.filter(|file| file.to_string_lossy().ends_with(end));
    wanted
        .map(|file| (file.clone(), std::fs::read_to_string(&file).expect("text")))
        .collect()
}

#[test]
fn no_part_of_a_solution_or_an_accepted_design_is_in_it() {
    // The book may show the mistake beside the remedy: its long lines are its own.
    let whole: Vec<(&str, String)> = texts().filter(|(path, _)| path.ends_with(".rs")).collect();
    let mut kit: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
    for (path, text) in &whole {
        let pieces = pieces(&code(text).collect::<Vec<_>>());
        let book = path.starts_with("notes/");
        kit.extend(
            pieces
                .into_iter()
                .filter(|piece| !book || piece.len() > 1)
                .map(|piece| (piece, *path)),
        );
    }
    let mut found = Vec::new();
    let mut compared = 0;
    let mut look = |file: &Path, lines: &[&str]| {
        for piece in pieces(lines) {
            compared += 1;
            let is_shared = |piece: &str| SHARED.iter().any(|shared| piece.contains(shared));
            if let Some(path) = kit.get(&piece)
                && !is_shared(&piece.join(" / "))
            {
                found.push(format!(
                    "{path}: {}  ({})",
                    piece.join(" / "),
                    file.display()
                ));
            }
        }
    };
    for lab in TREE.labs().expect("labs") {
        for (file, text) in below(&format!("solutions/{lab}/src"), ".rs") {
            regions(&text).iter().for_each(|region| look(&file, region));
        }
        // What a design shares with the solution's given lines is given.
        let solutions = below(&format!("solutions/{lab}/src"), ".rs");
        let given: BTreeSet<String> = solutions
            .iter()
            .flat_map(|(file, text)| {
                let stub = grader::handout::stubbed(file, text).expect("regions");
                code(&stub).map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        for (file, text) in below(&format!("grader/labs/{lab}/accepted"), ".rs") {
            let lines: Vec<&str> = code(&text).collect();
            let own = lines.split(|line| given.contains(*line));
            own.for_each(|lines| look(&file, lines));
        }
    }
    assert!(compared > 1000, "{compared} pieces");
    assert!(
        found.is_empty(),
        "{} pieces:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn no_word_of_a_check_or_of_a_wrong_answer_is_in_it() {
    // A claim may repeat a sentence of the contract.
    let contract = |path: &str| path.contains("labs/") && path.contains("/src/");
    let others = texts().filter(|(path, _)| !contract(path));
    let whole: String = others.map(|(_, text)| text + "\n").collect();
    let mut found = Vec::new();
    for lab in TREE.labs().expect("labs") {
        for (file, text) in below(&format!("grader/labs/{lab}"), ".toml") {
            let values: toml::Table = text.parse().expect("TOML");
            let tables = ["check", "mutant"].map(|key| values.get(key).and_then(|v| v.as_array()));
            for table in tables.into_iter().flatten().flatten() {
                for words in ["claim", "mistake"].map(|key| table.get(key)?.as_str()) {
                    if let Some(words) = words.filter(|words| whole.contains(*words)) {
                        found.push(format!("{}: {words}", file.display()));
                    }
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} words:\n{}",
        found.len(),
        found.join("\n")
    );
    for path in KIT.keys() {
        let parts: Vec<&str> = path.split('/').collect();
        for folder in [
            "grader",
            "solutions",
            "checks",
            "mutants",
            "accepted",
            SOLUTIONS,
        ] {
            assert!(!parts.contains(&folder), "{path}");
        }
    }
}

#[test]
fn every_link_of_its_pages_leads_to_a_file_of_it() {
    let mut dead = Vec::new();
    for (page, text) in texts().filter(|(path, _)| path.ends_with(".md")) {
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let folder = Path::new(page).parent().expect("a file");
        for link in links.filter(|link| !link.contains("://") && !link.starts_with('#')) {
            let file = link.split('#').next().unwrap_or_default();
            let mut to = PathBuf::new();
            for part in folder.join(file).components() {
                match part {
                    std::path::Component::ParentDir => drop(to.pop()),
                    part => to.push(part),
                }
            }
            let to = to.to_string_lossy().into_owned();
            let is_there = KIT
                .keys()
                .any(|path| *path == to || path.starts_with(&format!("{to}/")));
            if !is_there && !link.contains(char::is_whitespace) {
                dead.push(format!("{page}: {link}"));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_command_of_its_pages_is_one_there() {
    let makefile = text(&KIT, "Makefile");
    let packages: BTreeSet<String> = KIT
        .keys()
        .filter(|path| path.ends_with("/Cargo.toml"))
        .map(|path| text(&KIT, path))
        .filter_map(|manifest| {
            let name = manifest
                .lines()
                .find_map(|line| line.strip_prefix("name = \""));
            name.map(|name| name.trim_end_matches('"').to_owned())
        })
        .collect();
    let lab = "check watch hint explain play replay next reset stress pack update compare";
    let mut wrong = Vec::new();
    for (page, text) in texts().filter(|(path, _)| path.ends_with(".md")) {
        let spans = text.split('`').chain(text.lines());
        for span in spans.map(str::trim) {
            let words: Vec<&str> = span.split_whitespace().collect();
            let package = |words: &[&str]| {
                let at = words
                    .iter()
                    .position(|word| ["-p", "--package"].contains(word));
                at.is_none_or(|at| {
                    words
                        .get(at + 1)
                        .is_some_and(|name| packages.contains(*name))
                })
            };
            let right = match words[..] {
                ["make", target, ..] if span.len() < 80 && !target.contains(['.', ',']) => {
                    makefile.contains(&format!("\n{target}:"))
                }
                ["cargo", "lab", command, ..] if command.starts_with(char::is_lowercase) => {
                    lab.split(' ').any(|known| known == command)
                }
                ["cargo", "test" | "run" | "fetch", ..] => package(&words),
                ["cargo", "miri" | "lab", ..] | ["cargo"] => true,
                ["cargo", ..] if span.len() < 100 => false,
                _ => true,
            };
            if !right {
                wrong.push(format!("{page}: {span}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_course_gives_the_same_bytes() {
    let again = kit::files(&TREE, false).expect("a kit");
    assert_eq!(*KIT, again);
    let packed = parcel::write(&KIT, "weft").expect("packed");
    assert_eq!(packed, parcel::write(&again, "weft").expect("packed"));
    assert_eq!(parcel::read(&packed).expect("read"), again);
}

#[test]
fn answers_come_with_it_only_where_they_are_asked_for() {
    let with = kit::files(&TREE, true).expect("a kit");
    let more: Vec<&String> = with
        .keys()
        .filter(|path| !KIT.contains_key(*path))
        .collect();
    assert!(
        more.iter().all(|path| path.starts_with(SOLUTIONS)),
        "{more:?}"
    );
    let visited = text(&with, ".solutions/labs/locks/src/visited.rs");
    assert!(visited.contains("insert(url") && !visited.contains("LAB:"));
}

fn run(program: &str, dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(args).current_dir(dir);
    // Not the repository's: programs of the same names would take the place of its own.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kit");
    command.env("CARGO_TARGET_DIR", target);
    command
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn it_is_a_repository_of_one_commit_that_builds_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let course = folder.path().join("course");
    let grader = Command::new(env!("CARGO_BIN_EXE_grader"))
        .args(["kit", "--git"])
        .arg(&course)
        .current_dir(TREE.root())
        .output()
        .expect("the grader runs");
    assert!(grader.status.success(), "{}", said(&grader));
    let commits = said(&run("git", &course, &["rev-list", "--all"]));
    assert_eq!(commits.lines().count(), 1, "{commits}");
    assert_eq!(
        said(&run("git", &course, &["status", "--porcelain"])),
        "",
        "all is in it"
    );

    // Built and not only checked: what it needs is built once for this and the next command.
    let programs = [
        "build",
        "--offline",
        "--locked",
        "-q",
        "-p",
        "crawl",
        "-p",
        "kvd",
    ];
    let built = run("cargo", &course, &programs);
    assert!(built.status.success(), "{}", said(&built));
    let ran = run(
        "cargo",
        &course,
        &[
            "test",
            "--offline",
            "--locked",
            "-q",
            "-p",
            "locks",
            "visited",
        ],
    );
    let said_of = said(&ran);
    assert!(
        !ran.status.success() && said_of.contains("make an empty set"),
        "{said_of}"
    );
    let listed = run("cargo", &course, &["lab"]);
    assert!(
        listed.status.success() && said(&listed).contains("parallel_map"),
        "{}",
        said(&listed)
    );
}

/// What a student of that course hands in, with everything solved, is graded as it is.
#[test]
fn what_pack_makes_is_taken_in_as_it_is() {
    let mut handed_in = Files::new();
    for name in TREE.labs().expect("labs") {
        let lab = grader::lab::Lab::read(&TREE, &name).expect("a lab");
        let edited = lab.exercises.iter().flat_map(|exercise| &exercise.edit);
        let files: Files = edited
            .map(|file| format!("labs/{name}/{file}"))
            .map(|path| (path.clone(), KIT[&path].clone()))
            .collect();
        let folder = tempfile::tempdir().expect("a folder");
        let zip = folder.path().join(format!("{name}.zip"));
        std::fs::write(&zip, parcel::write(&files, "").expect("packed")).expect("written");
        let subject = Subject::Submission(Submission::at(&zip));
        let answer = intake::take(&TREE, &lab, &subject).expect("it is taken");
        assert_eq!(answer.files.len(), files.len(), "{name}");
        handed_in.extend(files);
    }
    assert!(handed_in.len() > 25, "{} files", handed_in.len());
}
