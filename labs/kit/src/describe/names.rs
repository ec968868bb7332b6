//! Names for threads and objects: the variable that the student put them in.
use super::source::Source;
use crate::record::{Object, ObjectId, Op, ThreadId, Trace};
use std::collections::HashMap;

/// What everything is called in one picture.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) threads: Vec<String>,
    objects: Vec<String>,
}

impl Names {
    pub(super) fn new(trace: &Trace, source: &mut Source) -> Names {
        Names {
            threads: threads(trace),
            objects: objects(trace, source),
        }
    }

    /// The threads, as data.
    pub(super) fn all_threads(&self) -> Vec<picture::Thread> {
        let thread = |name: &String| picture::Thread { name: name.clone() };
        self.threads.iter().map(thread).collect()
    }

    /// The objects, as data.
    pub(super) fn all_objects(&self, trace: &Trace) -> Vec<picture::Object> {
        let object = |(id, object): (usize, &Object)| picture::Object {
            name: self.object(id as ObjectId).to_owned(),
            kind: object.kind.to_owned(),
            made: Some(super::place(object.created)),
        };
        trace.objects.iter().enumerate().map(object).collect()
    }

    pub(super) fn thread(&self, id: ThreadId) -> &str {
        self.threads
            .get(id as usize)
            .map_or("a thread", String::as_str)
    }

    pub(super) fn object(&self, id: ObjectId) -> &str {
        self.objects.get(id as usize).map_or("", String::as_str)
    }
}

fn threads(trace: &Trace) -> Vec<String> {
    let name = |(id, thread): (usize, &crate::record::Thread)| match &thread.name {
        Some(name) if id == 0 => name.to_string(),
        Some(name) => format!("T{id} {name}"),
        None => format!("T{id}"),
    };
    trace.threads.iter().enumerate().map(name).collect()
}

/// The variable an object was made into, else what its first operation was called on, or the half
/// of its pair that a select waits for, else what kind of thing it is; a number where two have the
/// same name.
fn objects(trace: &Trace, source: &mut Source) -> Vec<String> {
    let mut names: Vec<Option<String>> = trace
        .objects
        .iter()
        .map(|object| match &object.own {
            Some(name) => Some(name.to_string()),
            None => source.binding(object.created),
        })
        .collect();
    for event in &trace.events {
        if let Op::SelectWaits { channels, .. } = &event.op {
            for channel in channels.iter().map(|channel| *channel as usize) {
                let second = || source.second_binding(trace.objects[channel].created);
                names[channel] = names[channel].take().or_else(second);
            }
        }
        if let Some(name @ None) = names.get_mut(event.object as usize)
            && event.op.is_on_an_object()
        {
            *name = source.receiver(event.place);
        }
    }
    let mut count: HashMap<String, usize> = HashMap::new();
    let names: Vec<String> = names
        .into_iter()
        .zip(&trace.objects)
        .map(|(name, object)| name.unwrap_or_else(|| nameless(object, source)))
        .collect();
    for name in &names {
        *count.entry(name.clone()).or_default() += 1;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let numbered = |name: String| {
        if count[&name] == 1 {
            return name;
        }
        let number = seen.entry(name.clone()).or_default();
        *number += 1;
        format!("{name}#{number}")
    };
    names.into_iter().map(numbered).collect()
}

/// `channel`, `AtomicUsize`; made by code that is not here to be read, and so not the student's:
/// `hidden channel`.
fn nameless(object: &Object, source: &mut Source) -> String {
    let kind = match object.kind {
        kind if kind.starts_with("Atomic") => kind.to_owned(),
        kind => kind.to_lowercase(),
    };
    match source.text(object.created.file()) {
        Some(_) => kind,
        None => format!("hidden {kind}"),
    }
}
