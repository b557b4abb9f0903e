//! [`ElmClient`]: a client of some types, and how it is to be.

use crate::config::Config;
use crate::cover::{self, NotCovered};
use crate::files::{self, ElmError, File, Written};
use crate::print::{self, Module};
use crate::refusal::Refusals;
use crate::{map, names, runtime};
use kv_schema::Exposed;
use std::borrow::Borrow;
use std::path::Path;

/// The Elm client of the types that a catalog exposes.
///
/// It is made of what the catalog says: a type that may be read is given no function that writes. The order is the
/// catalog's, and nothing depends on time or place, so the same catalog makes the same files.
///
/// Names are Rust's. Where they clash, all that share one get longer ones: variants are prefixed by their types, types by
/// their Rust modules, until they differ; then numbers are added. A name that no other has never changes. `#[kv(elm = "…")]`
/// on a type, a variant or a field chooses a name.
#[derive(Clone, Debug)]
#[must_use]
pub struct ElmClient {
    exposed: Vec<Exposed>,
    config: Config,
}

impl ElmClient {
    /// A client of the types of a catalog: `ElmClient::new(&catalog)`.
    pub fn new(exposed: impl IntoIterator<Item = impl Borrow<Exposed>>) -> Self {
        let exposed = exposed.into_iter().map(|exposed| *exposed.borrow()).collect();
        Self { exposed, config: Config::default() }
    }

    /// Names the module, instead of `Kv`: `Api.Store`. All others are named after it.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.config.module = name.into();
        self
    }

    /// Gives each type a module of its own, `Kv.CursorPosition`, instead of one for all. Types that lead to each other
    /// stand in that of the first.
    pub fn module_per_type(mut self) -> Self {
        self.config.split = true;
        self
    }

    /// Names fields in Elm's fashion, `itemId`, instead of as in Rust, `item_id`.
    pub fn camel_case(mut self) -> Self {
        self.config.camel_case = true;
        self
    }

    /// Adds the module `Kv.Seed`, whose functions have the shortest signatures, and hide errors.
    pub fn seed(mut self) -> Self {
        self.config.seed = true;
        self
    }

    /// Says which command refreshes the files, instead of `KV_ELM_UPDATE=1 cargo test kv_elm`, which runs the test of
    /// [`check`](Self::check). The files and the error of a check name it as it stands here, for whoever reads them.
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.config.command = command.into();
        self
    }

    /// Writes the client into a folder of Elm sources: `Kv.elm`, `Kv/…` and `kv-watch.js`.
    ///
    /// Each file is written at once or not at all, and only where it differs. Files that an earlier run has generated and
    /// that are none any more are removed; no other file is touched.
    ///
    /// Their first lines tell how to refresh them: where no test does it by [`check`](Self::check), say by
    /// [`command`](Self::command) what does.
    ///
    /// # Errors
    ///
    /// When Elm cannot hold a type, when names of `#[kv(elm = "…")]` clash, when a file that is not generated stands in the way, or when the disk refuses.
    /// Nothing has changed then, but for what the disk refuses midway.
    pub fn write_to(&self, dir: impl AsRef<Path>) -> Result<Written, ElmError> {
        files::write(&self.files()?, &self.config.module, dir.as_ref())
    }

    /// Asks that a folder has the client, as [`write_to`](Self::write_to) would write it.
    ///
    /// As a test it keeps the client true. With `KV_ELM_UPDATE=1` in the environment it writes instead: with this test, that
    /// is the command that the files tell.
    ///
    /// ```no_run
    /// # mod my_app { pub fn catalog() -> kv_core::Catalog { unimplemented!() } }
    /// # use kv_elm::ElmClient;
    /// #[test]
    /// fn kv_elm() {
    ///     ElmClient::new(&my_app::catalog()).check("frontend/src").unwrap();
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The difference, and the command to run; or as for [`write_to`](Self::write_to).
    pub fn check(&self, dir: impl AsRef<Path>) -> Result<(), ElmError> {
        let (files, module, dir) = (self.files()?, &self.config.module, dir.as_ref());
        if std::env::var_os("KV_ELM_UPDATE").is_some_and(|value| value == "1") {
            return files::write(&files, module, dir).map(drop);
        }
        files::check(&files, module, dir, &self.config.command)
    }

    /// Asks that every type in a folder of Rust sources that derives `KvType` is in the client.
    ///
    /// As a test it tells of types that were forgotten in the catalog:
    ///
    /// ```no_run
    /// # mod my_app { pub fn catalog() -> kv_core::Catalog { unimplemented!() } }
    /// # use kv_elm::ElmClient;
    /// #[test]
    /// fn every_stored_type_is_exposed() {
    ///     ElmClient::new(&my_app::catalog()).covers("src/models/storage").unwrap();
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Each type that is not exposed, with its file and line; or that the folder cannot be read, or has no stored type.
    pub fn covers(&self, dir: impl AsRef<Path>) -> Result<(), NotCovered> {
        cover::check(&self.exposed, dir.as_ref())
    }

    /// The files of the client.
    fn files(&self) -> Result<Vec<File>, ElmError> {
        let name_is_fine = self.config.module.len() <= names::MAX_OWN_MODULE_LEN
            && self.config.module.split('.').all(names::is_module);
        if !name_is_fine {
            return Err(ElmError::module(&self.config.module));
        }
        let modules = self.modules().map_err(ElmError::refused)?;
        let mut files: Vec<_> = modules
            .into_iter()
            .map(|module| File { path: format!("{}.elm", module.name.replace('.', "/")), text: module.text })
            .collect();
        files.push(File { path: "kv-watch.js".to_owned(), text: runtime::WATCH_JS.to_owned() });
        Ok(files)
    }

    pub(crate) fn modules(&self) -> Result<Vec<Module>, Refusals> {
        let program = map::program(&self.exposed, &self.config)?;
        let mut modules = print::modules(&program, &self.config);
        if self.config.seed {
            modules.push(print::seed(&program, &self.config, runtime::SEED_HELPERS));
        }
        modules.extend(runtime::modules(&modules, &self.config));
        Ok(modules)
    }
}
