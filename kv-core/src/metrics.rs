//! Publishes the counts of [`StoreStats`] to the recorder of the crate `metrics`.

use crate::stats::{Count, METRICS, Metric};
use crate::sync::Mutex;
use crate::{StoreStats, TenantId, TypeStats};
use metrics::{Label, Unit};

impl Metric {
    fn describe(&self) {
        // A line of a doc comment starts with a space.
        let description = self.description.trim();
        let unit = if self.name == "kv_bytes" { Unit::Bytes } else { Unit::Count };
        match self.count {
            Count::Gauge(_) => metrics::describe_gauge!(self.name, unit, description),
            Count::Counter(_) => metrics::describe_counter!(self.name, unit, description),
        }
    }

    /// Sets the series with these labels to the sum over `types`, which share a tag.
    fn set(&self, types: &[TypeStats], labels: &[Label]) {
        match self.count {
            Count::Gauge(count) => {
                let sum: usize = types.iter().map(count).sum();
                #[expect(clippy::cast_precision_loss, reason = "gauges are floats, exact up to 2^53")]
                metrics::gauge!(self.name, labels.iter()).set(sum as f64);
            }
            // A counter must not decrease, so it keeps its value when the tenant is gone.
            Count::Counter(_) if types.is_empty() => {}
            Count::Counter(count) => {
                metrics::counter!(self.name, labels.iter()).absolute(types.iter().map(count).sum());
            }
        }
    }
}

/// The tenants and tags whose metrics were published last, in order.
#[derive(Default)]
pub(crate) struct Published(Mutex<Vec<(TenantId, &'static str)>>);

impl Published {
    /// Sets every metric to its count, and the gauges of series that are gone to 0. The recorder is
    /// application code, so no lock is held while it is called.
    pub(crate) fn publish(&self, stats: &StoreStats) {
        // Described each time, because the recorder may have been replaced.
        METRICS.iter().for_each(Metric::describe);
        let mut published = Vec::new();
        for (tenant, stats) in &stats.tenants {
            for types in stats.types.chunk_by(|a, b| a.tag == b.tag) {
                let tag = types[0].tag;
                set_all(tenant, tag, types);
                published.push((tenant.clone(), tag));
            }
        }
        for (tenant, tag) in self.replace(published) {
            set_all(&tenant, tag, &[]);
        }
    }

    /// Stores the published series, and returns the previous ones that are gone.
    fn replace(&self, published: Vec<(TenantId, &'static str)>) -> Vec<(TenantId, &'static str)> {
        let mut last = self.0.lock();
        let mut gone = std::mem::replace(&mut *last, published);
        gone.retain(|series| last.binary_search(series).is_err());
        gone
    }
}

fn set_all(tenant: &TenantId, tag: &'static str, types: &[TypeStats]) {
    let labels = [Label::new("tenant", tenant.as_str().to_owned()), Label::new("type", tag)];
    for metric in METRICS {
        metric.set(types, &labels);
    }
}
