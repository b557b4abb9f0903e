//! What a client is asked to be.

/// How the client is written.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The Elm module, and the beginning of the names of all others.
    pub(crate) module: String,
    /// Whether each type has a module of its own.
    pub(crate) split: bool,
    pub(crate) camel_case: bool,
    pub(crate) seed: bool,
    /// What refreshes the files.
    pub(crate) command: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            module: "Kv".to_owned(),
            split: false,
            camel_case: false,
            seed: false,
            command: "KV_ELM_UPDATE=1 cargo test kv_elm".to_owned(),
        }
    }
}
