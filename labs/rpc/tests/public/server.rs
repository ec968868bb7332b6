use std::net::TcpListener;
use std::panic::panic_any;

use kit::sync::Arc;
use rpc::client::Client;
use rpc::message::CallError;
use rpc::server::Server;
use rpc::tcp::TcpLink;

#[test]
fn threads_call_over_one_connection_and_a_panic_is_an_error() {
    let mut server = Server::new();
    server.register("Echo.Echo", |request| Ok(request.param().clone()));
    server.register("Echo.Panic", |_| panic_any("on purpose"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|s| {
        s.spawn(|| {
            let (stream, _) = listener.accept().unwrap();
            server.serve(&TcpLink::new(stream).unwrap());
        });
        let link = Arc::new(TcpLink::connect(address).unwrap());
        let client = Client::new(link, None);
        let panicked = client.call("Echo.Panic", &1.into(), None);
        assert!(matches!(panicked, Err(CallError::Refused(_))));
        std::thread::scope(|s| {
            for number in 0..20u64 {
                let client = &client;
                s.spawn(move || {
                    let reply = client.call("Echo.Echo", &number.into(), None);
                    assert_eq!(reply, Ok(number.into()));
                });
            }
        });
    });
}
