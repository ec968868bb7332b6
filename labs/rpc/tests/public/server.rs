use std::net::{TcpListener, TcpStream};

use kit::sync::Arc;
use kit::time::Duration;
use rpc::client::Client;
use rpc::server::Server;
use rpc::tcp::TcpLink;

#[test]
fn over_tcp() {
    let mut server = Server::new();
    server.register("Echo.Echo", |request| Ok(request.param().clone()));
    server.register("Echo.Panic", |_| panic!("on purpose"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|s| {
        s.spawn(|| {
            let (stream, _): (TcpStream, _) = listener.accept().unwrap();
            server.serve(&TcpLink::new(stream).unwrap());
        });
        let client = Client::new(
            Arc::new(TcpLink::connect(address).unwrap()),
            Duration::from_secs(5),
        );
        assert!(client.call("Echo.Panic", &1.into(), None).is_err());
        for _ in 0..2 {
            let t = std::time::Instant::now();
            std::thread::scope(|s| {
                for n in 0..64u64 {
                    let client = &client;
                    s.spawn(move || {
                        for i in 0..3000u64 {
                            let v = n * 10_000 + i;
                            assert_eq!(client.call("Echo.Echo", &v.into(), None), Ok(v.into()));
                        }
                    });
                }
            });
            eprintln!("{:.0} calls/s", 64.0 * 3000.0 / t.elapsed().as_secs_f64());
        }
    });
}
