//! Nothing that a student wrote is an element of a page, or steers a terminal.

use askama::Template;

use super::{Entry, class, student};
use crate::report::Report;
use crate::report::hostile::{each, report, steers};
use crate::report::view::Reader;
use crate::results::{Outcome, Person, Row};
use crate::rubric::samples::class as of_all;
use crate::table;

/// Somebody who was graded, and somebody whose submission could not be taken in; whatever they have
/// a hand in says that.
fn rows(said: &str, report: &Report) -> [Row; 2] {
    let refused = Outcome::NotGraded {
        problem: said.to_owned(),
        found: vec![said.to_owned(); 2],
    };
    let row = |id: &str, outcome| Row {
        person: Person {
            id: id.to_owned(),
            name: said.to_owned(),
            email: Some(said.to_owned()),
            ..Person::default()
        },
        source: vec![said.to_owned()],
        submitted: Some(said.to_owned()),
        late: true,
        attempt: None,
        answer: None,
        basis: String::new(),
        outcome,
    };
    let graded = Outcome::Graded(Box::new(report.clone()));
    [row("graded", graded), row("refused", refused)]
}

/// All pages of these two.
fn pages(rows: &[Row; 2]) -> String {
    let entries = rows.each_ref().map(|row| Entry {
        row: row.clone(),
        shown: Some(row.clone()),
        held: Some(row.person.name.clone()),
    });
    let class = class::page(&of_all(), &entries, 0, &[]).render();
    let people = rows.iter().map(|row| {
        let page = student::page(&of_all(), row, Reader::Student);
        page.render().expect("it is drawn")
    });
    class.expect("it is drawn") + &people.collect::<String>()
}

/// The tags of a page, with nothing in their quotes.
fn tags(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1);
    let tags = tags.map(|rest| rest.split('>').next().unwrap_or(rest));
    tags.map(|tag| tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\""))
        .collect()
}

#[test]
fn a_page_has_the_tags_that_it_has_where_nobody_is_hostile() {
    let plain = tags(&pages(&rows("plain", &report("plain"))));
    each(|said, report| {
        let html = pages(&rows(said, report));
        assert_eq!(tags(&html), plain, "{said:?}");
        assert!(!steers(&html), "{said:?}");
    });
}

#[test]
fn a_table_of_the_class_has_a_line_for_each() {
    each(|said, report| {
        let shown = table::of(&rows(said, report)).render();
        let shown = anstream::adapter::strip_str(&shown).to_string();
        assert!(!steers(&shown), "{said:?}\n{shown}");
        let plain = table::of(&rows("plain", &crate::report::hostile::report("plain"))).render();
        assert_eq!(
            shown.lines().count(),
            plain.lines().count(),
            "{said:?}\n{shown}"
        );
    });
}
