//! Public tests of `kv`: `cargo test -p rpc kv`.
//!
//! Where your methods may call one another, tests of one thread run in `explore` as well: a lock
//! that is taken twice is reported, and the test does not hang.

use kit::spec::{Scope, conforms};
use kit::{explore, thread};
use rpc::kv::{Refused, Store};
use serde_json::json;

rules::test!("src/kv.rs");

#[test]
fn what_is_put_can_be_got() {
    explore(|| {
        let store = Store::new();
        assert_eq!(store.get("a"), None, "nothing has been put there");
        store.put("a", "1");
        store.put("a", "2");
        assert_eq!(store.get("a").as_deref(), Some("2"), "the newer value");
        assert_eq!(store.all().len(), 1, "one key, put twice");
    });
}

#[test]
fn an_append_adds_behind_what_is_there() {
    explore(|| {
        let store = Store::new();
        assert_eq!(store.append("a", "we"), 2, "nothing was there");
        assert_eq!(store.append("a", "ft"), 4, "how long it is now");
        assert_eq!(
            store.get("a").as_deref(),
            Some("weft"),
            "two texts were appended: the value must be both, in order"
        );
    });
}

#[test]
fn a_deduct_takes_what_is_there_and_no_more() {
    explore(|| {
        let store = Store::new();
        assert_eq!(
            store.deduct("alice", 1),
            Err(Refused::NoBalance),
            "alice has no balance: the deduct must be refused"
        );
        store.put("alice", "100");
        assert_eq!(
            store.deduct("alice", 90),
            Ok(10),
            "alice has 100 and 90 are taken: 10 must be left"
        );
        let refused = store.deduct("alice", 11);
        assert_eq!(
            refused,
            Err(Refused::Insufficient(10)),
            "alice has only 10: the deduct must be refused, with what is there"
        );
        assert_eq!(
            store.get("alice").as_deref(),
            Some("10"),
            "a deduct that is refused changes nothing"
        );
    });
}

#[test]
fn a_request_is_handled_or_told_what_is_wrong_with_it() {
    explore(|| {
        let store = Store::new();
        let put = json!({ "key": "a", "value": "1" });
        assert_eq!(
            store.handle("KV.Put", &put),
            Ok(json!({})),
            "a put must be answered with an empty object"
        );
        let get = json!({ "key": "a" });
        assert_eq!(
            store.handle("KV.Get", &get),
            Ok(json!({ "value": "1" })),
            "the value 1 was put: a get must have it"
        );
        for (method, param) in [("KV.Get", json!(1)), ("KV.Put", get), ("KV.Sell", put)] {
            let reply = store.handle(method, &param);
            assert!(reply.is_err(), "{method} of {param} is nonsense: {reply:?}");
        }
    });
}

#[test]
fn two_appends_at_once_are_both_there() {
    explore(|| {
        let store = Store::new();
        thread::scope(|s| {
            s.spawn(|| store.append("a", "x"));
            store.append("a", "y");
        });
        let value = store.get("a").expect("two threads appended to it");
        assert!(
            value == "xy" || value == "yx",
            "two appends made `{value}`: nobody may come between the look and the change"
        );
    });
}

#[test]
fn two_deducts_at_once_do_not_take_the_same_money() {
    explore(|| {
        let store = Store::new();
        store.put("alice", "10");
        let (mine, yours) = thread::scope(|s| {
            let yours = s.spawn(|| store.deduct("alice", 10));
            (store.deduct("alice", 10), yours.join().unwrap())
        });
        assert!(
            mine.is_ok() != yours.is_ok(),
            "there were 10, and two took them: {mine:?} and {yours:?}"
        );
    });
}

#[path = "../spec/kv.rs"]
mod spec;

#[test]
fn every_small_scenario_conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(2, 2, 3));
}
