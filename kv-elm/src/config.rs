//! Options of a client.

/// The options of an [`ElmClient`](crate::ElmClient).
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Name of the main module, and prefix of all other module names.
    pub(crate) module: String,
    /// Whether each type has its own module.
    pub(crate) split: bool,
    pub(crate) camel_case: bool,
    pub(crate) seed: bool,
    /// Command that updates the files.
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
