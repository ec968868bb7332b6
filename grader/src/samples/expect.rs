//! From a sample's entry to what must come out of it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::at::At;
use super::file::{Answer, Base};
use crate::lab::Exercise;
use crate::sample::Expected;

/// What must come out of an exercise: what is written, or what its base or its design always earns.
pub(super) fn expect(at: &At, exercise: &Exercise) -> Result<Expected> {
    let changed = at.changes(exercise);
    let full = exercise.points;
    let (byte, answer) = at.answer(exercise).unzip();
    let byte = byte.unwrap_or_else(|| at.entry.name.span().start);
    let written = answer.and_then(|answer| answer.points);
    let usual = match answer {
        _ if changed => None,
        Some(Answer {
            mutant: Some(_), ..
        }) => None,
        Some(Answer {
            accepted: Some(_), ..
        }) => Some(full),
        other => match other
            .and_then(|answer| answer.base)
            .unwrap_or(at.entry.base)
        {
            Base::Solution => Some(full),
            Base::Skeleton | Base::Nothing => Some(0),
        },
    };
    let name = &exercise.name;
    let Some(points) = written.or(usual).filter(|points| *points <= full) else {
        let problem = format!("nobody knows what exercise `{name}` must come out as");
        let remedy = format!("give `exercise.{name}` its `points`, at most {full}");
        return Err(at.bad_at(byte, &problem, &remedy).into());
    };
    let mut verdicts = BTreeMap::new();
    for (check, verdict) in answer.iter().flat_map(|answer| &answer.verdicts) {
        let id = format!("{name}::{check}");
        if !exercise.checks.iter().any(|known| known.id() == id) {
            let problem = format!("there is no check `{id}`");
            let remedy = "name checks of this exercise, without `exercise::`";
            return Err(at.bad_at(byte, &problem, remedy).into());
        }
        verdicts.insert(id, *verdict);
    }
    Ok(Expected {
        exercise: name.clone(),
        own: changed || answer.is_some(),
        points,
        verdicts,
    })
}
