//! [`ElmClient`]: generates the client of some types.

use crate::config::Config;
use crate::coverage::{self, NotCovered};
use crate::files::{self, ElmError, File, Written};
use crate::print::{self, Module};
use crate::unsupported::UnsupportedTypes;
use crate::{lower, names, runtime};
use kv_schema::Exposed;
use std::borrow::Borrow;
use std::path::Path;

/// The Elm client of the types that a catalog exposes.
///
/// The access of each type decides which functions are generated: a type that may only be read gets
/// no functions that write. Types are in the order of the catalog. The same catalog always
/// generates the same files.
///
/// Names are those of Rust. If several types or variants would have the same name, each of them
/// gets a longer one: variants are prefixed with their types, types with their Rust modules. If the
/// longest names still collide, numbers are appended. A name without a collision never changes.
/// `#[kv(elm = "…")]` on a type, a variant or a field sets its name.
#[derive(Clone, Debug)]
#[must_use]
pub struct ElmClient {
    exposed: Vec<Exposed>,
    config: Config,
}

impl ElmClient {
    /// Creates a client of the types of a catalog: `ElmClient::new(&catalog)`.
    pub fn new(exposed: impl IntoIterator<Item = impl Borrow<Exposed>>) -> Self {
        let exposed = exposed.into_iter().map(|exposed| *exposed.borrow()).collect();
        Self { exposed, config: Config::default() }
    }

    /// Sets the name of the main module, which is also the prefix of all others. The default is
    /// `Kv`.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.config.module = name.into();
        self
    }

    /// Generates a module for each type, such as `Kv.CursorPosition`, instead of one module for all
    /// types. Types that refer to each other share the module of the first one.
    pub fn module_per_type(mut self) -> Self {
        self.config.split = true;
        self
    }

    /// Converts field names to camel case: `itemId` instead of `item_id`.
    pub fn camel_case(mut self) -> Self {
        self.config.camel_case = true;
        self
    }

    /// Adds the module `Kv.Seed`, whose functions have the signatures of the design document:
    ///
    /// ```elm
    /// setCursorPosition : String -> CursorPosition -> Cmd msg
    /// getCursorPosition : String -> Task Never (Maybe CursorPosition)
    /// deleteCursorPosition : String -> Cmd msg
    /// listCursorPositions : String -> Task Never (List ( String, CursorPosition ))
    /// ```
    ///
    /// The first argument is a key, or a prefix in the list function. A type with a key template
    /// has `setUserPreferences : UserPreferences -> Cmd msg`, which makes the key from the value.
    /// Only functions that the access of the type allows are generated.
    ///
    /// These signatures hide errors: a failed write is only reported to the console, a failed read
    /// is `Nothing`, and a failed list is empty. The functions of the main module return errors.
    pub fn seed(mut self) -> Self {
        self.config.seed = true;
        self
    }

    /// Sets the command that updates the files, as shown in the files and in the error of
    /// [`check`](Self::check). The default is `KV_ELM_UPDATE=1 cargo test kv_elm`, which runs the
    /// test of `check`.
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.config.command = command.into();
        self
    }

    /// Writes the client into a folder of Elm sources: `Kv.elm`, `Kv/…` and `kv-watch.js`.
    ///
    /// Each file is replaced atomically, and only if its text changes. Files of an earlier run that
    /// are no longer part of the client are removed. No other file is touched.
    ///
    /// The first lines of the files show the command that updates them. If no test calls
    /// [`check`](Self::check), set it with [`command`](Self::command).
    ///
    /// # Errors
    ///
    /// Returns an error if Elm cannot represent a type, if names from `#[kv(elm = "…")]` collide,
    /// if a file would be overwritten that was not generated, or if a file cannot be read or
    /// written. In all but the last case no file has changed.
    pub fn write_to(&self, dir: impl AsRef<Path>) -> Result<Written, ElmError> {
        files::write(&self.files()?, &self.config.module, dir.as_ref())
    }

    /// Checks that the client in a folder is up to date: that [`write_to`](Self::write_to) would
    /// change nothing.
    ///
    /// Call it in a test. If the environment variable `KV_ELM_UPDATE` is `1`, it writes the client
    /// instead, so that the default [`command`](Self::command) works with this test:
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
    /// Returns the differences and the command to run if the client is out of date, otherwise the
    /// errors of [`write_to`](Self::write_to).
    pub fn check(&self, dir: impl AsRef<Path>) -> Result<(), ElmError> {
        let (files, module, dir) = (self.files()?, &self.config.module, dir.as_ref());
        if std::env::var_os("KV_ELM_UPDATE").is_some_and(|value| value == "1") {
            return files::write(&files, module, dir).map(drop);
        }
        files::check(&files, module, dir, &self.config.command)
    }

    /// Checks that the client has every type in a folder of Rust sources that derives `KvType`.
    ///
    /// Call it in a test to find types that are missing from the catalog:
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
    /// Returns the missing types with their files and lines. Also returns an error if the folder
    /// cannot be read, or if no type in it derives `KvType`.
    pub fn covers(&self, dir: impl AsRef<Path>) -> Result<(), NotCovered> {
        coverage::check(&self.exposed, dir.as_ref())
    }

    fn files(&self) -> Result<Vec<File>, ElmError> {
        let is_valid = self.config.module.len() <= names::MAX_OWN_MODULE_LEN
            && self.config.module.split('.').all(names::is_module);
        if !is_valid {
            return Err(ElmError::module(&self.config.module));
        }
        let modules = self.modules().map_err(ElmError::from_unsupported)?;
        let mut files: Vec<_> = modules
            .into_iter()
            .map(|module| File { path: format!("{}.elm", module.name.replace('.', "/")), text: module.text })
            .collect();
        files.push(File { path: "kv-watch.js".to_owned(), text: runtime::WATCH_JS.to_owned() });
        Ok(files)
    }

    pub(crate) fn modules(&self) -> Result<Vec<Module>, UnsupportedTypes> {
        let program = lower::program(&self.exposed, &self.config)?;
        let mut modules = print::modules(&program, &self.config);
        if self.config.seed {
            modules.push(print::seed(&program, &self.config, runtime::SEED_HELPERS));
        }
        modules.extend(runtime::modules(&modules, &self.config));
        Ok(modules)
    }
}
