//! The words of the attribute.

/// Which trait is derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    KvType,
    KvField,
}

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

/// Words that are valid on a type.
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

/// Words that are valid on a variant.
pub(crate) const ON_VARIANT: &[&str] = &[ELM];

/// What `evict` takes: which entry makes way. The oldest is the one that was written longest ago.
pub(crate) const POLICIES: &[&str] = &["oldest"];

pub(crate) const LEN: &str = "len";
pub(crate) const NON_EMPTY: &str = "non_empty";
pub(crate) const RANGE: &str = "range";
pub(crate) const PATTERN: &str = "pattern";
pub(crate) const ONE_OF: &str = "one_of";
pub(crate) const EMAIL: &str = "email";
pub(crate) const URL: &str = "url";
pub(crate) const JS_SAFE: &str = "js_safe";
pub(crate) const ANY_INT: &str = "any_int";
pub(crate) const ANY_FLOAT: &str = "any_float";
pub(crate) const EACH: &str = "each";
pub(crate) const CUSTOM: &str = "custom";

/// The rules, which may stand on a field.
pub(crate) const RULES: &[&str] =
    &[LEN, NON_EMPTY, RANGE, PATTERN, ONE_OF, EMAIL, URL, JS_SAFE, ANY_INT, ANY_FLOAT, EACH, CUSTOM];

pub(crate) const OPAQUE: &str = "opaque";
pub(crate) const SKIP: &str = "skip";

/// Words that are valid on a field, besides rules.
pub(crate) const ON_FIELD: &[&str] = &[OPAQUE, WIRE, EXAMPLE, HEAP_SIZE, SKIP, ELM];

pub(crate) const MIN: &str = "min";
pub(crate) const MAX: &str = "max";

/// How a word that takes a text or a number is written.
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
        CUSTOM => "custom = \"path::to::function\"",
        PATTERN => "pattern = \"^[a-z]+$\"",
        ELM => "elm = \"OrderStatus\"",
        MIN => "min = 1",
        MAX => "max = 1",
        _ => "crate = \"::kv_core\"",
    }
}

/// Words as a sentence lists them.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
