//! Prints Elm modules: the header, the imports and the definitions.

use super::encode::variant_names;
use super::requests::Definition;
use super::scope::Scope;
use super::text::code;
use crate::bindings::ElmPieces;
use crate::config::Config;
use crate::ir::{Body, Index, Program, ValueKind};
use crate::{MARK, lexer, names};
use std::collections::HashSet;

/// An Elm module.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Prints the modules of the types: one for all, or one for each type that is not in a cycle with
/// an earlier one.
pub(crate) fn modules(program: &Program, config: &Config) -> Vec<Module> {
    let mut groups: Vec<Vec<Index>> = Vec::new();
    for (at, ty) in program.types.iter().enumerate() {
        let same = |group: &&mut Vec<Index>| !config.split || program.types[group[0]].cycle == ty.cycle;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.into_iter().map(|group| module(&Scope::new(program, config, group))).collect()
}

/// Prints the definitions of one type.
pub(crate) fn pieces(program: &Program, config: &Config, at: Index) -> ElmPieces {
    let scope = Scope::new(program, config, (0..program.types.len()).collect());
    let joined = |all: Vec<Definition>| all.iter().map(Definition::write).collect::<Vec<_>>().join("\n\n\n");
    ElmPieces {
        name: program.types[at].name.clone(),
        definition: scope.definition(at),
        encoder: joined(scope.encoders(at)),
        decoder: joined(scope.decoders(at)),
        validator: scope.validator_of(at).write(),
    }
}

/// Returns an `exposing` clause with one line for each row.
pub(crate) fn exposing(rows: &[String]) -> String {
    match rows {
        [one] => format!("exposing ({one})"),
        rows => format!("exposing\n    ( {}\n    )", rows.join("\n    , ")),
    }
}

/// The part of a module about one type.
struct Section {
    title: String,
    definition: String,
    values: Vec<Definition>,
    /// Names for `@docs`: the type with its codecs, and the requests.
    rows: [Vec<String>; 2],
    exposed_type: String,
}

fn module(scope: &Scope<'_>) -> Module {
    let here = &scope.here;
    let name = scope.module_of(here[0]);
    let sections: Vec<_> = here.iter().map(|at| scope.section(*at)).collect();
    let mut body = String::new();
    for Section { title, definition, values, .. } in &sections {
        body.push_str(&format!("\n\n\n\n-- {title}\n\n\n{definition}"));
        for value in values {
            body.push_str("\n\n\n");
            body.push_str(&value.write());
        }
    }
    let rows: Vec<String> = sections
        .iter()
        .flat_map(|section| {
            let first =
                std::iter::once(section.exposed_type.clone()).chain(section.rows[0].iter().skip(1).cloned());
            [first.collect::<Vec<_>>().join(", "), section.rows[1].join(", ")]
        })
        .filter(|row| !row.is_empty())
        .collect();
    let mut docs = format!(
        "{{-| {MARK} {}{}. Do not edit:\nrun `{}` to update it.\n\n",
        env!("CARGO_PKG_VERSION"),
        origin(scope),
        code(&scope.config.command)
    );
    for Section { rows, .. } in &sections {
        // An unescaped `_` is emphasis in Markdown.
        docs.push_str(&format!("\n# {}\n\n", rows[0][0].replace('_', r"\_")));
        for row in rows.iter().filter(|row| !row.is_empty()) {
            docs.push_str(&format!("@docs {}\n", row.join(", ")));
        }
        docs.push('\n');
    }
    docs.push_str("-}");
    let imports = imports(scope, &body).join("\n");
    let text = format!("module {name} {}\n\n{docs}\n\n{imports}{body}\n", exposing(&rows));
    Module { name, text }
}

/// Returns the part of the header that names the Rust crates of the types.
fn origin(scope: &Scope<'_>) -> String {
    let mut crates: Vec<&str> = Vec::new();
    for at in &scope.here {
        let ty = &scope.program.types[*at];
        let name = ty.rust_crate.as_str();
        let is_shown = ty.stored.is_some() || scope.config.split;
        if is_shown && !name.is_empty() && !crates.contains(&name) {
            crates.push(name);
        }
    }
    let names: Vec<_> = crates.iter().map(|name| format!("`{}`", code(name))).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(" from the Rust crate {one}"),
        many => format!(" from the Rust crates {}", many.join(", ")),
    }
}

