// A reference to what the mutex guards, kept for longer than the guard.
use std::sync::Mutex;

fn main() {
    let fetched = Mutex::new(vec!["/a"]);
    let mut guard = fetched.lock().unwrap();
    let urls = &mut *guard;
    drop(guard);
    urls.push("/b");
}
