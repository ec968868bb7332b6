//! From what was typed to the exercise or lab that is meant.

use crate::course::{Course, Exercise};
use crate::error::Unknown;

/// The exercises that `word` names: `wait_group`, `locks/wait_group`, `locks`, or a file of an
/// exercise.
///
/// # Errors
///
/// [`Unknown`], with the nearest name.
pub(crate) fn several<'a>(course: &'a Course, word: &str) -> Result<Vec<&'a Exercise>, Unknown> {
    if let Some(lab) = course.labs.iter().find(|lab| lab.name == word) {
        return Ok(lab.exercises.iter().collect());
    }
    one(course, word).map(|exercise| vec![exercise])
}

/// As [`several`], and the part of a test's name that follows `::`, if there is one:
/// `visited::two_threads`.
///
/// # Errors
///
/// [`Unknown`], with the nearest name.
pub(crate) fn with_test<'a, 'w>(
    course: &'a Course,
    word: &'w str,
) -> Result<(Vec<&'a Exercise>, Option<&'w str>), Unknown> {
    match word.split_once("::") {
        Some((word, test)) => Ok((vec![one(course, word)?], Some(test))),
        None => Ok((several(course, word)?, None)),
    }
}

/// The one exercise that `word` names.
///
/// # Errors
///
/// [`Unknown`], with the nearest name, or with the choice if two labs have one of that name.
pub(crate) fn one<'a>(course: &'a Course, word: &str) -> Result<&'a Exercise, Unknown> {
    let named: Vec<&Exercise> = course
        .exercises()
        .filter(|exercise| {
            exercise.name == word
                || exercise.id() == word
                || exercise
                    .files()
                    .any(|file| file.ends_with(word) && word.ends_with(".rs"))
        })
        .collect();
    match named[..] {
        [exercise] => Ok(exercise),
        [] => Err(unknown(course, word)),
        _ => {
            let ids: Vec<String> = named.iter().map(|exercise| exercise.id()).collect();
            Err(Unknown(format!(
                "`{word}` could be one of {}; write the lab too",
                ids.join(", ")
            )))
        }
    }
}

fn unknown(course: &Course, word: &str) -> Unknown {
    if course.labs.iter().any(|lab| lab.name == word) {
        return Unknown(format!(
            "`{word}` is a lab; name one of its exercises, as in `{word}/{}`",
            course
                .labs
                .iter()
                .find(|lab| lab.name == word)
                .and_then(|lab| lab.exercises.first())
                .map_or("…", |exercise| &exercise.name)
        ));
    }
    let labs = course.labs.iter().map(|lab| lab.name.clone());
    let names = course
        .exercises()
        .flat_map(|exercise| [exercise.name.clone(), exercise.id()]);
    let nearest = manifest::nearest(word, labs.chain(names));
    Unknown(match nearest {
        Some(name) => format!("there is no exercise `{word}`; did you mean `{name}`?"),
        None => format!("there is no exercise `{word}`; `cargo lab` lists them all"),
    })
}
