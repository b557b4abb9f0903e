//! Prints the module `Kv.Seed`, which has the signatures of the design document.

use super::module::{Module, exposing, path_of};
use super::scope::Scope;
use crate::config::Config;
use crate::ir::{Program, Stored, Type, ValueKind};
use crate::{MARK, lexer};

/// Prints the module. `helpers` are the functions on which its functions are based.
pub(crate) fn seed(program: &Program, config: &Config, helpers: &str) -> Module {
    let scope = Scope::new(program, config, (0..program.types.len()).collect());
    let mut body = String::new();
    let mut rows = Vec::new();
    let mut types: Vec<(String, Vec<String>)> = Vec::new();
    for (at, ty) in program.types.iter().enumerate() {
        let Some(stored) = &ty.stored else { continue };
        let module = scope.module_of(at);
        // A type with a name that the module itself uses is qualified.
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
    let used = lexer::elm::names(&body);
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
    let text = format!(
        "module {base}.Seed {}\n\n{{-| {MARK}. Do not edit.\n\nThe signatures of the design document. They hide \
         errors: a failed write is only reported to the\nconsole, a failed read is `Nothing`, and a failed list \
         is empty. The functions in [`{base}`]({})\nreturn errors.\n\n@docs {}\n\n-}}\n\n{}{body}\n",
        exposing(&rows),
        base.replace('.', "-"),
        rows.join("\n@docs "),
        imports.join("\n"),
    );
    Module { name: format!("{base}.Seed"), text }
}

/// Returns the names and the code of the functions of one type.
fn seed_functions(of: &Type, ty: &str, stored: &Stored, module: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |value: ValueKind, ty: String, args: &str, helper: &str| {
        let Some(function) = of.values.get(&value).cloned() else { return };
        let text = format!(
            "{{-| -}}\n{function} : {ty}\n{function} {args} =\n    {helper} ({module}.{function} {args})"
        );
        all.push((function, text));
    };
    if stored.can_write {
        if stored.key.is_empty() {
            add(ValueKind::Set, format!("String -> {ty} -> Cmd msg"), "key value", "told");
        } else {
            add(ValueKind::Set, format!("{ty} -> Cmd msg"), "value", "told");
        }
    }
    add(ValueKind::Get, format!("String -> Task Never (Maybe {ty})"), "key", "found");
    if stored.can_write {
        add(ValueKind::Delete, "String -> Cmd msg".to_owned(), "key", "told");
    }
    if stored.can_list {
        let ty = format!("String -> Task Never (List ( String, {ty} ))");
        add(ValueKind::List, ty, "prefix", "listed");
    }
    all
}
