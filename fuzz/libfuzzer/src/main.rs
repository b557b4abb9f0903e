//! libFuzzer with the target that `KV_FUZZ_TARGET` names. `scripts/fuzz` builds and runs it.

#![no_main]

use kv_fuzz::Target;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("KV_FUZZ_TARGET").unwrap_or_default();
    Target::named(&name).unwrap_or_else(|| panic!("unknown target in KV_FUZZ_TARGET: {name:?}"))
});

fuzz_target!(|bytes: &[u8]| TARGET.run(bytes));
