//! Modules of Elm: their heads, imports and definitions.

use super::encode::names_of;
use super::requests::Definition;
use super::scope::Scope;
use super::text::code;
use super::types::servers_own;
use crate::bindings::ElmPieces;
use crate::config::Config;
use crate::ir::{Body, Index, Program, Stored, Type, Value};
use crate::{MARK, map, names, runtime};
use std::collections::HashSet;

/// A module: its name and its text.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The modules of a program: one, or one for each type.
pub(crate) fn modules(program: &Program, config: &Config) -> Vec<Module> {
    let checked = map::checked(program);
    let mut groups: Vec<Vec<Index>> = Vec::new();
    for (at, ty) in program.types.iter().enumerate() {
        let same = |group: &&mut Vec<Index>| !config.split || program.types[group[0]].cycle == ty.cycle;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.into_iter().map(|group| module(&Scope::new(program, config, &checked, group))).collect()
}

/// The pieces of one type.
pub(crate) fn pieces(program: &Program, config: &Config, at: Index) -> ElmPieces {
    let checked = map::checked(program);
    let scope = Scope::new(program, config, &checked, (0..program.types.len()).collect());
    let written = |definition: Definition| definition.write();
    ElmPieces {
        name: program.types[at].name.clone(),
        definition: scope.definition(at),
        encoder: scope.encoders(at).into_iter().map(written).collect::<Vec<_>>().join("\n\n\n"),
        decoder: scope.decoders(at).into_iter().map(written).collect::<Vec<_>>().join("\n\n\n"),
        validator: scope.validator_of(at).write(),
    }
}

/// What is written of a type besides itself: what others may use, in two rows, and what they may not.
struct Written {
    title: String,
    definition: String,
    values: Vec<Definition>,
    rows: [Vec<String>; 2],
    exposed_type: String,
}

fn module(scope: &Scope<'_>) -> Module {
    let here = &scope.here;
    let name = scope.module_of(here[0]);
    let written: Vec<_> = here.iter().map(|at| scope.written(*at)).collect();
    let mut code_lines = Vec::new();
    for Written { title, definition, values, .. } in &written {
        let mut text = format!("\n\n\n\n-- {title}\n\n\n{definition}");
        for value in values {
            text.push_str("\n\n\n");
            text.push_str(&value.write());
        }
        code_lines.push(text);
    }
    let body = code_lines.concat();
    let exposing: Vec<String> = written
        .iter()
        .flat_map(|written| {
            let first =
                std::iter::once(written.exposed_type.clone()).chain(written.rows[0].iter().skip(1).cloned());
            [first.collect::<Vec<_>>().join(", "), written.rows[1].join(", ")]
        })
        .filter(|row| !row.is_empty())
        .collect();
    let exposing = match exposing.as_slice() {
        [one] => format!("exposing ({one})"),
        rows => format!("exposing\n    ( {}\n    )", rows.join("\n    , ")),
    };
    let mut docs = format!(
        "{{-| {MARK} {}{}. Do not edit:\nrun `{}` to refresh it.\n\n",
        env!("CARGO_PKG_VERSION"),
        origin(scope),
        code(&scope.config.command)
    );
    for Written { rows, .. } in &written {
        // Markdown reads a plain `_` as emphasis.
        docs.push_str(&format!("\n# {}\n\n", rows[0][0].replace('_', r"\_")));
        for row in rows.iter().filter(|row| !row.is_empty()) {
            docs.push_str(&format!("@docs {}\n", row.join(", ")));
        }
        docs.push('\n');
    }
    docs.push_str("-}");
    let imports = imports(scope, &body).join("\n");
    let text = format!("module {name} {exposing}\n\n{docs}\n\n{imports}{body}\n");
    Module { name, text }
}

/// From which crates the types of a module are.
fn origin(scope: &Scope<'_>) -> String {
    let mut crates: Vec<&str> = Vec::new();
    for at in &scope.here {
        let name = scope.program.types[*at].schema.module.split("::").next().unwrap_or_default();
        let is_own = scope.program.types[*at].stored.is_some() || scope.config.split;
        if is_own && !name.is_empty() && !crates.contains(&name) {
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

/// The imports that a body needs, in the order of elm-format.
fn imports(scope: &Scope<'_>, body: &str) -> Vec<String> {
    let module = &scope.config.module;
    let used = runtime::words(body);
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
        // A constructor of this module may have the name of another's type, which is not imported for it.
        let referenced: HashSet<Index> =
            scope.here.iter().flat_map(|at| scope.program.types[*at].named()).collect();
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

fn path_of(import: &str) -> &str {
    import.split(' ').nth(1).unwrap_or_default()
}

impl Scope<'_> {
    fn written(&self, at: Index) -> Written {
        let ty = &self.program.types[at];
        let mut values = Vec::new();
        let mut first = vec![ty.name.clone()];
        let mut second = Vec::new();
        if let Some(stored) = &ty.stored {
            let descriptor = self.descriptor(at, stored);
            first.push(descriptor.name.clone());
            values.push(descriptor);
        }
        let shown =
            [self.value(at, Value::Encode), self.value(at, Value::Decoder), self.value(at, Value::Validate)];
        for mut definition in
            self.encoders(at).into_iter().chain(self.decoders(at)).chain([self.validator_of(at)])
        {
            // Other modules use what is between their types.
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
        Written {
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
        let mut all =
            vec![define(self.value(at, Value::Encode), format!("{name} -> Encode.Value"), self.encode(at))];
        if ty.flattened {
            let ty = format!("{name} -> List ( String, Encode.Value )");
            all.push(define(self.value(at, Value::Members), ty, self.encode_members(at)));
        }
        if let (Body::Enum(of), true) = (&ty.body, ty.is_key) {
            let value = self.local("value");
            let body = names_of(of, &value);
            all.push(define(self.value(at, Value::ToString), format!("{name} -> String"), (value, body)));
        }
        all
    }

    pub(super) fn decoders(&self, at: Index) -> Vec<Definition> {
        let ty = &self.program.types[at];
        let name = &ty.name;
        let decoder = format!("{} {name}", self.imported("Decode", "Decoder"));
        let mut all =
            vec![define(self.value(at, Value::Decoder), decoder.clone(), (String::new(), self.decode(at)))];
        if self.has_flat_decoder(at) {
            let (argument, body) = self.decode_members(at);
            let ty = if argument.is_some() { format!("List String -> {decoder}") } else { decoder.clone() };
            all.push(define(self.value(at, Value::FromMembers), ty, (argument.unwrap_or_default(), body)));
        }
        if let Body::Enum(of) = &ty.body {
            if ty.flattened && of.tagging == crate::ir::Tagging::External {
                let body = self.decode_content(at, of);
                all.push(define(self.value(at, Value::Content), format!("String -> {decoder}"), body));
            }
            if ty.is_key {
                let name_of = self.local("name");
                let body = self.by_string(of, &name_of);
                all.push(define(
                    self.value(at, Value::FromString),
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
        let own = servers_own(ty);
        let mut docs =
            format!("{{-| The rules this `{name}` breaks, in field order. The server checks them again");
        if !own.is_empty() {
            docs.push_str(&format!(",\nand alone knows {}", own.join(", ")));
        }
        docs.push_str(".\n-}");
        let invalid = self.imported("Type", "Invalid");
        let definition =
            define(self.value(at, Value::Validate), format!("{name} -> List {invalid}"), self.validate(at));
        Definition { docs: Some(docs), ..definition }
    }
}

fn define(name: String, ty: String, (argument, body): (String, super::layout::Expr)) -> Definition {
    let args = if argument.is_empty() { argument } else { format!(" {argument}") };
    Definition { docs: Some("{-| -}".to_owned()), name, ty, args, body }
}

/// The module `Seed`, which has the shortest signatures.
pub(crate) fn seed(program: &Program, config: &Config, helpers: &str) -> Module {
    let checked = map::checked(program);
    let scope = Scope::new(program, config, &checked, (0..program.types.len()).collect());
    let mut body = String::new();
    let mut rows = Vec::new();
    let mut types: Vec<(String, Vec<String>)> = Vec::new();
    for (at, ty) in program.types.iter().enumerate() {
        let Some(stored) = &ty.stored else { continue };
        let module = scope.module_of(at);
        // Where the module needs the name itself, the type goes by its full one.
        let is_taken = ["Page", "Request", "Task", "Never", "Cmd"].contains(&ty.name.as_str());
        let exposed = (!is_taken).then(|| ty.name.clone());
        match types.iter_mut().find(|(other, _)| *other == module) {
            Some((_, names)) => names.extend(exposed),
            None => types.push((module.clone(), exposed.into_iter().collect())),
        }
        let shown = if is_taken { format!("{module}.{}", ty.name) } else { ty.name.clone() };
        let mut row = Vec::new();
        for (name, text) in seed_functions(ty, &shown, stored, &module) {
            row.push(name);
            body.push_str("\n\n\n");
            body.push_str(&text);
        }
        rows.push(row.join(", "));
    }
    let helpers: Vec<_> = helpers
        .split("\n\n\n")
        .filter(|helper| {
            let name =
                helper.split("-}\n").nth(1).and_then(|text| text.split(' ').next()).unwrap_or_default();
            body.contains(&format!("    {name} "))
        })
        .collect();
    for helper in helpers {
        body.push_str("\n\n\n");
        body.push_str(helper.trim_end());
    }
    let used = runtime::words(&body);
    let base = &config.module;
    let request = |name: &str| used.contains(name).then(|| name.to_owned());
    let exposed: Vec<_> = ["Page", "Request"].into_iter().filter_map(request).collect();
    let mut imports: Vec<String> = types
        .into_iter()
        .map(|(module, mut names)| {
            names.sort();
            let exposing = format!(" exposing ({})", names.join(", "));
            format!("import {module}{}", if names.is_empty() { "" } else { &exposing })
        })
        .collect();
    imports.push(format!("import {base}.Request as Request exposing ({})", exposed.join(", ")));
    if used.contains("Watch.tell") {
        imports.push(format!("import {base}.Watch as Watch"));
    }
    imports.push("import Task exposing (Task)".to_owned());
    imports.sort_by(|a, b| path_of(a).cmp(path_of(b)));
    let exposing = match rows.as_slice() {
        [one] => format!("exposing ({one})"),
        rows => format!("exposing\n    ( {}\n    )", rows.join("\n    , ")),
    };
    let docs = rows.join("\n@docs ");
    let text = format!(
        "module {base}.Seed {exposing}\n\n{{-| {MARK}. Do not edit.\n\nThe shortest signatures. They hide errors: a write \
         that fails is told to the console alone, and a\nread that fails finds `Nothing` or an empty list. \
         [`{base}`]({}) has those that tell.\n\n@docs {docs}\n\n-}}\n\n{}{body}\n",
        base.replace('.', "-"),
        imports.join("\n"),
    );
    Module { name: format!("{base}.Seed"), text }
}

fn seed_functions(of: &Type, ty: &str, stored: &Stored, module: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |value: Value, ty: String, args: &str, helper: &str| {
        let Some(function) = of.values.get(&value).cloned() else { return };
        let text = format!(
            "{{-| -}}\n{function} : {ty}\n{function} {args} =\n    {helper} ({module}.{function} {args})"
        );
        all.push((function, text));
    };
    if stored.access.can_write() {
        if stored.key.is_empty() {
            add(Value::Set, format!("String -> {ty} -> Cmd msg"), "key value", "told");
        } else {
            add(Value::Set, format!("{ty} -> Cmd msg"), "value", "told");
        }
    }
    add(Value::Get, format!("String -> Task Never (Maybe {ty})"), "key", "found");
    if stored.access.can_write() {
        add(Value::Delete, "String -> Cmd msg".to_owned(), "key", "told");
    }
    if stored.access.can_list() {
        let ty = format!("String -> Task Never (List ( String, {ty} ))");
        add(Value::List, ty, "prefix", "listed");
    }
    all
}
