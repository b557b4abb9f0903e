//! The first example of the documentation as a separate program, followed by other common calls.

use kv_core::{Access, Catalog, Error, KvStore, KvType, SetOptions};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Position of a user's cursor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "30s")] // tag defaults to "CursorPosition", prefix to "CursorPosition:"
pub struct CursorPosition {
    pub x: i32,
    pub y: i32,
    #[kv(len(min = 1, max = 64))]
    pub item_id: String,
    #[kv(len(min = 1, max = 64))]
    pub user_id: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cursor = CursorPosition { x: 3, y: 4, item_id: "a".into(), user_id: "7".into() };

    let kv = KvStore::new(); // Clone: a handle
    let store = kv.tenant("acme.example")?; // TenantStore, Clone

    store.set::<CursorPosition>("user:7", cursor.clone())?; // validated; expires after 30 s
    let found = store.get::<CursorPosition>("user:7"); // Option<Arc<CursorPosition>>
    assert_eq!(found, Some(Arc::new(cursor.clone())));

    let cursors = store.typed::<CursorPosition>(); // TypedStore<CursorPosition>
    for (key, cursor) in cursors.scan("user:") {
        assert_eq!((&*key, cursor.x), ("user:7", 3));
    }
    cursors.modify("user:7", |c| CursorPosition { x: c.x + 1, ..c.clone() })?;
    assert_eq!(cursors.get("user:7").map(|c| c.x), Some(4));

    // Keys of every accepted type.
    let owned = String::from("user:8");
    cursors.set(&owned, cursor.clone())?;
    cursors.set(owned.clone(), Arc::new(cursor.clone()))?;
    cursors.set(owned.as_str(), cursor.clone())?;
    assert!(cursors.contains(&owned) && store.contains::<CursorPosition>(owned.clone()));
    assert!(cursors.delete(&owned).is_some() && cursors.get(owned).is_none());

    // Updates and conditional writes.
    let updated = cursors.update(String::from("user:9"), |current| {
        assert_eq!(current, None);
        Some(cursor.clone())
    })?;
    assert_eq!(updated.as_deref(), Some(&cursor));
    assert_eq!(store.update::<CursorPosition>("user:9", |_| None)?, None);
    assert_eq!(store.modify::<CursorPosition>("user:9", CursorPosition::clone)?, None);

    let version = cursors.set_with("lock", cursor.clone(), SetOptions::new().if_absent().no_ttl())?;
    let refused = cursors.set_with(&String::from("lock"), cursor.clone(), SetOptions::new().if_absent());
    assert_eq!(refused, Err(Error::Conflict { current: Some(version) }));
    cursors.set_with("lock", cursor.clone(), SetOptions::new().if_version(version).keep_ttl())?;
    let refused = store.set_with::<CursorPosition>("none", cursor, SetOptions::new().if_present());
    assert!(matches!(refused, Err(Error::Conflict { current: None })));

    let catalog = Catalog::builder().expose::<CursorPosition>(Access::ReadWrite).build()?;
    assert_eq!(catalog.exposed().len(), 1);

    println!("the program outside the workspace ran");
    Ok(())
}
