//! Zip archives: the bytes depend on the files alone, not on the day or the machine.

use std::io::{Cursor, Error, Read, Result, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::Files;

/// A kit that unpacks to more than this is none.
const MOST: u64 = 64 << 20;

/// Packs files, all in one folder if `folder` is not empty.
///
/// # Errors
///
/// If a file is too large for the format.
pub fn write(files: &Files, folder: &str) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let name = match folder {
            "" => path.clone(),
            folder => format!("{folder}/{path}"),
        };
        archive.start_file(name, options).map_err(Error::other)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish().map_err(Error::other)?.into_inner())
}

/// Unpacks an archive that [`write()`] made, without the folder that all its files are in.
///
/// # Errors
///
/// If it is damaged, too large, or names a file outside itself.
pub fn read(bytes: &[u8]) -> Result<Files> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(Error::other)?;
    let mut files = Files::new();
    let mut left = MOST;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(Error::other)?;
        if file.is_dir() {
            continue;
        }
        let path = file.enclosed_name().map(|path| path.display().to_string());
        let path = path.ok_or_else(|| Error::other("it names a file outside itself"))?;
        let mut text = Vec::new();
        file.take(left + 1).read_to_end(&mut text)?;
        left = left
            .checked_sub(text.len() as u64)
            .ok_or_else(|| Error::other("it unpacks to too much"))?;
        files.insert(path.replace('\\', "/"), text);
    }
    Ok(without_folder(files))
}

fn without_folder(files: Files) -> Files {
    let first = files.keys().next().and_then(|path| path.split_once('/'));
    let Some(folder) = first.map(|(folder, _)| format!("{folder}/")) else {
        return files;
    };
    if files.keys().any(|path| !path.starts_with(&folder)) {
        return files;
    }
    let inside = |(path, bytes): (String, Vec<u8>)| (path[folder.len()..].to_owned(), bytes);
    files.into_iter().map(inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> Files {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        of.iter().map(own).collect()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_the_bytes_are_the_same_each_time() {
        let files = files(&[
            ("Cargo.toml", "[workspace]"),
            ("labs/a/src/b.rs", "fn b() {}"),
        ]);
        for folder in ["", "weft"] {
            let bytes = write(&files, folder).expect("written");
            assert_eq!(bytes, write(&files, folder).expect("written"));
            assert_eq!(read(&bytes).expect("read"), files);
        }
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let bytes = write(&files(&[("../a", "x")]), "").expect("written");
        assert!(read(&bytes).is_err());
    }
}
