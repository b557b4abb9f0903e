//! `POST /kv/cleanup`.

use crate::Server;
use crate::server::clock;
use kv_core::engine::MOST_PURGED;
use kv_core::{Expiry, KvStore};
use models::storage::ui_storage::CursorPosition;
use std::time::Duration;

#[test]
fn cleanup_removes_a_bounded_number_of_expired_entries() {
    const ENTRIES: usize = 10_000;
    let clock = clock();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    let cursors = kv.tenant("acme.example").unwrap().typed::<CursorPosition>();
    for at in 0..ENTRIES {
        let cursor = CursorPosition { x: 1, y: 2, item_id: "a".to_owned(), user_id: "7".to_owned() };
        cursors.set(format!("user:{at}"), cursor).unwrap();
    }
    let server = Server::of(kv.clone());
    clock.advance(Duration::from_secs(30));
    let cleanup =
        || usize::try_from(server.post("/kv/cleanup", "").json()["cleaned"].as_u64().unwrap()).unwrap();
    assert_eq!([cleanup(), cleanup(), cleanup()], [MOST_PURGED, MOST_PURGED, ENTRIES - 2 * MOST_PURGED]);
    assert_eq!(cleanup(), 0);
    assert!(server.get("/kv/list/CursorPosition").json()["keys"].as_array().unwrap().is_empty());
    assert_eq!(server.get("/kv/stats").json()["total_keys"], 0);
}
