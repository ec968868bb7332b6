//! What the bare tokens of an answer give away. Nothing here is compiled.

use grader::vet::tokens::{Unreadable, scan};

#[track_caller]
fn hostile(text: &str) {
    let findings = scan("src/x.rs", text, true).expect("these are tokens");
    assert!(
        findings.iter().any(|finding| finding.hostile),
        "nothing found in: {text}"
    );
}

#[track_caller]
fn harmless(text: &str) {
    let findings = scan("src/x.rs", text, false).expect("these are tokens");
    assert_eq!(findings, [], "in: {text}");
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
    hostile(r#"fn f() { fn g() { { { r#include_str!("x") } } } }"#);
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
    let findings = scan("src/x.rs", text, false).expect("these are tokens");
    let line = "src/x.rs:2:5 uses `unsafe`, which this exercise does not need: leave it out";
    assert_eq!(
        findings
            .iter()
            .map(|finding| finding.line())
            .collect::<Vec<_>>(),
        [line]
    );
    assert_eq!(scan("src/x.rs", text, true), Ok(Vec::new()));
}

#[test]
fn what_is_not_rust_down_to_its_tokens_is_left_to_the_compiler() {
    assert_eq!(scan("src/x.rs", "fn f() { \"", false), Err(Unreadable));
    assert_eq!(scan("src/x.rs", "fn f() { (] }", false), Err(Unreadable));
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
