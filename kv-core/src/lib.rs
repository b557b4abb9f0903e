//! A typed, tenant-scoped, in-memory key-value store.
//!
//! ```
//! use kv_core::{KvStore, KvType};
//!
//! /// Where one user's pointer is.
//! #[derive(Clone, Debug, PartialEq, KvType)]
//! #[kv(ttl = "30s")]
//! struct CursorPosition {
//!     x: i32,
//!     y: i32,
//!     #[kv(len(min = 1, max = 64))]
//!     item_id: String,
//! }
//!
//! let kv = KvStore::new();
//! let store = kv.tenant("acme.example")?;
//! let cursor = CursorPosition { x: 3, y: 4, item_id: "a".to_owned() };
//!
//! store.set::<CursorPosition>("user:7", cursor.clone())?;                   // validated, 30 s to live
//! assert_eq!(store.get::<CursorPosition>("user:7").as_deref(), Some(&cursor));
//!
//! let cursors = store.typed::<CursorPosition>();
//! cursors.modify("user:7", |c| CursorPosition { x: c.x + 1, ..c.clone() })?;  // atomic
//! for (key, cursor) in cursors.scan("user:") {                             // in key order
//!     println!("{key} is at {}, {}", cursor.x, cursor.y);
//! }
//! # Ok::<(), kv_core::Error>(())
//! ```
//!
//! Values stay what they are: a `get` hands out the `Arc<T>` that was stored, and nothing is serialised.
//! Entries live in this process alone and end with it.
//!
//! In reading order:
//!
//! - [`KvStore`] holds everything; [`TenantStore`] is one isolated part of it; [`TypedStore`] is one type there.
//! - [`SetOptions`] and [`ScanOptions`] say how to write and what to read; [`Entry`] is a value with its
//!   [`Version`] and times; [`Scan`], [`Entries`] and [`Keys`] go through many.
//! - [`Watch`] tells of every [`Change`] under a prefix, after a snapshot of what is there.
//! - [`Error`] is what a write can meet; [`Limits`] bound what the store takes in, and [`StoreStats`] tell what it
//!   holds. [`ScanFull`] goes through all types.
//! - [`Clock`] and [`Expiry`] decide what time it is and who removes what is due; [`ManualClock`] is for tests.
//! - [`Catalog`] lists the types that the outside may reach; a [`Codec`] of each reads and writes their JSON; [`Engine`] is
//!   the store for who learns of them at run time.
//! - [`schema`] is the metadata that [`macro@KvType`] derives.
//!
//! # Features
//!
//! - `derive` (on by default): [`macro@KvType`] and [`macro@KvField`] for `#[derive(…)]`.
//! - `json` (on by default): `Catalog`, `Engine`, and JSON of entries.
//! - `stream`: [`Watch`] is a `Stream`.
//! - `metrics`: `KvStore::publish_metrics` hands what [`KvStore::stats`] tells to the recorder of the crate `metrics`.
//! - `tracing`: rare things that a store does are [events](#events) of the crate `tracing`.
//! - `chrono`, `time`, `uuid`, `url`, `rust_decimal`, `smol_str`, `indexmap`, `serde_json`: types of the crate of that name
//!   as fields; [`KvField`] lists them.
//!
//! # Events
//!
//! With the feature `tracing`, these are told to its subscriber, all with the target `kv_core`:
//!
//! | what has happened | level | fields |
//! |---|---|---|
//! | the expiry thread has started, or ended | trace | |
//! | the expiry thread could not be started; once for each operation that needed it | error | |
//! | the expiry thread removed entries of a type that were due | debug | `tag`, `entries` |
//! | entries of a type with `max_entries` made way for others, those included that were due | trace | `tag`, `entries` |
//! | a write went over one of the [`Limits`] | debug | `tenant`, `tag`, `limit`, `allowed` |
//! | a [`Watch`] was [refused](Watch::refused) | warn | `tenant`, `tag`, `limit`, `allowed` |
//! | a [`Watch`] lost its place, and starts over with a snapshot | debug | `tenant`, `tag` |
//! | [`KvStore::drop_tenant`] removed entries | info | `tenant`, `entries` |
//! | tenants without entries and handles were forgotten | debug | `tenants` |
//! | a `value` that was dropped, a `waker` or the `clock` panicked where nobody is there to be handed the panic | warn | `what` |
//!
//! No event has a key, a prefix of keys or a value in it. A subscriber is called under no lock, when what it is told of is
//! done: it may use the store, if it can bear to be told of what that does. A panic in it goes no further.

#[cfg(feature = "json")]
mod catalog;
mod clock;
mod codec;
#[cfg(feature = "json")]
pub mod engine;
mod entry;
mod error;
mod events;
mod flight;
mod key_text;
mod limits;
mod memory;
#[cfg(feature = "metrics")]
mod metrics;
mod options;
#[cfg(feature = "json")]
mod probe;
mod scan;
mod scan_full;
mod stats;
mod store;
mod sync;
mod tenant;
mod tenant_id;
mod typed;
mod update;
mod version;
mod watch;

#[cfg(feature = "json")]
pub use catalog::{Catalog, CatalogBuilder, CatalogError, CatalogProblem};
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "json")]
pub use codec::{Codec, Decoded, JsonError};
#[cfg(feature = "json")]
pub use engine::Engine;
pub use entry::Entry;
pub use error::{Error, InitError, UpdateError};
pub use limits::{Limit, Limits};
pub use memory::Condition;
pub use options::{ScanOptions, SetOptions, TtlChoice};
#[cfg(feature = "json")]
pub use probe::SerdeFault;
pub use scan::{Entries, Keys, Scan};
pub use scan_full::{FullEntry, ScanFull};
pub use stats::{StoreStats, TenantStats, TypeStats};
pub use store::{Expiry, KvStore, KvStoreBuilder};
pub use tenant::TenantStore;
pub use tenant_id::{TenantError, TenantId};
pub use typed::TypedStore;
pub use version::{ParseVersionError, Version};
pub use watch::{Change, Recv, Watch, WatchIter};

#[cfg(feature = "derive")]
pub use kv_derive::{KvField, KvType};
pub use kv_schema as schema;
#[cfg(feature = "json")]
pub use kv_schema::json::{DecodeError, DecodeOptions};
pub use kv_schema::ttl::Ttl;
pub use kv_schema::{
    Access, Exposed, KeyError, Keyed, KvField, KvType, MapKey, Param, TypeSchema, ValidationErrors,
    Validator, Violation,
};

/// What generated code names, and nobody else: that of `kv-schema`, and how kv-core writes JSON.
#[doc(hidden)]
pub mod __private {
    pub use crate::__codec as codec;
    pub use crate::__default_json as default_json;
    pub use crate::__key_text as key_text;
    #[cfg(feature = "json")]
    pub use crate::codec::probe;
    #[cfg(feature = "json")]
    pub use crate::key_text::{KeyOf, OtherKey, SerdeKey};
    pub use kv_schema::__private::{
        KeyError, Keyed, KvField, KvType, MapKey, Opaque, Validator, rule, template, ty,
    };
}
