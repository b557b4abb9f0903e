//! Names that would meet.

use super::full_name;
use crate::config::Config;
use crate::ir::{Body, Program, Type};
use crate::refusal::Refusal;
use crate::{names, runtime};

/// Refuses types, constructors, values and modules of one name.
pub(super) fn check(program: &Program, config: &Config, refusals: &mut Vec<Refusal>) {
    // Of each name: what it is, where it is from, and in which module it stands.
    let mut types = Vec::new();
    let mut constructors = Vec::new();
    let mut values = Vec::new();
    let mut modules: Vec<(String, String)> = Vec::new();
    for ty in &program.types {
        let place = full_name(ty.schema);
        let module = if config.split { ty.cycle } else { 0 };
        types.push((ty.name.clone(), place.clone(), module));
        match &ty.body {
            Body::Enum(all) => {
                for variant in &all.variants {
                    constructors.push((variant.name.clone(), format!("{place}::{}", variant.name), module));
                }
            }
            _ => constructors.push((ty.name.clone(), place.clone(), module)),
        }
        values.extend(ty.values().into_iter().map(|name| (name, place.clone(), module)));
        if config.split && program.types[ty.cycle].name == ty.name {
            modules.push((ty.name.clone(), place));
        }
    }
    let way_out = if config.split {
        "rename one of them"
    } else {
        "rename one of them, or give each type a module of its own with `ElmClient::module_per_type`"
    };
    meet(&types, "type", way_out, refusals);
    meet(&constructors, "constructor", way_out, refusals);
    meet(
        &values,
        "value",
        "rename one of them, or give one another `#[kv(plural = \"…\")]` if it is a list",
        refusals,
    );
    for (nth, (name, place)) in modules.iter().enumerate() {
        if let Some((other, first)) =
            modules[..nth].iter().find(|(other, _)| other.eq_ignore_ascii_case(name))
        {
            refusals.push(Refusal::new(
                place.clone(),
                format!("and `{first}` would be the files `{name}.elm` and `{other}.elm`, which are one on some disks"),
                "rename one of them",
            ));
        }
        if runtime::MODULES.iter().any(|module| module.eq_ignore_ascii_case(name)) {
            refusals.push(Refusal::new(
                place.clone(),
                format!("would be the module `{}.{name}`, which is one of kv-elm's own", config.module),
                "rename it, or leave out `ElmClient::module_per_type`",
            ));
        }
    }
}

fn meet(all: &[(String, String, usize)], what: &str, way_out: &str, refusals: &mut Vec<Refusal>) {
    for (nth, (name, place, module)) in all.iter().enumerate() {
        let earlier =
            all[..nth].iter().find(|(other, at, there)| other == name && there == module && at != place);
        if let Some((_, first, _)) = earlier {
            refusals.push(Refusal::new(
                place.clone(),
                format!("and `{first}` would both be the {what} `{name}`"),
                way_out,
            ));
        }
    }
}

impl Type {
    /// Every value that is written for it.
    pub(crate) fn values(&self) -> Vec<String> {
        let (name, lower) = (&self.name, names::lower(&self.name));
        let mut values = vec![format!("encode{name}"), format!("{lower}Decoder"), format!("validate{name}")];
        if self.flattened {
            values.extend(["Members", "FromMembers", "Content"].map(|word| format!("{lower}{word}")));
        }
        if self.is_key {
            values.extend(["ToString", "FromString"].map(|word| format!("{lower}{word}")));
        }
        if let Some(stored) = &self.stored {
            values.push(names::value(&lower));
            values.push(format!("get{name}"));
            if stored.access.can_list() {
                values.extend(["list", "live"].map(|word| format!("{word}{}", stored.plural)));
            }
            if stored.access.can_write() {
                values.extend(["set", "delete"].map(|word| format!("{word}{name}")));
                if !stored.key.is_empty() {
                    values.push(format!("{lower}Key"));
                }
            }
        }
        values
    }
}
