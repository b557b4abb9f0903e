//! A typed, tenant-scoped, in-memory key-value store.
//!
//! ```
//! use kv_core::{KvStore, KvType};
//!
//! /// Position of one user's pointer.
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
//! Values are not serialized: `get` returns the `Arc<T>` that was stored. Entries live in the
//! memory of this process and are lost when it exits.
//!
//! In reading order:
//!
//! - [`KvStore`] is the store, [`TenantStore`] a handle to one tenant, and [`TypedStore`] a handle
//!   to one type of a tenant.
//! - [`SetOptions`] and [`ScanOptions`] are the options of writes and scans. An [`Entry`] is a
//!   value with its [`Version`] and times. [`Scan`], [`Entries`] and [`Keys`] iterate over entries.
//! - [`Watch`] returns a snapshot of the entries under a prefix, then every [`Change`].
//! - [`Error`] is the error of a write. [`Limits`] bound the size of a store, and [`StoreStats`]
//!   has its counts. [`ScanFull`] iterates over all types.
//! - [`Clock`] is the source of time, and [`Expiry`] selects how expired entries are removed.
//!   [`ManualClock`] is for tests.
//! - [`Catalog`] lists the types that are reachable from outside. A [`Codec`] reads and writes the
//!   JSON of one of them. [`Engine`] is the interface to a store for code that knows types at run
//!   time only.
//! - [`schema`] describes the types that derive [`macro@KvType`].
//!
//! # Features
//!
//! - `derive` (default): [`macro@KvType`] and [`macro@KvField`] for `#[derive(…)]`.
//! - `json` (default): `Catalog`, `Engine`, and entries as JSON.
//! - `stream`: [`Watch`] implements `Stream`.
//! - `metrics`: `KvStore::publish_metrics` passes the counts of [`KvStore::stats`] to the recorder
//!   of the crate `metrics`.
//! - `tracing`: rare operations emit [events](#events) of the crate `tracing`.
//! - `chrono`, `time`, `uuid`, `url`, `rust_decimal`, `smol_str`, `indexmap`, `serde_json`: types
//!   of the crate of that name can be fields; [`KvField`] lists them.
//!
//! # Events
//!
//! With the feature `tracing`, a store emits these events with the target `kv_core`:
//!
//! | event | level | fields |
//! |---|---|---|
//! | the expiry thread has started or ended | trace | |
//! | the expiry thread could not be started; once for each operation that needs it | error | |
//! | the expiry thread removed expired entries of a type | debug | `tag`, `entries` |
//! | entries of a type with `max_entries` were evicted, including expired ones | trace | `tag`, `entries` |
//! | a write exceeded one of the [`Limits`] | debug | `tenant`, `tag`, `limit`, `allowed` |
//! | a [`Watch`] was [refused](Watch::refused) | warn | `tenant`, `tag`, `limit`, `allowed` |
//! | a [`Watch`] lost its position and restarts with a snapshot | debug | `tenant`, `tag` |
//! | [`KvStore::drop_tenant`] removed entries | info | `tenant`, `entries` |
//! | tenants without entries and handles were forgotten | debug | `tenants` |
//! | a dropped `value`, a `waker` or the `clock` panicked, and no caller receives the panic | warn | `what` |
//!
//! Events do not contain keys, prefixes of keys or values. A subscriber is called while no lock is
//! held, after the reported operation. It may use the store if it can handle the events of its own
//! operations. A panic in a subscriber is not propagated.

#[cfg(feature = "json")]
mod catalog;
mod change;
mod clock;
mod codec;
mod condition;
#[cfg(feature = "json")]
pub mod engine;
mod entry;
mod error;
mod events;
mod expiry;
mod flight;
mod handle;
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
pub use change::Change;
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "json")]
pub use codec::{Codec, Decoded, JsonError};
pub use condition::Condition;
#[cfg(feature = "json")]
pub use engine::Engine;
pub use entry::Entry;
pub use error::{Error, InitError, UpdateError};
pub use expiry::Expiry;
pub use limits::{Limit, Limits};
pub use options::{ScanOptions, SetOptions, TtlChoice};
#[cfg(feature = "json")]
pub use probe::SerdeFault;
pub use scan::{Entries, Keys, Scan};
pub use scan_full::{FullEntry, ScanFull};
pub use stats::{StoreStats, TenantStats, TypeStats};
pub use store::{KvStore, KvStoreBuilder};
pub use tenant::TenantStore;
pub use tenant_id::{TenantError, TenantId};
pub use typed::TypedStore;
pub use version::{ParseVersionError, Version};
pub use watch::{Recv, Watch, WatchIter};

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

/// Items that generated code refers to. Not part of the public API.
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
        KeyError, Keyed, KvField, KvType, MapKey, MaxTtl, Opaque, Validator, opaque, rule, template, ty,
    };
}
