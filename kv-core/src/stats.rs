//! What a store holds and has done.

use crate::TenantId;
#[cfg(feature = "metrics")]
use crate::metrics::{Metric, metric};

/// Defines the three levels with the counts that they share. A `gauge` goes up and down, a `counter` only up.
macro_rules! levels {
    ($($(#[doc = $doc:literal])* $kind:ident $count:ident: $ty:ty,)*) => {
        /// What one type of one tenant holds and has done.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct TypeStats {
            /// The type's tag.
            pub tag: &'static str,
            $($(#[doc = $doc])* pub $count: $ty,)*
        }

        /// What one tenant holds and has done: the sums over its types.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct TenantStats {
            $($(#[doc = $doc])* pub $count: $ty,)*
            /// Each type that was ever written, by tag.
            pub types: Vec<TypeStats>,
        }

        /// What a store holds and has done: the sums over its tenants.
        ///
        /// A tenant without entries and without handles is forgotten at some time, and its counts with it.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct StoreStats {
            $($(#[doc = $doc])* pub $count: $ty,)*
            /// Each tenant that was written to and is not forgotten, by name.
            pub tenants: Vec<(TenantId, TenantStats)>,
        }

        impl TenantStats {
            /// Sums up types.
            pub(crate) fn sum(mut types: Vec<TypeStats>) -> Self {
                types.sort_by_key(|stats| stats.tag);
                Self { $($count: types.iter().map(|stats| stats.$count).sum(),)* types }
            }
        }

        impl StoreStats {
            /// Sums up tenants.
            pub(crate) fn sum(mut tenants: Vec<(TenantId, TenantStats)>) -> Self {
                tenants.sort_by(|(a, _), (b, _)| a.cmp(b));
                Self { $($count: tenants.iter().map(|(_, stats)| stats.$count).sum(),)* tenants }
            }
        }

        /// Each count of a type as a metric.
        #[cfg(feature = "metrics")]
        pub(crate) const METRICS: &[Metric] = &[$(metric!($kind $count, concat!($($doc),*)),)*];
    };
}

levels! {
    /// Living entries.
    gauge entries: usize,
    /// Bytes of all entries, those included that are due and not yet removed: an estimate of their values, keys,
    /// and what the store keeps beside them.
    gauge bytes: usize,
    /// Reads by key that found an entry.
    counter hits: u64,
    /// Reads by key that found none.
    counter misses: u64,
    /// Values that were stored.
    counter writes: u64,
    /// Entries that were removed because they were due.
    counter expirations: u64,
    /// Entries that were removed to make way for others.
    counter evictions: u64,
    /// Watches that there are.
    gauge watchers: usize,
}
