//! What the application keeps in the store: plain structs, and a line or two of `#[kv(...)]` on each.

pub mod ui_storage;
pub mod user_storage;
