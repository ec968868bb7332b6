//! Leaves out what the reader may not see.
use crate::{Failure, Place};
use std::collections::HashSet;

impl Failure {
    /// Leaves out the text and the places of all files that `hidden` names.
    pub fn without_files(mut self, hidden: impl Fn(&str) -> bool) -> Failure {
        let short: HashSet<String> = self
            .places()
            .filter(|place| hidden(&place.file))
            .map(Place::short)
            .collect();
        // Sentences name places in full, or in short by the file's own name.
        let is_hidden = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let file = word.split(':').next().unwrap_or(word);
            hidden(file) || short.contains(word)
        };
        self.message = without_places(&self.message, is_hidden);
        for wait in &mut self.waits {
            wait.sentence = without_places(&wait.sentence, is_hidden);
        }
        self.sources.retain(|file, _| !hidden(file));
        for step in &mut self.steps {
            if step.at.as_ref().is_some_and(|at| hidden(&at.file)) {
                step.at = None;
                step.code = None;
            }
        }
        for object in &mut self.objects {
            object.made.take_if(|made| hidden(&made.file));
        }
        self.at.take_if(|at| hidden(&at.file));
        self
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        let steps = self.steps.iter().filter_map(|step| step.at.as_ref());
        let objects = self
            .objects
            .iter()
            .filter_map(|object| object.made.as_ref());
        steps.chain(objects).chain(&self.at)
    }
}

/// A text without the hidden places, and without the words that lead to them.
fn without_places(text: &str, is_hidden: impl Fn(&str) -> bool) -> String {
    let lines = text.split('\n').map(|line| {
        let mut kept: Vec<String> = Vec::new();
        for word in line.split(' ') {
            let place = word.trim_end_matches([',', ';', '.']);
            if !is_hidden(place) {
                kept.push(word.to_owned());
                continue;
            }
            while kept
                .last()
                .is_some_and(|lead| matches!(lead.as_str(), "at" | "since" | "made" | "held"))
            {
                kept.pop();
            }
            let punctuation = &word[place.len()..];
            if let Some(last) = kept.last_mut().filter(|last| !last.ends_with(',')) {
                last.push_str(punctuation);
            }
        }
        kept.join(" ").trim_end_matches(',').to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_places_leave_no_gap() {
        let hidden = |word: &str| word.starts_with("checks/") || word == "bank.rs:57";
        let cases = [
            (
                "main waits at bank.rs:57 for b, which T1 has held since bank.rs:8",
                "main waits for b, which T1 has held since bank.rs:8",
            ),
            (
                "race: T1 writes it at checks/a.rs:5:1, main reads it at b.rs:5:1, and nothing",
                "race: T1 writes it, main reads it at b.rs:5:1, and nothing",
            ),
            ("- Mutex `a`, made at checks/a.rs:1:2", "- Mutex `a`"),
            (
                "holder is parked at checks/a.rs:7:3, held since checks/a.rs:1:1",
                "holder is parked",
            ),
            ("left: bank.rs:570", "left: bank.rs:570"),
        ];
        for (text, redacted) in cases {
            assert_eq!(without_places(text, hidden), redacted);
        }
    }
}
