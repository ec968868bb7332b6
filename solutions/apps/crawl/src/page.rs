//! What a page says: its title, and where it links to.
//!
//! The one idea: a page is read as a stream of tags, never as a tree. That takes time and memory in
//! proportion to its length whatever is in it, where a tree of tags that are never closed can take
//! the square.
//!
//! Links are what somebody who reads the page can go to: `a`, `area`, `frame`, `iframe` and a
//! `meta` that refreshes. Not here: `link`, `img`, `script` and their like, which lead to no pages,
//! and what a script would add.

use std::collections::HashSet;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, State, Tokenizer, naive_next_state};
use url::Url;

/// Titles are cut here: they are shown in one line.
const TITLE_LENGTH: usize = 200;

/// What a page says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The text of the first `title`, in one line; empty where there is none.
    pub(crate) title: String,
    /// Where it links to, in the page's order: absolute, `http` or `https`, without fragments, each
    /// once.
    pub(crate) links: Vec<Url>,
}

impl Page {
    /// Reads the page that was had at `address`. Bytes that are not UTF-8 count as U+FFFD.
    pub(crate) fn read(address: &Url, html: &[u8]) -> Page {
        let mut reader = Reader::default();
        let emitter =
            CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| reader.see(event));
        let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
        // Between `<script>` and `</script>` there are no tags. Only who reads the tags knows, and
        // tells the tokenizer.
        while let Some(Ok(inside)) = tokenizer.next() {
            tokenizer.set_state(inside);
        }
        drop(tokenizer);
        reader.page(address)
    }
}

/// The address that `text` means on a page at `base`, if it is one that can be fetched.
pub(crate) fn resolve(base: &Url, text: &str) -> Option<Url> {
    let mut url = base.join(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return None;
    }
    url.set_fragment(None);
    // A name and a password in a link are the author's; they are sent and shown nowhere.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

/// What was seen of a page so far.
#[derive(Default)]
struct Reader {
    tag: Tag,
    /// The value of this tag's attribute comes next.
    attribute: Option<Attribute>,
    /// Inside the first `title`: its text follows.
    in_title: bool,
    title: Option<String>,
    base: Option<String>,
    links: Vec<String>,
    /// A `meta` asks robots to follow no link of this page.
    nofollow: bool,
}

/// The start tag that is being read.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    values: [Option<String>; 5],
}

/// The attributes that matter, each with its place in [`Tag::values`].
#[derive(Clone, Copy)]
enum Attribute {
    Href,
    Src,
    HttpEquiv,
    Name,
    Content,
}

impl Attribute {
    fn named(name: &[u8]) -> Option<Attribute> {
        match name {
            b"href" => Some(Attribute::Href),
            b"src" => Some(Attribute::Src),
            b"http-equiv" => Some(Attribute::HttpEquiv),
            b"name" => Some(Attribute::Name),
            b"content" => Some(Attribute::Content),
            _ => None,
        }
    }
}

impl Tag {
    fn take(&mut self, attribute: Attribute) -> Option<String> {
        self.values[attribute as usize].take()
    }
}

