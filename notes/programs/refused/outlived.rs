// When the function returns, its variables are gone. The thread may go on.
use std::thread;

fn main() {
    let page = String::from("/a");
    let fetching = thread::spawn(|| println!("fetching {page}"));
    fetching.join().unwrap();
}
