//! Names within the module that is printed.

use crate::config::Config;
use crate::ir::{Body, Index, Program, ValueKind};
use crate::names;
use std::collections::HashSet;

/// The module that is printed.
pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    pub(super) config: &'a Config,
    /// Types that the module defines.
    pub(super) here: Vec<Index>,
    values: HashSet<String>,
    types: HashSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program, config: &'a Config, here: Vec<Index>) -> Self {
        let values = program.types.iter().flat_map(|ty| ty.values.values().cloned()).collect();
        let types = program.types.iter().map(|ty| ty.name.as_str()).collect();
        Self { program, config, here, values, types }
    }

    /// Returns the name of a value of a type, qualified if another module defines it.
    pub(super) fn value(&self, at: Index, value: ValueKind) -> String {
        let value = self.program.types[at].values.get(&value).cloned().unwrap_or_default();
        if self.here.contains(&at) { value } else { format!("{}.{value}", self.module_of(at)) }
    }

    /// Returns the constructor with the name of the type, qualified if another module defines it.
    pub(super) fn constructor(&self, at: Index) -> String {
        let name = &self.program.types[at].name;
        if self.here.contains(&at) { name.clone() } else { format!("{}.{name}", self.module_of(at)) }
    }

    /// Returns the module that defines a type.
    pub(super) fn module_of(&self, at: Index) -> String {
        let Config { module, split, .. } = self.config;
        if *split {
            let first = self.program.types[at].cycle;
            format!("{module}.{}", self.program.types[first].name)
        } else {
            module.clone()
        }
    }

    /// Returns an unused name for an argument. Elm does not allow it to shadow a value of the
    /// module.
    pub(super) fn local(&self, name: &str) -> String {
        let mut name = names::value(name);
        while self.values.contains(&name) {
            name.push('_');
        }
        name
    }

    /// Returns unused names for the arguments of one function.
    pub(super) fn locals(&self, names: &[&str]) -> Vec<String> {
        let mut locals: Vec<String> = Vec::new();
        for name in names {
            let mut local = self.local(name);
            while locals.contains(&local) || self.values.contains(&local) {
                local.push('_');
            }
            locals.push(local);
        }
        locals
    }

    /// Returns an unused name for an argument of a function that contains functions whose arguments
    /// are named after the fields of a type.
    pub(super) fn local_around(&self, at: Index, name: &str) -> String {
        let mut name = self.local(name);
        let records = self.program.types[at].records();
        let inside: Vec<_> = records.iter().flat_map(|record| self.locals(&record.names())).collect();
        while inside.contains(&name) || self.values.contains(&name) {
            name.push('_');
        }
        name
    }

    /// Returns a constructor of `Maybe`, qualified if a variant has the same name.
    pub(super) fn maybe(&self, constructor: &str) -> String {
        let is_taken = self.program.types.iter().any(|ty| match &ty.body {
            Body::Enum(all) => all.variants.iter().any(|variant| variant.name == constructor),
            _ => ty.name == constructor,
        });
        if is_taken { format!("Maybe.{constructor}") } else { constructor.to_owned() }
    }

    /// Returns names for `count` arguments: `a`, `b`, `c`.
    pub(super) fn letters(&self, count: usize) -> Vec<String> {
        let letter = |nth: usize| {
            let letters = (b'a'..=b'z').nth(nth % 26).map_or('a', char::from);
            if nth < 26 { letters.to_string() } else { format!("{letters}{}", nth / 26) }
        };
        (0..count).map(|nth| self.local(&letter(nth))).collect()
    }

    /// Returns the name of an imported type, qualified if a type of the program has the same name.
    pub(super) fn imported(&self, module: &str, name: &str) -> String {
        if self.types.contains(name) { format!("{module}.{name}") } else { name.to_owned() }
    }
}
