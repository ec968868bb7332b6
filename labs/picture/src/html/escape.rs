//! Text from elsewhere, a student's program or somebody's site, made harmless in HTML and in a
//! script.
use std::borrow::Cow;
use std::fmt;

/// Text as HTML shows it, in an element or in a quoted attribute.
pub struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = 0;
        for (at, char) in self.0.char_indices() {
            let Some(safe) = replacement(char) else {
                continue;
            };
            f.write_str(&self.0[plain..at])?;
            f.write_str(safe)?;
            plain = at + char.len_utf8();
        }
        f.write_str(&self.0[plain..])
    }
}

/// What stands for a character that may not stand for itself.
fn replacement(char: char) -> Option<&'static str> {
    match char {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        '\n' | '\t' => None,
        // Not allowed in HTML, or able to make text look like other text.
        _ if steers(char) => Some("\u{fffd}"),
        _ => None,
    }
}

/// Whether a character gives orders to whatever shows it, or makes text look like other text:
/// control characters, marks that turn the direction of the text around them, noncharacters.
pub fn steers(char: char) -> bool {
    let turns = matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    let none = matches!(char, '\u{fdd0}'..='\u{fdef}' | '\u{feff}');
    char.is_control() || turns || none || u32::from(char) & 0xfffe == 0xfffe
}

/// JSON as it may stand in a `<script>`: nothing in it can end the element or a line.
pub fn json(value: &serde_json::Value) -> String {
    let mut safe = String::new();
    for char in value.to_string().chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            _ => safe.push(char),
        }
    }
    safe
}

/// Fills the `{{name}}`s of a template, once: what is filled in is never looked at again.
///
/// # Panics
///
/// Panics if a `{{` has no `}}`: a mistake in the template.
pub fn fill<'a>(template: &str, value: impl Fn(&str) -> Cow<'a, str>) -> String {
    let mut parts = template.split("{{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").expect("a {{ has its }}");
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element_or_attribute() {
        let hostile = "</script><img src=x onerror='a' \"&amp;\u{0}\u{202e}]]>";
        let safe = Text(hostile).to_string();
        assert!(!safe.contains(['<', '>', '"', '\'', '\u{0}', '\u{202e}']));
        assert!(safe.contains("&amp;amp;"));
    }

    #[test]
    fn json_cannot_end_its_script() {
        let hostile = "</script><!--\u{2028}]]>&";
        let safe = json(&serde_json::json!(hostile));
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), hostile);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let filled = fill("a {{x}} b", |_| "{{x}}".into());
        assert_eq!(filled, "a {{x}} b");
    }
}
