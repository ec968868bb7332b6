//! The whole stack on a simulated network: three clients that try again, and a server that they
//! call.

use std::sync::Mutex as Plain;

use kit::linearizability::Recorder;
use kit::net::{Listener, Network};
use kit::sync::Arc;
use kit::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use kit::thread;
use kit::time::Duration;
use rpc::dial::Dial;
use rpc::link::Link;
use rpc::message::{CallError, CallId, ClientId};
use rpc::retry::{Caller, Policy, Retry, RetryError};
use rpc::server::Server;
use serde_json::Value;

use crate::drawing;
use crate::run::{Asked, BALANCE, Deduct, Run};

pub(crate) const SERVER: &str = "server";
/// The error of a server that has no reply to give: to the client it is silence.
pub(crate) const ELSEWHERE: &str = "ask another replica";
pub(crate) const CLIENTS: u64 = 3;
/// A try waits so long for its reply. Nothing depends on it but how often is tried again.
pub(crate) const PATIENCE: Duration = Duration::from_millis(2);

/// Something that begins with one try and ends with a later one, of all clients' together: no clock
/// is needed.
pub(crate) struct Trouble {
    tries: AtomicU64,
    from: u64,
    to: u64,
    begin: Box<dyn Fn() + Send + Sync>,
    end: Box<dyn Fn() + Send + Sync>,
    /// Whether it has ended. Locked while it begins and ends: trouble that begins after its end
    /// would last for ever.
    over: Plain<bool>,
}

impl Trouble {
    pub(crate) fn new(
        seed: u64,
        begin: impl Fn() + Send + Sync + 'static,
        end: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Self> {
        let from = 1 + seed % 9;
        Arc::new(Trouble {
            tries: AtomicU64::new(0),
            from,
            to: from + 1 + seed / 9 % 5,
            begin: Box::new(begin),
            end: Box::new(end),
            over: Plain::new(false),
        })
    }

    /// One more try begins.
    pub(crate) fn one_more(&self) {
        let now = self.tries.fetch_add(1, SeqCst) + 1;
        if now == self.from {
            let over = self.over.lock().unwrap();
            if !*over {
                (self.begin)();
            }
        }
        if now == self.to {
            self.end();
        }
    }

    /// Ends it, or lets it not begin any more.
    pub(crate) fn end(&self) {
        let mut over = self.over.lock().unwrap();
        *over = true;
        (self.end)();
    }
}

/// Calls over connections that are made again when they are lost, while there is trouble.
struct Troubled<'s> {
    servers: Servers<'s>,
    dials: Vec<Dial>,
    /// Whom it calls, until there is silence.
    at: AtomicUsize,
    trouble: Arc<Trouble>,
    forgetful: bool,
    number: AtomicU64,
}

impl Caller for Troubled<'_> {
    fn call(&self, method: &str, param: &Value, call: Option<CallId>) -> Result<Value, CallError> {
        self.trouble.one_more();
        let call = call.map(|call| match self.forgetful {
            false => call,
            true => CallId {
                seq: self.number.fetch_add(1, SeqCst) + 1,
                seen: 0,
                ..call
            },
        });
        let at = self.at.load(SeqCst);
        let mut result = self.dials[at].call(method, param, call);
        if result == Err(CallError::Refused(ELSEWHERE.to_owned())) {
            result = Err(CallError::Lost);
        }
        if let Err(CallError::TimedOut | CallError::Lost) = result {
            self.at.store((self.servers.primary)(), SeqCst);
        }
        result
    }
}

/// Whom clients call.
#[derive(Clone, Copy)]
pub(crate) struct Servers<'s> {
    pub(crate) names: &'s [&'static str],
    /// Which of them to call after a silence.
    pub(crate) primary: &'s (dyn Fn() -> usize + Sync),
}

pub(crate) const ONE_SERVER: Servers<'static> = Servers {
    names: &[SERVER],
    primary: &|| 0,
};

/// How clients call.
#[derive(Clone, Copy)]
pub(crate) struct Clients {
    /// Tries of a call.
    pub(crate) tries: u32,
    /// A mistake: each try is a call of its own.
    pub(crate) forgetful: bool,
}

