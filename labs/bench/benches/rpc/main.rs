//! Given: calls over one loopback connection, next to what a professional would use, and the steps from slow to fast.
//!
//! Everybody makes the same call: `KV.Get` of one key, out of a map under a lock. Client and server are in one process. Who
//! blocks calls from threads, as a user would; Go from goroutines, `tarpc` from tasks.

mod go;
mod peers;
mod steps;

use std::net::{TcpListener, TcpStream};

use bench::calls::Race;

/// One after the other, and so many at once.
const IN_FLIGHT: [usize; 3] = [1, 16, 64];

/// The two ends of a loopback connection: the client's and the server's.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    let client = TcpStream::connect(address).expect("it listens");
    let (server, _) = listener.accept().expect("somebody connects");
    (client, server)
}

/// The same for the reference and for the student: only the crate differs.
macro_rules! of_the_course {
    ($module:ident, $crate_:ident, $name:literal) => {
        mod $module {
            use std::sync::Arc;

            use bench::calls::{Race, by_threads};
            use parking_lot::Mutex;
            use serde_json::json;
            use $crate_::{client::Client, link::Link, server::Server, tcp::TcpLink};

            pub(crate) fn add(race: &mut Race<'_>) {
                if !race.wants($name) {
                    return;
                }
                let (client, server) = super::connection();
                let link = |stream| TcpLink::new(stream).expect("it is connected");
                let (client, server) = (link(client), link(server));
                std::thread::spawn(move || serving().serve(&server));
                race.add($name, calling(Arc::new(client)));
            }

            /// A server that knows `KV.Get`.
            pub(crate) fn serving() -> Server {
                let values = Mutex::new(super::steps::values());
                let mut server = Server::new();
                server.register("KV.Get", move |request| {
                    super::steps::get(&values, request.param())
                });
                server
            }

            /// Threads that share one client.
            pub(crate) fn calling(
                link: Arc<dyn Link>,
            ) -> impl FnMut(usize, std::time::Duration) -> bench::calls::Turn {
                let client = Client::new(link, None);
                move |in_flight, time| {
                    by_threads(in_flight, time, || {
                        let reply = client.call("KV.Get", &json!({ "key": "a" }), None);
                        assert_eq!(reply.expect("there is a reply")["value"], "1");
                    })
                }
            }
        }
    };
}

of_the_course!(reference, rpc_solution, "reference");
#[cfg(feature = "student")]
of_the_course!(student, rpc, "yours");

fn main() {
    let mut race = Race::from_args();
    go::add(&mut race);
    peers::add(&mut race);
    steps::add(&mut race);
    reference::add(&mut race);
    #[cfg(feature = "student")]
    student::add(&mut race);
    race.run(&IN_FLIGHT, "reference");
}
