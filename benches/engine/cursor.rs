//! The stored type: the cursor of a user.

use kv_core::KvType;
use std::sync::Arc;

/// A value of a store under measurement.
pub(crate) trait Sample: Send + Sync + 'static {
    fn sample() -> Arc<Self>;
    fn moved(&self) -> Self;
}

/// Declares a struct under several names, each with its own attributes.
macro_rules! cursors {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        #[derive(Clone, Debug, KvType)]
        $(#[$attribute])*
        pub(crate) struct $name {
            pub(crate) x: i32,
            pub(crate) y: i32,
            #[kv(len(min = 1, max = 64))]
            pub(crate) item_id: String,
            #[kv(len(min = 1, max = 64))]
            pub(crate) user_id: String,
        }

        impl Sample for $name {
            fn sample() -> Arc<Self> {
                Arc::new(Self { x: 3, y: 4, item_id: "item-1".to_owned(), user_id: "user-7".to_owned() })
            }

            fn moved(&self) -> Self {
                Self { x: self.x + 1, ..self.clone() }
            }
        }
    )*};
}

cursors! {
    Cursor;
    #[kv(ttl = "1h")]
    CursorForAnHour;
}
