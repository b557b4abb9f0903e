//! What names mean where they are written.

use crate::config::Config;
use crate::ir::{Body, Index, Program, Value};
use crate::names;
use std::collections::HashSet;

/// A module that is being written.
pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    pub(super) config: &'a Config,
    /// Whether the values of each type can break a rule.
    pub(super) checked: &'a [bool],
    /// The types that stand in the module.
    pub(super) here: Vec<Index>,
    values: HashSet<String>,
    types: HashSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        program: &'a Program,
        config: &'a Config,
        checked: &'a [bool],
        here: Vec<Index>,
    ) -> Self {
        let values = program.types.iter().flat_map(|ty| ty.values.values().cloned()).collect();
        let types = program.types.iter().map(|ty| ty.name.as_str()).collect();
        Self { program, config, checked, here, values, types }
    }

    /// The name of a value of a type, from another module with that before it.
    pub(super) fn value(&self, at: Index, value: Value) -> String {
        let value = self.program.types[at].values.get(&value).cloned().unwrap_or_default();
        if self.here.contains(&at) { value } else { format!("{}.{value}", self.module_of(at)) }
    }

    /// The constructor of a type that has one of its own name.
    pub(super) fn constructor(&self, at: Index) -> String {
        let name = &self.program.types[at].name;
        if self.here.contains(&at) { name.clone() } else { format!("{}.{name}", self.module_of(at)) }
    }

    /// The module in which a type stands.
    pub(super) fn module_of(&self, at: Index) -> String {
        let Config { module, split, .. } = self.config;
        if *split {
            let first = self.program.types[at].cycle;
            format!("{module}.{}", self.program.types[first].name)
        } else {
            module.clone()
        }
    }

    /// A name that is free for an argument: no value of a module is hidden by it, which Elm refuses.
    pub(super) fn local(&self, name: &str) -> String {
        let mut name = names::value(name);
        while self.values.contains(&name) {
            name.push('_');
        }
        name
    }

    /// Names that are free for arguments of one function.
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

    /// The same for an argument around others that have the names of the fields of a type's variants.
    pub(super) fn local_around(&self, at: Index, name: &str) -> String {
        let mut name = self.local(name);
        let records = self.program.types[at].records();
        let inside: Vec<_> = records.iter().flat_map(|record| self.locals(&record.names())).collect();
        while inside.contains(&name) || self.values.contains(&name) {
            name.push('_');
        }
        name
    }

    /// A constructor of `Maybe`, by its full name where a variant has the short one.
    pub(super) fn maybe(&self, constructor: &str) -> String {
        let is_taken = self.program.types.iter().any(|ty| match &ty.body {
            Body::Enum(all) => all.variants.iter().any(|variant| variant.name == constructor),
            _ => ty.name == constructor,
        });
        if is_taken { format!("Maybe.{constructor}") } else { constructor.to_owned() }
    }

    /// Names for so many arguments: `a`, `b`, `c`.
    pub(super) fn letters(&self, count: usize) -> Vec<String> {
        let letter = |nth: usize| {
            let letters = (b'a'..=b'z').nth(nth % 26).map_or('a', char::from);
            if nth < 26 { letters.to_string() } else { format!("{letters}{}", nth / 26) }
        };
        (0..count).map(|nth| self.local(&letter(nth))).collect()
    }

    /// A type of a module that is imported under some name, with that before it where a type of the program has its
    /// name.
    pub(super) fn imported(&self, module: &str, name: &str) -> String {
        if self.types.contains(name) { format!("{module}.{name}") } else { name.to_owned() }
    }
}
