//! A course in one evening, by its commands alone: kit, solve, pack, batch, regrade, gradebook,
//! feedback.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use grader::handout::unmarked;
use grader::lab::Lab;
use grader::mutant::Mutant;
use grader::results::{Outcome, Results};
use grader::tree::Tree;
use tempfile::TempDir;

const LAB: &str = "locks";

/// The exercise that is solved: by Jane rightly, by Ann with a mistake.
const EXERCISE: &str = "visited";
const MISTAKE: &str = "check_unlock_mark";

/// Participants 12345 to 12348: Jane, Ann, Zoë, Bo.
const WORKSHEET: &str = include_str!("fixtures/gradebooks/moodle.csv");

fn repository() -> Tree {
    Tree::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course")
}

/// What a command tells; it has to succeed.
fn told(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}\n{out}{err}");
    format!("{out}{err}")
}

/// The evening's folder.
struct Evening(TempDir);

impl Evening {
    /// What the grader tells; no word of the line has a space in it.
    fn grader(&self, line: &str) -> String {
        let mut grader = Command::new(env!("CARGO_BIN_EXE_grader"));
        grader.arg("--root").arg(repository().root());
        told(grader.args(line.split(' ')).current_dir(self.0.path()))
    }

    fn read(&self, name: &str) -> Vec<u8> {
        let path = self.0.path().join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.path().join(name), bytes).expect("room");
    }

    /// What a student hands in whose exercise reads so.
    fn packed(&self, answer: &str) -> Vec<u8> {
        self.write(
            &format!("kit/labs/{LAB}/src/{EXERCISE}.rs"),
            answer.as_bytes(),
        );
        let mut pack = Command::new("cargo");
        // One for all tests of a kit: a course is built once.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kit");
        pack.args(["lab", "pack", LAB])
            .env("CARGO_TARGET_DIR", target);
        let told = told(pack.current_dir(self.0.path().join("kit")));
        assert!(
            told.contains("not written"),
            "of the other exercises: {told}"
        );
        self.read(&format!("kit/hand-in/{LAB}.zip"))
    }

    /// The grade of a participant, as it was filled in.
    fn grade(&self, participant: &str) -> Option<f64> {
        let filled = self.read("worksheet-graded.csv");
        let mut table = csv::Reader::from_reader(&filled[..]);
        let mut rows = table.records().map(|row| row.expect("a row"));
        let row = rows.find(|row| row[0].ends_with(participant));
        row.expect("everybody is there")[4].parse().ok()
    }
}

/// A right answer and a wrong one, as students would write them.
fn answers(lab: &Lab) -> [String; 2] {
    let tree = repository();
    let solution = tree.solution(LAB).join(format!("src/{EXERCISE}.rs"));
    let solution = std::fs::read_to_string(solution).expect("a solution");
    let mut mutants = Mutant::all(&tree, lab).expect("mutants").into_iter();
    let mistake = mutants.find(|one| one.exercise == EXERCISE && one.name == MISTAKE);
    [solution, mistake.expect("it is there").text].map(|text| unmarked(&text))
}

fn unpacked(zip: Vec<u8>) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).expect("an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let name = file.name().expect("a name").into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        files.insert(name, text);
    }
    files
}

#[test]
fn a_course_goes_out_comes_back_and_is_given_back() {
    let evening = Evening(TempDir::new().expect("a place for files"));
    let lab = Lab::read(&repository(), LAB).expect("a lab");
    let exercise = lab.exercise(EXERCISE).expect("it is there");
    let [points, keeps] = [exercise.points, exercise.keeps].map(f64::from);
    hand_in(&evening, &lab);

    let table = evening.grader("batch locks.zip --lab locks --roster worksheet.csv --out results");
    assert!(table.contains("Jane Doe"), "{table}");
    let results = Results::open(&evening.0.path().join("results")).expect("results");
    let rows = results.rows().expect("rows");
    let missing = rows.iter().filter(|row| row.outcome == Outcome::Missing);
    assert_eq!((rows.len(), missing.count()), (4, 2));
    evening.grader("gradebook results --into worksheet.csv");
    assert_eq!(evening.grade("12345"), Some(points));
    let ann = evening.grade("12346").expect("she was graded");
    assert!(ann <= keeps, "check-then-act keeps {ann} of {points}");
    assert_eq!(evening.grade("12348"), Some(40.0), "he handed in nothing");

    let same = evening.grader("regrade results");
    assert!(same.contains("0 of 4 people have other results"), "{same}");
    let mut people = rows.iter().map(|row| &row.person);
    let ann = people.find(|one| one.name == "Ann Lee").expect("a row");
    let rubric = format!(
        "[exercise.{EXERCISE}]\nweight = 2\n[[hold]]\nstudent = \"{}\"\nbecause = \"a talk\"\n",
        ann.id
    );
    evening.write("new.toml", rubric.as_bytes());
    let new = evening.grader("regrade results --rubric new.toml --replace --because weights");
    assert!(new.contains("2 of 4 people have other results"), "{new}");
    let told = evening.grader("gradebook results --into worksheet.csv");
    assert_eq!(evening.grade("12345"), Some(2.0 * points));
    assert_eq!(evening.grade("12346"), None, "hers is held");
    assert!(told.contains("held: a talk"), "{told}");
    give_back(&evening, &ann.id);
}

/// Jane's and Ann's hand-ins, made in the kit, as Moodle gives them.
fn hand_in(evening: &Evening, lab: &Lab) {
    evening.grader("kit kit");
    let [right, wrong] = answers(lab).map(|answer| evening.packed(&answer));
    let at = |who: &str| format!("{who}_assignsubmission_file/{LAB}.zip");
    let handed = [(at("Jane Doe_12345"), right), (at("Ann Lee_12346"), wrong)];
    let handed = parcel::write(&handed.into(), "").expect("packed");
    evening.write("locks.zip", &handed);
    evening.write("worksheet.csv", WORKSHEET.as_bytes());
}

/// What everybody reads, while one grade is held.
fn give_back(evening: &Evening, held: &str) {
    evening.grader("feedback results --out feedback.zip");
    let pages = unpacked(evening.read("feedback.zip"));
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    let jane = "Jane Doe_12345_assignsubmission_file/weft-feedback.html";
    assert_eq!(names, [jane]);
    assert!(pages[jane].contains("<section"));

    evening.grader("page results --out pages");
    let page = |name: &str| String::from_utf8(evening.read(name)).expect("text");
    let class = page("pages/class.html");
    assert!(class.contains("<b>1</b> held") && class.contains("held: a talk"));
    assert!(
        class.contains("Known mistakes"),
        "what her failures look like"
    );
    let own = page(&format!("pages/students/{held}.html"));
    assert!(own.contains("not given out yet") && !own.contains("<section"));
    evening.grader("page results --reader instructor --out all");
    assert!(page(&format!("all/students/{held}.html")).contains("<section"));
}
