//! Nothing that a student wrote becomes markup, a formula, XML, a command or a colour, whatever the
//! form.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::view::Visible;
use super::{Report, csv, gradescope, json, junit, markdown, note, text};
use crate::rubric::samples::{class, judged};
use crate::rubric::{Circumstances, Rubric};
use crate::verdict::{Judged, Verdict};

/// What a name or a message may say.
const HOSTILE: [&str; 18] = [
    "<script>alert(1)</script>",
    "</failure></testcase><testcase name=\"full marks\"/>",
    "]]><x/>",
    "&lt;b&gt; \" ' <!-- -->",
    "=HYPERLINK(\"http://evil.example\";\"mark\")",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1;1)",
    "\t=1",
    "::error file=a.rs,line=1::you pass",
    "::add-mask::e\n::stop-commands::x\n  ::set-output name=a::b",
    "##[error]no",
    "```\n</details>\n# full marks\n[a](javascript:b) @everyone #1\n```",
    "`` ` ``` |x| \\| **bold**",
    "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}",
    "a\r\nb,\"c\";d\te",
    "\u{202e}skram lluf\u{0}\u{ffff}",
    "{\"score\": 100}, \\u0022",
];

/// What a text is made of that nobody has thought of.
const PIECES: [&str; 44] = [
    "`",
    "```",
    "~~~",
    "\n",
    "\r",
    "\t",
    " ",
    "<",
    ">",
    "&",
    "\"",
    "'",
    "\\",
    "</",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</failure>",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "=",
    "+",
    "-",
    "@",
    "|",
    "%",
    "%0A",
    ",",
    ";",
    "1",
    "::error::",
    "##[error]",
    "\u{1b}[2J",
    "\u{9b}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{a0}",
    "\u{0}",
    "\u{ff1d}",
    "[a](javascript:b)",
    "</details>",
    "# full marks",
];

fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

/// A report in which everything that a student has a hand in says that.
pub(crate) fn report(said: &str) -> Report {
    let fail = |verdict| Judged::new(verdict, said);
    let mut report = judged([
        fail(Verdict::Fail),
        fail(Verdict::DoesNotBuild),
        fail(Verdict::Broken),
        fail(Verdict::NotWritten),
    ]);
    said.clone_into(&mut report.subject);
    report.remarks.push(said.to_owned());
    report.exercises[0].remark = Some(said.to_owned());
    report
}

