use super::*;

const BANK: &str = "\
//! A bank.
use kit::sync::Mutex;

/// Accounts.
pub struct Bank {
    accounts: Mutex<Vec<u32>>,
    audit: fn(u32) -> u32,
}

impl Bank {
    /// Moves money.
    pub fn transfer<F: Fn() -> u32>(&self, from: usize, to: usize, audit: F) -> Option<u32>
    where
        F: Send,
    {
        // LAB: todo!(\"move it\")
        fn nested(balance: u32) -> u32 {
            balance
        }
        let mut accounts = self.accounts.lock();
        accounts[from] = accounts[from].checked_sub(1)?;
        accounts[to] += 1;
        Some(nested(audit()))
        // LAB: end
    }

    pub const fn fee() -> u32 {
        1
    }

    pub fn all(&self) -> impl Iterator<Item = u32> {
        self.accounts.lock().clone().into_iter()
    }
}

trait Account {
    fn open(&self);
    fn close(&self) -> bool {
        true
    }
}

macro_rules! account {
    () => {
        fn made() -> u32 {
            2
        }
    };
}
";

/// The solution with one piece of it replaced.
fn mutant(find: &str, replace: &str) -> String {
    assert_eq!(BANK.matches(find).count(), 1, "`{find}`");
    BANK.replacen(find, replace, 1)
}

fn source() -> Source<'static> {
    Source::read(BANK).expect("Rust")
}

fn changed(mutant: &str) -> Option<usize> {
    source().change(mutant).map(|bodies| bodies.len())
}

/// What a woven text is under a number: each choice replaced by the arm that it makes.
fn under(number: u32, woven: &str) -> String {
    const HEAD: &str = "{ match crate::__schema::number() {\n";
    let mut text = String::new();
    let mut rest = woven;
    while let Some((before, choice)) = rest.split_once(HEAD) {
        let (arms, after) = choice.split_once("\n} }").expect("a choice ends");
        let own = format!("{number} => ");
        let at = [&own, "_ => "].iter().find_map(|head| {
            let starts = arms.starts_with(*head).then_some(0);
            let at = starts.or_else(|| arms.find(&format!("\n{head}")).map(|at| at + 1))?;
            Some(at + head.len())
        });
        let arm = &arms[at.expect("an arm")..];
        let end = bodies_end(arm);
        text.push_str(before);
        text.push_str(&arm[..end]);
        rest = after;
    }
    text + rest
}

/// Where the block that a text begins with ends.
fn bodies_end(text: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    panic!("no block in `{text}`")
}

#[test]
fn under_no_number_a_woven_file_is_the_solution_and_under_its_own_each_mutant() {
    let mutants = [
        mutant("accounts[to] += 1;", "accounts[to] += 2;"),
        mutant("true", "{ false }"),
        mutant("accounts[to] += 1;", "").replacen("true", "!true", 1),
    ];
    let source = source();
    let changes: Vec<Change> = mutants
        .iter()
        .map(|m| source.change(m).expect("fits"))
        .collect();
    let numbered: Vec<(u32, &Change)> = (1..).zip(&changes).collect();
    let woven = source.weave(&numbered);
    assert_ne!(woven.text, BANK);
    assert_eq!(under(0, &woven.text), BANK);
    for (number, mutant) in (1..).zip(&mutants) {
        assert_eq!(&under(number, &woven.text), mutant, "number {number}");
    }
}

#[test]
fn a_line_of_a_woven_file_is_known_to_be_a_mutants() {
    let mutants = [
        mutant("accounts[to] += 1;", "accounts[to] += 2;"),
        mutant("accounts[to] += 1;", "accounts[to] += 3;"),
    ];
    let source = source();
    let changes: Vec<Change> = mutants
        .iter()
        .map(|m| source.change(m).expect("fits"))
        .collect();
    let woven = source.weave(&[(7, &changes[0]), (9, &changes[1])]);
    let line = |text: &str| {
        let before = woven.text.find(text).expect("it is there");
        1 + woven.text[..before].matches('\n').count()
    };
    assert_eq!(woven.owner(line("accounts[to] += 2;")), Some(7));
    assert_eq!(woven.owner(line("accounts[to] += 3;")), Some(9));
    assert_eq!(woven.owner(line("accounts[to] += 1;")), None);
    assert_eq!(woven.owner(1), None);
}

