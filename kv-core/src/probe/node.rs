//! [`Node`], a sample of a type: JSON whose parts refer to their types.

use super::json::{Json, near_number, same_number};
use crate::schema::ty::{DefaultJson, TypeSchema};

/// A place in the definition of a type at which its values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChoiceSlot(pub(super) u64);

/// A part of a sample.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) slot: ChoiceSlot,
    /// The number of alternatives of the slot that a search may try; 0 if there are none.
    pub(super) alternatives: usize,
    /// The innermost struct or enum that contains it, or the type itself.
    pub(super) ty: &'static TypeSchema,
    pub(super) form: Form,
    pub(super) value: Value,
}

/// The allowed difference between the sample and the written JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Not at all.
    Exact,
    /// The order of items.
    Unordered,
    /// The spelling, as in `::1` and `0::1`.
    Spelled,
    /// The spelling, and digits that the type cannot store: the wire type is not the type of the
    /// value.
    Own,
    /// Anything: it is a value without a schema.
    Any,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// The name of a variant without content.
    Unit(String),
    List(Vec<Node>),
    /// An object, and whether a flattened part of it has no schema.
    Object(Vec<Member>, bool),
}

#[derive(Debug)]
pub(super) struct Member {
    /// The name in the sample.
    pub(super) name: String,
    /// The name in the written JSON.
    pub(super) written: String,
    /// `None` if the member is absent.
    pub(super) value: Option<Node>,
    /// Whether a writer may leave it out.
    pub(super) may_be_left_out: bool,
    /// The value that a reader uses if the member is absent, if that is known.
    pub(super) default: Option<DefaultJson>,
    /// The key of a map, if the name is one.
    pub(super) key: Option<SampleKey>,
}

impl Member {
    /// The value that a reader uses if the member is absent, if that is known.
    fn default(&self) -> Option<Json> {
        Json::parse(&self.default?.get()?)
    }
}

/// The key of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct SampleKey {
    pub(super) slot: ChoiceSlot,
    pub(super) alternatives: usize,
    /// The innermost struct or enum that contains it, or the type itself.
    pub(super) ty: &'static TypeSchema,
    /// Whether it is a number or a boolean in the schema, not by `wire`.
    pub(super) is_number: bool,
}

/// The place of a difference, and the JSON that was written there, if any.
pub(super) type Difference = (String, Option<Json>);

