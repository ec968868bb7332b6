//! What a failure draws: frames by what they say, and only those of the call that it is about.

use std::collections::BTreeMap;
use std::sync::Mutex as Plain;

use kit::net::{Faults, Network};
use rpc::machine::Entry;
use rpc::message::{CallId, ClientId, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// No more rows than this are drawn.
const ROWS: usize = 40;

/// A network whose frames are named by what they say.
pub(crate) fn network(seed: u64, faults: Faults) -> Network {
    let names = Plain::new(Names::default());
    Network::labelled(seed, faults, move |from, to, frame| {
        let mut names = names.lock().unwrap();
        if let Ok(request) = serde_json::from_slice(frame) {
            names.request(from, to, &request)
        } else if let Ok(response) = serde_json::from_slice(frame) {
            names.response(from, to, response)
        } else {
            String::from_utf8_lossy(frame).into_owned()
        }
    })
}

/// What has been sent so far.
#[derive(Default)]
struct Names {
    /// How often each call of each client was.
    tries: BTreeMap<(ClientId, u64), u64>,
    /// The newest request of each number from one node to another.
    asked: BTreeMap<(String, String, u64), String>,
}

impl Names {
    fn request(&mut self, from: &str, to: &str, request: &Request) -> String {
        let Request { id, method, .. } = request;
        let what = in_words(method, request.param(), request.call);
        let way = (from.to_owned(), to.to_owned(), *id);
        self.asked.insert(way, what.clone());
        let tries = request.call.map_or(1, |call| {
            let tries = self.tries.entry((call.client, call.seq)).or_default();
            *tries += 1;
            *tries
        });
        match tries {
            1 => format!("#{id} {what}"),
            n => format!("#{id} {what} AGAIN, try {n}"),
        }
    }

    fn response(&self, from: &str, to: &str, response: Response) -> String {
        let Response { id, result, error } = response;
        let said = match error {
            Some(error) => format!("error: {error}"),
            None if result == json!({}) => "done".to_owned(),
            None => result.to_string().replace(['{', '}', '"'], ""),
        };
        match self.asked.get(&(to.to_owned(), from.to_owned(), id)) {
            // Not without a call: whoever uses numbers again may have asked something else since.
            Some(what) if what.contains(", call ") => format!("#{id} {said}, to {what}"),
            _ => format!("#{id} {said}"),
        }
    }
}

/// The name of the node where a client is.
pub(crate) fn node_of(client: ClientId) -> String {
    match client.0 {
        0 => "setup".to_owned(),
        number => format!("client {number}"),
    }
}

/// `KV.Put a 5, call 1 of client 2`
pub(crate) fn in_words(method: &str, param: &Value, call: Option<CallId>) -> String {
    let argument = if let Ok(entries) = Vec::<Entry>::deserialize(&param["entries"]) {
        let entries = entries.iter();
        let entries = entries.map(|entry| in_words(&entry.method, &entry.param, entry.call));
        entries.collect::<Vec<_>>().join("; ")
    } else if let Some(executed) = param.get("executed") {
        format!("after {executed} calls")
    } else if let Some(key) = param.get("key") {
        let rest = ["value", "amount"].map(|name| param.get(name));
        let all = [Some(key)].into_iter().chain(rest).flatten();
        let words = all.map(|value| value.to_string().replace('"', ""));
        words.collect::<Vec<_>>().join(" ")
    } else {
        param.to_string()
    };
    match call {
        Some(CallId { client, seq, .. }) => {
            format!("{method} {argument}, call {seq} of {}", node_of(client))
        }
        None => format!("{method} {argument}"),
    }
}

/// A line for the drawing: a server does what was asked.
pub(crate) fn executes(network: &Network, server: &str, request: &Request) {
    let what = in_words(&request.method, request.param(), request.call);
    network.note(server, &format!("{EXECUTES} {what}"));
}

const EXECUTES: &str = "EXECUTES";

/// Fails. Of frames and of what servers execute, draws only what is wanted; `wanted` is asked from
/// the newest back.
pub(crate) fn fail(network: &Network, why: &str, mut wanted: impl FnMut(&str) -> bool) -> ! {
    let of_a_call = |text: &str| text.starts_with('#') || text.starts_with(EXECUTES);
    let left_out = network.draw_only(ROWS, |text| wanted(text) || !of_a_call(text));
    let why = why.trim_end();
    panic!("{why}\n{left_out} rows are left out: of other calls, or before these");
}
