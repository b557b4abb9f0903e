//! Chooses the names of types, constructors and values, so that no two names of an Elm module are
//! equal.
//!
//! If names collide, types are prefixed with their Rust modules and variants with their types. See
//! [`collisions`](super::collisions) for the algorithm.

use super::collisions::{Claim, NameSource, resolve};
use super::{full_name, is_named};
use crate::config::Config;
use crate::ir::{Body, Index, Program, Type, ValueKind};
use crate::unsupported::Unsupported;
use crate::{names, runtime};
use kv_schema::elm::{self, ElmNameError, OWN_TYPES, RESERVED};
use kv_schema::ty::{Arg, Shape};
use kv_schema::{Exposed, TypeSchema};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};

/// The `elm/core` function that generated code uses unqualified.
const OWN_VALUE: &str = "identity";

/// Returns the Elm names of types, in order.
pub(super) fn types(
    schemas: &[&'static TypeSchema],
    config: &Config,
    unsupported: &mut Vec<Unsupported>,
) -> Vec<String> {
    // The arguments of generic types need names even if no field has their type.
    let mut all = schemas.to_vec();
    let mut at = 0;
    while at < all.len() {
        for part in arguments(all[at]) {
            if is_named(part) && !all.contains(&part) {
                all.push(part);
            }
        }
        at += 1;
    }
    let places: HashMap<_, _> = all.iter().enumerate().map(|(at, schema)| (schema.id, at)).collect();
    let claims: Vec<_> = all
        .iter()
        .map(|schema| Claim {
            steps: schema.elm.is_none().then(|| segments(schema).len()),
            parts: nested_arguments(schema).iter().filter_map(|part| places.get(&part.id).copied()).collect(),
            order: path(schema),
        })
        .collect();
    let given = schemas.iter().flat_map(|schema| variants(schema)).filter_map(|variant| variant.elm);
    let types = TypeNames { all: &all, places: &places, config, constructors: given.collect() };
    let (mut named, collisions) = resolve(&claims, &types);
    for schema in schemas {
        given_name(schema.elm, elm::check_type, &full_name(schema), unsupported);
    }
    for (later, earlier) in collisions.equal {
        unsupported.push(both(&full_name(all[later]), &full_name(all[earlier]), &named[later]));
    }
    for at in collisions.taken.into_iter().filter(|at| !OWN_TYPES.contains(&named[*at].as_str())) {
        unsupported.push(Unsupported::new(
            full_name(all[at]),
            format!(
                "would be in the module `{}.{}`, a name that kv-elm uses itself",
                config.module, named[at]
            ),
            "choose another `#[kv(elm = \"…\")]`, or do not call `ElmClient::module_per_type`",
        ));
    }
    named.truncate(schemas.len());
    named
}

struct TypeNames<'a> {
    all: &'a [&'static TypeSchema],
    places: &'a HashMap<TypeId, usize>,
    config: &'a Config,
    /// Names that `#[kv(elm = "…")]` gives to variants.
    constructors: HashSet<&'static str>,
}

impl TypeNames<'_> {
    /// Returns the name of a type, including its arguments.
    fn whole(&self, schema: &TypeSchema, steps: &[usize]) -> String {
        let mut name = match schema.shape {
            Shape::Array { item, len } => return format!("Array{len}{}", self.argument(item.get(), steps)),
            Shape::Tuple(_) => "Tuple".to_owned(),
            Shape::Unit if schema.name == "()" => "Unit".to_owned(),
            _ => schema.elm.map_or_else(|| names::upper(schema.name), ToOwned::to_owned),
        };
        for arg in schema.args {
            match arg {
                Arg::Type(ty) => name.push_str(&self.argument(ty.get(), steps)),
                Arg::Const(n) if *n < 0 => name.push_str(&format!("Minus{}", n.unsigned_abs())),
                Arg::Const(n) => name.push_str(&n.to_string()),
            }
        }
        name
    }

    fn argument(&self, schema: &TypeSchema, steps: &[usize]) -> String {
        match self.places.get(&schema.id) {
            Some(at) => self.name(*at, steps),
            None => self.whole(schema, steps),
        }
    }
}

