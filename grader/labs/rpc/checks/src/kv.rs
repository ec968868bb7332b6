//! Hidden checks of `kv`.

use std::collections::BTreeMap;

use kit::spec::{Scope, conforms};
use kit::{explore, thread};
use rpc::kv::{Refused, Store};
use rpc::message::Reply;
use serde_json::{Value, json};

use harness::Random;

#[path = "../../../../../labs/rpc/tests/spec/kv.rs"]
mod spec;

harness::checks![
    conforms_to_the_specification,
    what_is_put_can_be_got,
    every_call_does_what_a_map_would,
    an_append_adds_behind,
    a_deduct_takes_what_is_there,
    a_refused_deduct_changes_nothing,
    all_is_all,
    requests_are_handled,
    nonsense_is_an_error,
    two_appends_lose_nothing,
    two_deducts_take_both,
    all_is_one_moment,
];

// What the file has to offer, to the letter.
const _: fn(&Store, &str, u64) -> Result<u64, Refused> =
    |store, key, amount| store.deduct(key, amount);
const _: fn(&Store, &str, &Value) -> Reply = |store, method, param| store.handle(method, param);

fn conforms_to_the_specification() {
    conforms::<spec::Yours>(Scope::new(3, 2, 3).within(15_000));
}

fn what_is_put_can_be_got() {
    let store = Store::new();
    assert_eq!(
        store.get("a"),
        None,
        "nothing was put: there must be no value"
    );
    store.put("a", "1");
    store.put("b", "");
    assert_eq!(
        (store.get("a"), store.get("b")),
        (Some("1".to_owned()), Some(String::new())),
        "two keys were put: each must have its own value, if only an empty one"
    );
    assert_eq!(store.get("A"), None, "keys are compared as they are");
}

