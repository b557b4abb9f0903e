//! [`StoreStats`]: the counts of a store, by tenant and type.

use crate::TenantId;

/// Defines the structs of the three levels with their common counts. A `gauge` goes up and down, a
/// `counter` only up.
macro_rules! levels {
    ($($(#[doc = $doc:literal])* $kind:ident $count:ident: $ty:ty,)*) => {
        /// Counts of one type of one tenant.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct TypeStats {
            /// Tag of the type.
            pub tag: &'static str,
            $($(#[doc = $doc])* pub $count: $ty,)*
        }

        /// Counts of one tenant: the sums over its types.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct TenantStats {
            $($(#[doc = $doc])* pub $count: $ty,)*
            /// Counts of each type that has been written to, by tag.
            pub types: Vec<TypeStats>,
        }

        /// Counts of a store: the sums over its tenants.
        ///
        /// A tenant without entries and handles is forgotten eventually, with its counts.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct StoreStats {
            $($(#[doc = $doc])* pub $count: $ty,)*
            /// Counts of each tenant that has been written to and is not forgotten, by name.
            pub tenants: Vec<(TenantId, TenantStats)>,
        }

        impl TenantStats {
            /// Sums the counts of types.
            pub(crate) fn sum(mut types: Vec<TypeStats>) -> Self {
                types.sort_by_key(|stats| stats.tag);
                Self { $($count: types.iter().map(|stats| stats.$count).sum(),)* types }
            }
        }

        impl StoreStats {
            /// Sums the counts of tenants.
            pub(crate) fn sum(mut tenants: Vec<(TenantId, TenantStats)>) -> Self {
                tenants.sort_by(|(a, _), (b, _)| a.cmp(b));
                Self { $($count: tenants.iter().map(|(_, stats)| stats.$count).sum(),)* tenants }
            }
        }

        /// The metric of each count.
        #[cfg(feature = "metrics")]
        pub(crate) const METRICS: &[Metric] = &[$(metric!($kind $count, concat!($($doc),*)),)*];
    };
}

/// A count as a metric: the prefix `kv_`, the name of the count, and `_total` for counters.
///
/// Source: <https://prometheus.io/docs/practices/naming/>.
#[cfg(feature = "metrics")]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) count: Count,
}

#[cfg(feature = "metrics")]
pub(crate) enum Count {
    Gauge(fn(&TypeStats) -> usize),
    Counter(fn(&TypeStats) -> u64),
}

#[cfg(feature = "metrics")]
macro_rules! metric {
    (gauge $count:ident, $doc:expr) => {
        Metric {
            name: concat!("kv_", stringify!($count)),
            description: $doc,
            count: Count::Gauge(|stats| stats.$count),
        }
    };
    (counter $count:ident, $doc:expr) => {
        Metric {
            name: concat!("kv_", stringify!($count), "_total"),
            description: $doc,
            count: Count::Counter(|stats| stats.$count),
        }
    };
}

levels! {
    /// Live entries.
    gauge entries: usize,
    /// Estimated bytes of all entries, including those that have expired but are not removed yet:
    /// values, keys and the store's overhead.
    gauge bytes: usize,
    /// Reads by key that found an entry.
    counter hits: u64,
    /// Reads by key that found no entry.
    counter misses: u64,
    /// Values that were stored.
    counter writes: u64,
    /// Entries that were removed because they had expired.
    counter expirations: u64,
    /// Entries that were evicted.
    counter evictions: u64,
    /// Watches that exist.
    gauge watchers: usize,
}