impl Node {
    /// Returns the JSON of the sample.
    pub(super) fn json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) | Value::Unit(text) => Json::Text(text.clone()),
            Value::List(items) => Json::List(items.iter().map(Self::json).collect()),
            Value::Object(members, _) => {
                let sent = members
                    .iter()
                    .filter_map(|member| Some((member.name.clone(), member.value.as_ref()?.json())));
                Json::Object(sent.collect())
            }
        }
    }

    /// Returns the key of a map, if the node is one.
    pub(super) fn key(&self) -> Option<SampleKey> {
        match &self.value {
            Value::Object(members, _) => members.first().and_then(|member| member.key),
            _ => None,
        }
    }

    /// Returns the innermost part on the path of a JSON pointer.
    pub(super) fn at(&self, pointer: &str) -> &Self {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let next = match &node.value {
                Value::List(items) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
                Value::Object(members, _) => {
                    let found = members.iter().find(|member| member.name == name || member.written == name);
                    found.and_then(|member| member.value.as_ref())
                }
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        node
    }

    /// Calls `visit` with every part, itself first.
    pub(super) fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        match &self.value {
            Value::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Value::Object(members, _) => {
                members.iter().filter_map(|member| member.value.as_ref()).for_each(|value| value.walk(visit));
            }
            _ => {}
        }
    }

    /// Returns the slots, those of keys included, whose alternatives a search may try.
    pub(super) fn adjustable(&self) -> Vec<(ChoiceSlot, usize)> {
        let mut slots = Vec::new();
        self.walk(&mut |node| {
            slots.push((node.slot, node.alternatives));
            if let Value::Object(members, _) = &node.value {
                slots.extend(
                    members.iter().filter_map(|member| member.key).map(|key| (key.slot, key.alternatives)),
                );
            }
        });
        slots.retain(|(_, alternatives)| *alternatives > 1);
        slots
    }

    /// Returns whether any part satisfies a condition.
    pub(super) fn any(&self, condition: impl Fn(&Self) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |node| found |= condition(node));
        found
    }

    /// Returns the first difference between the sample and the written JSON. Sets `lenient` if it
    /// accepted a difference that only another pass through the reader can confirm.
    pub(super) fn difference(&self, written: &Json, lenient: &mut bool) -> Option<Difference> {
        self.compare(written, &mut String::new(), lenient)
    }

    /// Returns whether the sample is the default of a field. The JSON of a default leaves out members
    /// with default values.
    fn is_default(&self, default: &Json) -> bool {
        let (Value::Object(members, _), Json::Object(others)) = (&self.value, default) else {
            return self.json().is(default);
        };
        let is_known = |name: &String| members.iter().any(|member| member.written == *name);
        others.iter().all(|(name, _)| is_known(name))
            && members.iter().all(|member| {
                let default = others.iter().find(|(name, _)| *name == member.written);
                match (&member.value, default) {
                    (Some(value), Some((_, default))) => value.is_default(default),
                    (Some(value), None) => member.default().is_some_and(|default| value.is_default(&default)),
                    (None, Some((_, default))) => member.default().is_some_and(|own| own.is(default)),
                    (None, None) => true,
                }
            })
    }

    fn compare(&self, written: &Json, pointer: &mut String, lenient: &mut bool) -> Option<Difference> {
        let same = match (&self.value, written, self.form) {
            (_, _, Form::Any) | (Value::Null, Json::Null, _) => true,
            (Value::Bool(value), Json::Bool(other), _) => value == other,
            (Value::Number(number), Json::Number(other), Form::Own) => {
                *lenient |= !same_number(number, other);
                near_number(number, other)
            }
            (Value::Number(number), Json::Number(other), _) => same_number(number, other),
            (Value::Text(text), Json::Text(other), Form::Own | Form::Spelled) => {
                *lenient |= text != other;
                true
            }
            (Value::Text(text) | Value::Unit(text), Json::Text(other), _) => text == other,
            (Value::List(items), Json::List(others), form) if items.len() == others.len() => {
                let in_any_order = form != Form::Exact
                    && items
                        .iter()
                        .all(|item| others.iter().any(|other| item.difference(other, &mut false).is_none()));
                if in_any_order {
                    *lenient = true;
                    return None;
                }
                let length = pointer.len();
                for (at, (item, other)) in items.iter().zip(others).enumerate() {
                    pointer.push('/');
                    pointer.push_str(&at.to_string());
                    let difference = item.compare(other, pointer, lenient);
                    pointer.truncate(length);
                    if difference.is_some() {
                        return difference;
                    }
                }
                true
            }
            (Value::Object(members, open), Json::Object(others), _) => {
                return compare_members((members, *open), others, pointer, lenient);
            }
            _ => false,
        };
        (!same).then(|| (pointer.clone(), Some(written.clone())))
    }
}

fn compare_members(
    (members, open): (&[Member], bool),
    others: &[(String, Json)],
    pointer: &mut String,
    lenient: &mut bool,
) -> Option<Difference> {
    let length = pointer.len();
    for member in members {
        let Some(value) = &member.value else { continue };
        let other = others.iter().find(|(name, _)| *name == member.written);
        pointer.push('/');
        pointer.push_str(&kv_schema::pointer::escape(&member.written));
        let difference = match other {
            Some((_, other)) => value.compare(other, pointer, lenient),
            None => {
                let may_be_missing = match member.default() {
                    Some(default) if member.may_be_left_out => {
                        value.form == Form::Any || value.is_default(&default)
                    }
                    // An absent member is `null` or an unknown default.
                    _ => member.may_be_left_out || matches!(value.value, Value::Null),
                };
                *lenient = true;
                (!may_be_missing).then(|| (pointer.clone(), None))
            }
        };
        pointer.truncate(length);
        if difference.is_some() {
            return difference;
        }
    }
    let stranger =
        others.iter().find(|(name, _)| !open && !members.iter().any(|member| member.written == *name));
    stranger.map(|(name, value)| {
        let member = Json::Object(vec![(name.clone(), value.clone())]);
        (pointer.clone(), Some(member))
    })
}
