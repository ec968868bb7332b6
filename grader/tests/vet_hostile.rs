//! What hostile source comes to, and that harmless source of the same looks is let through. Nothing
//! here is compiled.

use grader::vet::tokens::scan;
use serde::Deserialize;

#[derive(Deserialize)]
struct Corpus {
    answer: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    name: String,
    about: String,
    exercise: String,
    comes_to: String,
    text: String,
    harmless: Option<String>,
}

impl Answer {
    fn comes_to(&self, text: &str) -> &'static str {
        match scan("src/x.rs", text, self.exercise == "raw") {
            Err(_) => "does_not_build",
            Ok(found) if found.is_empty() => "pass",
            Ok(found) if found.iter().any(|finding| finding.hostile) => "forged",
            Ok(_) => "fail",
        }
    }
}

#[test]
fn each_attack_comes_to_what_it_must_and_what_looks_alike_passes() {
    let corpus: Corpus = toml::from_str(include_str!("hostile.toml")).expect("a corpus");
    let mut wrong = Vec::new();
    for answer in &corpus.answer {
        let came_to = answer.comes_to(&answer.text);
        if came_to != answer.comes_to {
            let Answer { name, about, .. } = answer;
            wrong.push(format!("{name} came to {came_to}: {about}"));
        }
        let control = answer.harmless.as_deref();
        if control.is_some_and(|text| answer.comes_to(text) != "pass") {
            wrong.push(format!("{}: the harmless one is refused", answer.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
