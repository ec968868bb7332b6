//! The page in a browser: opens from disk, steps by key, is whole without scripts, fits a
//! telephone.
mod support;

use picture::{Ending, Failure, Moment, Orders, Turn};
use serde_json::json;
use std::path::PathBuf;
use support::chromium::Browser;
use support::{failure, failures};

/// A page on disk, as a student opens it. The folder goes with the guard.
fn page(failure: &Failure) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("picture.html");
    std::fs::write(&file, failure.to_html()).expect("the page is written");
    (folder, file)
}

#[test]
fn keys_step_through_the_schedule() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = page(&failure("lost_wakeup"));
    browser.open(&file, "");
    assert!(
        browser
            .text("#status")
            .starts_with("Step 2 of 7, T1: lock lock: acquired"),
        "it begins at the first switch"
    );
    let walk = [
        ("Home", "Step 1 of 7, main: spawn T1"),
        ("ArrowRight", "Step 2 of 7, T1: lock lock: acquired"),
        ("j", "Step 3 of 7, T1: load open Acquire: false"),
        ("ArrowLeft", "Step 2 of 7, T1"),
        ("k", "Step 1 of 7, main"),
        ("k", "Step 1 of 7, main"),
        ("End", "Step 7 of 7, T1"),
        ("ArrowRight", "Step 7 of 7, T1"),
    ];
    for (key, status) in walk {
        browser.press(key);
        let now = browser.text("#status");
        assert!(now.starts_with(status), "after {key}: {now}");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

/// `main` and T1 can go first; whoever goes second, the claim breaks if T1 was first.
fn two_orders() -> Orders {
    let failure = failure("lost_wakeup");
    let turn = |thread: usize, to| {
        let mut steps = failure.steps.iter().filter(|step| step.thread == thread);
        Turn {
            thread,
            to: Some(to),
            steps: steps.next().cloned().into_iter().collect(),
        }
    };
    let choice = |turns| Moment {
        turns,
        ..Moment::default()
    };
    let end = |ending, message: Option<&str>| Moment {
        turns: Vec::new(),
        ending: Some(ending),
        message: message.map(str::to_owned),
    };
    let moments = vec![
        choice(vec![turn(0, 1), turn(1, 2)]),
        choice(vec![turn(1, 3)]),
        choice(vec![turn(0, 4)]),
        end(Ending::Holds, None),
        end(Ending::Fails, Some("an assertion fails")),
    ];
    Orders {
        version: picture::VERSION,
        claim: failure.claim,
        threads: failure.threads,
        objects: failure.objects,
        moments,
        sources: failure.sources,
    }
}

#[test]
fn the_reader_is_the_scheduler() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("play.html");
    std::fs::write(&file, two_orders().to_html()).expect("the page is written");
    browser.open(&file, "");
    let status = |browser: &mut Browser| browser.text("#status");
    assert!(status(&mut browser).contains("2 orders; 1 of them breaks it"));
    browser.press("1");
    assert!(status(&mut browser).starts_with("It holds in this order. 1 of the 2"));
    browser.press("r");
    assert!(status(&mut browser).contains("2 orders"));
    browser.press("2");
    assert!(status(&mut browser).starts_with("You broke it. 1 of the 2 orders breaks it."));
    browser.press("Backspace");
    assert!(status(&mut browser).contains("2 orders"));
    browser.press("s");
    assert!(status(&mut browser).starts_with("You broke it."));
    let steps = browser.value("document.querySelectorAll('#steps li').length");
    assert_eq!(steps, json!(2));
    for width in [360, 1400] {
        browser.width(width);
        let beyond = browser.value(&format!("document.documentElement.scrollWidth - {width}"));
        assert!(beyond.as_i64() <= Some(0), "at {width}: {beyond} too wide");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_step_shows_values_threads_and_lines() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = page(&failure("lost_wakeup"));
    browser.open(&file, "#at-4");
    assert!(
        browser
            .text("#status")
            .starts_with("Step 4 of 7, main: store open")
    );
    assert_eq!(browser.text("[data-object=\"0\"] td"), "true");
    assert_eq!(browser.text("[data-object=\"1\"] td"), "held by T1");
    assert_eq!(browser.text("[data-object=\"2\"] td"), "not used yet");
    let lines = "[...document.querySelectorAll('.sources .here b')].map(it => it.textContent)";
    assert_eq!(browser.value(lines), json!(["125", "131"]));
    assert_eq!(browser.text(".sources .current b"), "125");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn what_is_ordered_is_shown_on_request() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = page(&failure("publication_without_release"));
    browser.open(&file, "#at-5");
    browser.value("document.querySelector('#order').click()");
    let before =
        "[...document.querySelectorAll('.folded.desk a.before')].map(it => it.dataset.step)";
    assert_eq!(
        browser.value(before),
        json!(["0", "3"]),
        "the stores are not ordered before it"
    );
    assert!(browser.text("#status").contains("2 ordered before it"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn without_scripts_the_page_is_whole() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let failure = failure("check_then_act");
    let (_folder, file) = page(&failure);
    browser.without_scripts();
    browser.open(&file, "");
    let seen = "(css) => [...document.querySelectorAll(css)].filter(it => it.getClientRects().length).length";
    let rows = browser.value(&format!("({seen})('table.all tbody tr')"));
    assert_eq!(rows, json!(failure.steps.len()));
    assert_eq!(browser.value(&format!("({seen})('.drawing')")), json!(1));
    assert_eq!(browser.value(&format!("({seen})('.controls')")), json!(0));
}

#[test]
fn no_page_is_wider_than_its_screen() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    for (name, failure) in failures() {
        let (_folder, file) = page(&failure);
        browser.open(&file, "#at-2");
        for width in [360, 800, 1400] {
            browser.width(width);
            let beyond = browser.value(&format!("document.documentElement.scrollWidth - {width}"));
            assert!(
                beyond.as_i64() <= Some(0),
                "{name} at {width}: {beyond} too wide"
            );
            let drawn =
                "[...document.querySelectorAll('.drawing')].filter(it => it.offsetWidth).length";
            assert_eq!(browser.value(drawn), json!(1), "{name} at {width}");
        }
        assert_eq!(browser.complaints(), [""; 0], "{name}");
    }
}

#[test]
fn what_is_folded_is_shown_on_request() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = page(&failure("check_then_act"));
    browser.open(&file, "#at-7");
    browser.press("ArrowRight");
    assert!(browser.text("#status").starts_with("Step 9 of 17"));
    browser.value("document.querySelector('#whole').click()");
    assert!(browser.text("#status").starts_with("Step 9 of 17"));
    browser.press("ArrowLeft");
    assert!(
        browser
            .text("#status")
            .starts_with("Step 8 of 17, T1: unlock visited")
    );
    assert_eq!(browser.complaints(), [""; 0]);
}
