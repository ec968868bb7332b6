//! A table in a file of somebody else's, of which single cells are replaced and every other byte
//! stays.
//!
//! The one idea: the file is cut into cells by where they stand in it, and nothing is ever written
//! but a cell over a cell. Quotes, ends of lines, a mark of the encoding, blank lines: nobody has
//! to know about them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::report::escape;

/// A table as it came.
#[derive(Debug)]
pub(super) struct Table {
    encoding: Encoding,
    /// Without the mark of its encoding.
    text: String,
    delimiter: char,
    /// Where the cells of each row stand in the text, quotes included.
    rows: Vec<Vec<Range<usize>>>,
}

/// New values of cells, by row and column.
pub(super) type Changes = BTreeMap<(usize, usize), String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// With its mark, as spreadsheets write it.
    Utf8Marked,
    Utf16Little,
    Utf16Big,
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

impl Table {
    /// Cuts a file into cells.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and what to do.
    pub(super) fn cut(bytes: &[u8]) -> Result<Table, (String, &'static str)> {
        let (encoding, text) = decode(bytes).ok_or((
            "is neither UTF-8 nor UTF-16".to_owned(),
            "download it again, and give it as it came",
        ))?;
        let header =
            |delimiter| rows(&text, delimiter).map(|rows| rows.first().map_or(0, Vec::len));
        let delimiters = [',', ';', '\t'];
        let widest = delimiters
            .into_iter()
            .max_by_key(|it| (header(*it).unwrap_or(0), *it == ','));
        let delimiter = widest.expect("there are some");
        let rows = rows(&text, delimiter).map_err(|line| {
            let problem = format!("has a quote that is not closed on line {line}");
            (problem, "download it again, and give it as it came")
        })?;
        Ok(Table {
            encoding,
            text,
            delimiter,
            rows,
        })
    }

    /// How many rows there are, the header included.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The values of the first row.
    pub(super) fn header(&self) -> Vec<String> {
        let columns = 0..self.rows.first().map_or(0, Vec::len);
        let values = columns.map(|column| self.value(0, column).unwrap_or_default());
        values.collect()
    }

    /// What a cell says, if the row has it.
    pub(super) fn value(&self, row: usize, column: usize) -> Option<String> {
        let raw = &self.text[self.rows.get(row)?.get(column)?.clone()];
        Some(match raw.strip_prefix('"') {
            None => raw.to_owned(),
            Some(rest) => {
                // What stands behind the closing quote belongs to the value, as programs read it.
                let end = closing(rest).unwrap_or(rest.len());
                let behind = rest.get(end + 1..).unwrap_or_default();
                rest[..end].replace("\"\"", "\"") + behind
            }
        })
    }

    /// The line at which a row begins, counted from 1.
    pub(super) fn line(&self, row: usize) -> usize {
        let start = self.rows.get(row).and_then(|cells| cells.first());
        let before = &self.text[..start.map_or(0, |cell| cell.start)];
        1 + before.matches('\n').count()
    }

    /// The file with those cells in place of what they were.
    pub(super) fn with(&self, changes: &Changes) -> Vec<u8> {
        let mut text = String::new();
        let mut kept = 0;
        for ((row, column), value) in changes {
            let Some(cell) = self.rows.get(*row).and_then(|cells| cells.get(*column)) else {
                continue;
            };
            let mut new = escape::cell(value, self.delimiter);
            if self.text[cell.clone()].starts_with('"') && !new.starts_with('"') {
                new = format!("\"{new}\"");
            }
            text += &self.text[kept..cell.start];
            text += &new;
            kept = cell.end;
        }
        text += &self.text[kept..];
        encode(self.encoding, &text)
    }
}

/// Where the cells of each row stand; the line of a quote that is not closed.
fn rows(text: &str, delimiter: char) -> Result<Vec<Vec<Range<usize>>>, usize> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        if let Some(quoted) = text[at..].strip_prefix('"') {
            let line = || 1 + text[..start].matches('\n').count();
            at += closing(quoted).ok_or_else(line)? + 2;
        }
        let ends = |c: char| c == delimiter || c == '\n' || c == '\r';
        at += text[at..].find(ends).unwrap_or(text.len() - at);
        row.push(start..at);
        if text[at..].starts_with(delimiter) {
            at += delimiter.len_utf8();
            if at == text.len() {
                row.push(at..at);
            }
            continue;
        }
        rows.push(std::mem::take(&mut row));
        let end = if text[at..].starts_with("\r\n") { 2 } else { 1 };
        at = (at + end).min(text.len());
    }
    if !row.is_empty() {
        rows.push(row);
    }
    Ok(rows)
}

/// Where a quoted value ends, from behind its opening quote.
fn closing(quoted: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + quoted[from..].find('"')?;
        if !quoted[at + 1..].starts_with('"') {
            return Some(at);
        }
        from = at + 2;
    }
}

fn decode(bytes: &[u8]) -> Option<(Encoding, String)> {
    let utf16 = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, []) = bytes.as_chunks::<2>() else {
            return None;
        };
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        String::from_utf16(&units).ok()
    };
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(match bytes {
        [0xff, 0xfe, rest @ ..] => (Encoding::Utf16Little, utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => (Encoding::Utf16Big, utf16(rest, u16::from_be_bytes)?),
        [0xef, 0xbb, 0xbf, rest @ ..] => (Encoding::Utf8Marked, utf8(rest)?),
        _ => (Encoding::Utf8, utf8(bytes)?),
    })
}

fn encode(encoding: Encoding, text: &str) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Marked => [UTF8_MARK, text.as_bytes()].concat(),
        Encoding::Utf16Little => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        }
        Encoding::Utf16Big => {
            let units = text.encode_utf16().flat_map(u16::to_be_bytes);
            [0xfe, 0xff].into_iter().chain(units).collect()
        }
    }
}

#[cfg(test)]
mod tests;
