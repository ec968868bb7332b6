//! What the bare tokens of an answer give away. Nothing here is compiled.

use std::path::{Path, PathBuf};

use grader::tree::files_below;
use grader::vet::Finding;
use grader::vet::tokens::scan;

fn found(text: &str, unsafe_taught: bool) -> Vec<Finding> {
    scan("src/x.rs", text, unsafe_taught).expect("these are tokens")
}

#[track_caller]
fn hostile(text: &str) {
    let findings = found(text, true);
    assert!(
        findings.iter().any(|finding| finding.hostile),
        "nothing hostile found in: {text}"
    );
}

/// Refused, though perhaps only by somebody who knows no better.
#[track_caller]
fn refused(text: &str) {
    assert_ne!(found(text, true), [], "in: {text}");
}

#[track_caller]
fn harmless(text: &str) {
    assert_eq!(found(text, false), [], "in: {text}");
}

#[test]
fn what_acts_at_compile_time_or_load_time_is_found() {
    hostile(r#"const X: &str = include_str!("/etc/passwd");"#);
    hostile(r#"const X: &[u8] = std::include_bytes!("/etc/passwd");"#);
    hostile(r#"include!("/tmp/x.rs");"#);
    hostile(r#"const X: &str = env!("PATH");"#);
    hostile(r#"const X: Option<&str> = option_env!("PATH");"#);
    hostile(r#"use std::env as e; const X: &str = e!("PATH");"#);
    hostile(r#"use std::{env as e, fmt};"#);
    hostile(r#"use core::include as i;"#);
    hostile(r#"std::arch::asm!("nop");"#);
    hostile(r#"use std::arch::asm as a;"#);
    hostile(r#"core::arch::global_asm!("x");"#);
    hostile(r#"#[unsafe(link_section = ".init_array")] static X: fn() = f;"#);
    hostile(r#"#[unsafe(no_mangle)] pub fn malloc() {}"#);
    hostile(r#"#[unsafe(export_name = "write")] pub fn f() {}"#);
    hostile(r#"#[global_allocator] static A: B = B;"#);
    hostile(r#"#[panic_handler] fn p() {}"#);
    hostile(r#"#[unsafe(something_that_comes_later)] fn f() {}"#);
    hostile(r#"#[link(name = "c")] mod x {}"#);
    hostile(r#"unsafe extern "C" { fn exit(code: i32); }"#);
    hostile(r#"extern crate std as s;"#);
    hostile(r#"#[path = "/tmp/x.rs"] mod x { }"#);
    hostile(r#"#![feature(asm_experimental_arch)]"#);
    hostile("mod x;");
}

#[test]
fn macros_and_attributes_do_not_hide_anything() {
    hostile(r#"macro_rules! m { () => { include_str!("/etc/passwd") } }"#);
    hostile(r#"macro_rules! m { ($i:ident) => { $i!("x") } } m!(include_str);"#);
    hostile(r#"#[cfg_attr(all(), path = "x.rs")] mod x;"#);
    hostile(r#"macro_rules! m { ($i:ident) => { $i!("/tmp/x.rs") } } m!(include);"#);
    hostile(r#"macro_rules! m { ($i:ident) => { $i!("PATH") } } const X: &str = m!(env);"#);
    hostile(r#"macro_rules! m { ($m:meta $i:ident) => { #[$m] mod $i; } } m!(path = "x.rs" y);"#);
    hostile(r#"macro_rules! m { ($t:tt $i:ident) => { mod $i $t } } m!(; x);"#);
    hostile(r#"macro_rules! m { ($a:tt . $b:tt $c:tt) => { $a $b $c } } m!(mod . x ;);"#);
    hostile(r#"macro_rules! m { ($p:ident $s:literal) => { #[$p = $s] mod x {} } }"#);
    hostile(r#"macro_rules! m { ($a:ident) => { $a!(0) } }"#);
    hostile(r#"fn f() { fn g() { { { r#include_str!("x") } } } }"#);
}

#[test]
fn what_a_macro_of_ones_own_may_take_apart_is_not_handed_to_it() {
    const CUT: &str = "macro_rules! m { ($($t:tt)*) => { $($t)* } }";
    for handed in [
        "m!(std::fmt fs);",
        "m!(kit);",
        "m!(mod x {});",
        "m!(#[inline] [path = \"x\"]);",
        "m!(/// a comment\n);",
        "m!(unsafe {});",
        "m!(use x;);",
        "elsewhere!(std::fmt);",
        "crate::a::elsewhere!(std::fmt);",
    ] {
        refused(&format!("{CUT} {handed}"));
    }
    refused(&format!("use std::io; {CUT} m!(io stdin);"));
    refused("macro_rules! write { () => {} }");
    refused("use crate::m as write;");
    harmless("macro_rules! m { ($e:expr) => { $e } } fn f() { m!(std::mem::take(&mut 1)); }");
    harmless("macro_rules! m { ($i:ident) => { fn $i() { std::mem::take(&mut 1); } } } m!(x);");
    harmless("fn f() { assert!(std::mem::size_of::<u8>() == 1); }");
}

#[test]
fn a_path_of_another_crate_is_one_of_the_list() {
    for path in [
        "std::fs::read",
        "std::net::TcpStream::connect",
        "std::process::abort",
        "std::env::args",
        "std::os::fd::AsFd",
        "std::io::stdin",
        "std::path::Path::new",
        "std::ffi::OsString",
        "std::panic::set_hook",
        "std::panic::Location::caller",
        "std::backtrace::Backtrace::capture",
        "std::alloc::System",
        "core::panic::Location::caller",
        "kit::seeds",
        "kit::explore::hung",
        "kit::explore",
        "kit::explore::panic_on_purpose",
        "kit::possible",
        "kit::spec::conforms",
    ] {
        hostile(&format!("fn f() {{ {path}(); }}"));
        let (module, name) = path.rsplit_once("::").expect("a path");
        hostile(&format!("use {module}::{{{name} as x}};"));
    }
    for path in [
        "std::any::type_name",
        "std::io::stdout",
        "::std::io::stderr",
        "std::mem::transmute",
        "std::mem::zeroed",
        "std::ptr::read",
        "std::intrinsics::abort",
        "std::something_that_comes_later::f",
        "std::time::UNIX_EPOCH.elapsed",
        "std::sync::Mutex::new",
        "kit::message::choose",
        "kit::net::Network::new",
        "kit::web::Site",
        "serde::__private::x",
        "serde_json::json_internal",
    ] {
        refused(&format!("fn f() {{ {path}(); }}"));
    }
}

#[test]
fn a_module_is_known_under_any_name() {
    refused("use std::io; fn f() { io::stdin(); }");
    refused("use std as s; fn f() { s::fs::read(); }");
    refused("use std::{self as s}; fn f() { s::fs::read(); }");
    refused("use std::{io as s}; fn f() { s::stdin(); }");
    refused("use io as s; use std::io; fn f() { s::stdin(); }");
    refused("mod a { use super::io::stdin; } use std::io;");
    refused("use std::io; mod a { fn f() { super::io::stdin(); } }");
    refused("use std::io; fn f() { crate::x::io::stdin(); }");
    refused("use r#std::io; fn f() { r#io::r#stdin(); }");
    refused("use std::io as caf\u{e9}; fn f() { cafe\u{301}::stdin(); }");
    refused("use std::*;");
    refused("use std::{*};");
    refused("use std::io::*;");
    refused("pub use std::io;");
    refused("pub(crate) use std::{fmt, io as i};");
    refused("use std::io; pub use self::io as i;");
    refused("macro_rules! m { ($x:ident) => { std::$x::read() } }");
    refused("macro_rules! m { ($x:ident) => { use std::{$x}; } }");
    refused("fn f() -> <std::net::TcpStream as X>::Y {}");
    harmless("use std::io::{self, Read}; fn f() -> io::Result<()> { Err(io::Error::other(\"\")) }");
    harmless("pub use std::collections::HashMap; use std::collections::*;");
    harmless("use kit::thread; use kit::sync::{Arc, Mutex}; fn f() { thread::spawn(|| {}); }");
    harmless("fn f(io: ::std::io::Error, kit: u8) -> impl Iterator + use<'_> { io.kind(); }");
    harmless("struct S { io: u8 } use std::io; fn f(s: S) { s.io; let io = 1; }");
}

#[test]
fn attributes_are_of_the_list() {
    for attribute in [
        "track_caller",
        "cfg(not(test))",
        "cfg(test)",
        "macro_export",
        "macro_use",
        "some_attribute_that_comes_later",
        "rustc_something",
        "serde(with = \"std::fs\")",
    ] {
        refused(&format!("#[{attribute}] fn f() {{}}"));
    }
    refused(
        "use std::io; #[derive(serde::Deserialize)] struct S { #[serde(with = \"io\")] a: u8 }",
    );
    refused("fn f() { if cfg!(debug_assertions) {} }");
    harmless("#[derive(Debug)] #[must_use = \"it is\"] #[allow(unused)] struct S;");
    harmless("#[serde(default, skip_serializing_if = \"Option::is_none\")] struct S;");
    harmless("#[cold] #[inline(never)] #[expect(clippy::all)] #[rustfmt::skip] fn f() {}");
}

#[test]
fn ones_own_tests_may_be_anything_where_they_are_not_compiled() {
    harmless(
        "#[cfg(test)] mod tests { use kit::explore; #[test] fn t() { std::fs::read(\"x\"); } }",
    );
    harmless("#[cfg(test)] #[allow(unused)] mod tests { use super::*; unsafe fn f() {} }");
    refused("#[cfg(test)] mod tests { } fn f() { kit::explore(|| {}); }");
    refused("#[cfg(not(test))] mod tests { use kit::explore; }");
    refused("macro_rules! m { () => { #[cfg(test)] mod tests { use kit::explore; } } }");
}

#[test]
fn comments_strings_and_ordinary_names_are_harmless() {
    harmless(r#"// include_str!("x") extern unsafe"#);
    harmless(r#"/// include_str!("x") extern unsafe"#);
    harmless(r#"const X: &str = "unsafe extern include_str!(x)";"#);
    harmless("fn f(env: u8, asm: u8, path: u8) -> u8 { env + asm + path }");
    harmless("mod inside { pub fn f() {} }");
    harmless("fn f(include: bool) -> bool { include }");
    harmless("struct S { path: u8 } fn f(s: S) -> u8 { s.path }");
    harmless("fn r#unsafe() {}");
    harmless("macro_rules! m { ($i:ident) => { mod $i { pub fn f() {} } } } m!(x);");
}

#[test]
fn unsafe_is_found_only_where_it_is_not_taught() {
    let text = "fn f(p: *const u8) -> u8 {\n    unsafe { *p }\n}";
    let line = "src/x.rs:2:5 uses `unsafe`, which this exercise does not need: leave it out";
    let lines: Vec<String> = found(text, false).iter().map(Finding::line).collect();
    assert_eq!(lines, [line]);
    assert_eq!(found(text, true), []);
}

#[test]
fn where_unsafe_is_taught_it_dereferences_and_no_more() {
    for text in [
        "fn f(x: usize) { unsafe { (x as *const fn())(); } }",
        "fn f(x: usize) { let p = x as *mut u8; unsafe { *p } }",
        "fn f(p: *mut u8) { unsafe { *p.add(1) } }",
        "fn f(p: *mut u8) { unsafe { p.read_volatile() } }",
        "fn f(p: *mut u8) -> *mut u64 { p.cast() }",
        "fn f(p: *mut u8) -> *mut u64 { p.cast::<u64>() }",
        "fn f() { unsafe { std::mem::transmute(1) } }",
        "fn f() { unsafe { Vec::from_raw_parts(p, 1, 1) } }",
        "fn f() { unsafe { Arc::from_raw(p) } }",
        "fn f() { unsafe { x.get_unchecked(7) } }",
        "union U { a: u8, b: fn() }",
        "static mut X: u8 = 1;",
        "unsafe fn f() {}",
        "unsafe trait T {}",
        "unsafe impl Iterator for X {}",
        "fn f() { NonNull::<u8>::dangling(); }",
    ] {
        assert_ne!(found(text, true), [], "in: {text}");
    }
    for text in [
        "unsafe impl<T: Send> Sync for Lock<T> {}",
        "unsafe impl<T> Send for Guard<'_, T> where T: Send {}",
        "fn f(p: *mut u8) -> &'static mut u8 { unsafe { &mut *p } }",
        "fn f(p: *mut N) { unsafe { (*p).next.store(null_mut(), Ordering::Release) } }",
        "fn f(n: *mut N) { drop(unsafe { Box::from_raw(n) }); let p = Box::into_raw(b); }",
        "fn f(a: usize) -> u32 { a.wrapping_add(1) as u32 }",
        "fn f() { let union = 1; self.read(); write(1); }",
    ] {
        assert_eq!(found(text, true), [], "in: {text}");
    }
}

#[test]
fn what_is_not_rust_down_to_its_tokens_is_told_with_its_line() {
    for text in ["fn g() {}\nfn f() { \"", "fn g() {}\nfn f() { (] }"] {
        let unread = scan("src/x.rs", text, false).expect_err("no tokens");
        assert_eq!(unread.place.line, 2, "{}", unread.line());
    }
}

#[test]
fn brackets_may_nest_as_deep_as_a_file_is_long() {
    let deep = format!(
        "fn f() {{ {}{} }}",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    assert_eq!(scan("src/x.rs", &deep, false), Ok(Vec::new()));
}

/// The answers of the repository, and whether each may use `unsafe`.
fn right_answers() -> Vec<(PathBuf, bool)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for lab in ["threads", "locks", "channels", "crawler", "rpc"] {
        let toml = root.join(format!("labs/{lab}/lab.toml"));
        let toml = std::fs::read_to_string(toml).expect("a lab");
        let edit = toml.lines().filter(|line| line.starts_with("edit = "));
        let toml: String = edit.collect();
        let solution = root.join(format!("solutions/{lab}"));
        let edit = files_below(&solution).expect("a folder").into_iter();
        let edit = edit.filter(|file| toml.contains(&format!("\"{}\"", file.display())));
        found.extend(edit.map(|file| solution.join(file)));
        let accepted = root.join(format!("grader/labs/{lab}/accepted"));
        let designs = files_below(&accepted).expect("a folder").into_iter();
        found.extend(designs.map(|file| accepted.join(file)));
    }
    let taught = |path: &Path| path.to_string_lossy().contains("spin_lock");
    found
        .into_iter()
        .map(|path| (path.clone(), taught(&path)))
        .collect()
}

#[test]
fn no_right_answer_is_refused() {
    let answers = right_answers();
    assert!(answers.len() > 50, "only {}", answers.len());
    for (path, unsafe_taught) in answers {
        let text = std::fs::read_to_string(&path).expect("a text");
        assert_eq!(
            scan(&path.to_string_lossy(), &text, unsafe_taught),
            Ok(Vec::new())
        );
    }
}
