//! Invariants of `notes/architecture.md` that the compiler does not see: they are about what is
//! absent.
use std::path::{Path, PathBuf};

use grader::lab::Lab;
use grader::mutant::Mutant;
use grader::score::Role;
use grader::tree::Tree;
use proc_macro2::{TokenStream, TokenTree};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the grader is in the workspace")
        .to_owned()
}

/// All Rust files below a folder, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let found = texts(folder, "rs");
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

/// The files below a folder with that ending, each with its text; what cargo has built is left out.
fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("target")).then_some(path));
            } else if path
                .extension()
                .is_some_and(|extension| extension == ending)
            {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let name = path
                    .strip_prefix(root())
                    .expect("below the root")
                    .display()
                    .to_string();
                found.push((name, text));
            }
        }
    }
    found
}

/// The files below a folder with one of these words in their code; comments may name anything.
fn files_with(folder: &str, words: &[&str]) -> Vec<String> {
    let has = |text: &str| {
        let lines = text.lines().map(str::trim_start);
        let mut code = lines.filter(|line| !line.starts_with("//"));
        code.any(|line| words.iter().any(|word| line.contains(word)))
    };
    sources(folder)
        .into_iter()
        .filter(|(_, text)| has(text))
        .map(|(name, _)| name)
        .collect()
}

/// The course's labs, by their names.
fn labs() -> Vec<String> {
    let tree = Tree::find(&root()).expect("the course");
    let labs = tree.labs().expect("its labs");
    assert!(!labs.is_empty(), "the course has labs");
    labs
}

/// Where a lab's other right answers are; a new lab has none yet.
fn accepted(lab: &str) -> Option<String> {
    let folder = format!("grader/labs/{lab}/accepted");
    root().join(&folder).is_dir().then_some(folder)
}

/// A command may be described anywhere; these start one.
const STARTS: [&str; 3] = [".spawn()", ".output()", ".status()"];

/// The launcher becomes what was started, and starts nothing else; an attack is what a hostile
/// program does.
#[test]
fn only_one_module_of_the_grader_starts_processes() {
    let starts = files_with("grader/src", &STARTS);
    assert!(
        starts
            .iter()
            .all(|file| file.starts_with("grader/src/process")
                || file == "grader/src/jail/attack.rs"),
        "{starts:?}"
    );
    let becomes = files_with("grader/src", &["fork()", ".exec()"]);
    assert!(
        becomes
            .iter()
            .all(|file| file.starts_with("grader/src/jail/")),
        "{becomes:?}"
    );
}

#[test]
fn only_one_module_of_the_students_commands_starts_processes() {
    let starts = files_with("labs/lab/src", &STARTS);
    assert!(
        starts
            .iter()
            .all(|file| file.starts_with("labs/lab/src/process")),
        "{starts:?}"
    );
}

#[test]
fn score_and_reports_touch_neither_disk_nor_clock() {
    let impure = [
        "std::fs",
        "std::env",
        "std::net",
        "Instant::now",
        "SystemTime",
        "fs::",
    ];
    let mut files = files_with("grader/src/report", &impure);
    let score = std::fs::read_to_string(root().join("grader/src/score.rs")).expect("the score");
    if impure.iter().any(|word| score.contains(word)) {
        files.push("grader/src/score.rs".to_owned());
    }
    assert!(files.is_empty(), "{files:?}");
}

#[test]
fn nothing_that_is_written_for_a_lab_has_a_cfg() {
    for lab in labs() {
        let folders = [
            format!("labs/{lab}"),
            format!("solutions/{lab}"),
            format!("grader/labs/{lab}/checks"),
        ];
        for folder in folders.into_iter().chain(accepted(&lab)) {
            let files = files_with(&folder, &["cfg(", "cfg!("]);
            assert!(files.is_empty(), "{files:?}");
        }
    }
}

// Checks are not among them: what they note down for themselves, a search need not see.
#[test]
fn what_students_write_takes_its_primitives_from_the_kit() {
    let others = [
        "std::sync::",
        "std::thread",
        "parking_lot",
        "crossbeam",
        "loom::",
        "shuttle::",
    ];
    for lab in labs() {
        let folders = [format!("labs/{lab}/src"), format!("solutions/{lab}/src")];
        for folder in folders.into_iter().chain(accepted(&lab)) {
            let files = files_with(&folder, &others);
            assert!(files.is_empty(), "{files:?}");
        }
    }
}

/// `assert_eq!(left, right)` alone leaves a student with two values, and not with what was wanted.
#[test]
fn every_assertion_about_an_answer_says_what_was_wanted() {
    for lab in labs() {
        let folders = ["grader/labs/{}/checks", "labs/{}/tests"];
        for folder in folders.map(|folder| folder.replace("{}", &lab)) {
            for (file, text) in sources(&folder) {
                let bare = without_a_message(text.parse().expect("it is Rust"));
                assert!(bare.is_empty(), "{file}: no message in lines {bare:?}");
            }
        }
    }
}

