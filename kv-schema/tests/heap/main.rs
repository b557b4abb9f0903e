//! `heap_size` against what values have really requested of the allocator.
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

/// Shapes with what they took and what `heap_size` says they took.
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

    /// Prints the table, and asserts that no estimate is beyond these shares of what was measured.
    #[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a table for people")]
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
fn an_estimate_is_within_a_fifth_of_what_was_requested() {
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

/// What shows nothing of how it was built: the limits of an estimate from outside.
#[test]
fn an_estimate_is_off_by_known_shares_where_nothing_tells() {
    let mut table = Table::default();
    shapes::bulk_built_trees(&mut table);
    table.assert_within("trees collected at once", 1.0, 1.8);

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
