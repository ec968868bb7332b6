//! A failure of two nodes and a bad network, written by hand: what a view of messages has to draw.
//!
//! A message that is lost, or comes twice, is a step of the node it was meant for, with an edge
//! from the step that sent it.
use picture::{Edge, EdgeKind, Effect, Failure, FailureKind, Object, Place, Step, Thread};

const CLIENT: &str = "labs/rpc/src/client.rs";
const CLIENT_TEXT: &str = "\
//! Calls, until an answer comes.
impl Client {
    /// Adds to the counter, once.
    pub fn add(&mut self, n: u64) -> u64 {
        let call = Call::Add(n);
        loop {
            self.net.send(SERVER, &call);
            if let Some(answer) = self.net.receive_within(PATIENCE) {
                return answer;
            }
        }
    }
}
";
const SERVER: &str = "labs/rpc/src/server.rs";
const SERVER_TEXT: &str = "\
//! Executes what is asked for.
impl Server {
    pub fn serve(&mut self) {
        while let Some((from, Call::Add(n))) = self.net.receive() {
            self.count += n;
            self.net.send(from, &Answer(self.count));
        }
    }
}
";
const TEST: &str = "labs/rpc/tests/public.rs";

/// A call is lost and sent again; its answer is lost; what is sent again is executed again.
pub(crate) fn rpc_story() -> Failure {
    let message = "assertion `left == right` failed: add(1) was executed more than once\n  left: 3\n right: 1";
    let mut failure = Failure::bare(
        "a_call_is_executed_at_most_once",
        FailureKind::Assertion,
        message.to_owned(),
    );
    failure.threads = ["client", "server"]
        .map(|name| Thread {
            name: name.to_owned(),
        })
        .to_vec();
    failure.objects = vec![Object {
        name: "count".to_owned(),
        kind: "u64".to_owned(),
        made: None,
    }];
    for (file, text) in [(CLIENT, CLIENT_TEXT), (SERVER, SERVER_TEXT)] {
        failure.sources.insert(file.to_owned(), text.to_owned());
    }
    failure.replay = Some("rpc-7f3a".to_owned());
    let mut story = Story(failure);
    let (client, server) = (0, 1);
    let call = story.send(client, "add(1)");
    story.arrives(server, call, Effect::Lost);
    story.tells(client, Effect::Other, "no answer in time", (CLIENT, 8));
    let call = story.send(client, "add(1)");
    story.arrives(server, call, Effect::Receive);
    story.counts(1);
    let answer = story.send(server, "1");
    story.arrives(client, answer, Effect::Lost);
    story.tells(client, Effect::Other, "no answer in time", (CLIENT, 8));
    let call = story.send(client, "add(1)");
    story.arrives(server, call, Effect::Receive);
    story.counts(2);
    let answer = story.send(server, "2");
    story.arrives(server, call, Effect::Duplicated);
    story.counts(3);
    story.arrives(client, answer, Effect::Receive);
    story.tells(client, Effect::Fail, "FAILS here", (TEST, 31));
    let mut failure = story.0;
    failure.by = Some(client);
    failure.at = failure.steps.last().and_then(|step| step.at.clone());
    failure
}

struct Story(Failure);

impl Story {
    /// Gives the step, for [`Story::arrives`].
    fn send(&mut self, from: usize, what: &str) -> usize {
        let at = if from == 0 { (CLIENT, 7) } else { (SERVER, 6) };
        let step = self.tells(from, Effect::Send, &format!("send {what}"), at);
        self.0.steps[step].value = Some(what.to_owned());
        step
    }

    fn arrives(&mut self, at: usize, sent: usize, how: Effect) {
        let what = self.0.steps[sent].value.clone().unwrap_or_default();
        let says = match how {
            Effect::Lost => format!("{what} is lost on the way"),
            Effect::Duplicated => format!("receive {what}, once more"),
            _ => format!("receive {what}"),
        };
        let line = if at == 0 { (CLIENT, 8) } else { (SERVER, 4) };
        let step = self.tells(at, how, &says, line);
        if how == Effect::Lost {
            (self.0.steps[step].at, self.0.steps[step].code) = (None, None);
        }
        self.0.edges.push(Edge {
            from: sent,
            to: step,
            kind: EdgeKind::Message,
        });
    }

    fn counts(&mut self, value: u64) {
        let step = self.tells(
            1,
            Effect::Write,
            &format!("count is now {value}"),
            (SERVER, 5),
        );
        self.0.steps[step].value = Some(value.to_string());
        self.0.steps[step].object = Some(0);
    }

    fn tells(
        &mut self,
        who: usize,
        effect: Effect,
        says: &str,
        (file, line): (&str, u32),
    ) -> usize {
        let steps = &mut self.0.steps;
        let text = self
            .0
            .sources
            .get(file)
            .and_then(|text| text.lines().nth(line as usize - 1));
        steps.push(Step {
            thread: who,
            object: None,
            event: steps.len(),
            action: says.to_owned(),
            effect,
            value: None,
            at: Some(Place {
                file: file.to_owned(),
                line,
                column: 13,
            }),
            code: text.map(|text| text.trim().to_owned()),
            switched: steps.last().is_some_and(|step| step.thread != who),
            stuck: false,
            part: true,
            ordering: None,
            touched: None,
            saw: None,
        });
        steps.len() - 1
    }
}