#[test]
fn a_schema_holds_the_mutants_that_fit_each_in_its_own_file() {
    let other = "pub fn one() -> u32 {\n    1\n}\n";
    let (two, wide) = (other.replace('1', "2"), other.replace("u32", "u64"));
    let bank = mutant("accounts[to] += 1;", "");
    let files = [
        ("src/bank.rs", BANK),
        ("src/one.rs", other),
        ("src/odd.rs", "}"),
    ];
    let mut schema = Schema::of(files.into_iter());
    assert!(schema.add(1, "src/one.rs", &two) && schema.add(3, "src/bank.rs", &bank));
    assert!(
        !schema.add(2, "src/one.rs", &wide),
        "it changes a signature"
    );
    assert!(!schema.add(4, "src/odd.rs", "}"), "it cannot be read");
    assert_eq!(schema.numbers().collect::<Vec<_>>(), [1, 3]);
    let woven = schema.weave();
    assert_eq!(under(1, &woven["src/one.rs"].text), two);
    assert_eq!(under(1, &woven["src/bank.rs"].text), BANK);
    assert_eq!(under(3, &woven["src/bank.rs"].text), bank);
    schema.remove(3);
    assert_eq!(schema.weave()["src/bank.rs"].text, BANK);
}

#[test]
fn a_mutant_of_two_functions_changes_two_bodies() {
    let two = mutant("accounts[to] += 1;", "").replacen("true", "false", 1);
    assert_eq!(changed(&two), Some(2));
}

#[test]
fn a_change_of_a_nested_function_is_one_of_the_function_around_it() {
    let text = mutant("            balance\n", "            balance + 1\n");
    let source = source();
    let bodies = source.change(&text).expect("fits");
    assert!(matches!(&bodies[..], [(0, body)] if body.contains("accounts[to] += 1;")));
}

#[test]
fn comments_and_white_space_change_nothing() {
    let text = mutant("// LAB: end", "// LAB: finish").replacen("use kit", "\n\nuse  kit", 1);
    assert_eq!(changed(&text), Some(0));
}

#[test]
fn what_is_not_in_a_body_that_can_be_chosen_is_never_woven() {
    for (what, find, replace) in [
        (
            "a field",
            "accounts: Mutex<Vec<u32>>",
            "accounts: Mutex<Vec<u64>>",
        ),
        ("an import", "use kit::sync::Mutex", "use kit::sync::RwLock"),
        ("a signature", "to: usize", "to: u8"),
        ("a bound", "F: Send", "F: Sync"),
        ("a const fn", "        1\n", "        2\n"),
        (
            "a hidden type",
            ".clone().into_iter()",
            ".clone().into_iter().rev()",
        ),
        ("a macro", "            2\n", "            3\n"),
        ("one more function", "fn open(&self);", "fn open(&self) {}"),
        ("no Rust", "impl Bank {", "impl Bank {{"),
    ] {
        assert_eq!(changed(&mutant(find, replace)), None, "{what}");
    }
}

#[test]
fn a_const_block_before_a_function_does_not_make_it_constant() {
    let text = "const ONE: u32 = 1;\npub(crate) unsafe fn one() -> u32 { ONE }\n";
    let source = Source::read(text).expect("Rust");
    assert!(source.change(&text.replace("{ ONE }", "{ 2 }")).is_some());
}

#[test]
fn the_number_is_asked_of_a_module_that_the_root_of_a_schema_has() {
    let root = root("pub mod bank;");
    assert!(root.starts_with("pub mod bank;\n"));
    assert!(root.contains(&format!("\"{NUMBER}\"")) && root.contains("pub mod __schema"));
}
