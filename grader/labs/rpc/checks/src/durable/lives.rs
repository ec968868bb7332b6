//! All short lives of a server: what a client asks for, one call after the other, and when the
//! process starts again; with all moments at which a machine may crash in them, and what must be
//! there when it is back.

use std::collections::HashSet;
use std::fmt::{self, Display};

use kit::sync::Arc;
use rpc::disk::{CrashDisk, Disk, Unsynced};
use rpc::durable::{Durable, Fault, OpenError};
use rpc::machine::{Entry, Executor};
use rpc::message::{CallId, ClientId, Forgotten};

use super::crash::{Journal, Server, all, told};
use super::damage::contents;
use super::watched::Filmed;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// A new call.
    New,
    /// The process ends, and the next one starts.
    Restart,
    /// A new call, which is refused: its reply is an error.
    Refused,
    /// A call without a [`CallId`].
    Unnamed,
    /// The newest call that has one, once more.
    Retry,
    /// A new call of a client that has seen all replies before it.
    Seen,
}
use Step::*;

pub(super) const STEPS: [Step; 6] = [New, Restart, Refused, Unnamed, Retry, Seen];

/// So small that two calls fill the log.
const SMALL: usize = 150;

/// Some steps, and how long the log may be.
#[derive(Clone)]
pub(super) struct Life {
    steps: Vec<Step>,
    rotate_after: usize,
}

/// Every life of up to `most` of these steps, at a server that rotates always, now and then, or
/// never. The shortest come first.
pub(super) fn lives(steps: &[Step], most: usize) -> Vec<Life> {
    let mut lives: Vec<Life> = [0, SMALL, usize::MAX]
        .map(|rotate_after| Life {
            steps: Vec::new(),
            rotate_after,
        })
        .into();
    let mut shorter = 0..lives.len();
    for _ in 0..most {
        for at in shorter.clone() {
            for &step in steps {
                let mut life = lives[at].clone();
                let named = |step: &Step| matches!(step, New | Refused | Seen);
                let is_sensible = match step {
                    Retry => life.steps.iter().any(named),
                    Restart => life.steps.last() != Some(&Restart),
                    _ => true,
                };
                life.steps.push(step);
                lives.extend(is_sensible.then_some(life));
            }
        }
        shorter = shorter.end..lives.len();
    }
    lives
}

impl Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server starts, and then: {:?}", self.steps)?;
        match self.rotate_after {
            usize::MAX => Ok(()),
            bytes => write!(f, "; rotate_after: {bytes}"),
        }
    }
}

impl Life {
    /// At a server that rotates now and then.
    pub(super) fn of(steps: &[Step]) -> Life {
        Life {
            steps: steps.to_vec(),
            rotate_after: SMALL,
        }
    }

    pub(super) fn open(&self, disk: &Arc<impl Disk + 'static>) -> Result<Server, OpenError> {
        let disk = Arc::clone(disk) as Arc<dyn Disk>;
        Durable::open(disk, Journal::default(), self.rotate_after)
    }

    /// Lives it on a disk that works up to its last step, or, where it has none, the start.
    /// `before_the_last` is called once.
    ///
    /// # Errors
    ///
    /// What the last step came to.
    pub(super) fn lead(
        &self,
        disk: &Arc<impl Disk + 'static>,
        before_the_last: impl FnOnce(&Client),
    ) -> (Client, Result<Server, Failed>) {
        let mut client = Client::default();
        let Some((&last, steps)) = self.steps.split_last() else {
            before_the_last(&client);
            return (client, self.open(disk).map_err(Failed::Start));
        };
        let mut server = self
            .open(disk)
            .expect("the disk works: the server must start");
        for &step in steps {
            let told = self.take(step, disk, server, &mut client);
            server = told.unwrap_or_else(|_| panic!("{self}\nthe disk works, and {step:?} fails"));
        }
        before_the_last(&client);
        let end = self.take(last, disk, server, &mut client);
        (client, end)
    }

    fn take(
        &self,
        step: Step,
        disk: &Arc<impl Disk + 'static>,
        server: Server,
        client: &mut Client,
    ) -> Result<Server, Failed> {
        let Some(entry) = client.entry(step) else {
            super::end(server);
            return self.open(disk).map_err(Failed::Start);
        };
        match client.call(&server, entry, self) {
            Ok(()) => Ok(server),
            Err(_) => Err(Failed::Call(server)),
        }
    }
}

/// Why a step did not do what it should.
pub(super) enum Failed {
    /// There is no server.
    Start(OpenError),
    /// The server says [`Fault::Disk`].
    Call(Server),
}

/// What a client has done, and so what it must be told.
#[derive(Clone, Default)]
pub(super) struct Client {
    /// The calls that it has made, in their order. Each notes the number of its place.
    pub(super) made: Vec<Entry>,
    /// How many of them were answered, or are what an answer rests on.
    answered: usize,
}

impl Client {
    /// The call that is made next; `None` if the step is not a call.
    pub(super) fn entry(&self, step: Step) -> Option<Entry> {
        let mut named = self.made.iter().filter(|entry| entry.call.is_some());
        let seq = named.clone().count() as u64 + 1;
        let seen = named
            .clone()
            .filter_map(|entry| entry.call)
            .map(|id| id.seen);
        let seen = match step {
            Restart => return None,
            Retry => return named.next_back().cloned(),
            Seen => seq - 1,
            _ => seen.max().unwrap_or(0),
        };
        let client = ClientId(7);
        Some(Entry {
            call: (step != Unnamed).then_some(CallId { client, seq, seen }),
            method: if step == Refused { "Refuse" } else { "Note" }.to_owned(),
            param: (self.made.len() + 1).into(),
        })
    }

