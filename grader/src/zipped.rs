//! Archives whose bytes depend on nothing but what is in them. Pure.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A file of an archive.
#[derive(Debug)]
pub(crate) struct Zipped {
    pub(crate) bytes: Vec<u8>,
    /// Whether it can be started.
    pub(crate) program: bool,
}

impl Zipped {
    /// One that is only read.
    pub(crate) fn plain(bytes: impl Into<Vec<u8>>) -> Self {
        Zipped {
            bytes: bytes.into(),
            program: false,
        }
    }
}

/// The archive of those files, in the order of their paths.
///
/// # Errors
///
/// Where it would be larger than an archive can be.
pub(crate) fn archive(files: &BTreeMap<String, Zipped>) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (path, file) in files {
        let mode = if file.program { 0o755 } else { 0o644 };
        archive
            .start_file(path.as_str(), options.unix_permissions(mode))
            .and_then(|()| Ok(archive.write_all(&file.bytes)?))
            .with_context(|| format!("putting {path} into the archive"))?;
    }
    Ok(archive
        .finish()
        .context("finishing the archive")?
        .into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_the_same_bytes_and_can_be_read() {
        let files = BTreeMap::from([
            ("b/é.html".to_owned(), Zipped::plain("b")),
            ("a_1_2_x.html".to_owned(), Zipped::plain("a".repeat(1000))),
        ]);
        let bytes = archive(&files).expect("an archive");
        assert_eq!(bytes, archive(&files).expect("an archive"));
        let mut read = zip::ZipArchive::new(Cursor::new(bytes)).expect("it can be read");
        let names = read
            .file_names()
            .map(|name| name.expect("a name").into_owned());
        assert_eq!(names.collect::<Vec<_>>(), ["a_1_2_x.html", "b/é.html"]);
        let mut text = String::new();
        let mut file = read.by_name("b/é.html").expect("it is there");
        std::io::Read::read_to_string(&mut file, &mut text).expect("text");
        assert_eq!(text, "b");
    }
}
