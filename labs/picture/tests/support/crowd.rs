//! A long failure of many threads, made up: as a sampled search of a crawler could find it.
use picture::{Edge, EdgeKind, Effect, Failure, FailureKind, Object, Place, Search, Step, Thread};

/// Threads in turn take one of three locks, count, look at a flag, and give the lock back.
pub(crate) fn crowd(steps: usize, threads: usize) -> Failure {
    let message = "assertion failed: a page was fetched twice".to_owned();
    let mut failure = Failure::bare(
        "every_page_is_fetched_once",
        FailureKind::Assertion,
        message,
    );
    failure.search = Some(Search {
        preemptions: None,
        sampled: true,
        sequential: true,
        spurious: false,
        last_first: false,
        undecided: false,
        interleaving: 1,
        interleavings: 1_204,
    });
    let name = |thread| match thread {
        0 => "main".to_owned(),
        _ => format!("worker {thread}"),
    };
    failure.threads = (0..threads)
        .map(|thread| Thread { name: name(thread) })
        .collect();
    let objects = [
        ("visited", "Mutex"),
        ("frontier", "Mutex"),
        ("pages", "Mutex"),
        ("pending", "AtomicUsize"),
    ];
    failure.objects = objects.map(object).to_vec();
    let mut crowd = Crowd(failure);
    for thread in 1..threads {
        crowd.step(
            0,
            None,
            Effect::Spawn,
            &format!("spawn {}", name(thread)),
            1,
        );
    }
    let mut turn = 0;
    while crowd.0.steps.len() < steps {
        crowd.round(1 + turn % (threads - 1), turn % 3, turn);
        // Not all in the same order.
        turn += if turn % 7 == 6 { 3 } else { 1 };
    }
    crowd.draw_spawns(threads);
    crowd.step(0, None, Effect::Fail, "FAILS here", 9);
    let mut failure = crowd.0;
    failure.by = Some(0);
    failure.at = failure.steps.last().and_then(|step| step.at.clone());
    let lines = (1..=40).map(|line| format!("    line_{line}(&visited, &frontier, &pages);\n"));
    let source = lines.collect();
    failure
        .sources
        .insert("labs/crawler/src/crawler.rs".to_owned(), source);
    failure.mark_parts();
    failure
}

fn object((name, kind): (&str, &str)) -> Object {
    Object {
        name: name.to_owned(),
        kind: kind.to_owned(),
        made: None,
    }
}

struct Crowd(Failure);

impl Crowd {
    /// From the step that spawns each thread, of which there is one for each, to its first.
    fn draw_spawns(&mut self, threads: usize) {
        for thread in 1..threads {
            let to = self.0.steps.iter().position(|step| step.thread == thread);
            self.0.edges.extend(to.map(|to| Edge {
                from: thread - 1,
                to,
                kind: EdgeKind::Spawn,
            }));
        }
    }

    fn round(&mut self, thread: usize, lock: usize, count: usize) {
        let name = self.0.objects[lock].name.clone();
        let before = self.0.steps.iter().rposition(|step| {
            step.object == Some(lock) && step.effect == Effect::Release && step.thread != thread
        });
        let taken = format!("lock {name}: acquired");
        self.step(
            thread,
            Some(lock),
            Effect::Acquire,
            &taken,
            10 + lock as u32,
        );
        let to = self.0.steps.len() - 1;
        self.0.edges.extend(before.map(|from| Edge {
            from,
            to,
            kind: EdgeKind::Unlock,
        }));
        let update = format!("update pending AcqRel: {count} to {}", count + 1);
        self.step(thread, Some(3), Effect::Update, &update, 15);
        let load = format!("load pending Acquire: {}", count + 1);
        self.step(thread, Some(3), Effect::Load { stale: false }, &load, 16);
        let given = format!("unlock {name}");
        self.step(
            thread,
            Some(lock),
            Effect::Release,
            &given,
            20 + lock as u32,
        );
    }

    fn step(
        &mut self,
        thread: usize,
        object: Option<usize>,
        effect: Effect,
        says: &str,
        line: u32,
    ) {
        let switched = self
            .0
            .steps
            .last()
            .is_some_and(|step| step.thread != thread);
        let value = matches!(effect, Effect::Update | Effect::Load { .. })
            .then(|| says.rsplit(' ').next().unwrap_or_default().to_owned());
        let event = self.0.steps.len();
        self.0.steps.push(Step {
            thread,
            object,
            event,
            action: says.to_owned(),
            effect,
            value,
            at: Some(Place {
                file: "labs/crawler/src/crawler.rs".to_owned(),
                line,
                column: 5,
            }),
            code: Some(format!("line_{line}(&visited, &frontier, &pages);")),
            switched,
            stuck: false,
            part: true,
            ordering: None,
            touched: None,
            saw: None,
        });
    }
}
