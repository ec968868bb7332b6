//! A submission that is a file: an archive, whose sources are read into memory, or a source.

use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::Result;
use flate2::read::GzDecoder;
use tar::EntryType;
use zip::ZipArchive;

use super::bundle::{Bundle, Entry, LARGEST, Odd};

/// An archive may be this large, in bytes.
pub(crate) const LARGEST_ARCHIVE: u64 = 16 * 1024 * 1024;

/// It may be this large when it is unpacked, in bytes. What is not a source is not kept.
const MOST_INFLATED: u64 = 256 * 1024 * 1024;

/// Lists what a file of `len` bytes holds. What kind of file it is, its first bytes say.
pub(super) fn list(path: &Path, len: u64, bundle: &mut Bundle) -> Result<()> {
    if len > LARGEST_ARCHIVE {
        return Err(too_large(bundle));
    }
    let bytes = std::fs::read(path).map_err(|error| {
        let problem = format!("cannot be read ({error})");
        bundle.bad(&problem, "make it readable")
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    list_bytes(&name, bytes, bundle)
}

fn too_large(bundle: &Bundle) -> anyhow::Error {
    let problem = format!("is larger than {} MiB", LARGEST_ARCHIVE >> 20);
    bundle.bad(&problem, "hand in your answers only")
}

/// Lists what the bytes of a file hold.
pub(super) fn list_bytes(name: &str, bytes: Vec<u8>, bundle: &mut Bundle) -> Result<()> {
    if bytes.len() as u64 > LARGEST_ARCHIVE {
        return Err(too_large(bundle));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip(bytes, bundle);
    }
    if bytes.starts_with(b"\x1f\x8b") {
        return tar(GzDecoder::new(&bytes[..]), bundle);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return tar(&bytes[..], bundle);
    }
    if !is_source(name.as_bytes()) {
        let remedy = "hand in a folder, or an archive made as .zip, .tar or .tar.gz";
        return Err(bundle.bad("is neither a folder nor an archive", remedy));
    }
    bundle.add(name.as_bytes(), kept(&bytes[..], MOST_INFLATED)?.0)
}

fn zip(bytes: Vec<u8>, bundle: &mut Bundle) -> Result<()> {
    let remedy = "make the archive again";
    let promised = entries_promised(&bytes);
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| bundle.bad(&format!("is a damaged archive ({error})"), remedy))?;
    // Readers differ in which of two entries of one name they take, and in what overlapping
    // entries hold.
    if promised.is_some_and(|promised| promised != archive.len()) {
        return Err(bundle.bad("has two entries of one name", remedy));
    }
    if archive.has_overlapping_files().unwrap_or(true) {
        return Err(bundle.bad("has entries that overlap", remedy));
    }
    let mut left = MOST_INFLATED;
    for at in 0..archive.len() {
        let raw = archive
            .by_index_raw(at)
            .map_err(|error| bundle.bad(&format!("is a damaged archive ({error})"), remedy))?;
        let name = raw.name_raw().to_owned();
        let odd = match (raw.is_symlink(), raw.encrypted()) {
            (true, _) => Some(Odd::Link),
            (_, true) => Some(Odd::Encrypted),
            _ => None,
        };
        let folder = raw.is_dir() || name.ends_with(b"\\");
        drop(raw);
        let entry = match odd {
            Some(odd) => Entry::Odd(odd),
            None if folder => {
                bundle.count()?;
                continue;
            }
            None if !is_source(&name) => Entry::Skipped,
            None => {
                let file = archive.by_index(at).map_err(std::io::Error::other);
                let (entry, read) = file.and_then(|file| kept(file, left)).map_err(|error| {
                    let name = String::from_utf8_lossy(&name).into_owned();
                    bundle.bad(
                        &format!("has an entry that cannot be read: {name} ({error})"),
                        remedy,
                    )
                })?;
                left -= read;
                entry
            }
        };
        bundle.add(&name, entry)?;
    }
    Ok(())
}

/// How many entries a zip archive says that it has, unless it has more than fit there.
fn entries_promised(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let count = bytes.get(end + 10..end + 12)?;
    let count = u16::from_le_bytes([count[0], count[1]]);
    (count != u16::MAX).then_some(count.into())
}

fn tar(source: impl Read, bundle: &mut Bundle) -> Result<()> {
    let remedy = "make the archive again";
    let mut archive = tar::Archive::new(source.take(MOST_INFLATED));
    let entries = archive
        .entries()
        .map_err(|error| bundle.bad(&format!("is a damaged archive ({error})"), remedy))?;
    for entry in entries {
        let damaged = |error| bundle.bad(&format!("is a damaged archive ({error})"), remedy);
        let entry = entry.map_err(damaged)?;
        let name = entry.path_bytes().into_owned();
        let what = match entry.header().entry_type() {
            EntryType::Directory | EntryType::XGlobalHeader => {
                bundle.count()?;
                continue;
            }
            EntryType::Regular | EntryType::Continuous if is_source(&name) => {
                kept(entry, MOST_INFLATED).map_err(damaged)?.0
            }
            EntryType::Regular | EntryType::Continuous => Entry::Skipped,
            EntryType::Symlink | EntryType::Link => Entry::Odd(Odd::Link),
            _ => Entry::Odd(Odd::NoFile),
        };
        bundle.add(&name, what)?;
    }
    Ok(())
}

fn is_source(name: &[u8]) -> bool {
    name.ends_with(b".rs")
}

/// Whether a file's name says that it is an archive.
pub(crate) fn is_archive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let kinds = [".zip", ".tar", ".tar.gz", ".tgz"];
    kinds.iter().any(|kind| name.ends_with(kind))
}

/// The first bytes of a file, one more than it may have, and how many those are.
fn kept(file: impl Read, left: u64) -> std::io::Result<(Entry, u64)> {
    let mut bytes = Vec::new();
    file.take(left.min(LARGEST + 1)).read_to_end(&mut bytes)?;
    let read = bytes.len() as u64;
    Ok((Entry::Kept(bytes), read))
}
