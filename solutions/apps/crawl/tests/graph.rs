//! The drawing in a browser: a site whose names and titles are written against it, and a site of
//! thousands of pages.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

#[path = "../../../../labs/picture/tests/support/chromium.rs"]
#[allow(dead_code, reason = "not all of it is needed here")]
mod chromium;
#[path = "support/folder.rs"]
mod folder;

use chromium::Browser;
use folder::Folder;

/// Titles that try to be more than text.
const HOSTILE: [&str; 4] = [
    "</title><script>document.title = 'owned'</script>",
    "</script><script>document.title = 'owned'</script><!--",
    "\"'><img src=x onerror=\"document.title = 'owned'\">",
    "{{data}} \u{202e}backwards\u{2028}line",
];

/// Serves these pages, crawls them, and gives the drawing. The folder goes with the guard.
fn drawing(pages: &[(String, String)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    std::fs::create_dir(&site).expect("a folder");
    for (name, html) in pages {
        std::fs::write(site.join(name), html).expect("a page is written");
    }
    let server = Folder::serve(&site, 0).expect("the folder is served");
    let file = folder.path().join("graph.html");
    crawl(&server.origin(), &file);
    (folder, file)
}

fn crawl(url: &str, file: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_crawl"))
        .args([url, "--max-pages", "100000", "--graph"])
        .arg(file)
        .output()
        .expect("crawl runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A site of pages with hostile titles and names, one link that fails, and one that is not a page.
fn hostile() -> Vec<(String, String)> {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let names: Vec<String> = (0..HOSTILE.len())
        .map(|at| format!("<img src=x onerror=alert({at})>'\".html"))
        .collect();
    let links: String = names
        .iter()
        .map(|name| {
            format!(
                "<a href=\"{}\">x</a>",
                name.replace('"', "%22").replace('<', "%3C")
            )
        })
        .collect();
    let index = format!("<title>start</title>{links}<a href=gone>g</a><a href=note.txt>n</a>");
    let mut pages = vec![
        ("index.html".to_owned(), index),
        ("note.txt".to_owned(), String::new()),
    ];
    for (name, title) in names.iter().zip(HOSTILE) {
        pages.push((
            name.clone(),
            format!(
                "<title>{}</title><a href=index.html>back</a>",
                escape(title)
            ),
        ));
    }
    pages
}

#[test]
fn what_a_site_calls_its_pages_stays_text() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = drawing(&hostile());
    browser.open(&file, "");
    assert!(
        browser
            .value("document.title")
            .as_str()
            .is_some_and(|title| title.starts_with("Links of http://127.0.0.1:"))
    );
    assert_eq!(browser.value("document.images.length"), json!(0));
    for title in &HOSTILE[..3] {
        let shown =
            browser.value("[...document.querySelectorAll('tbody span')].map(it => it.textContent)");
        assert!(
            shown
                .as_array()
                .is_some_and(|all| all.contains(&json!(title))),
            "{title}: {shown}"
        );
    }
    // What was crawled again under another name is the same page to a reader, and another to a
    // crawler.
    assert!(
        browser.text(".counts").starts_with("8 URLs, "),
        "{}",
        browser.text(".counts")
    );
    assert!(browser.text(".counts").ends_with("1 failed"));
    assert_eq!(
        browser.text("tbody tr.failed td"),
        "404 Not Found",
        "failures come first"
    );
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn a_page_is_found_and_its_way_is_shown() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = drawing(&hostile());
    browser.open(&file, "");
    browser.value("document.querySelector('#search').focus()");
    browser.value("document.querySelector('#search').value = 'OWNED'; document.querySelector('#search').dispatchEvent(new Event('input'))");
    assert_eq!(browser.text("#hits"), "3 of 8");
    browser.press("Enter");
    assert!(HOSTILE.contains(&browser.text("#chosen .title").as_str()));
    assert_eq!(
        browser.value("document.querySelectorAll('.way li').length"),
        json!(2)
    );
    // The first page, and the same under its other name.
    assert_eq!(browser.text(".in"), "2");
    // By the drawing, too: what is in its middle is chosen by a click.
    let click = "(() => { const it = document.querySelector('canvas'), at = it.getBoundingClientRect();
        document.querySelector('[data-zoom=\"0\"]').click();
        for (const kind of ['pointerdown', 'pointerup']) it.dispatchEvent(new PointerEvent(kind, { pointerId: 1, bubbles: true, clientX: at.x + at.width / 2, clientY: at.y + at.height / 2 }));
    })()";
    browser.value(click);
    assert_eq!(browser.text("#chosen .title"), "start");
    browser.press("Escape");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn without_scripts_there_is_the_table() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let (_folder, file) = drawing(&hostile());
    browser.without_scripts();
    browser.open(&file, "");
    let seen = "(css) => [...document.querySelectorAll(css)].filter(it => it.getClientRects().length).length";
    assert_eq!(browser.value(&format!("({seen})('tbody tr')")), json!(8));
    assert_eq!(browser.value(&format!("({seen})('canvas')")), json!(0));
}

#[test]
fn thousands_of_pages_are_drawn_and_no_page_is_wider_than_its_screen() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    // Each links to ten others, 3,000 in all.
    let page = |at: usize| {
        let links = (1..=10).map(|link| format!("<a href=p{}.html>x</a>", at * 10 + link));
        let links: String = links.take_while(|_| at < 300).collect();
        format!("<title>page {at} {}</title>{links}", "long".repeat(at % 40))
    };
    let mut pages: Vec<_> = (1..3000)
        .map(|at| (format!("p{at}.html"), page(at)))
        .collect();
    pages.push(("index.html".to_owned(), page(0)));
    let (_folder, file) = drawing(&pages);
    browser.open(&file, "");
    assert!(
        browser.text(".counts").starts_with("3,001 URLs"),
        "{}",
        browser.text(".counts")
    );
    assert!(
        browser
            .text("tbody tr:last-child")
            .contains("and 2,001 more")
    );
    let painted = "(() => { const it = document.querySelector('canvas');
        return it.getContext('2d').getImageData(0, 0, it.width, it.height).data.filter((value, at) => at % 4 == 3 && value).length })()";
    browser.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    assert!(browser.value(painted).as_u64() > Some(10_000));
    for width in [360, 800, 1400] {
        browser.width(width);
        let beyond = browser.value(&format!("document.documentElement.scrollWidth - {width}"));
        assert!(beyond.as_i64() <= Some(0), "at {width}: {beyond} too wide");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}
