//! What the application keeps in the store: plain structs, and a line or two of `#[kv(...)]` on each.

pub mod ui_storage;
pub mod user_storage;

use kv_core::{Access, Catalog, CatalogError};
use ui_storage::{CursorPosition, ViewportState};
use user_storage::{SessionCache, UserPreferences};

/// What the outside may reach. Sessions by their exact key alone: no browser lists or writes them.
///
/// # Errors
///
/// When clients could not tell the types apart, or read what they write.
pub fn catalog() -> Result<Catalog, CatalogError> {
    Catalog::builder()
        .expose::<UserPreferences>(Access::ReadWrite)
        .expose::<CursorPosition>(Access::ReadWrite)
        .expose::<ViewportState>(Access::ReadWrite)
        .expose::<SessionCache>(Access::Get)
        .build()
}
