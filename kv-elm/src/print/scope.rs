//! What names mean where they are written.

use crate::config::Config;
use crate::ir::{Body, Content, Index, Program, Variant};
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
    constructors: HashSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        program: &'a Program,
        config: &'a Config,
        checked: &'a [bool],
        here: Vec<Index>,
    ) -> Self {
        let values = program.types.iter().flat_map(|ty| ty.values()).collect();
        let types = program.types.iter().map(|ty| ty.name.as_str()).collect();
        let variants = program.types.iter().filter_map(|ty| match &ty.body {
            Body::Enum(all) => Some(&all.variants),
            _ => None,
        });
        let variants = variants.flatten().map(|variant| variant.name.as_str());
        let constructors = program.types.iter().map(|ty| ty.name.as_str()).chain(variants).collect();
        Self { program, config, checked, here, values, types, constructors }
    }

    /// The name of a value that goes with a type: `encode` and its name, say, from another module with that before it.
    pub(super) fn value(&self, at: Index, before: &str, after: &str) -> String {
        let name = &self.program.types[at].name;
        let value = if before.is_empty() {
            format!("{}{after}", names::lower(name))
        } else {
            format!("{before}{name}{after}")
        };
        if self.here.contains(&at) { value } else { format!("{}.{value}", self.module_of(at)) }
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

    /// [`local`](Self::local), where a record of one of these variants is made inside: no field may have the name.
    pub(super) fn local_beside(&self, name: &str, variants: &[&Variant]) -> String {
        let fields = variants.iter().filter_map(|variant| match &variant.content {
            Content::Record(record) => Some(&record.fields),
            _ => None,
        });
        let taken: HashSet<_> = fields.flatten().map(|field| self.local(&field.name)).collect();
        let mut name = self.local(name);
        while taken.contains(&name) {
            name = self.local(&format!("{name}_"));
        }
        name
    }

    /// `Just` or `Nothing`, with its module before it where a type of the program has a constructor of that name.
    pub(super) fn of_maybe(&self, name: &str) -> String {
        if self.constructors.contains(name) { format!("Maybe.{name}") } else { name.to_owned() }
    }

    /// Names for so many arguments: `a`, `b`, `c`.
    pub(super) fn letters(&self, count: usize) -> Vec<String> {
        let letter = |nth: usize| {
            let letters = (b'a'..=b'z').nth(nth % 26).map(char::from).unwrap_or('a');
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