/// Puts the balance, lets three clients call, and says what they saw. The server need not be there
/// all the time.
pub(crate) fn clients(
    network: &Network,
    servers: Servers<'_>,
    how: Clients,
    trouble: &Arc<Trouble>,
) -> Run {
    let recorder = Recorder::new();
    let deducts = Plain::new(Vec::new());
    let refused = Plain::new(Vec::new());
    let client = |number: u64, tries: u32| {
        let me = ClientId(number.into());
        let node = network.node(&drawing::node_of(me));
        let dial = |server: &&'static str| {
            let (node, server) = (node.clone(), *server);
            let connect = move || Ok(Arc::new(node.connect(server)?) as Arc<dyn Link>);
            Dial::new(connect, PATIENCE)
        };
        let caller = Troubled {
            servers,
            dials: servers.names.iter().map(dial).collect(),
            at: AtomicUsize::new(0),
            trouble: Arc::clone(trouble),
            forgetful: how.forgetful,
            number: AtomicU64::new(0),
        };
        let policy = Policy {
            tries,
            pause: Duration::from_micros(100),
            longest_pause: Duration::from_millis(1),
        };
        Retry::new(caller, me, policy)
    };
    let call = |retry: &Retry<Troubled<'_>>, number: u64, asked: Asked| -> bool {
        let (method, param) = asked.as_call();
        let begun = recorder.begin(number as usize, asked);
        match retry.call(method, &param) {
            Ok(reply) => {
                recorder.end(begun, reply);
                true
            }
            Err(RetryError::GaveUp { .. }) => false,
            Err(RetryError::Refused(why)) => {
                let what = drawing::in_words(method, &param, None);
                refused.lock().unwrap().push((what, number, why));
                false
            }
        }
    };
    // The balance must be there, whatever that takes.
    let balance = Asked::Put("a", BALANCE.to_string());
    call(&client(0, u32::MAX), 0, balance);
    thread::scope(|scope| {
        for number in 1..=CLIENTS {
            let (client, call, deducts) = (&client, &call, &deducts);
            scope.spawn(move || {
                let retry = client(number, how.tries);
                let deduct = |nth: u64| {
                    let amount = 4u64.pow((3 * (number - 1) + nth) as u32);
                    let answered = call(&retry, number, Asked::Deduct("a", amount));
                    deducts.lock().unwrap().push(Deduct {
                        client: number,
                        amount,
                        answered,
                    });
                };
                deduct(0);
                call(&retry, number, Asked::Append("b", format!("{number}.")));
                deduct(1);
                call(&retry, number, Asked::Get("b"));
                deduct(2);
                call(&retry, number, Asked::Get("a"));
            });
        }
    });
    trouble.end();
    Run {
        history: recorder.take(),
        deducts: deducts.into_inner().unwrap(),
        refused: refused.into_inner().unwrap(),
        tries: trouble.tries.load(SeqCst),
    }
}

/// Serves each connection, until no more are accepted and all are closed.
pub(crate) fn serve(listener: &Listener, server: &Server) {
    thread::scope(|scope| {
        while let Ok(connection) = listener.accept() {
            scope.spawn(move || server.serve(&connection));
        }
    });
}

/// Whether a server's process goes on.
#[derive(Default)]
pub(crate) struct Life {
    stopping: AtomicBool,
}

impl Life {
    /// Serves each connection until the node crashes or is stopped; says whether it is stopped.
    pub(crate) fn serve(&self, network: &Network, server: &Server) -> bool {
        let Ok(listener) = network.node(SERVER).listen() else {
            return self.is_stopping();
        };
        // Looked at after it listens: whoever stops says so before it ends the listening.
        if !self.is_stopping() {
            serve(&listener, server);
        }
        self.is_stopping()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    /// Ends it when what is returned is dropped, at the latest: also if a client panics, or its
    /// server would live for ever.
    pub(crate) fn stop_at_the_end<'l>(&'l self, network: &'l Network) -> Stop<'l> {
        Stop(self, network)
    }
}

/// Ends a server's life. Dropped when all clients have hung up.
pub(crate) struct Stop<'l>(&'l Life, &'l Network);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.stopping.store(true, SeqCst);
        self.1.node(SERVER).stop_listening();
    }
}
