//! Compares `heap_size` with the bytes that values requested from the allocator.
//!
//! `cargo test -p kv-schema --all-features --test heap -- --nocapture` prints the table.

#![expect(
    clippy::unwrap_used,
    reason = "clippy only knows the functions with #[test] as tests, and helpers of tests may fail too"
)]

mod counting;
#[cfg(feature = "serde")]
mod opaque;
mod shapes;

use counting::measured;
use kv_schema::KvField;

/// The measured and the estimated heap size of values, by shape.
#[derive(Default)]
struct Table(Vec<Row>);

struct Row {
    shape: String,
    measured: usize,
    estimated: usize,
}

impl Table {
    fn add<T: KvField>(&mut self, shape: impl Into<String>, build: impl FnOnce() -> T) {
        self.add_measured_by(shape, build, T::heap_size);
    }

    fn add_measured_by<T>(
        &mut self,
        shape: impl Into<String>,
        build: impl FnOnce() -> T,
        heap_size: impl FnOnce(&T) -> usize,
    ) {
        let (value, measured) = measured(build);
        self.0.push(Row { shape: shape.into(), measured, estimated: heap_size(&value) });
    }

    /// Prints the table, and asserts that the ratio of each estimate to the measured size is in a
    /// range.
    #[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a table for developers")]
    fn assert_within(self, title: &str, least: f64, most: f64) {
        println!("\n{title}\n\n| shape | measured | estimated | ratio |\n|---|---:|---:|---:|");
        let mut beyond = Vec::new();
        for Row { shape, measured, estimated } in self.0 {
            let ratio = if measured == estimated { 1.0 } else { estimated as f64 / measured as f64 };
            println!("| {shape} | {measured} | {estimated} | {ratio:.2} |");
            if !(least..=most).contains(&ratio) {
                beyond.push(shape);
            }
        }
        assert!(beyond.is_empty(), "{beyond:#?}");
    }
}

#[test]
fn estimates_are_within_a_fifth_of_the_requested_bytes() {
    let mut table = Table::default();
    shapes::pointers_and_lists(&mut table);
    shapes::trees(&mut table);
    shapes::hashed(&mut table);
    shapes::derived(&mut table);
    #[cfg(all(feature = "indexmap", feature = "serde_json", feature = "smol_str", feature = "url"))]
    shapes::foreign(&mut table);
    assert!(table.0.len() >= 40);
    table.assert_within("within a fifth", 0.8, 1.2);
}

/// Collections whose allocations depend on their history, which public APIs do not reveal.
#[test]
fn known_inaccurate_estimates_are_within_documented_limits() {
    let mut table = Table::default();
    shapes::bulk_built_trees(&mut table);
    table.assert_within("trees collected from an iterator", 1.0, 1.8);

    let mut table = Table::default();
    shapes::emptied_tables(&mut table);
    table.assert_within("full tables, emptied by single removals", 0.25, 1.0);

    #[cfg(feature = "url")]
    {
        let mut table = Table::default();
        shapes::lengthened_urls(&mut table);
        table.assert_within("addresses that parsing lengthened", 0.5, 1.0);
    }
}
