//! What `unsafe` may be used for in an exercise that teaches it.
//!
//! The one idea: an answer dereferences pointers that the cell, a reference or a box gave, and says
//! what may be sent or shared. It makes no pointer out of anything else, so all that it could do
//! besides is refused by its name.
//!
//! What is not here: pointers that dangle. No list of words keeps a wrong dereference from being
//! undefined behaviour; see notes/threats.md.

use proc_macro2::TokenTree;

use crate::walk::{ident, is_in, punct};
use crate::{Finding, Location};

/// Makes a pointer, or a value, of something that was none.
const NEVER: &str = "\
    addr cast cast_array cast_const cast_mut cast_slice dangling expose_provenance \
    map_addr transmute transmute_copy union with_addr with_exposed_provenance \
    with_exposed_provenance_mut without_provenance without_provenance_mut zeroed \
    MaybeUninit";

/// Methods of pointers, and functions, that need `unsafe` and are not a dereference.
const IN_BLOCKS: &str = "\
    add align_to align_to_mut as_bytes_mut as_mut_vec byte_add byte_offset \
    byte_offset_from byte_sub copy copy_from copy_from_nonoverlapping copy_nonoverlapping \
    copy_to copy_to_nonoverlapping decrement_strong_count drop_in_place \
    increment_strong_count offset offset_from read read_unaligned read_volatile set_len \
    sub write write_bytes write_unaligned write_volatile";

const MAY: &str = "an answer may dereference a pointer that the cell, a reference or \
                   `Box::into_raw` gave, take such a box back with `Box::from_raw`, and implement \
                   `Send` and `Sync`";

/// What is wrong with a word of such an exercise; `trusted` if it stands in an `unsafe` block.
pub(crate) fn word(
    tokens: &[TokenTree],
    at: usize,
    trusted: bool,
    place: Location,
) -> Option<Finding> {
    let name = ident(&tokens[at])?;
    let after = &tokens[at + 1..];
    let called = matches!(after.first(), Some(TokenTree::Group(_)));
    let method = at > 0 && (punct(&tokens[at - 1], '.') || punct(&tokens[at - 1], ':'));
    let lifetime = at > 0 && punct(&tokens[at - 1], '\'');
    let what = match name.as_str() {
        "unsafe" if block(after) || marker(after) => return None,
        "unsafe" => "uses `unsafe` for something else".to_owned(),
        "as" if after.first().is_some_and(|token| punct(token, '*')) => {
            "casts to a pointer".to_owned()
        }
        "static" if !lifetime && after.first().and_then(ident).as_deref() == Some("mut") => {
            "has a `static mut`".to_owned()
        }
        "union" if !matches!(after.first(), Some(TokenTree::Ident(_))) => return None,
        word if is_in(NEVER, word) && (method || called || word == "union") => {
            format!("uses `{word}`")
        }
        "from_raw" | "into_raw" if of_box(tokens, at) => return None,
        word if word.contains("unchecked") || word.starts_with("from_raw") => {
            format!("uses `{word}`")
        }
        word if trusted && called && method && is_in(IN_BLOCKS, word) => {
            format!("uses `{word}` in an `unsafe` block")
        }
        _ => return None,
    };
    let text = format!("{what}: {MAY}");
    Some(Finding {
        place,
        text,
        hostile: false,
    })
}

fn block(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Group(_)))
}

/// Whether `impl … Send for` or `impl … Sync for` follows.
fn marker(after: &[TokenTree]) -> bool {
    let words: Vec<Option<String>> = after.iter().map(ident).collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|w| w.as_deref() == Some(word));
    let end = words.iter().position(|word| word.as_deref() == Some("for"));
    is(0, "impl") && end.is_some_and(|end| end > 1 && (is(end - 1, "Send") || is(end - 1, "Sync")))
}

/// Whether the name at `at` is one of `Box`.
fn of_box(tokens: &[TokenTree], at: usize) -> bool {
    at >= 3 && punct(&tokens[at - 1], ':') && ident(&tokens[at - 3]).as_deref() == Some("Box")
}
