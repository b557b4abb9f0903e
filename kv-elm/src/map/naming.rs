//! Names of types, constructors and values in Elm, of which no two in a module are equal.
//!
//! Where names clash, all that share one are prefixed: types by their Rust modules, variants by their types. See
//! [`settle`](super::settle) for who moves.

use super::settle::{Claim, Names, settle};
use super::{full_name, is_named};
use crate::config::Config;
use crate::ir::{Body, Index, Program, Type, Value};
use crate::refusal::Refusal;
use crate::{names, runtime};
use kv_schema::elm::{self, ElmNameError, OWN_TYPES, RESERVED};
use kv_schema::ty::{Arg, Shape};
use kv_schema::{Exposed, TypeSchema};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};

/// The function of `elm/core` that generated code refers to without a module.
const OWN_VALUE: &str = "identity";

/// Returns the names of types, in order.
pub(super) fn types(
    schemas: &[&'static TypeSchema],
    config: &Config,
    refusals: &mut Vec<Refusal>,
) -> Vec<String> {
    // The arguments of generic types have names as well, whether or not a value of theirs is written.
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
    let types = Types { all: &all, places: &places, config, constructors: given.collect() };
    let (mut named, conflicts) = settle(&claims, &types);
    for schema in schemas {
        given_name(schema.elm, elm::check_type, &full_name(schema), refusals);
    }
    for (later, earlier) in conflicts.equal {
        refusals.push(both(&full_name(all[later]), &full_name(all[earlier]), &named[later]));
    }
    for at in conflicts.taken.into_iter().filter(|at| !OWN_TYPES.contains(&named[*at].as_str())) {
        refusals.push(Refusal::new(
            full_name(all[at]),
            format!("would be the module `{}.{}`, which is one of kv-elm's own", config.module, named[at]),
            "take another `#[kv(elm = \"…\")]`, or leave out `ElmClient::module_per_type`",
        ));
    }
    named.truncate(schemas.len());
    named
}

struct Types<'a> {
    all: &'a [&'static TypeSchema],
    places: &'a HashMap<TypeId, usize>,
    config: &'a Config,
    /// The names that `#[kv(elm = "…")]` gives to variants.
    constructors: HashSet<&'static str>,
}

impl Types<'_> {
    /// A type's name with those of its arguments.
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

impl Names for Types<'_> {
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
        // A name that was given is not taken by another that was: both are refused where the constructors are named.
        let is_constructor = schema.elm.is_none()
            && !matches!(schema.shape, Shape::Enum(_))
            && (self.constructors.contains(name) || elm::BOOLS.contains(&name));
        is_module || is_constructor || OWN_TYPES.contains(&name)
    }

    /// Names that differ in case alone would be one file on some disks.
    fn key(&self, name: &str) -> String {
        name.to_ascii_lowercase()
    }
}

/// A name with the last of some segments before it, or, after all of these, another one with a number after it.
fn prefixed(segments: &[String], step: usize, name: &str, plain: &str) -> String {
    match step.checked_sub(segments.len()) {
        Some(number @ 1..) => format!("{plain}{number}"),
        _ => format!("{}{name}", segments[segments.len() - step..].concat()),
    }
}

/// The Rust modules of a type as parts of a name, without those that say the same as the type.
fn segments(schema: &TypeSchema) -> Vec<String> {
    let own = names::upper(schema.name);
    let segments = schema.module.split("::").filter(|it| !it.is_empty()).map(names::segment);
    segments.filter(|segment| *segment != own).collect()
}

/// The named and unnamed types among the arguments of a type.
fn arguments(schema: &TypeSchema) -> Vec<&'static TypeSchema> {
    let args =
        schema.args.iter().filter_map(|arg| if let Arg::Type(ty) = arg { Some(ty.get()) } else { None });
    let item = if let Shape::Array { item, .. } = schema.shape { Some(item.get()) } else { None };
    // An unnamed type is named after what it is made of.
    let of = |part: &'static TypeSchema| if is_named(part) { vec![part] } else { arguments(part) };
    args.chain(item).flat_map(of).collect()
}

/// The same with the arguments of these.
fn nested_arguments(schema: &TypeSchema) -> Vec<&'static TypeSchema> {
    let direct = arguments(schema);
    direct.iter().flat_map(|part| nested_arguments(part)).chain(direct.iter().copied()).collect()
}

/// A type in Rust, with the modules of its arguments.
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

/// Refuses a given name that Elm does not take; the derive has refused it before.
pub(super) fn given_name(
    name: Option<&str>,
    check: fn(&str) -> Result<(), ElmNameError>,
    place: &str,
    refusals: &mut Vec<Refusal>,
) {
    if let Some((name, error)) = name.and_then(|name| check(name).err().map(|error| (name, error))) {
        refusals.push(Refusal::new(place, format!("is named {name:?} in Elm"), error.to_string()));
    }
}

fn both(place: &str, other: &str, name: &str) -> Refusal {
    Refusal::new(
        place,
        format!("and `{other}` are both named `{name}` by `#[kv(elm = \"…\")]`"),
        "give one of them another name",
    )
}