/// A whole number in decimal digits and nothing else.
fn balance(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn every_call_does_what_a_map_would() {
    let long = "a".repeat(5_000);
    let longer = "b".repeat(70_000);
    let keys = [
        "", " ", "a", "A", "a ", "1", "01", "\u{e9}", "e\u{301}", "a\0b", "a\0c", "\n", &long,
    ];
    let values = [
        "",
        "0",
        "7",
        "007",
        "00",
        "+7",
        "-0",
        " 7",
        "7 ",
        "\u{667}",
        "1_000",
        "0x10",
        "1e2",
        "ten",
        "18446744073709551615",
        "18446744073709551616",
        "000018446744073709551615",
        "\u{1f9f5}",
        "\"\\\n\0",
        &long,
    ];
    let amounts = [0, 1, 6, 7, 8, 1 << 32, 1 << 53, u64::MAX - 1, u64::MAX];
    let (store, mut map) = (Store::new(), BTreeMap::<String, String>::new());
    let mut random = Random::new(7);
    for number in 0..6_000 {
        let (key, mut value) = (random.of(&keys), random.of(&values));
        if number % 400 == 0 {
            value = &longer;
        }
        let amount = random.of(&amounts);
        let asks = random.below(2) == 0;
        let ask = |method, param: Value| store.handle(method, &param);
        let (done, expected) = match random.below(4) {
            0 => {
                map.insert(key.to_owned(), value.to_owned());
                let param = json!({ "key": key, "value": value });
                let done = match asks {
                    true => ask("KV.Put", param),
                    false => {
                        store.put(key, value);
                        Ok(json!({}))
                    }
                };
                (done, Ok(json!({})))
            }
            1 => {
                let text = map.entry(key.to_owned()).or_default();
                text.push_str(value);
                let param = json!({ "key": key, "value": value });
                let done = match asks {
                    true => ask("KV.Append", param),
                    false => Ok(json!({ "length": store.append(key, value) })),
                };
                (done, Ok(json!({ "length": text.len() })))
            }
            2 => {
                let left = match map.get(key).and_then(|text| balance(text)) {
                    None => Err(Refused::NoBalance),
                    Some(had) => had.checked_sub(amount).ok_or(Refused::Insufficient(had)),
                };
                if let Ok(left) = left {
                    map.insert(key.to_owned(), left.to_string());
                }
                let param = json!({ "key": key, "amount": amount });
                let expected = left.map(|left| json!({ "left": left }));
                let expected = expected.map_err(|why| format!("{why:?}"));
                let done = match asks {
                    // Of what is told to people, no more is known.
                    true => ask("KV.Deduct", param).or_else(|_| expected.clone()),
                    false => {
                        let left = store
                            .deduct(key, amount)
                            .map(|left| json!({ "left": left }));
                        left.map_err(|why| format!("{why:?}"))
                    }
                };
                (done, expected)
            }
            _ => (
                ask("KV.Get", json!({ "key": key })),
                Ok(json!({ "value": map.get(key) })),
            ),
        };
        assert_eq!(done, expected, "call {number}, of {key:?}");
        assert_eq!(
            store.get(key),
            map.get(key).cloned(),
            "call {number}, of {key:?}"
        );
    }
    for number in 0..2_000 {
        let text = number.to_string();
        store.put(&text, &text);
        map.insert(text.clone(), text);
    }
    assert!(store.all() == map, "2,000 keys are there, and all others");
}

fn an_append_adds_behind() {
    let store = Store::new();
    assert_eq!(store.append("a", "wéft"), 5, "its length, in bytes");
    assert_eq!(
        store.append("a", "!"),
        6,
        "the length after a second append must count both texts"
    );
    assert_eq!(
        store.get("a").as_deref(),
        Some("wéft!"),
        "after two appends the value must be both texts, in order"
    );
}

fn a_deduct_takes_what_is_there() {
    let store = Store::new();
    store.put("a", "100");
    assert_eq!(
        store.deduct("a", 30),
        Ok(70),
        "100 less 30: 70 must be left"
    );
    assert_eq!(store.deduct("a", 70), Ok(0), "all of it");
    assert_eq!(
        store.deduct("a", 0),
        Ok(0),
        "nothing is taken from a balance of 0: 0 must be left"
    );
    assert_eq!(
        store.get("a").as_deref(),
        Some("0"),
        "all was taken: the stored value must be 0"
    );
    store.put("b", &u64::MAX.to_string());
    assert_eq!(store.deduct("b", 1), Ok(u64::MAX - 1), "the largest");
    assert_eq!(
        store.deduct("b", u64::MAX - 1),
        Ok(0),
        "all that is left is taken: 0 must be left"
    );
}

fn a_refused_deduct_changes_nothing() {
    let store = Store::new();
    assert_eq!(store.deduct("a", 1), Err(Refused::NoBalance), "no such key");
    let nothing = store.deduct("a", 0);
    assert_eq!(nothing, Err(Refused::NoBalance), "nor for nothing");
    assert_eq!(store.get("a"), None, "and there is none now");
    let too_large = format!("{}0", u64::MAX);
    for text in [
        "", "ten", "-5", "+5", "1.5", "1e3", "inf", " 10", "10\n", &too_large,
    ] {
        store.put("b", text);
        assert_eq!(
            store.deduct("b", 1),
            Err(Refused::NoBalance),
            "{text:?} is not a balance"
        );
        assert_eq!(
            store.get("b").as_deref(),
            Some(text),
            "the deduct was refused: the value must stay as it was"
        );
    }
    store.put("c", "9");
    for amount in [10, u64::MAX] {
        let refused = store.deduct("c", amount);
        assert_eq!(refused, Err(Refused::Insufficient(9)), "of {amount}");
    }
    assert_eq!(
        store.get("c").as_deref(),
        Some("9"),
        "the deducts were refused: the value must stay as it was"
    );
}

fn all_is_all() {
    let store = Store::new();
    assert!(
        store.all().is_empty(),
        "nothing was put: there must be no keys"
    );
    store.put("b", "2");
    store.put("a", "1");
    let expected = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(
        store.all(),
        BTreeMap::from(expected),
        "two keys were put: `all` must have both, with their values"
    );
}

fn requests_are_handled() {
    let store = Store::new();
    let handle = |method, param: Value| store.handle(method, &param);
    assert_eq!(
        handle("KV.Get", json!({ "key": "a" })),
        Ok(json!({ "value": null })),
        "a get of a key that nobody has put must say that there is no value"
    );
    assert_eq!(
        handle("KV.Put", json!({ "key": "a", "value": "10" })),
        Ok(json!({})),
        "a put must be answered with an empty object"
    );
    assert_eq!(
        handle("KV.Append", json!({ "key": "a", "value": "0" })),
        Ok(json!({ "length": 3 })),
        "an append must be answered with the new length of the value"
    );
    assert_eq!(
        handle("KV.Deduct", json!({ "key": "a", "amount": 1 })),
        Ok(json!({ "left": 99 })),
        "a deduct of 1 from 100 must be answered with what is left"
    );
    assert_eq!(
        handle("KV.Get", json!({ "key": "a" })),
        Ok(json!({ "value": "99" })),
        "a get must have the value that the put, the append and the deduct have made"
    );
    for key in [" a", "a ", "A"] {
        let other = handle("KV.Get", json!({ "key": key }));
        assert_eq!(other, Ok(json!({ "value": null })), "{key:?} is another");
    }
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

/// One thread uses the map itself and the other asks for it with a request, here and below: each
/// has to be one step.
fn two_appends_lose_nothing() {
    explore(|| {
        let store = Store::new();
        let argument = json!({ "key": "a", "value": "x" });
        let lengths = thread::scope(|s| {
            let other = s.spawn(|| {
                store
                    .handle("KV.Append", &argument)
                    .expect("it has no limit")
            });
            let mine = store.append("a", "y");
            [json!({ "length": mine }), other.join().unwrap()]
        });
        let value = store.get("a").expect("two threads appended to it");
        assert!(value == "xy" || value == "yx", "two appends made `{value}`");
        for length in [1, 2] {
            let told = lengths.contains(&json!({ "length": length }));
            assert!(told, "nobody was told of length {length}: {lengths:?}");
        }
    });

    // Beside a change of another kind.
    type Change = fn(&Store);
    let cases: [(Change, [&str; 2]); 2] = [
        (|store| store.put("a", "20"), ["20", "200"]),
        (|store| drop(store.deduct("a", 1)), ["90", "99"]),
    ];
    for (change, allowed) in cases {
        explore(move || {
            let store = Store::new();
            store.put("a", "10");
            thread::scope(|s| {
                s.spawn(|| change(&store));
                store.append("a", "0");
            });
            let value = store.get("a").expect("it was there before");
            assert!(allowed.contains(&value.as_str()), "they made `{value}`");
        });
    }
}

fn two_deducts_take_both() {
    explore(|| {
        let store = Store::new();
        store.put("a", "100");
        let argument = json!({ "key": "a", "amount": 10 });
        let left = thread::scope(|s| {
            let other = s.spawn(|| {
                store
                    .handle("KV.Deduct", &argument)
                    .expect("there is enough")
            });
            let mine = store
                .deduct("a", 10)
                .expect("there is enough: it must succeed");
            [json!({ "left": mine }), other.join().unwrap()]
        });
        assert_eq!(
            store.get("a").as_deref(),
            Some("80"),
            "two deducts of 10 from 100: 80 must be left"
        );
        for rest in [90, 80] {
            let told = left.contains(&json!({ "left": rest }));
            assert!(told, "nobody was told that {rest} are left: {left:?}");
        }
    });
}

fn all_is_one_moment() {
    // In whatever order `all` looks at the two.
    for [first, second] in [["a", "b"], ["b", "a"]] {
        explore(move || {
            let store = Store::new();
            store.put(first, "old");
            store.put(second, "old");
            thread::scope(|s| {
                s.spawn(|| {
                    store.put(first, "new");
                    store.put(second, "new");
                });
                let all = store.all();
                let torn = all[first] == "old" && all[second] == "new";
                assert!(!torn, "{second} was changed after {first}: {all:?}");
            });
        });
    }
}
