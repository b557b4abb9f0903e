//! The stored types of the application: plain structs with a few `#[kv(...)]` attributes.

pub mod ui_storage;
pub mod user_storage;

use kv_core::{Access, Catalog, CatalogError};
use ui_storage::{CursorPosition, ViewportState};
use user_storage::{SessionCache, UserPreferences};

/// Returns the catalog of the types that clients may access. Sessions can be read by exact key, but
/// neither listed nor written.
///
/// # Errors
///
/// Fails if two types share a tag or a prefix, or if clients could not read the JSON of a type.
pub fn catalog() -> Result<Catalog, CatalogError> {
    Catalog::builder()
        .expose::<UserPreferences>(Access::ReadWrite)
        .expose::<CursorPosition>(Access::ReadWrite)
        .expose::<ViewportState>(Access::ReadWrite)
        .expose::<SessionCache>(Access::Get)
        .build()
}
