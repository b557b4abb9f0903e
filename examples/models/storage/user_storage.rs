//! Data about users.

use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// A user's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct UserPreferences {
    /// Color theme.
    #[kv(one_of("light", "dark"))]
    pub theme: String,
    /// Whether notifications are enabled.
    pub notifications: bool,
    /// BCP 47 language tag.
    #[kv(len(min = 2, max = 35))]
    pub language: String,
}

/// Data about a user that the server caches between requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "1h")]
pub struct SessionCache {
    /// Owner of the session.
    #[kv(len(min = 1, max = 64))]
    pub user_id: String,
    /// Permissions of the user.
    #[kv(len(max = 100), each(non_empty))]
    pub permissions: Vec<String>,
    /// Time of the user's last request, in milliseconds since 1970.
    pub last_activity: i64,
}
