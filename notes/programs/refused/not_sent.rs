// `Rc` counts its owners without a lock. Two threads may both be the last.
use std::rc::Rc;
use std::thread;

fn in_the_background(work: impl FnOnce() + Send + 'static) {
    thread::spawn(work);
}

fn main() {
    let page = Rc::new(String::from("/a"));
    let other = Rc::clone(&page);
    in_the_background(move || println!("fetching {other}"));
    println!("waiting for {page}");
}
