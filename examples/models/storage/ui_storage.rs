//! State of the user interface.

use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// Position of a user's pointer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "30s")]
pub struct CursorPosition {
    /// Pixels from the left.
    pub x: i32,
    /// Pixels from the top.
    pub y: i32,
    /// Item under the pointer.
    #[kv(len(min = 1, max = 64))]
    pub item_id: String,
    /// Owner of the pointer.
    #[kv(len(min = 1, max = 64))]
    pub user_id: String,
}

/// State of a user's window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "7d")]
pub struct ViewportState {
    /// Vertical scroll position in pixels.
    #[kv(range(min = 0))]
    pub scroll_y: f64,
    /// Selected item, if any.
    #[kv(len(min = 1, max = 64))]
    pub selected_item: Option<String>,
    /// Whether the sidebar is collapsed.
    pub sidebar_collapsed: bool,
}