impl Reader {
    /// Takes note of an event. Gives the state in which what follows has to be read, where it is
    /// another.
    fn see(&mut self, event: CallbackEvent<'_>) -> Option<State> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag {
                    name: name.to_vec(),
                    ..Tag::default()
                };
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => self.attribute = Attribute::named(name),
            CallbackEvent::AttributeValue { value } => {
                if let Some(attribute) = self.attribute.take() {
                    // The first of two attributes with one name counts.
                    let place = &mut self.tag.values[attribute as usize];
                    place.get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
                }
            }
            CallbackEvent::CloseStartTag { .. } => return self.see_tag(),
            CallbackEvent::String { value } if self.in_title => {
                let title = self.title.get_or_insert_default();
                if title.len() < TITLE_LENGTH {
                    title.push_str(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::EndTag { .. } => self.in_title = false,
            _ => {}
        }
        None
    }

    fn see_tag(&mut self) -> Option<State> {
        let mut tag = std::mem::take(&mut self.tag);
        self.in_title = false;
        match tag.name.as_slice() {
            b"a" | b"area" => self.links.extend(tag.take(Attribute::Href)),
            b"frame" | b"iframe" => self.links.extend(tag.take(Attribute::Src)),
            // The first that has an address counts.
            b"base" => self.base = self.base.take().or(tag.take(Attribute::Href)),
            b"meta" => self.see_meta(&mut tag),
            b"title" if self.title.is_none() => self.in_title = true,
            // Shown where no scripts run, and none runs here.
            b"noscript" => return None,
            _ => {}
        }
        naive_next_state(&tag.name)
    }

    fn see_meta(&mut self, tag: &mut Tag) {
        let Some(content) = tag.take(Attribute::Content) else {
            return;
        };
        let is = |value: Option<String>, wanted: &str| {
            value.is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
        };
        if is(tag.take(Attribute::HttpEquiv), "refresh") {
            self.links.extend(refreshes_to(&content));
        } else if is(tag.take(Attribute::Name), "robots") {
            let says = |word: &str| {
                content
                    .split(',')
                    .any(|it| it.trim().eq_ignore_ascii_case(word))
            };
            self.nofollow |= says("nofollow") || says("none");
        }
    }

    fn page(self, address: &Url) -> Page {
        let base = self.base.and_then(|base| address.join(&base).ok());
        let base = base.as_ref().unwrap_or(address);
        let links = if self.nofollow {
            Vec::new()
        } else {
            self.links
        };
        let mut seen = HashSet::new();
        let links = links.iter().filter_map(|link| resolve(base, link));
        Page {
            title: one_line(&self.title.unwrap_or_default()),
            links: links.filter(|link| seen.insert(link.clone())).collect(),
        }
    }
}

/// The address in `5; url=next.html`.
fn refreshes_to(content: &str) -> Option<String> {
    let (_, rest) = content.split_once([';', ','])?;
    let rest = rest.trim_start();
    let named = rest
        .get(..3)
        .is_some_and(|it| it.eq_ignore_ascii_case("url"));
    let address = if named {
        rest[3..].trim_start().strip_prefix('=')?
    } else {
        rest
    };
    Some(address.trim().trim_matches(['"', '\'']).to_owned())
}

fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > TITLE_LENGTH {
        line.truncate(line.floor_char_boundary(TITLE_LENGTH));
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Page {
        let address = Url::parse("http://site/folder/page.html").unwrap();
        Page::read(&address, html.as_bytes())
    }

    fn links(html: &str) -> Vec<String> {
        read(html).links.iter().map(Url::to_string).collect()
    }

    #[test]
    fn links_are_absolute_in_order_and_without_fragments() {
        let html = "<a href=b.html#x>b</a><A HREF='/c'>c</A><area href=\"../d?q=1&amp;r=2\"><a href=//other/e>e</a>";
        assert_eq!(
            links(html),
            [
                "http://site/folder/b.html",
                "http://site/c",
                "http://site/d?q=1&r=2",
                "http://other/e"
            ]
        );
    }

    #[test]
    fn one_address_is_one_link() {
        assert_eq!(
            links("<a href=b#1></a><a href=b#2></a><a href='./b'></a>"),
            ["http://site/folder/b"]
        );
    }

    #[test]
    fn frames_and_refreshes_are_links() {
        let html = "<frame src=f><iframe src=g></iframe><meta http-equiv=Refresh content='0; URL=\"../h.html\"'>";
        assert_eq!(
            links(html),
            [
                "http://site/folder/f",
                "http://site/folder/g",
                "http://site/h.html"
            ]
        );
    }

    #[test]
    fn what_leads_to_no_page_is_no_link() {
        let html = "<link href=style.css rel=stylesheet><img src=i.png><script src=s.js></script>\
            <a href=mailto:a@b>m</a><a href='javascript:void(0)'>j</a><a href=data:,x>d</a><a name=n>n</a><a href='http://'>h</a>";
        assert_eq!(links(html), [""; 0]);
    }

    #[test]
    fn the_first_base_counts_for_links_before_it_too() {
        let html = "<a href=a>a</a><base target=_top><base href='/deep/er/'><base href=/no/><a href=b>b</a>";
        assert_eq!(
            links(html),
            ["http://site/deep/er/a", "http://site/deep/er/b"]
        );
    }

    #[test]
    fn what_is_no_tag_is_no_link() {
        let html = "<!-- <a href=comment> --><script>'<a href=script>'</script><style><a href=style></style>\
            <textarea><a href=area></textarea><title><a href=title></title><iframe><a href=iframe></iframe><a href=true>t</a>";
        assert_eq!(links(html), ["http://site/folder/true"]);
    }

    #[test]
    fn what_is_shown_without_scripts_is_read() {
        assert_eq!(
            links("<noscript><a href=a>a</a></noscript>"),
            ["http://site/folder/a"]
        );
    }

    #[test]
    fn a_page_can_ask_robots_to_follow_nothing() {
        assert_eq!(
            links("<meta name=ROBOTS content='noindex, NoFollow'><a href=a>a</a>"),
            [""; 0]
        );
        assert_eq!(
            links("<meta name=robots content=noindex><a href=a>a</a>"),
            ["http://site/folder/a"]
        );
    }

    #[test]
    fn a_name_and_password_in_a_link_are_left_out() {
        assert_eq!(
            links("<a href=http://me:secret@site/a>a</a>"),
            ["http://site/a"]
        );
    }

    #[test]
    fn the_title_is_the_first_in_one_line() {
        let page = read("<title> A &amp;\n <b>B</b> </title><svg><title>C</title></svg>");
        assert_eq!(page.title, "A & <b>B</b>");
        let long = read(&format!("<title>{}</title>", "ä".repeat(400)));
        assert!(long.title.len() <= TITLE_LENGTH + '…'.len_utf8());
    }

    #[test]
    fn a_broken_page_is_read_as_far_as_it_goes() {
        let address = Url::parse("http://site/").unwrap();
        let page = Page::read(
            &address,
            b"\xff\xfe\0<p <a href=a\xff>x<a href=b<><a href='c",
        );
        assert!(
            page.links
                .iter()
                .all(|link| link.as_str().starts_with("http://site/"))
        );
        assert_eq!(Page::read(&address, b""), Page::default());
    }

    #[test]
    fn tags_that_are_never_closed_cost_their_length_only() {
        let html = "<div><p><b><a href=x>".repeat(100_000);
        assert_eq!(links(&html), ["http://site/folder/x"]);
    }
}