/// Looks at reports that say what is hostile, and what is put together of that.
pub(crate) fn each(look: impl Fn(&str, &Report)) {
    let twice = HOSTILE
        .iter()
        .flat_map(|one| HOSTILE.map(|other| format!("{one}\n{other}")));
    for said in HOSTILE.map(str::to_owned).into_iter().chain(twice) {
        look(&said, &report(&said));
    }
    let config = Config {
        cases: 100,
        failure_persistence: None,
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(&texts(), |said| {
        look(&said, &report(&said));
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}

pub(crate) fn steers(text: &str) -> bool {
    text.chars()
        .any(|c| c != '\n' && c != '\t' && picture::escape::steers(c))
}

#[test]
fn no_form_steers_a_terminal() {
    each(|said, report| {
        let one = std::slice::from_ref(report);
        let text = anstream::adapter::strip_str(&text::render(report)).to_string();
        let forms = [
            text,
            csv::render(one),
            markdown::render(one),
            markdown::annotations(one),
            junit::render(one),
        ];
        for form in forms {
            assert!(!steers(&form), "{said:?}\n{form}");
        }
    });
}

#[test]
fn xml_says_what_was_said_and_has_no_other_elements() {
    each(|said, report| {
        let xml = junit::render(std::slice::from_ref(report));
        let read = quick_junit::Report::deserialize_from_str(&xml);
        let read = read.unwrap_or_else(|error| panic!("{said:?}: {error}\n{xml}"));
        let cases: Vec<usize> = read
            .test_suites
            .iter()
            .map(|it| it.test_cases.len())
            .collect();
        assert_eq!(cases, [3, 1], "{said:?}\n{xml}");
        let (failures, errors): (Vec<usize>, Vec<usize>) = read
            .test_suites
            .iter()
            .map(|it| (it.failures, it.errors))
            .unzip();
        assert_eq!((failures, errors), (vec![2, 0], vec![1, 0]));
    });
}

#[test]
fn a_table_has_its_cells_and_none_is_a_formula() {
    each(|said, report| {
        let table = csv::render(std::slice::from_ref(report));
        let mut reader = ::csv::Reader::from_reader(table.as_bytes());
        let records: Result<Vec<_>, _> = reader.records().collect();
        let records = records.unwrap_or_else(|error| panic!("{said:?}: {error}\n{table}"));
        assert_eq!(records.len(), 4, "{table}");
        for cell in records.iter().flat_map(|record| record.iter()) {
            let formula = cell
                .trim_start()
                .starts_with(['=', '+', '-', '@', '|', '%']);
            assert!(!formula, "{cell:?}");
        }
    });
}

/// GitHub's runner takes spaces off the beginning of a line, and looks for `##[` anywhere.
#[test]
fn a_log_holds_no_commands_but_our_own() {
    each(|said, report| {
        let one = std::slice::from_ref(report);
        let commands = markdown::annotations(one);
        let lines: Vec<&str> = commands.lines().collect();
        assert_eq!(lines.len(), 3, "{said:?}\n{commands}");
        for line in lines {
            let ours = ["::error title=bank%3A ", "::warning title=bank%3A "];
            assert!(ours.iter().any(|begin| line.starts_with(begin)), "{line}");
        }
        let fenced = markdown::fenced(&text::render(report), "f00d");
        let lines: Vec<&str> = fenced.lines().collect();
        assert_eq!(lines[0], "::stop-commands::f00d");
        assert_eq!(lines[lines.len() - 1], "::f00d::");
        let inner = &lines[1..lines.len() - 1];
        assert!(
            !inner.iter().any(|line| line.contains("::f00d::")),
            "{fenced}"
        );
    });
}

/// In Markdown, everything hostile stands in code: between ticks of a line, or in a block whose
/// fence it does not have.
#[test]
fn markdown_keeps_what_was_said_in_code() {
    each(|said, report| {
        let page = markdown::render(std::slice::from_ref(report));
        let mut fence: Option<&str> = None;
        for line in page.lines() {
            match fence {
                Some(open) if line == open => fence = None,
                Some(_) => (),
                None if line.starts_with("```") => fence = line.strip_suffix("text"),
                None => {
                    let plain = outside_code(line);
                    for word in [
                        "script",
                        "alert",
                        "evil",
                        "[a]",
                        "@",
                        "full marks",
                        "::error",
                    ] {
                        assert!(!plain.contains(word), "{said:?}\n{line}\n{plain}");
                    }
                }
            }
        }
        assert_eq!(fence, None, "{said:?}\n{page}");
    });
}

/// A line without its spans of code, as CommonMark cuts them: as many ticks close as have opened.
fn outside_code(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        plain += &rest[..at];
        let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
        let inner = &rest[at + ticks..];
        let mut from = 0;
        let end = loop {
            let Some(found) = inner[from..].find('`') else {
                break None;
            };
            let start = from + found;
            let run = inner[start..].chars().take_while(|c| *c == '`').count();
            if run == ticks {
                break Some(start + run);
            }
            from = start + run;
        };
        rest = end.map_or(inner, |end| &inner[end..]);
    }
    plain + rest
}

/// In HTML, every element is our own.
#[test]
fn html_has_no_elements_but_our_own() {
    let ours = ["p>", "ul>", "li>"];
    each(|said, report| {
        let about = Circumstances {
            student: "jdoe",
            submitted: None,
            late: false,
        };
        let mut grade = Rubric::plain(&class()).grade(report, &about);
        for step in &mut grade.steps {
            step.what = said.to_owned();
        }
        let note = note::html(report, &grade);
        assert!(!note.contains('\n') && !steers(&note), "{said:?}\n{note}");
        for element in note.split('<').skip(1) {
            let name = element.strip_prefix('/').unwrap_or(element);
            let known = ours.iter().any(|known| name.starts_with(known));
            assert!(known, "{said:?}\n{note}");
        }
    });
}

#[test]
fn json_says_what_was_said() {
    each(|said, report| {
        let all = json::render(std::slice::from_ref(report));
        let all: serde_json::Value = serde_json::from_str(&all).expect("JSON");
        assert_eq!(all["results"][0]["subject"].as_str(), Some(said));
        let file = gradescope::render(report, |_, _| Visible::Always, None);
        let file: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        assert_eq!(file["tests"].as_array().map(Vec::len), Some(4));
        assert_eq!(file.get("score"), None);
        let formats = file["tests"].as_array().into_iter().flatten();
        assert!(
            formats
                .into_iter()
                .all(|test| test["output_format"] == "text")
        );
    });
}

#[test]
fn a_summary_that_is_too_long_is_cut_between_its_parts_and_says_so() {
    let long = report(&"```\n".repeat(100_000));
    let page = markdown::render(&[long.clone(), long]);
    assert!(page.len() <= 900 * 1024, "{}", page.len());
    assert!(page.ends_with("Cut here: the whole is longer than GitHub shows.\n"));
    assert_eq!(
        page.matches("<details>").count(),
        page.matches("</details>").count()
    );
}