/// The lines of the assertions without a message. A comma in a type or between the parameters of a
/// closure counts as one between arguments: so an assertion may be overlooked.
fn without_a_message(tokens: TokenStream) -> Vec<usize> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
    let mut bare = Vec::new();
    for three in tokens.windows(3) {
        let [
            TokenTree::Ident(name),
            TokenTree::Punct(_),
            TokenTree::Group(arguments),
        ] = three
        else {
            continue;
        };
        let values = match name.to_string().as_str() {
            "assert" => 1,
            "assert_eq" | "assert_ne" => 2,
            _ => continue,
        };
        let arguments: Vec<TokenTree> = arguments.stream().into_iter().collect();
        let given = arguments.split(comma).filter(|it| !it.is_empty()).count();
        bare.extend((given <= values).then(|| name.span().start().line));
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            bare.extend(without_a_message(group.stream()));
        }
    }
    bare
}

#[test]
fn every_lab_is_part_of_the_workspace_and_only_its_skeleton_is_left_out_by_default() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let manifest: toml::Table = manifest.parse().expect("it is TOML");
    let list = |key: &str| -> Vec<&str> {
        let list = manifest["workspace"][key].as_array().expect("a list");
        list.iter().filter_map(toml::Value::as_str).collect()
    };
    let (members, default) = (list("members"), list("default-members"));
    for lab in labs() {
        let [skeleton, solution, checks] = [
            format!("labs/{lab}"),
            format!("solutions/{lab}"),
            format!("grader/labs/{lab}/checks"),
        ];
        for package in [&skeleton, &solution, &checks] {
            assert!(members.contains(&package.as_str()), "{package}");
        }
        assert!(default.contains(&solution.as_str()), "{solution}");
        assert!(!default.contains(&skeleton.as_str()), "{skeleton}");
    }
}

#[test]
fn every_lab_shows_how_it_is_graded_and_has_its_table_of_exercises() {
    for lab in labs() {
        let samples = root().join(format!("grader/labs/{lab}/samples.toml"));
        let samples = std::fs::read_to_string(samples).unwrap_or_default();
        assert!(samples.contains("[[sample]]"), "{lab} has no samples");
        let page = root().join(format!("labs/{lab}/README.md"));
        let page = std::fs::read_to_string(page).expect("the lab's page");
        let asks = format!("<!-- exercises: {lab} -->");
        assert!(
            page.contains(&asks),
            "{lab}: its page does not ask for its table"
        );
    }
}

#[test]
fn the_public_tests_of_every_exercise_tell_the_rules_of_its_source() {
    let tree = Tree::find(&root()).expect("the course");
    for name in labs() {
        let lab = Lab::read(&tree, &name).expect("a lab");
        for exercise in &lab.exercises {
            let files: Vec<String> = exercise
                .edit
                .iter()
                .map(|file| format!("\"{file}\""))
                .collect();
            let taught = if exercise.unsafe_code { ", unsafe" } else { "" };
            let call = format!("rules::test!({}{taught});\n", files.join(", "));
            let path = format!("labs/{name}/tests/public/{}.rs", exercise.name);
            let tests = std::fs::read_to_string(root().join(&path)).expect("public tests");
            assert!(tests.contains(&call), "{path} has no `{}`", call.trim_end());
        }
    }
}

/// The workspace denies `unsafe`, and its members take its lints.
#[test]
fn every_exercise_says_what_it_is_about_and_has_a_hollow_answer() {
    let tree = Tree::find(&root()).expect("the course");
    for name in labs() {
        let lab = Lab::read(&tree, &name).expect("a lab");
        let mutants = Mutant::all(&tree, &lab).expect("its mutants");
        for exercise in &lab.exercises {
            let id = exercise.id();
            let mut checks = exercise.checks.iter();
            let core = checks.any(|check| check.role == Role::Core);
            assert!(core, "{id}: no check has the role `core`");
            let mut mutants = mutants.iter();
            let hollow = |mutant: &Mutant| mutant.exercise == exercise.name;
            let hollow = mutants.any(|mutant| hollow(mutant) && mutant.keeps.is_some());
            assert!(hollow, "{id}: no mutant has `keeps`");
        }
    }
}