/// Returns the imports that a body needs, in the order of elm-format.
fn imports(scope: &Scope<'_>, body: &str) -> Vec<String> {
    let module = &scope.config.module;
    let used = lexer::elm::names(body);
    let qualifies = |prefix: &str| used.iter().any(|word| word.starts_with(prefix));
    let names = |word: &str| used.contains(word);
    let mut imports: Vec<String> = Vec::new();
    let mut import = |path: String, alias: Option<&str>, qualified: &str, types: &[&str]| {
        let types: Vec<_> =
            types.iter().copied().filter(|ty| names(ty) && scope.imported("", ty) == **ty).collect();
        if !qualifies(&format!("{qualified}.")) && types.is_empty() {
            return;
        }
        let alias = alias
            .filter(|_| qualifies(&format!("{qualified}.")))
            .map(|alias| format!(" as {alias}"))
            .unwrap_or_default();
        let exposing =
            if types.is_empty() { String::new() } else { format!(" exposing ({})", types.join(", ")) };
        imports.push(format!("import {path}{alias}{exposing}"));
    };
    import("Dict".to_owned(), None, "Dict", &["Dict"]);
    import("Json.Decode".to_owned(), Some("Decode"), "Decode", &["Decoder"]);
    import("Json.Encode".to_owned(), Some("Encode"), "Encode", &[]);
    import(format!("{module}.Codec"), Some("Codec"), "Codec", &[]);
    import(format!("{module}.Live"), Some("Live"), "Live", &["Live"]);
    import(format!("{module}.Request"), Some("Request"), "Request", &["Page", "Request", "Version"]);
    import(format!("{module}.Rule"), Some("Rule"), "Rule", &[]);
    import(
        format!("{module}.Type"),
        Some("Type"),
        "Type",
        &["GetOnly", "Invalid", "ReadOnly", "ReadWrite", "Type"],
    );
    import("Set".to_owned(), None, "Set", &["Set"]);
    if scope.config.split {
        let mut modules: Vec<(String, Vec<String>)> = Vec::new();
        // A type is not imported only because a constructor of this module has the same name.
        let referenced: HashSet<Index> =
            scope.here.iter().flat_map(|at| scope.program.types[*at].references()).collect();
        for (at, ty) in scope.program.types.iter().enumerate().filter(|(at, _)| !scope.here.contains(at)) {
            let path = scope.module_of(at);
            let is_used = referenced.contains(&at) && used.contains(ty.name.as_str());
            let names: Vec<_> = is_used.then(|| ty.name.clone()).into_iter().collect();
            match modules.iter_mut().find(|(other, _)| *other == path) {
                Some((_, all)) => all.extend(names),
                None => modules.push((path, names)),
            }
        }
        for (path, mut names) in modules {
            names.sort();
            let is_used = used.iter().any(|word| {
                word.strip_prefix(path.as_str())
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|rest| !rest.contains('.'))
            });
            if !names.is_empty() {
                imports.push(format!("import {path} exposing ({})", names.join(", ")));
            } else if is_used {
                imports.push(format!("import {path}"));
            }
        }
    }
    imports.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    imports
}

/// Returns the module that an import names.
pub(super) fn path_of(import: &str) -> &str {
    import.split(' ').nth(1).unwrap_or_default()
}