impl NameSource for TypeNames<'_> {
    fn name(&self, claim: usize, steps: &[usize]) -> String {
        let schema = self.all[claim];
        let name = self.whole(schema, steps);
        let name = match (schema.elm.is_some(), steps[claim]) {
            (true, _) | (false, 0) => name,
            (false, step) => prefixed(&segments(schema), step, &name, &name),
        };
        names::shortened(name, names::max_len_in(if self.config.split { &self.config.module } else { "" }))
    }

    fn is_taken(&self, claim: usize, name: &str) -> bool {
        let schema = self.all[claim];
        let is_module = self.config.split && runtime::MODULES.iter().any(|it| it.eq_ignore_ascii_case(name));
        // Two equal names from `#[kv(elm = "…")]` are an error, which `constructors` reports.
        let is_constructor = schema.elm.is_none()
            && !matches!(schema.shape, Shape::Enum(_))
            && (self.constructors.contains(name) || elm::BOOLS.contains(&name));
        is_module || is_constructor || OWN_TYPES.contains(&name)
    }

    /// Ignores case: names that differ only in case would be the same file on some file systems.
    fn key(&self, name: &str) -> String {
        name.to_ascii_lowercase()
    }
}

/// Returns `name` prefixed with the last `step` segments. If there are fewer segments, returns
/// `plain` followed by the number of missing ones.
fn prefixed(segments: &[String], step: usize, name: &str, plain: &str) -> String {
    match step.checked_sub(segments.len()) {
        Some(number @ 1..) => format!("{plain}{number}"),
        _ => format!("{}{name}", segments[segments.len() - step..].concat()),
    }
}

/// Returns the Rust modules of a type as parts of a name, except modules with the name of the type.
fn segments(schema: &TypeSchema) -> Vec<String> {
    let own = names::upper(schema.name);
    let segments = schema.module.split("::").filter(|it| !it.is_empty()).map(names::segment);
    segments.filter(|segment| *segment != own).collect()
}

/// Returns the named types among the arguments of a type, including those inside unnamed arguments.
fn arguments(schema: &TypeSchema) -> Vec<&'static TypeSchema> {
    let args =
        schema.args.iter().filter_map(|arg| if let Arg::Type(ty) = arg { Some(ty.get()) } else { None });
    let item = if let Shape::Array { item, .. } = schema.shape { Some(item.get()) } else { None };
    let of = |part: &'static TypeSchema| if is_named(part) { vec![part] } else { arguments(part) };
    args.chain(item).flat_map(of).collect()
}

/// Returns the [`arguments`] of a type, their arguments, and so on.
fn nested_arguments(schema: &TypeSchema) -> Vec<&'static TypeSchema> {
    let direct = arguments(schema);
    direct.iter().flat_map(|part| nested_arguments(part)).chain(direct.iter().copied()).collect()
}

/// Returns the path of a type in Rust, including the paths of its arguments.
fn path(schema: &TypeSchema) -> String {
    let args = schema.args.iter().map(|arg| match arg {
        Arg::Type(ty) => path(ty.get()),
        Arg::Const(n) => n.to_string(),
    });
    format!("{}::{}<{}>", schema.module, schema.name, args.collect::<Vec<_>>().join(","))
}

fn variants(schema: &TypeSchema) -> &'static [kv_schema::ty::Variant] {
    if let Shape::Enum(all) = schema.shape { all.variants } else { &[] }
}

