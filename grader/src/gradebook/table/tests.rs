//! Whatever a table looks like: only the cells that are meant change.

use proptest::prelude::*;

use super::*;

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![
        Just(Encoding::Utf8),
        Just(Encoding::Utf8Marked),
        Just(Encoding::Utf16Little),
        Just(Encoding::Utf16Big),
    ]
}

/// A cell as a file may have it: plain, or quoted with anything in it.
fn raw_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-ZäÖ0-9 .'=@_()|-]{0,8}",
        "[a-z,;\t\r\n\"ü字]{0,8}".prop_map(|text| format!("\"{}\"", text.replace('"', "\"\""))),
    ]
}

#[derive(Debug, Clone)]
struct File {
    delimiter: char,
    ending: &'static str,
    /// Whether the last line has one.
    ended: bool,
    rows: Vec<Vec<String>>,
}

impl File {
    fn text(&self) -> String {
        let delimiter = self.delimiter.to_string();
        let lines: Vec<String> = self.rows.iter().map(|row| row.join(&delimiter)).collect();
        lines.join(self.ending) + if self.ended { self.ending } else { "" }
    }
}

fn files() -> impl Strategy<Value = File> {
    let rows = (3..6_usize).prop_flat_map(|width| {
        let row = prop::collection::vec(raw_cell(), width);
        let header = prop::collection::vec("[A-Z][a-z]{0,5}", width);
        (header, prop::collection::vec(row, 1..6))
    });
    let delimiter = prop_oneof![Just(','), Just(';'), Just('\t')];
    let ending = prop_oneof![Just("\n"), Just("\r\n")];
    (delimiter, ending, any::<bool>(), rows).prop_map(|(delimiter, ending, ended, rows)| {
        let (header, mut rows) = rows;
        // A plain cell holds no delimiter.
        for cell in rows
            .iter_mut()
            .flatten()
            .filter(|cell| !cell.starts_with('"'))
        {
            *cell = cell.replace(delimiter, "");
        }
        rows.insert(0, header);
        File {
            delimiter,
            ending,
            ended,
            rows,
        }
    })
}

proptest! {
    #[test]
    fn without_a_change_every_byte_stays(file in files(), encoding in encodings()) {
        let bytes = encode(encoding, &file.text());
        let table = Table::cut(&bytes).expect("a table");
        prop_assert_eq!(table.with(&Changes::new()), bytes);
    }

    #[test]
    fn every_byte_but_those_of_the_cell_stays(
        file in files(),
        encoding in encodings(),
        at in any::<(prop::sample::Index, prop::sample::Index)>(),
        value in "[a-z0-9.,;\"\n\t =<>/ü-]{0,12}",
    ) {
        let table = Table::cut(&encode(encoding, &file.text())).expect("a table");
        prop_assert_eq!(table.delimiter, file.delimiter);
        let row = 1 + at.0.index(file.rows.len() - 1);
        let column = at.1.index(file.rows[0].len());
        let changes = Changes::from([((row, column), value.clone())]);
        let changed = Table::cut(&table.with(&changes)).expect("it is a table still");

        let mut expected = file.clone();
        let new = changed.rows[row][column].clone();
        expected.rows[row][column] = changed.text[new].to_owned();
        prop_assert_eq!(&changed.text, &expected.text());
        prop_assert_eq!(changed.encoding, encoding);
        let read = changed.value(row, column).expect("the cell");
        let harmless = escape::text(&value);
        prop_assert!(read == harmless || read == format!("'{harmless}"), "{:?}", read);
    }

    #[test]
    fn cells_say_what_a_reader_of_csv_reads(file in files()) {
        let text = file.text();
        let table = Table::cut(text.as_bytes()).expect("a table");
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(file.delimiter as u8).has_headers(false).flexible(true);
        let mut row = 0;
        for record in reader.from_reader(text.as_bytes()).records() {
            let record = record.expect("a record");
            // It passes over blank lines.
            let blank = |row: &Vec<Range<usize>>| row.len() == 1 && row[0].is_empty();
            while blank(&table.rows[row]) {
                row += 1;
            }
            for (column, value) in record.iter().enumerate() {
                let read = table.value(row, column);
                prop_assert_eq!(read.as_deref(), Some(value));
            }
            row += 1;
        }
    }
}

#[test]
fn what_is_no_table_is_refused() {
    let problem = |bytes: &[u8]| Table::cut(bytes).expect_err("no table").0;
    assert_eq!(problem(b"a,b\n\xff,c"), "is neither UTF-8 nor UTF-16");
    assert_eq!(problem(b"\xff\xfea"), "is neither UTF-8 nor UTF-16");
    let unclosed = "has a quote that is not closed on line 3";
    assert_eq!(problem(b"a,b\nc,d\n\"e,f\n"), unclosed);
}

#[test]
fn an_empty_file_has_no_rows() {
    assert_eq!(Table::cut(b"").expect("a table").len(), 0);
}
