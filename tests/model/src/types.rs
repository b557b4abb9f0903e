//! The types that the model stores.

use kv_core::{KeyError, Keyed, KvType};
use std::fmt::Debug;

/// Number of types.
pub const TYPES: usize = 3;

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(prefix = "a/")]
pub(crate) struct Plain {
    #[kv(range(min = 0, max = 9))]
    n: i32,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(ttl = "5s", prefix = "a/b:")]
pub(crate) struct Brief {
    #[kv(range(min = 0, max = 9))]
    n: i32,
    text: String,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(prefix = "c/", ttl = "20s", max_entries = 3, evict = "oldest")]
pub(crate) struct Recent {
    #[kv(range(min = 0, max = 9))]
    n: i32,
}

/// A type that the model can store.
pub(crate) trait Modelled: KvType + Clone + Debug + PartialEq + Keyed {
    const INDEX: usize;
    /// Maximum number of entries before one is evicted.
    const MOST: usize = usize::MAX;
    fn make(n: i32) -> Self;
    fn n(&self) -> i32;
}

impl Modelled for Plain {
    const INDEX: usize = 0;

    fn make(n: i32) -> Self {
        Self { n }
    }

    fn n(&self) -> i32 {
        self.n
    }
}

impl Modelled for Brief {
    const INDEX: usize = 1;

    fn make(n: i32) -> Self {
        Self { n, text: "x".repeat(usize::try_from(n.max(0)).unwrap()) }
    }

    fn n(&self) -> i32 {
        self.n
    }
}

impl Modelled for Recent {
    const INDEX: usize = 2;
    const MOST: usize = 3;

    fn make(n: i32) -> Self {
        Self { n }
    }

    fn n(&self) -> i32 {
        self.n
    }
}

impl Keyed for Plain {
    fn key(&self) -> Result<String, KeyError> {
        Ok(format!("b:{}", self.n))
    }
}

impl Keyed for Brief {
    fn key(&self) -> Result<String, KeyError> {
        if self.n == 3 { Err(KeyError::Empty) } else { Ok(format!("b:{}", self.n)) }
    }
}

impl Keyed for Recent {
    fn key(&self) -> Result<String, KeyError> {
        Ok(format!("b:{}", self.n))
    }
}
