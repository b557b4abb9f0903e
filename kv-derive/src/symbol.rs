//! The arguments of `#[kv(...)]` that are not rules.

/// The attribute's name.
pub(crate) const KV: &str = "kv";

pub(crate) const TAG: &str = "tag";
pub(crate) const PREFIX: &str = "prefix";
pub(crate) const TTL: &str = "ttl";
pub(crate) const MAX_TTL: &str = "max_ttl";
pub(crate) const KEY: &str = "key";
pub(crate) const VALIDATE: &str = "validate";
pub(crate) const PLURAL: &str = "plural";
pub(crate) const MAX_ENTRIES: &str = "max_entries";
pub(crate) const EVICT: &str = "evict";
pub(crate) const CRATE: &str = "crate";
pub(crate) const HEAP_SIZE: &str = "heap_size";
pub(crate) const ELM: &str = "elm";
pub(crate) const WIRE: &str = "wire";
pub(crate) const EXAMPLE: &str = "example";
pub(crate) const OPAQUE: &str = "opaque";
pub(crate) const SKIP: &str = "skip";

/// Arguments of a type.
pub(crate) const ON_TYPE: &[&str] = &[
    TAG,
    PREFIX,
    TTL,
    MAX_TTL,
    KEY,
    VALIDATE,
    PLURAL,
    MAX_ENTRIES,
    EVICT,
    HEAP_SIZE,
    WIRE,
    EXAMPLE,
    ELM,
    CRATE,
];

/// Arguments of a variant.
pub(crate) const ON_VARIANT: &[&str] = &[ELM];

/// Arguments of a field, in addition to the rules.
pub(crate) const ON_FIELD: &[&str] = &[OPAQUE, WIRE, EXAMPLE, HEAP_SIZE, SKIP, ELM];

/// Values of `evict`. `oldest` evicts the entry that was written the longest time ago.
pub(crate) const POLICIES: &[&str] = &["oldest"];

/// Returns an example of an argument that takes a string or a number.
pub(crate) fn example(word: &str) -> &'static str {
    match word {
        TAG => "tag = \"Cursor\"",
        PREFIX => "prefix = \"ui/cursor/\"",
        TTL => "ttl = \"30s\"",
        MAX_TTL => "max_ttl = \"1d\"",
        KEY => "key = \"user:{user_id}\"",
        PLURAL => "plural = \"Memories\"",
        MAX_ENTRIES => "max_entries = 1000",
        EVICT => "evict = \"oldest\"",
        VALIDATE => "validate = \"path::to::function\"",
        HEAP_SIZE => "heap_size = \"path::to::function\"",
        WIRE => "wire = \"String\"",
        EXAMPLE => "example = \"1.0.0\"",
        ELM => "elm = \"OrderStatus\"",
        _ => "crate = \"::kv_core\"",
    }
}