#[test]
fn unsafe_stands_only_where_it_is_needed() {
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let workspace: toml::Table = workspace.parse().expect("a manifest is TOML");
    let denied = &workspace["workspace"]["lints"]["rust"]["unsafe_code"];
    assert_eq!(denied.as_str(), Some("deny"));
    let members = workspace["workspace"]["members"].as_array();
    for member in members.into_iter().flatten().filter_map(|it| it.as_str()) {
        let manifest = root().join(member).join("Cargo.toml");
        let manifest = std::fs::read_to_string(manifest).expect("a member has a manifest");
        let manifest: toml::Table = manifest.parse().expect("a manifest is TOML");
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        assert_eq!(lints.and_then(toml::Value::as_bool), Some(true), "{member}");
    }
    let allows = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.contains("allow(unsafe_code")
    };
    let of_ours = |file: &str| !file.contains("/target/") && !file.starts_with("grader/tests/");
    let mut needed: Vec<String> = ["labs", "solutions", "notes", "grader"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|(file, text)| of_ours(file) && allows(text))
        .map(|(file, _)| file)
        .collect();
    needed.sort();
    let expected = [
        "grader/harness/src/lib.rs",
        "grader/labs/locks/checks/src/rw_lock.rs",
        "grader/labs/locks/checks/src/semaphore.rs",
        "grader/labs/locks/checks/src/spin_lock.rs",
        "grader/src/jail.rs",
        "labs/kit/src/lib.rs",
        "labs/kit/tests/demo.rs",
        "labs/kit/tests/search.rs",
        "labs/kit/tests/seeded.rs",
        "labs/kit/tests/select.rs",
        "labs/locks/src/lib.rs",
        "notes/programs/src/lib.rs",
        "solutions/locks/src/lib.rs",
    ];
    assert_eq!(needed, expected);
}

#[test]
fn every_ordering_of_a_solution_names_its_partner() {
    for (file, text) in sources("solutions") {
        let bare = without_a_partner(&text, |code| {
            code.contains("Ordering::") && !code.starts_with("use ")
        });
        assert_eq!(bare, None, "{file}: an ordering without its `// ORDERING:`");
    }
}

/// The orderings that the kit passes on for a student stand in variables; its own are literals.
#[test]
fn every_ordering_of_the_kits_own_names_its_partner() {
    let operations = [
        ".load(",
        ".store(",
        ".swap(",
        ".fetch_",
        ".compare_exchange",
    ];
    let orderings = ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];
    for (file, text) in sources("labs/kit/src") {
        let bare = without_a_partner(&text, |code| {
            operations.iter().any(|operation| code.contains(operation))
                && orderings.iter().any(|ordering| code.contains(ordering))
        });
        assert_eq!(bare, None, "{file}: an ordering without its `// ORDERING:`");
    }
}

/// The first line of code that has an ordering without a comment on it. A comment stands for the
/// statement below it, which ends with a semicolon or a brace.
fn without_a_partner(text: &str, has_ordering: impl Fn(&str) -> bool) -> Option<usize> {
    let mut why = false;
    for (number, line) in text.lines().enumerate() {
        let code = line.trim();
        why |= code.starts_with("// ORDERING:");
        if code.starts_with("//") {
            continue;
        }
        if has_ordering(code) && !why {
            return Some(number + 1);
        }
        if code.ends_with(';') || code.ends_with('}') {
            why = false;
        }
    }
    None
}

#[test]
fn what_two_programs_agree_on_is_written_once() {
    for folder in [
        "labs/kit/src",
        "labs/lab/src",
        "grader/src",
        "grader/harness/src",
    ] {
        let files = files_with(folder, &["WEFT_", "../harness/src"]);
        assert!(
            files.is_empty(),
            "it belongs in labs/protocol, not in {files:?}"
        );
    }
}

/// The left column of the table at the end of `notes/style.md`.
#[test]
fn phrases_that_were_replaced_do_not_come_back() {
    let style = std::fs::read_to_string(root().join("notes/style.md")).expect("the style");
    let rows = style.lines().filter_map(|line| line.strip_prefix("| `"));
    let phrases: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    assert!(phrases.len() > 10, "the table has moved: {phrases:?}");
    let mut found = Vec::new();
    for folder in ["labs", "solutions", "grader", "notes"] {
        for (name, text) in ["rs", "md", "toml"].iter().flat_map(|it| texts(folder, it)) {
            let style = name == "notes/style.md";
            for (number, line) in text.lines().enumerate().filter(|_| !style) {
                let line = line.replace("there is no", "").replace("There is no", "");
                let phrase = phrases.iter().find(|phrase| line.contains(*phrase));
                found.extend(phrase.map(|phrase| format!("{name}:{}: {phrase}", number + 1)));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// A table's row, a fenced line and a stub that the skeleton has in one line may be longer.
#[test]
fn comments_and_pages_are_a_hundred_columns_wide() {
    let mut wide = Vec::new();
    let folders = ["labs", "solutions", "grader", "notes"];
    let both = folders.map(|folder| [texts(folder, "rs"), texts(folder, "md")].concat());
    for (file, text) in both.concat() {
        let page = file.ends_with(".md");
        let mut fenced = false;
        for (number, line) in text.lines().enumerate() {
            let prose = line
                .trim_start()
                .trim_start_matches(['/', '!'])
                .trim_start();
            fenced ^= prose.starts_with("```");
            let counts = page || line.trim_start().starts_with("//");
            let exempt = fenced
                || ["|", "<", "LAB:"]
                    .iter()
                    .any(|mark| prose.starts_with(mark));
            if counts && !exempt && line.chars().count() > 100 {
                wide.push(format!("{file}:{}", number + 1));
            }
        }
    }
    assert!(wide.is_empty(), "{wide:#?}");
}