/// Reports a name from `#[kv(elm = "…")]` that is not valid in Elm. The derive rejects such names,
/// but a schema may be written by hand.
pub(super) fn given_name(
    name: Option<&str>,
    check: fn(&str) -> Result<(), ElmNameError>,
    place: &str,
    unsupported: &mut Vec<Unsupported>,
) {
    if let Some((name, error)) = name.and_then(|name| check(name).err().map(|error| (name, error))) {
        unsupported.push(Unsupported::new(place, format!("is named {name:?} in Elm"), error.to_string()));
    }
}

fn both(place: &str, other: &str, name: &str) -> Unsupported {
    Unsupported::new(
        place,
        format!("and `{other}` are both named `{name}` by `#[kv(elm = \"…\")]`"),
        "rename one of them",
    )
}

/// Returns the plural of the name of each exposed type.
pub(super) fn plurals(
    exposed: &[Exposed],
    name_of: impl Fn(&TypeSchema) -> Option<String>,
    unsupported: &mut Vec<Unsupported>,
) -> Vec<String> {
    struct PluralNames(Vec<(Option<String>, String)>);

    impl NameSource for PluralNames {
        fn name(&self, claim: usize, steps: &[usize]) -> String {
            let (given, name) = &self.0[claim];
            match (given, steps[claim]) {
                (Some(given), _) => given.clone(),
                (None, 0) => names::plural(name),
                (None, 1) => format!("{name}Entries"),
                (None, step) => format!("{name}Entries{}", step - 1),
            }
        }

        fn is_taken(&self, _: usize, _: &str) -> bool {
            false
        }
    }

    let claims: Vec<_> = exposed
        .iter()
        .map(|it| Claim {
            steps: it.plural().is_none().then_some(1),
            parts: Vec::new(),
            order: path(it.schema()),
        })
        .collect();
    let wanted = exposed
        .iter()
        .map(|it| (it.plural().map(names::upper_first), name_of(it.schema()).unwrap_or_default()))
        .collect();
    let (plurals, collisions) = resolve(&claims, &PluralNames(wanted));
    for (later, earlier) in collisions.equal {
        unsupported.push(Unsupported::new(
            full_name(exposed[later].schema()),
            format!(
                "and `{}` have the same plural `{}`",
                full_name(exposed[earlier].schema()),
                plurals[later]
            ),
            "give one of them another `#[kv(plural = \"…\")]`",
        ));
    }
    plurals
}

/// Sets the names of the constructors and the values of all types, given their schemas in the same
/// order.
pub(super) fn finish(
    program: &mut Program,
    schemas: &[&'static TypeSchema],
    config: &Config,
    unsupported: &mut Vec<Unsupported>,
) {
    let mut modules: HashMap<usize, Vec<Index>> = HashMap::new();
    for (at, ty) in program.types.iter().enumerate() {
        modules.entry(if config.split { ty.cycle } else { 0 }).or_default().push(at);
    }
    let mut modules: Vec<_> = modules.into_values().collect();
    modules.sort();
    for module in modules {
        constructors(program, schemas, &module, unsupported);
        values(program, &module);
    }
}

/// A constructor of a module.
struct Constructor {
    ty: Index,
    /// Index of the variant; `None` if the type is not an enum.
    variant: Option<usize>,
    place: String,
}

struct ConstructorNames<'a> {
    program: &'a Program,
    schemas: &'a [&'static TypeSchema],
    all: &'a [Constructor],
}

impl NameSource for ConstructorNames<'_> {
    fn name(&self, claim: usize, steps: &[usize]) -> String {
        let Constructor { ty, variant, .. } = self.all[claim];
        let (schema, ty) = (self.schemas[ty], &self.program.types[ty].name);
        let Some(variant) = variant.and_then(|nth| variants(schema).get(nth)) else {
            return ty.clone();
        };
        if let Some(given) = variant.elm {
            return given.to_owned();
        }
        let name = names::upper(variant.rust_name);
        let whole = format!("{ty}{name}");
        names::short(match steps[claim] {
            0 => name,
            step => prefixed(&segments(schema), step - 1, &whole, &whole),
        })
    }

    fn is_taken(&self, _: usize, name: &str) -> bool {
        elm::BOOLS.contains(&name)
    }
}

