//! The kit's own workspace: the repository's manifest and lock file, cut down to what is in it.
//!
//! The one idea: versions, profiles and lints stay as they are, so that a student's build is the
//! grader's.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use parcel::Files;
use toml_edit::{Array, DocumentMut, Item, TableLike, value};

use super::{read, read_text};
use crate::files::put;
use crate::template::{fetch, parsed};
use crate::tree::Tree;

const HEAD: &str = "\
# Weft: labs on threads, locks, channels and RPC. Yours are the files that begin with \"You write
# this file\"; `cargo lab` lists them.
";

/// Adds `Cargo.toml` and `Cargo.lock` for these members, and cuts the programs off the solutions.
pub(super) fn add(tree: &Tree, members: &[String], files: &mut Files) -> Result<()> {
    for member in members.iter().filter(|member| member.starts_with("apps/")) {
        let path = format!("{member}/Cargo.toml");
        let mut manifest = parsed(Path::new(&path), &read_text(files, &path)?)?;
        on_the_students_labs(&mut manifest);
        files.insert(path, manifest.to_string().into_bytes());
    }
    let text = String::from_utf8(read(tree.root(), "Cargo.toml")?).context("Cargo.toml")?;
    let mut manifest = parsed(Path::new("Cargo.toml"), &text)?;
    cut(&mut manifest, members, files)?;
    files.insert("Cargo.lock".to_owned(), read(tree.root(), "Cargo.lock")?);
    let lock = locked(files, &manifest.to_string())?;
    let packages = packages(&lock)?;
    if let Some(profiles) = at(manifest.as_table_mut(), &["profile", "dev", "package"]) {
        let gone: Vec<String> = profiles
            .iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| !packages.contains(name))
            .collect();
        for name in gone {
            profiles.remove(&name);
        }
    }
    let text = format!("{HEAD}{}", manifest.to_string().trim_start());
    files.insert("Cargo.toml".to_owned(), text.into_bytes());
    files.insert("Cargo.lock".to_owned(), lock.into_bytes());
    Ok(())
}

/// A program's feature `student` is on, and what it would take instead is gone.
fn on_the_students_labs(manifest: &mut DocumentMut) {
    let dependencies = manifest
        .get_mut("dependencies")
        .and_then(Item::as_table_like_mut);
    if let Some(dependencies) = dependencies {
        let names = dependencies.iter().map(|(name, _)| name.to_owned());
        let solutions: Vec<String> = names.filter(|name| name.ends_with("-solution")).collect();
        for name in solutions {
            dependencies.remove(&name);
        }
    }
    if let Some(features) = manifest
        .get_mut("features")
        .and_then(Item::as_table_like_mut)
    {
        features.insert("default", value(Array::from_iter(["student"])));
    }
}

/// Leaves of the repository's manifest what the members use.
fn cut(manifest: &mut DocumentMut, members: &[String], files: &Files) -> Result<()> {
    let mut used = BTreeSet::new();
    for member in members {
        let path = format!("{member}/Cargo.toml");
        let member = parsed(Path::new(&path), &read_text(files, &path)?)?;
        dependencies(member.as_table(), &mut used);
    }
    if let Some(table) = manifest.get_mut("workspace").and_then(Item::as_table_mut) {
        table.decor_mut().clear();
    }
    let workspace = at(manifest.as_table_mut(), &["workspace"]).context("it has a workspace")?;
    let list = |of: Vec<&str>| {
        let mut list = Array::from_iter(of);
        list.iter_mut()
            .for_each(|entry| entry.decor_mut().set_prefix("\n    "));
        list.set_trailing("\n");
        list.set_trailing_comma(true);
        value(list)
    };
    let labs = members
        .iter()
        .filter(|member| files.contains_key(&format!("{member}/lab.toml")));
    for key in ["members", "default-members", "exclude"] {
        workspace.remove(key);
    }
    workspace.insert(
        "members",
        list(members.iter().map(String::as_str).collect()),
    );
    workspace.insert("default-members", list(labs.map(String::as_str).collect()));
    let shared = at(manifest.as_table_mut(), &["workspace", "dependencies"]);
    let shared = shared.context("it has dependencies")?;
    let names: Vec<String> = shared.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names.iter().filter(|name| !used.contains(*name)) {
        shared.remove(name);
    }
    Ok(())
}

/// The names of all dependencies in a package's manifest, wherever in it they are.
fn dependencies(table: &dyn TableLike, used: &mut BTreeSet<String>) {
    for (key, item) in table.iter() {
        let Some(inner) = item.as_table_like() else {
            continue;
        };
        if key.ends_with("dependencies") {
            used.extend(inner.iter().map(|(name, _)| name.to_owned()));
        } else {
            dependencies(inner, used);
        }
    }
}

fn at<'t>(table: &'t mut toml_edit::Table, path: &[&str]) -> Option<&'t mut dyn TableLike> {
    let (first, rest) = path.split_first()?;
    let mut item = table.get_mut(first)?;
    for key in rest {
        item = item.as_table_like_mut()?.get_mut(key)?;
    }
    item.as_table_like_mut()
}

/// The lock file that cargo leaves of the repository's, in a copy of the kit.
fn locked(files: &Files, manifest: &str) -> Result<String> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let needed = |path: &str| {
        path.ends_with(".rs") || path.starts_with("Cargo.") || path.ends_with("/Cargo.toml")
    };
    for (path, bytes) in files.iter().filter(|(path, _)| needed(path)) {
        put(&folder.path().join(path), bytes)?;
    }
    put(&folder.path().join("Cargo.toml"), manifest.as_bytes())?;
    fetch(folder.path()).context("cutting the lock file down to the kit")?;
    let lock = folder.path().join("Cargo.lock");
    std::fs::read_to_string(&lock).context("reading the kit's lock file")
}

/// The names of the packages in a lock file.
fn packages(lock: &str) -> Result<BTreeSet<String>> {
    let lock = parsed(Path::new("Cargo.lock"), lock)?;
    let packages = lock.get("package").and_then(Item::as_array_of_tables);
    let names = packages
        .into_iter()
        .flatten()
        .filter_map(|package| package.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}
