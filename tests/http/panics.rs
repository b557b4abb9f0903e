//! User code that panics.

use crate::client::Connection;
use crate::server::given_a_server;

#[test]
fn a_panic_in_a_validator_is_a_500_and_no_more() {
    let server = given_a_server();
    let mut connection = Connection::open(server.address);
    let mut post = |body: &str| {
        connection.send(
            format!("POST /kv/set/Fragile?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .as_bytes(),
        );
        connection.read().unwrap()
    };
    post(r#"{"by":4}"#).ok();
    for _ in 0..20 {
        let reply = post(r#"{"by":0}"#);
        reply.is(500, "internal");
        assert!(
            !reply.text().contains("divide") && !reply.text().contains("zero"),
            "it tells of the inside: {}",
            reply.text()
        );
        post(r#"{"by":5}"#).ok();
    }
    post(r#"{"by":101}"#).is(400, "invalid-value");
    assert_eq!(server.get("/kv/get/Fragile?key=a").ok()["value"]["by"], 5);
}

#[test]
fn a_panic_in_a_batch_is_that_operations_own() {
    let server = given_a_server();
    let op = |by: u32, key: &str| {
        format!(r#"{{"op":"set","type":"Fragile","key":"{key}","value":{{"by":{by}}}}}"#)
    };
    let reply =
        server.post("/kv/batch", format!(r#"{{"ops":[{},{},{}]}}"#, op(1, "a"), op(0, "b"), op(2, "c")));
    let results = reply.ok();
    let statuses: Vec<_> =
        results["results"].as_array().unwrap().iter().map(|it| it["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 500, 200]);
}
