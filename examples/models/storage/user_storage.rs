//! What is kept about users.

use kv_core::KvType;
use serde::{Deserialize, Serialize};

/// The look of one user's screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct UserPreferences {
    /// The colours.
    #[kv(one_of("light", "dark"))]
    pub theme: String,
    /// Whether to be told of news.
    pub notifications: bool,
    /// A BCP 47 language tag.
    #[kv(len(min = 2, max = 35))]
    pub language: String,
}

/// What the server would have to look up again for each request of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "1h")]
pub struct SessionCache {
    /// Whose session it is.
    #[kv(len(min = 1, max = 64))]
    pub user_id: String,
    /// What the user may do.
    #[kv(len(max = 100), each(non_empty))]
    pub permissions: Vec<String>,
    /// When the user was last seen, in milliseconds since 1970.
    pub last_activity: i64,
}
