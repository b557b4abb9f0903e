//! Cost of reading untrusted JSON: a codec, compared with `serde_json::from_slice`, which checks
//! less, and with reading by way of `serde_json::Value`.
//!
//! `cargo bench -p benches --bench codec` takes about ten seconds. Each round measures every way
//! once; the figures are medians of the rounds.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program for a terminal")]
#![allow(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

mod types;

use kv_core::{Access, Catalog, DecodeOptions, KvType};
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::{SessionCache, UserPreferences};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use types::{board, feed, journal};

const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(10);

fn main() {
    println!(
        "{:<18} {:>6} {:>11} {:>8} {:>8} {:>8}",
        "type", "bytes", "from_slice", "codec", "with ttl", "Value"
    );
    measure(&UserPreferences { theme: "dark".to_owned(), notifications: true, language: "de-AT".to_owned() });
    measure(&SessionCache {
        user_id: "7".to_owned(),
        permissions: vec!["read".to_owned(), "write".to_owned(), "share".to_owned()],
        last_activity: 1_763_836_800_000,
    });
    measure(&CursorPosition { x: 3, y: -4, item_id: "a".to_owned(), user_id: "7".to_owned() });
    measure(&ViewportState {
        scroll_y: 120.5,
        selected_item: Some("a".to_owned()),
        sidebar_collapsed: false,
    });
    measure(&board());
    measure(&feed());
    measure(&journal());
}

/// Prints the nanoseconds of `from_slice` and the ratios of the other ways to it. The ratio of
/// reading with a `ttl` is to `from_slice` of the same bytes, which skips the `ttl`.
fn measure<T: KvType + Serialize + DeserializeOwned>(value: &T) {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().expect("the type can be exposed");
    let codec = catalog.codec(T::TYPE_TAG).expect("the type is exposed");
    let json = serde_json::to_vec(value).expect("the value can be written");
    let mut with_ttl = json.clone();
    with_ttl.pop();
    with_ttl.extend(br#","ttl":30000}"#);
    let plain = |json: &[u8]| Arc::new(serde_json::from_slice::<T>(json).expect("it is read"));
    let by_value = |json: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(json).expect("it is JSON");
        Arc::new(serde_json::from_value::<T>(value).expect("it is read"))
    };
    let (decode, take) = (DecodeOptions::new(), DecodeOptions::new().take_ttl());
    let mut figures: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        figures[0].push(nanos(|| drop(black_box(plain(black_box(&json))))));
        figures[1]
            .push(nanos(|| drop(black_box(codec.decode(black_box(&json), decode).expect("it is read")))));
        figures[2]
            .push(nanos(|| drop(black_box(codec.decode(black_box(&with_ttl), take).expect("it is read")))));
        figures[3].push(nanos(|| drop(black_box(by_value(black_box(&json))))));
        figures[4].push(nanos(|| drop(black_box(plain(black_box(&with_ttl))))));
    }
    let [plain, codec, ttl, value, plain_with_ttl] = figures.map(median);
    println!(
        "{:<18} {:>6} {plain:>8.0} ns {:>7.2}x {:>7.2}x {:>7.2}x",
        T::TYPE_TAG,
        json.len(),
        codec / plain,
        ttl / plain_with_ttl,
        value / plain
    );
}

/// Returns the nanoseconds per call of a function, repeated for the length of a round.
fn nanos(mut run: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut times = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..16 {
            run();
        }
        times += 16;
    }
    start.elapsed().as_nanos() as f64 / f64::from(times)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
