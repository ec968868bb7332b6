//! What every HTML picture keeps: it is well-formed, stands alone, shows everything, and cannot be
//! broken out of.
mod support;

use picture::Failure;
use scraper::{Html, Selector};
use std::collections::HashSet;
use support::{failure, failures, rpc_story};

/// If this variable names a folder, the pages are kept there, to be looked at.
const KEEP: &str = "WEFT_KEEP_PICTURES";

fn parsed(failure: &Failure) -> Html {
    Html::parse_document(&failure.to_html())
}

fn select(css: &str) -> Selector {
    Selector::parse(css).expect("a selector")
}

fn count(page: &Html, css: &str) -> usize {
    page.select(&select(css)).count()
}

#[test]
fn every_page_is_well_formed() {
    for (name, failure) in failures() {
        let html = failure.to_html();
        if let Some(folder) = std::env::var_os(KEEP) {
            let file = std::path::Path::new(&folder)
                .join(&name)
                .with_extension("html");
            std::fs::write(file, &html).expect("the folder is there");
        }
        let page = Html::parse_document(&html);
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        let with_id = select("[id]");
        let ids = page.select(&with_id).filter_map(|it| it.attr("id"));
        let mut seen = HashSet::new();
        let twice: Vec<_> = ids.filter(|id| !seen.insert(*id)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
    }
}

#[test]
fn every_page_stands_alone() {
    for (name, failure) in failures() {
        let page = parsed(&failure);
        for element in page.select(&select("[src], [href], link, iframe, object, img")) {
            let inside = element.attr("href").is_some_and(|to| to.starts_with('#'));
            assert!(inside, "{name}: {}", element.html());
        }
        assert!(!failure.to_html().contains("url("), "{name}");
        assert_eq!(count(&page, "meta[http-equiv=Content-Security-Policy]"), 1);
    }
}

#[test]
fn every_link_leads_to_a_row_of_the_table() {
    for (name, failure) in failures() {
        let page = parsed(&failure);
        assert_eq!(
            count(&page, "table.all tbody tr"),
            failure.steps.len(),
            "{name}"
        );
        for link in page.select(&select("a[href]")) {
            let to = link.attr("href").unwrap_or_default();
            assert_eq!(count(&page, to), 1, "{name}: {to}");
        }
    }
}

#[test]
fn the_whole_drawing_has_every_step_and_the_folded_one_those_with_a_part() {
    for (name, failure) in failures() {
        let page = parsed(&failure);
        let steps = failure.steps.len();
        assert_eq!(count(&page, ".whole.desk a.step[href]"), steps, "{name}");
        assert!(count(&page, ".folded.desk a.step[href]") <= steps, "{name}");
        let stuck = failure.steps.iter().filter(|step| step.stuck).count();
        assert_eq!(count(&page, ".folded.desk a.step.stuck"), stuck, "{name}");
    }
}

#[test]
fn every_held_lock_has_its_bar() {
    let failure = failure("lock_order");
    let page = parsed(&failure);
    assert_eq!(failure.holds().len(), 2);
    assert_eq!(count(&page, ".desk .bar"), 2);
    assert_eq!(count(&page, ".desk .wait"), 2, "each waits for the other");
}

#[test]
fn messages_are_drawn_as_they_went() {
    let page = parsed(&rpc_story());
    assert_eq!(count(&page, ".folded.desk .edge.message"), 6);
    assert_eq!(count(&page, ".folded.desk .edge .cross"), 2, "two are lost");
    assert_eq!(
        count(&page, ".folded.desk .edge .again"),
        1,
        "one comes twice"
    );
}

#[test]
fn the_story_is_kept_as_json() {
    let json = serde_json::to_string_pretty(&rpc_story()).expect("a failure is plain data");
    expect_test::expect_file!["failures/rpc_story.json"].assert_eq(&(json + "\n"));
}

#[test]
fn nothing_that_a_student_wrote_is_markup() {
    let hostile = "</script></style></title><script>alert(1)</script><!-- ]]> \u{2028}' \" onload=x {{style}} &lt; \u{0}\u{202e}";
    let mut failure = failure("lost_wakeup");
    let clean = parsed(&failure);
    failure.claim = hostile.to_owned();
    failure.message = hostile.to_owned();
    failure.replay = Some(hostile.to_owned());
    for thread in &mut failure.threads {
        thread.name = hostile.to_owned();
    }
    for object in &mut failure.objects {
        (object.name, object.kind) = (hostile.to_owned(), hostile.to_owned());
    }
    for wait in &mut failure.waits {
        wait.sentence = hostile.to_owned();
    }
    for step in &mut failure.steps {
        (step.action, step.value) = (hostile.to_owned(), Some(hostile.to_owned()));
        step.code = Some(hostile.to_owned());
        if let Some(at) = &mut step.at {
            at.file = hostile.to_owned();
        }
    }
    let (_, source) = failure.sources.pop_first().expect("a source");
    failure.sources.insert(hostile.to_owned(), source + hostile);
    let page = parsed(&failure);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    for css in [
        "script", "style", "title", "meta", "main", "[onload]", "footer", "td", "svg a",
    ] {
        assert_eq!(count(&page, css), count(&clean, css), "{css}");
    }
    let data = page
        .select(&select("#data"))
        .next()
        .expect("the data")
        .inner_html();
    serde_json::from_str::<serde_json::Value>(&data).expect("the data is JSON");
}

#[test]
fn a_failure_without_steps_has_a_page() {
    let message = "the search could not be finished".to_owned();
    let failure = Failure::bare("a_claim", picture::FailureKind::NotExplored, message);
    let page = parsed(&failure);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    let heading = page.select(&select("h1")).next().expect("a heading");
    assert_eq!(
        heading.text().collect::<String>(),
        "a_claim could not be explored"
    );
    assert_eq!(count(&page, "main"), 0);
}
