//! The counts of [`StoreStats`] as metrics.

use crate::stats::METRICS;
use crate::sync::Mutex;
use crate::{StoreStats, TenantId, TypeStats};
use metrics::{Label, Unit};

/// A count of a type as a metric.
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) unit: Unit,
    pub(crate) description: &'static str,
    pub(crate) count: Count,
}

pub(crate) enum Count {
    Gauge(fn(&TypeStats) -> usize),
    Counter(fn(&TypeStats) -> u64),
}

/// A metric of a count: a prefix of ours, the count, and `_total` behind what only goes up.
///
/// Source: <https://prometheus.io/docs/practices/naming/>.
macro_rules! metric {
    (gauge bytes, $doc:expr) => {
        metric!(gauge bytes, $doc, Bytes)
    };
    (gauge $count:ident, $doc:expr) => {
        metric!(gauge $count, $doc, Count)
    };
    (gauge $count:ident, $doc:expr, $unit:ident) => {
        $crate::metrics::Metric {
            name: concat!("kv_", stringify!($count)),
            unit: ::metrics::Unit::$unit,
            description: $doc,
            count: $crate::metrics::Count::Gauge(|stats| stats.$count),
        }
    };
    (counter $count:ident, $doc:expr) => {
        $crate::metrics::Metric {
            name: concat!("kv_", stringify!($count), "_total"),
            unit: ::metrics::Unit::Count,
            description: $doc,
            count: $crate::metrics::Count::Counter(|stats| stats.$count),
        }
    };
}
pub(crate) use metric;

impl Metric {
    fn describe(&self) {
        // A line of documentation starts with a space.
        let description = self.description.trim();
        match self.count {
            Count::Gauge(_) => metrics::describe_gauge!(self.name, self.unit, description),
            Count::Counter(_) => metrics::describe_counter!(self.name, self.unit, description),
        }
    }

    /// Sets the series with these labels to the sum over types, of which there is more than one when they share a tag.
    fn set(&self, types: &[TypeStats], labels: &[Label]) {
        match self.count {
            Count::Gauge(count) => {
                let sum: usize = types.iter().map(count).sum();
                #[expect(clippy::cast_precision_loss, reason = "gauges are floats, exact up to 2^53")]
                metrics::gauge!(self.name, labels.iter()).set(sum as f64);
            }
            // Nothing is no count: it would set back what has gone up.
            Count::Counter(_) if types.is_empty() => {}
            Count::Counter(count) => {
                metrics::counter!(self.name, labels.iter()).absolute(types.iter().map(count).sum());
            }
        }
    }
}

/// The tenants and tags whose gauges were set last, in order.
#[derive(Default)]
pub(crate) struct Published(Mutex<Vec<(TenantId, &'static str)>>);

impl Published {
    /// Sets every metric to what the stats tell, and the gauges of what has gone since to 0. The recorder is application code, so no
    /// lock is held while it is called.
    pub(crate) fn publish(&self, stats: &StoreStats) {
        // Every time, since the recorder may be another one than before.
        METRICS.iter().for_each(Metric::describe);
        let mut there = Vec::new();
        for (tenant, stats) in &stats.tenants {
            for types in stats.types.chunk_by(|a, b| a.tag == b.tag) {
                let tag = types[0].tag;
                set_all(tenant, tag, types);
                there.push((tenant.clone(), tag));
            }
        }
        for (tenant, tag) in self.replace(there) {
            set_all(&tenant, tag, &[]);
        }
    }

    /// Remembers what is there, and returns what was there before and is not any more.
    fn replace(&self, there: Vec<(TenantId, &'static str)>) -> Vec<(TenantId, &'static str)> {
        let mut known = self.0.lock();
        let mut gone = std::mem::replace(&mut *known, there);
        gone.retain(|series| known.binary_search(series).is_err());
        gone
    }
}

fn set_all(tenant: &TenantId, tag: &'static str, types: &[TypeStats]) {
    let labels = [Label::new("tenant", tenant.as_str().to_owned()), Label::new("type", tag)];
    for metric in METRICS {
        metric.set(types, &labels);
    }
}
