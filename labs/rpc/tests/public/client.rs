//! Public tests of `client`: `cargo test -p rpc client`.

use std::net::TcpListener;

use kit::explore::Explorer;
use kit::net::{Connection, Faults, Network};
use kit::sync::Arc;
use kit::thread;
use kit::time::Duration;
use rpc::client::Client;
use rpc::message::{CallError, Reply, Request, Response};
use rpc::server::Server;
use rpc::tcp::TcpLink;
use rpc::wire::{decode, encode};

rules::test!("src/client.rs");

/// A call is three threads, and a network takes many steps: with at most two preemptions.
fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    Explorer::new().preemptions(2).explore(scenario);
}

/// A client, and the server's end of its connection.
fn connect(network: &Network, timeout: Option<Duration>) -> (Client, Connection) {
    let listener = network.node("server").listen().unwrap();
    let near = network.node("client").connect("server").unwrap();
    let far = listener.accept().unwrap();
    (Client::new(Arc::new(near), timeout), far)
}

/// The next request that the server gets.
fn request(server: &Connection) -> Request {
    let frame = server.receive().unwrap().expect("a client calls");
    decode(&frame).expect("a request")
}

fn answer(server: &Connection, request: &Request, reply: Reply) {
    let response = Response::new(request.id, reply);
    server.send(&encode(&response)).expect("a client listens");
}

#[test]
fn a_call_returns_what_the_server_answers() {
    explore(|| {
        let network = Network::new(Faults::none());
        let (client, server) = connect(&network, None);
        thread::scope(|s| {
            s.spawn(|| answer(&server, &request(&server), Ok(2.into())));
            assert_eq!(
                client.call("Math.Double", &1.into(), None),
                Ok(2.into()),
                "the server answers 2: the call must return it"
            );
        });
    });
}

#[test]
fn the_servers_error_is_a_refusal() {
    explore(|| {
        let network = Network::new(Faults::none());
        let (client, server) = connect(&network, None);
        thread::scope(|s| {
            s.spawn(|| answer(&server, &request(&server), Err("not today".to_owned())));
            let refused = client.call("Math.Double", &1.into(), None);
            assert_eq!(
                refused,
                Err(CallError::Refused("not today".to_owned())),
                "the server answers with an error: the call must return it as a refusal"
            );
        });
    });
}

#[test]
fn replies_find_their_calls_in_any_order() {
    explore(|| {
        let network = Network::new(Faults::none());
        let (client, server) = connect(&network, None);
        thread::scope(|s| {
            s.spawn(|| {
                let [first, second] = [request(&server), request(&server)];
                answer(&server, &second, Ok(second.param().clone()));
                answer(&server, &first, Ok(first.param().clone()));
            });
            let other = s.spawn(|| client.call("Echo", &1.into(), None));
            assert_eq!(
                client.call("Echo", &2.into(), None),
                Ok(2.into()),
                "the server answers each request with its argument: the call must get its own"
            );
            assert_eq!(
                other.join().unwrap(),
                Ok(1.into()),
                "the server answers each request with its argument: the call must get its own"
            );
        });
    });
}

#[test]
fn a_call_that_waits_is_lost_with_its_connection() {
    explore(|| {
        let network = Network::new(Faults::none());
        let (client, server) = connect(&network, None);
        thread::scope(|s| {
            s.spawn(|| {
                request(&server);
                server.close();
            });
            let lost = client.call("Echo", &1.into(), None);
            assert_eq!(lost, Err(CallError::Lost), "nobody will answer");
        });
        let later = client.call("Echo", &2.into(), None);
        assert_eq!(later, Err(CallError::Lost), "the connection has ended");
    });
}

#[test]
fn a_call_without_a_reply_times_out() {
    explore(|| {
        let network = Network::new(Faults::none());
        let (client, _server) = connect(&network, Some(Duration::from_secs(1)));
        let silence = client.call("Echo", &1.into(), None);
        assert_eq!(silence, Err(CallError::TimedOut), "nobody answers");
    });
}

#[test]
fn threads_call_over_one_tcp_connection() {
    let mut server = Server::new();
    server.register("Echo", |request| Ok(request.param().clone()));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|s| {
        s.spawn(|| {
            let (stream, _) = listener.accept().unwrap();
            server.serve(&TcpLink::new(stream).unwrap());
        });
        let link = Arc::new(TcpLink::connect(address).unwrap());
        let client = Client::new(link, None);
        std::thread::scope(|s| {
            for number in 0..20u64 {
                let client = &client;
                s.spawn(move || {
                    let reply = client.call("Echo", &number.into(), None);
                    assert_eq!(
                        reply,
                        Ok(number.into()),
                        "the server answers with the argument: each call must get its own"
                    );
                });
            }
        });
    });
}
