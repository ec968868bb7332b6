//! Given: calls over one loopback connection, next to what a professional would use, and the steps
//! from slow to fast.
//!
//! Everybody makes the same call: `KV.Get` of one key, out of a map under a lock. There are two
//! tables. In the first, the same thread asks every server, in the bytes that it understands: what
//! differs is the server. In the second, each is called with its own client, as a user would: from
//! threads that wait, Go from goroutines, `tarpc` from tasks.

mod go;
mod load;
mod peers;
mod steps;

use std::net::{TcpListener, TcpStream};

use bench::calls::Race;

/// One after the other, and that many at once.
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
            use std::net::TcpStream;
            use std::sync::Arc;
            use std::time::Duration;

            use bench::calls::{Race, Turn, by_threads};
            use parking_lot::Mutex;
            use serde_json::json;
            use $crate_::{client::Client, link::Link, server::Server, tcp::TcpLink};

            use crate::load::{Format, Load};

            pub(crate) fn add_server(race: &mut Race<'_>) {
                if race.wants($name) {
                    let mut load = Load::new(served(), Format::json_rpc(crate::steps::ANSWER));
                    race.add($name, move |in_flight, time| load.play(in_flight, time));
                }
            }

            pub(crate) fn add_with_client(race: &mut Race<'_>) {
                if race.wants($name) {
                    let link = TcpLink::new(served()).expect("it is connected");
                    race.add($name, calling(link));
                }
            }

            /// The client's end of a connection that is served.
            fn served() -> TcpStream {
                let (client, server) = crate::connection();
                let server = TcpLink::new(server).expect("it is connected");
                std::thread::spawn(move || serving().serve(&server));
                client
            }

            /// A server that knows `KV.Get`.
            pub(crate) fn serving() -> Server {
                let values = Mutex::new(crate::steps::values());
                let mut server = Server::new();
                server.register("KV.Get", move |request| {
                    crate::steps::get(&values, request.param())
                });
                server
            }

            /// Threads that share one client.
            pub(crate) fn calling(
                link: impl Link + 'static,
            ) -> impl FnMut(usize, Duration) -> Turn {
                let client = Client::new(Arc::new(link), None);
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
    let mut servers = Race::from_args("The server: one thread keeps that many requests under way");
    let mut stacks =
        Race::from_args("Server and client: that many callers, each waits for its reply");
    go::add(&mut servers, &mut stacks);
    peers::add(&mut servers, &mut stacks);
    steps::add_servers(&mut servers);
    steps::add_with_client(&mut stacks);
    reference::add_server(&mut servers);
    reference::add_with_client(&mut stacks);
    #[cfg(feature = "student")]
    {
        student::add_server(&mut servers);
        student::add_with_client(&mut stacks);
    }
    servers.run(&IN_FLIGHT, "reference");
    stacks.run(&IN_FLIGHT, "reference");
}
