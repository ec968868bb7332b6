//! The name that was meant.

/// Less alike than this is another word.
const ALIKE: f64 = 0.7;

/// Of `names`, the one that looks most like `word`, if one looks like it at all. Of a name with a
/// path (`exercise::check`) only the last part counts.
pub fn nearest(word: &str, names: impl IntoIterator<Item = String>) -> Option<String> {
    let last = |name: &str| name.rsplit("::").next().unwrap_or_default().to_owned();
    let word = last(word);
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&word, &last(&name)), name))
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_found_and_a_strange_word_has_none() {
        let names = || ["locks", "locks/bank", "bank", "bank::pays_twice"].map(str::to_owned);
        assert_eq!(nearest("bnak", names()).as_deref(), Some("bank"));
        let check = nearest("pays_twcie", names());
        assert_eq!(check.as_deref(), Some("bank::pays_twice"));
        assert_eq!(nearest("zygote", names()), None);
    }
}
