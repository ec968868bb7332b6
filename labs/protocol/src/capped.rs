//! Text that somebody else has written, which may be of any length.

/// The first `most` bytes of a text at most, and a word on what was cut off.
pub fn capped(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    format!("{}… (cut, {} bytes more)", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::capped;

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_says_so() {
        assert_eq!(capped("short", 5), "short");
        assert_eq!(capped("ääää", 3), "ä… (cut, 6 bytes more)");
        assert_eq!(capped("", 0), "");
    }
}