fn constructors(
    program: &mut Program,
    schemas: &[&'static TypeSchema],
    module: &[Index],
    unsupported: &mut Vec<Unsupported>,
) {
    let mut all = Vec::new();
    let mut claims = Vec::new();
    for at in module {
        let schema = schemas[*at];
        let place = full_name(schema);
        let mut add = |variant, steps, place: String| {
            claims.push(Claim { steps, parts: Vec::new(), order: format!("{} {place}", path(schema)) });
            all.push(Constructor { ty: *at, variant, place });
        };
        if !matches!(program.types[*at].body, Body::Enum(_)) {
            add(None, None, place);
            continue;
        }
        for (nth, variant) in variants(schema).iter().enumerate() {
            let place = format!("{place}::{}", variant.rust_name);
            given_name(variant.elm, elm::check_variant, &place, unsupported);
            let steps = variant.elm.is_none().then(|| 1 + segments(schema).len());
            add(Some(nth), steps, place);
        }
    }
    let (named, collisions) = resolve(&claims, &ConstructorNames { program, schemas, all: &all });
    for (later, earlier) in collisions.equal {
        unsupported.push(both(&all[later].place, &all[earlier].place, &named[later]));
    }
    for (Constructor { ty, variant, .. }, name) in all.into_iter().zip(named) {
        if let (Body::Enum(body), Some(nth)) = (&mut program.types[ty].body, variant) {
            body.variants[nth].name = name;
        }
    }
}

/// Names the values of a module. If several have the same name, the first in the order of
/// [`ValueKind`] keeps it, and the others get a `_` at the end.
fn values(program: &mut Program, module: &[Index]) {
    let mut wanted: Vec<_> =
        module.iter().flat_map(|at| program.types[*at].wanted_values().map(move |it| (it, *at))).collect();
    let mut count: HashMap<String, usize> = HashMap::new();
    for ((_, name), _) in &wanted {
        *count.entry(name.clone()).or_default() += 1;
    }
    // Within a kind, names without a collision come first, so that the order of types does not
    // matter.
    wanted.sort_by_key(|((value, name), _)| (*value, count[name] > 1, name.clone()));
    let mut taken: HashSet<String> = RESERVED.iter().map(ToString::to_string).collect();
    taken.insert(OWN_VALUE.to_owned());
    for ((value, mut name), at) in wanted {
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        program.types[at].values.insert(value, name);
    }
}

impl Type {
    /// Returns the values that are generated for the type, with their names before collisions are
    /// resolved.
    fn wanted_values(&self) -> impl Iterator<Item = (ValueKind, String)> + use<> {
        let mut all = vec![ValueKind::Encode, ValueKind::Decoder, ValueKind::Validate];
        if self.flattened {
            all.extend([ValueKind::Members, ValueKind::FromMembers, ValueKind::Content]);
        }
        if self.is_key {
            all.extend([ValueKind::ToString, ValueKind::FromString]);
        }
        if let Some(stored) = &self.stored {
            all.extend([ValueKind::Descriptor, ValueKind::Get]);
            if stored.can_list {
                all.extend([ValueKind::List, ValueKind::Live]);
            }
            if stored.can_write {
                all.extend([ValueKind::Set, ValueKind::Delete]);
                if !stored.key.is_empty() {
                    all.push(ValueKind::Key);
                }
            }
        }
        let (name, lower) = (self.name.clone(), names::lower_camel(&self.name));
        let plural = self.stored.as_ref().map(|stored| stored.plural.clone()).unwrap_or_default();
        all.into_iter().map(move |value| {
            let name = match value.affixes() {
                ("", after) => format!("{lower}{after}"),
                (before @ ("list" | "live"), _) => format!("{before}{plural}"),
                (before, _) => format!("{before}{name}"),
            };
            (value, name)
        })
    }
}
