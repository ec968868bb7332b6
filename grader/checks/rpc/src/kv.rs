//! Hidden checks of `kv`.

use std::collections::BTreeMap;

use kit::{explore, thread};
use rpc::kv::{Refused, Store};
use rpc::message::Reply;
use serde_json::{Value, json};

harness::checks![
    what_is_put_can_be_got,
    a_put_replaces,
    an_append_adds_behind,
    a_deduct_takes_what_is_there,
    a_refused_deduct_changes_nothing,
    all_is_all,
    requests_are_handled,
    nonsense_is_an_error,
    two_appends_lose_nothing,
    two_deducts_take_both,
    no_balance_is_overdrawn,
    all_is_one_moment,
];

// What the file has to offer, to the letter.
const _: fn(&Store, &str, u64) -> Result<u64, Refused> =
    |store, key, amount| store.deduct(key, amount);
const _: fn(&Store, &str, &Value) -> Reply = |store, method, param| store.handle(method, param);

fn what_is_put_can_be_got() {
    let store = Store::new();
    assert_eq!(store.get("a"), None);
    store.put("a", "1");
    store.put("b", "");
    assert_eq!(
        (store.get("a"), store.get("b")),
        (Some("1".to_owned()), Some(String::new()))
    );
    assert_eq!(store.get("A"), None, "keys are compared as they are");
}

fn a_put_replaces() {
    let store = Store::new();
    store.put("a", "1");
    store.put("a", "2");
    assert_eq!(store.get("a").as_deref(), Some("2"));
}

fn an_append_adds_behind() {
    let store = Store::new();
    assert_eq!(store.append("a", "wéft"), 5, "its length, in bytes");
    assert_eq!(store.append("a", "!"), 6);
    assert_eq!(store.get("a").as_deref(), Some("wéft!"));
}

fn a_deduct_takes_what_is_there() {
    let store = Store::new();
    store.put("a", "100");
    assert_eq!(store.deduct("a", 30), Ok(70));
    assert_eq!(store.deduct("a", 70), Ok(0), "all of it");
    assert_eq!(store.deduct("a", 0), Ok(0));
    assert_eq!(store.get("a").as_deref(), Some("0"));
}

fn a_refused_deduct_changes_nothing() {
    let store = Store::new();
    assert_eq!(store.deduct("a", 1), Err(Refused::NoBalance), "no such key");
    assert_eq!(store.get("a"), None, "and there is none now");
    for text in ["", "ten", "-5", "1.5"] {
        store.put("b", text);
        assert_eq!(
            store.deduct("b", 1),
            Err(Refused::NoBalance),
            "`{text}` is no balance"
        );
        assert_eq!(store.get("b").as_deref(), Some(text));
    }
    store.put("c", "9");
    assert_eq!(store.deduct("c", 10), Err(Refused::Insufficient(9)));
    assert_eq!(store.get("c").as_deref(), Some("9"));
}

fn all_is_all() {
    let store = Store::new();
    assert!(store.all().is_empty());
    store.put("b", "2");
    store.put("a", "1");
    let expected = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(store.all(), BTreeMap::from(expected));
}

fn requests_are_handled() {
    let store = Store::new();
    let handle = |method, param: Value| store.handle(method, &param);
    assert_eq!(
        handle("KV.Get", json!({ "key": "a" })),
        Ok(json!({ "value": null }))
    );
    assert_eq!(
        handle("KV.Put", json!({ "key": "a", "value": "10" })),
        Ok(json!({}))
    );
    assert_eq!(
        handle("KV.Append", json!({ "key": "a", "value": "0" })),
        Ok(json!({ "length": 3 }))
    );
    assert_eq!(
        handle("KV.Deduct", json!({ "key": "a", "amount": 1 })),
        Ok(json!({ "left": 99 }))
    );
    assert_eq!(
        handle("KV.Get", json!({ "key": "a" })),
        Ok(json!({ "value": "99" }))
    );
    let refused = handle("KV.Deduct", json!({ "key": "a", "amount": 100 }));
    assert!(
        refused.is_err(),
        "the balance is only 99, and the reply says {refused:?}"
    );
}

fn nonsense_is_an_error() {
    let store = Store::new();
    store.put("a", "1");
    let requests = [
        ("KV.Delete", json!({ "key": "a" })),
        ("", json!({ "key": "a" })),
        ("kv.get", json!({ "key": "a" })),
        ("KV.Get", json!({})),
        ("KV.Get", json!("a")),
        ("KV.Get", json!(null)),
        ("KV.Put", json!({ "key": "a" })),
        ("KV.Put", json!({ "key": "a", "value": 2 })),
        ("KV.Append", json!({ "value": "2" })),
        ("KV.Deduct", json!({ "key": "a", "amount": -1 })),
        ("KV.Deduct", json!({ "key": "a", "amount": "1" })),
        ("KV.Deduct", json!({ "key": "a", "amount": 0.5 })),
    ];
    for (method, param) in requests {
        match store.handle(method, &param) {
            Err(why) => assert!(!why.is_empty(), "{method} says what is wrong"),
            Ok(reply) => panic!("{method} of {param} is nonsense, and the reply is {reply}"),
        }
    }
    assert_eq!(store.get("a").as_deref(), Some("1"), "nothing has changed");
}

fn two_appends_lose_nothing() {
    explore(|| {
        let store = Store::new();
        thread::scope(|s| {
            s.spawn(|| store.append("a", "x"));
            store.append("a", "y");
        });
        let value = store.get("a").expect("two threads appended to it");
        assert!(value == "xy" || value == "yx", "two appends made `{value}`");
    });
}

fn two_deducts_take_both() {
    explore(|| {
        let store = Store::new();
        store.put("a", "100");
        thread::scope(|s| {
            s.spawn(|| store.deduct("a", 10).expect("there is enough"));
            store.deduct("a", 20).expect("there is enough");
        });
        assert_eq!(store.get("a").as_deref(), Some("70"));
    });
}

fn no_balance_is_overdrawn() {
    explore(|| {
        let store = Store::new();
        store.put("a", "10");
        thread::scope(|s| {
            let other = s.spawn(|| store.deduct("a", 10).is_ok());
            let mine = store.deduct("a", 10).is_ok();
            assert!(mine != other.join().unwrap(), "one of two can have it");
        });
        assert_eq!(store.get("a").as_deref(), Some("0"));
    });
}

fn all_is_one_moment() {
    explore(|| {
        let store = Store::new();
        store.put("a", "old");
        store.put("b", "old");
        thread::scope(|s| {
            s.spawn(|| {
                store.put("a", "new");
                store.put("b", "new");
            });
            let all = store.all();
            let torn = all["a"] == "old" && all["b"] == "new";
            assert!(!torn, "b was changed after a, and only b is new: {all:?}");
        });
    });
}
