use kit::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kit::web::{FetchError, Fetched, Fetcher, Web};
use kit::{explore, possible};
use threads::fetch_all::fetch_all;

rules::test!("src/fetch_all.rs");

/// A fetcher from a function.
struct Fetch<F>(F);

impl<F: Fn(&str) -> Fetched + Sync> Fetcher for Fetch<F> {
    fn fetch(&self, url: &str) -> Fetched {
        (self.0)(url)
    }
}

fn page(url: &str) -> Fetched {
    Ok(vec![url.to_owned()])
}

#[test]
fn pages_come_in_the_order_of_the_urls() {
    let web = Web::of(
        "
        / -> /a
        /a -> /
    ",
    );
    let pages = fetch_all(&["/a", "/missing", "/", "/a"], 3, &web);
    let expected = [
        Ok(vec!["/".to_owned()]),
        Err(FetchError::NotFound),
        Ok(vec!["/a".to_owned()]),
        Ok(vec!["/".to_owned()]),
    ];
    assert_eq!(
        pages, expected,
        "each URL must have what came of its own, in the order of the URLs"
    );
}

#[test]
fn whoever_answers_first_the_order_stays() {
    explore(|| {
        let pages = fetch_all(&["/a", "/b", "/c"], 2, &Fetch(page));
        assert_eq!(
            pages,
            ["/a", "/b", "/c"].map(page),
            "another page may come first: each URL must have its own all the same"
        );
    });
}

#[test]
fn two_fetches_are_in_flight_and_never_three() {
    let in_flight = |most: usize| {
        move |goal: &kit::explore::Goal| {
            let inside = AtomicUsize::new(0);
            let fetch = |url: &str| {
                let before = inside.fetch_add(1, SeqCst);
                assert!(before < 2, "three fetches at once, and the limit is two");
                if before + 1 == most {
                    goal.reached();
                }
                inside.fetch_sub(1, SeqCst);
                page(url)
            };
            fetch_all(&["/a", "/b", "/c"], 2, &Fetch(fetch));
        }
    };
    possible(in_flight(2));
}
