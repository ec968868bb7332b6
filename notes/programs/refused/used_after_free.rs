// What C++ lets pass: an object is freed while it is still in use.
fn main() {
    let pages = vec![String::from("/a"), String::from("/b")];
    let first = &pages[0];
    drop(pages);
    println!("{first}");
}
