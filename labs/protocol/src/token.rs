//! The name of one interleaving, which a student copies from a failure into a command.
use std::fmt;

/// One interleaving of one search of one test:
/// `<claim>@<search>.<pass>[s<seed>].<interleaving>.<hash of the sources>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The name of the test.
    pub claim: String,
    /// Which search of the test, counted from 1.
    pub search: usize,
    /// Which pass of the search, counted from 0.
    pub pass: usize,
    /// Where a random pass started, if not where it usually does.
    pub seed: Option<u64>,
    /// Which interleaving of the pass, counted from 1.
    pub interleaving: u64,
    /// Changes with the sources that the failure is in.
    pub sources: String,
}

impl Token {
    /// Reads a token, if `text` is one.
    pub fn parse(text: &str) -> Option<Token> {
        let (claim, rest) = text.trim().rsplit_once('@')?;
        let parts: Vec<&str> = rest.split('.').collect();
        let [search, pass, interleaving, sources] = parts[..] else {
            return None;
        };
        let (pass, seed) = match pass.split_once('s') {
            Some((pass, seed)) => (pass, Some(seed.parse().ok()?)),
            None => (pass, None),
        };
        Some(Token {
            claim: claim.to_owned(),
            search: search.parse().ok()?,
            pass: pass.parse().ok()?,
            seed,
            interleaving: interleaving.parse().ok()?,
            sources: sources.to_owned(),
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Token {
            claim,
            search,
            pass,
            seed,
            interleaving,
            sources,
        } = self;
        let seed = seed.map_or(String::new(), |seed| format!("s{seed}"));
        write!(f, "{claim}@{search}.{pass}{seed}.{interleaving}.{sources}")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn a_token_is_read_as_it_is_written() {
        for text in [
            "bank::pays@1.0.17.0a1b2c3d",
            "locks::bank::pays@2.3s40.9.ffffffff",
        ] {
            let token = Token::parse(text).expect("a token");
            assert_eq!(token.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for text in [
            "",
            "bank::pays",
            "bank::pays@",
            "bank::pays@1.0.17",
            "bank::pays@1.0.17.0a.0b",
            "bank::pays@1.0s.17.0a",
            "bank::pays@one.0.17.0a",
        ] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }
}