/// Returns what many values of each exposed type are called.
pub(super) fn plurals(
    exposed: &[Exposed],
    name_of: impl Fn(&TypeSchema) -> Option<String>,
    refusals: &mut Vec<Refusal>,
) -> Vec<String> {
    struct Plurals(Vec<(Option<String>, String)>);

    impl Names for Plurals {
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
    let (plurals, conflicts) = settle(&claims, &Plurals(wanted));
    for (later, earlier) in conflicts.equal {
        refusals.push(Refusal::new(
            full_name(exposed[later].schema()),
            format!("and `{}` have one plural, `{}`", full_name(exposed[earlier].schema()), plurals[later]),
            "give one of them another `#[kv(plural = \"…\")]`",
        ));
    }
    plurals
}

/// Names the constructors and the values of all types.
pub(super) fn finish(program: &mut Program, config: &Config, refusals: &mut Vec<Refusal>) {
    let mut modules: HashMap<usize, Vec<Index>> = HashMap::new();
    for (at, ty) in program.types.iter().enumerate() {
        modules.entry(if config.split { ty.cycle } else { 0 }).or_default().push(at);
    }
    let mut modules: Vec<_> = modules.into_values().collect();
    modules.sort();
    for module in modules {
        constructors(program, &module, refusals);
        values(program, &module);
    }
}

/// A constructor of a module.
struct Constructor {
    ty: Index,
    /// Which variant it is; `None` for the one of a type that is no enum.
    variant: Option<usize>,
    place: String,
}

struct Constructors<'a> {
    program: &'a Program,
    all: &'a [Constructor],
}

impl Names for Constructors<'_> {
    fn name(&self, claim: usize, steps: &[usize]) -> String {
        let Constructor { ty, variant, .. } = self.all[claim];
        let ty = &self.program.types[ty];
        let Some(variant) = variant.and_then(|nth| variants(ty.schema).get(nth)) else {
            return ty.name.clone();
        };
        if let Some(given) = variant.elm {
            return given.to_owned();
        }
        let name = names::upper(variant.rust_name);
        let whole = format!("{}{name}", ty.name);
        names::short(match steps[claim] {
            0 => name,
            step => prefixed(&segments(ty.schema), step - 1, &whole, &whole),
        })
    }

    fn is_taken(&self, _: usize, name: &str) -> bool {
        elm::BOOLS.contains(&name)
    }
}

fn constructors(program: &mut Program, module: &[Index], refusals: &mut Vec<Refusal>) {
    let mut all = Vec::new();
    let mut claims = Vec::new();
    for at in module {
        let schema = program.types[*at].schema;
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
            given_name(variant.elm, elm::check_variant, &place, refusals);
            let steps = variant.elm.is_none().then(|| 1 + segments(schema).len());
            add(Some(nth), steps, place);
        }
    }
    let (named, conflicts) = settle(&claims, &Constructors { program, all: &all });
    for (later, earlier) in conflicts.equal {
        refusals.push(both(&all[later].place, &all[earlier].place, &named[later]));
    }
    for (Constructor { ty, variant, .. }, name) in all.into_iter().zip(named) {
        if let (Body::Enum(body), Some(nth)) = (&mut program.types[ty].body, variant) {
            body.variants[nth].name = name;
        }
    }
}

/// Names the values of a module: where several have one name, the first in the order of [`Value`] keeps it, and the
/// others have a `_` after it.
fn values(program: &mut Program, module: &[Index]) {
    let mut wanted: Vec<_> =
        module.iter().flat_map(|at| program.types[*at].wanted_values().map(move |it| (it, *at))).collect();
    let mut count: HashMap<String, usize> = HashMap::new();
    for ((_, name), _) in &wanted {
        *count.entry(name.clone()).or_default() += 1;
    }
    // Of one kind, names that nothing else has come first, so that the order of types does not matter.
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
    /// Every value that is written for the type, by the name that it would have if no other had it.
    fn wanted_values(&self) -> impl Iterator<Item = (Value, String)> + use<> {
        let mut all = vec![Value::Encode, Value::Decoder, Value::Validate];
        if self.flattened {
            all.extend([Value::Members, Value::FromMembers, Value::Content]);
        }
        if self.is_key {
            all.extend([Value::ToString, Value::FromString]);
        }
        if let Some(stored) = &self.stored {
            all.extend([Value::Descriptor, Value::Get]);
            if stored.access.can_list() {
                all.extend([Value::List, Value::Live]);
            }
            if stored.access.can_write() {
                all.extend([Value::Set, Value::Delete]);
                if !stored.key.is_empty() {
                    all.push(Value::Key);
                }
            }
        }
        let (name, lower) = (self.name.clone(), names::lower(&self.name));
        let plural = self.stored.as_ref().map(|stored| stored.plural.clone()).unwrap_or_default();
        all.into_iter().map(move |value| {
            let name = match value.words() {
                ("", after) => format!("{lower}{after}"),
                (before @ ("list" | "live"), _) => format!("{before}{plural}"),
                (before, _) => format!("{before}{name}"),
            };
            (value, name)
        })
    }
}
