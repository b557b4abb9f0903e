//! What is stored: a live cursor.

use kv_core::KvType;
use std::sync::Arc;

/// A value of a store under measurement.
pub(crate) trait Sample: Send + Sync + 'static {
    fn any() -> Arc<Self>;
    fn moved(&self) -> Self;
}

/// One struct by several names, each with words of its own for the derive.
macro_rules! cursors {
    ($($(#[$words:meta])* $name:ident;)*) => {$(
        #[derive(Clone, Debug, KvType)]
        $(#[$words])*
        pub(crate) struct $name {
            pub(crate) x: i32,
            pub(crate) y: i32,
            #[kv(len(min = 1, max = 64))]
            pub(crate) item_id: String,
            #[kv(len(min = 1, max = 64))]
            pub(crate) user_id: String,
        }

        impl Sample for $name {
            fn any() -> Arc<Self> {
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