impl Scope<'_> {
    fn section(&self, at: Index) -> Section {
        let ty = &self.program.types[at];
        let mut values = Vec::new();
        let mut first = vec![ty.name.clone()];
        let mut second = Vec::new();
        if let Some(stored) = &ty.stored {
            let descriptor = self.descriptor(at, stored);
            first.push(descriptor.name.clone());
            values.push(descriptor);
        }
        let shown = [
            self.value(at, ValueKind::Encode),
            self.value(at, ValueKind::Decoder),
            self.value(at, ValueKind::Validate),
        ];
        for mut definition in
            self.encoders(at).into_iter().chain(self.decoders(at)).chain([self.validator_of(at)])
        {
            // With one module for each type, other modules use all of these.
            if shown.contains(&definition.name) || self.config.split {
                first.push(definition.name.clone());
            } else {
                definition.docs = None;
            }
            values.push(definition);
        }
        if let Some(stored) = &ty.stored {
            for definition in self.requests(at, stored) {
                second.push(definition.name.clone());
                values.push(definition);
            }
        }
        Section {
            title: names::title(&ty.name),
            definition: self.definition(at),
            values,
            rows: [first, second],
            exposed_type: self.exposing(at),
        }
    }

    pub(super) fn encoders(&self, at: Index) -> Vec<Definition> {
        let ty = &self.program.types[at];
        let name = &ty.name;
        let mut all = vec![define(
            self.value(at, ValueKind::Encode),
            format!("{name} -> Encode.Value"),
            self.encode(at),
        )];
        if ty.flattened {
            let ty = format!("{name} -> List ( String, Encode.Value )");
            all.push(define(self.value(at, ValueKind::Members), ty, self.encode_members(at)));
        }
        if let (Body::Enum(of), true) = (&ty.body, ty.is_key) {
            let value = self.local("value");
            let body = variant_names(of, &value);
            all.push(define(self.value(at, ValueKind::ToString), format!("{name} -> String"), (value, body)));
        }
        all
    }

    pub(super) fn decoders(&self, at: Index) -> Vec<Definition> {
        let ty = &self.program.types[at];
        let name = &ty.name;
        let decoder = format!("{} {name}", self.imported("Decode", "Decoder"));
        let mut all = vec![define(
            self.value(at, ValueKind::Decoder),
            decoder.clone(),
            (String::new(), self.decode(at)),
        )];
        if self.has_flat_decoder(at) {
            let (argument, body) = self.decode_members(at);
            let ty = if argument.is_some() { format!("List String -> {decoder}") } else { decoder.clone() };
            all.push(define(
                self.value(at, ValueKind::FromMembers),
                ty,
                (argument.unwrap_or_default(), body),
            ));
        }
        if let Body::Enum(of) = &ty.body {
            if ty.flattened && of.tagging == crate::ir::Tagging::External {
                let body = self.decode_content(at, of);
                all.push(define(self.value(at, ValueKind::Content), format!("String -> {decoder}"), body));
            }
            if ty.is_key {
                let name_of = self.local("name");
                let body = self.variant_by_name(of, &name_of);
                all.push(define(
                    self.value(at, ValueKind::FromString),
                    format!("String -> Maybe {name}"),
                    (name_of, body),
                ));
            }
        }
        all
    }

    pub(super) fn validator_of(&self, at: Index) -> Definition {
        let ty = &self.program.types[at];
        let name = &ty.name;
        let mut docs = format!(
            "{{-| Returns the rules that this `{name}` breaks, in field order. The server checks them again"
        );
        if !ty.server_rules.is_empty() {
            let names: Vec<_> = ty.server_rules.iter().map(|name| format!("`{}`", code(name))).collect();
            docs.push_str(&format!(",\nand also checks {}", names.join(", ")));
        }
        docs.push_str(".\n-}");
        let invalid = self.imported("Type", "Invalid");
        let definition = define(
            self.value(at, ValueKind::Validate),
            format!("{name} -> List {invalid}"),
            self.validate(at),
        );
        Definition { docs: Some(docs), ..definition }
    }
}

fn define(name: String, ty: String, (argument, body): (String, super::layout::Expr)) -> Definition {
    let args = if argument.is_empty() { argument } else { format!(" {argument}") };
    Definition { docs: Some("{-| -}".to_owned()), name, ty, args, body }
}
