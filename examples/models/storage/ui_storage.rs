//! What is kept about screens.

use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// Where one user's pointer is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "30s")]
pub struct CursorPosition {
    /// Pixels from the left.
    pub x: i32,
    /// Pixels from the top.
    pub y: i32,
    /// What the pointer is on.
    #[kv(len(min = 1, max = 64))]
    pub item_id: String,
    /// Whose pointer it is.
    #[kv(len(min = 1, max = 64))]
    pub user_id: String,
}

/// What one user's window shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "7d")]
pub struct ViewportState {
    /// How far the page is scrolled, in pixels.
    #[kv(range(min = 0))]
    pub scroll_y: f64,
    /// What is selected, if anything is.
    #[kv(len(min = 1, max = 64))]
    pub selected_item: Option<String>,
    /// Whether the side bar is folded away.
    pub sidebar_collapsed: bool,
}