    /// Makes a call, or tries it again; the reply must be the one that a machine would give which
    /// never crashed.
    ///
    /// # Errors
    ///
    /// [`Fault::Disk`], and no other.
    pub(super) fn call(
        &mut self,
        server: &Server,
        entry: Entry,
        story: &dyn Display,
    ) -> Result<(), Fault> {
        let mut truth = Executor::new(Journal::default());
        for entry in &self.made {
            let _ = truth.execute(entry);
        }
        let right = match truth.known(entry.call) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => {
                self.made.push(entry.clone());
                Ok(truth.execute(&entry))
            }
            Err(Forgotten) => Err(Fault::Forgotten),
        };
        let reply = server.call(entry.call, &entry.method, &entry.param);
        if reply == Err(Fault::Disk) {
            return Err(Fault::Disk);
        }
        assert_eq!(reply, right, "{story}\nthe reply to {entry:?}");
        if reply.is_ok() {
            self.answered = self.made.len();
        }
        Ok(())
    }

    /// A client that has made the same calls, and knows less of them.
    fn told_as(&self, before: &Client) -> Client {
        Client {
            made: self.made.clone(),
            answered: before.answered,
        }
    }

    /// Starts the server on what is there: a first part of the calls, with all that was answered;
    /// each once, in order, and with its reply.
    pub(super) fn expect_found(
        &self,
        life: &Life,
        disk: &Arc<impl Disk + 'static>,
        story: &dyn Display,
    ) -> (Server, Client) {
        let server = match life.open(disk) {
            Ok(server) => server,
            Err(error) => panic!("{story}\nthe server does not start again: {error}"),
        };
        let found = all(&server);
        let count = found.len();
        let in_order = found.iter().copied().eq(1..=count as u64);
        assert!(
            in_order && (self.answered..=self.made.len()).contains(&count),
            "{story}\nmade: calls 1 to {}; answered: {}; found after the restart: {found:?}",
            self.made.len(),
            self.answered
        );
        let made = self.made[..count].to_vec();
        let named: Vec<_> = made.iter().filter(|e| e.call.is_some()).cloned().collect();
        let answered = count;
        let mut client = Client { made, answered };
        for entry in named {
            let told = client.call(&server, entry, story);
            told.unwrap_or_else(|fault| panic!("{story}\na retry, after the restart: {fault}"));
        }
        (server, client)
    }

    /// As [`expect_found`](Client::expect_found); and it tries again what was not there, makes
    /// one more call, and finds all of it after another crash.
    pub(super) fn expect_goes_on(&self, life: &Life, disk: &Arc<CrashDisk>, story: &dyn Display) {
        let (server, mut client) = self.expect_found(life, disk, story);
        let next = self.entry(New).filter(|_| self.made.len() < 9);
        let lost = self.made[client.made.len()..].iter().cloned();
        for entry in lost.chain(next) {
            let told = client.call(&server, entry, story);
            told.unwrap_or_else(|fault| panic!("{story}\na call after the restart: {fault}"));
        }
        super::end(server);
        let after = Arc::new(disk.after_crash(Unsynced::Lost));
        let story = format_args!("{story}; later a second crash");
        client.expect_found(life, &after, &story);
    }
}

/// A moment at which the machine may crash, or the process be killed.
pub(super) struct Moment<'l> {
    pub(super) life: &'l Life,
    /// With what it was told before.
    pub(super) client: Client,
    pub(super) disk: CrashDisk,
    /// Before which step of the disk.
    at: String,
}

impl Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; crash {}", self.life, self.at)
    }
}

/// All moments in the last step of each life: those before it belong to shorter ones.
pub(super) fn moments(lives: &[Life]) -> impl Iterator<Item = Moment<'_>> {
    lives.iter().flat_map(|life| {
        let disk = Arc::new(Filmed::default());
        let mut before = Client::default();
        let (after, end) = life.lead(&disk, |client| {
            before = client.clone();
            disk.begin();
        });
        assert!(
            end.is_ok(),
            "{life}\nthe disk works, and the last step fails"
        );
        let pictures = disk.pictures().into_iter().map({
            let client = after.told_as(&before);
            move |(at, disk)| (at, disk, client.clone())
        });
        let end = ("at the end".to_owned(), disk.disk.after_kill(), after);
        pictures.chain([end]).map(move |(at, disk, client)| Moment {
            life,
            client,
            disk,
            at,
        })
    })
}

/// What a machine may find after a crash.
pub(super) struct Image<'m> {
    pub(super) moment: &'m Moment<'m>,
    pub(super) unsynced: Unsynced,
    pub(super) disk: Arc<CrashDisk>,
}

impl Display for Image<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.moment, told(self.unsynced))
    }
}

/// Calls `judge` with each image that these lives can leave; with those that are alike once.
pub(super) fn images(lives: &[Life], mut judge: impl FnMut(Image<'_>)) {
    let mut known = HashSet::new();
    for moment in moments(lives) {
        let Client { made, answered } = &moment.client;
        let expected = (moment.life.rotate_after, *answered, format!("{made:?}"));
        for unsynced in Unsynced::ALL {
            let disk = moment.disk.after_crash(unsynced);
            if known.insert((expected.clone(), contents(&disk))) {
                judge(Image {
                    moment: &moment,
                    unsynced,
                    disk: Arc::new(disk),
                });
            }
        }
    }
}
