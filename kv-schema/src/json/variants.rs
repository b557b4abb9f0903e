//! Enums.

use super::members::names;
use super::scan::Scan;
use super::shape::{MUST_BE_OBJECT, Node, Shapes, is, is_unit};
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Enum, Fields, Shape, Tagging, TypeSchema, Variant};

impl Shapes<'_, '_> {
    /// A value of an enum. Variants without a tag are tried behind those with one, in their order.
    pub(super) fn variants(&mut self, all: &Enum, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let first_untagged = match all.tagging {
            Tagging::Untagged => Some(0),
            _ => all.variants.iter().position(|variant| variant.untagged),
        };
        let Some(first_untagged) = first_untagged else { return self.tagged(all, node, v) };
        let (tagged, untagged) = all.variants.split_at(first_untagged);
        let tagged = Enum { variants: tagged, ..*all };
        if !tagged.variants.is_empty() && self.tries(v, |shapes, v| shapes.tagged(&tagged, node, v))? {
            return Ok(());
        }
        for variant in untagged {
            if self.tries(v, |shapes, v| shapes.fields(&variant.fields, node, v))? {
                return Ok(());
            }
        }
        // Of a single one it can be said what is wrong with it.
        if let (true, [only]) = (tagged.variants.is_empty(), untagged) {
            return self.fields(&only.fields, node, v);
        }
        v.report(TYPE, &[], "must have one of the forms that it can have");
        Ok(())
    }

    fn tagged(&mut self, all: &Enum, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        if matches!(all.tagging, Tagging::External) {
            return self.external(all, node, v);
        }
        if !self.is_object(node) {
            v.report(TYPE, &[], MUST_BE_OBJECT);
            return Ok(());
        }
        match all.tagging {
            Tagging::Internal { tag } => self.internal(all, tag, node, v),
            Tagging::Adjacent { tag, content, deny_unknown } => {
                self.adjacent(all, (tag, content, deny_unknown), node, v)
            }
            Tagging::External | Tagging::Untagged => Ok(()),
        }
    }

    fn external(&mut self, all: &Enum, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        if let Some(name) = self.text(node) {
            match variant_named(all.variants, &name) {
                Some(variant) if matches!(variant.fields, Fields::Unit) => {}
                Some(_) => v.report(TYPE, &[], "must be an object with what this variant holds"),
                None => not_named(all, v),
            }
            return Ok(());
        }
        let mut members = self.members(node);
        if let (Some(member), None) = (members.next(), members.next()) {
            let name = self.document.name(member);
            let v = &mut v.member(&name);
            return match variant_named(all.variants, &name) {
                Some(variant) => self.fields(&variant.fields, Node::At(member + 1), v),
                None => {
                    v.report(TYPE, &[], format_args!("must be called {}", names(all)));
                    Ok(())
                }
            };
        }
        if all.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit)) {
            not_named(all, v);
        } else {
            v.report(TYPE, &[], format_args!("must be an object with one member called {}", names(all)));
        }
        Ok(())
    }

    /// The variant that a member names, and where its name stands; reported when there is none.
    fn named_by<'e>(
        &self,
        all: &'e Enum,
        tag: &'static str,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Option<(&'e Variant, usize)> {
        let v = &mut v.member(tag);
        let Some(value) = self.member_named(tag, node) else {
            v.report(TYPE, &[], "must be there");
            return None;
        };
        let name = self.document.text(value);
        let variant = name.and_then(|name| variant_named(all.variants, &name));
        if variant.is_none() {
            not_named(all, v);
        }
        variant.map(|variant| (variant, value))
    }

    /// Where the value of a member is.
    pub(super) fn member_named(&self, name: &str, node: Node<'_>) -> Option<usize> {
        self.members(node).find(|member| self.document.name(*member) == name).map(|member| member + 1)
    }

    fn internal(&mut self, all: &Enum, tag: &'static str, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let Some((variant, named_at)) = self.named_by(all, tag, node, v) else { return Ok(()) };
        let members: Vec<_>;
        let rest = if let Node::At(at) = node {
            Node::Without(at, named_at)
        } else {
            members = self.members(node).filter(|member| member + 1 != named_at).collect();
            Node::Object(&members)
        };
        match variant.fields {
            // Whatever other members there are, even where others deny them.
            Fields::Unit => Ok(()),
            Fields::Newtype { field, .. } if is_unit(field.ty.get()) => {
                is(self.members(rest).next().is_none(), "must have no member beside its tag", v);
                Ok(())
            }
            Fields::Newtype { field, .. }
                if may_be_unit(field.ty.get()) && self.members(rest).next().is_none() =>
            {
                Ok(())
            }
            ref fields => self.fields(fields, rest, v),
        }
    }

    pub(super) fn adjacent(
        &mut self,
        all: &Enum,
        (tag, content, deny_unknown): (&'static str, &'static str, bool),
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        for name in self.members(node).map(|member| self.document.name(member)) {
            if deny_unknown && name != tag && name != content {
                v.member(&name).report(TYPE, &[], "must be left out: there is no such member");
            }
        }
        let Some((variant, _)) = self.named_by(all, tag, node, v) else { return Ok(()) };
        match self.member_named(content, node) {
            Some(at) => self.fields(&variant.fields, Node::At(at), &mut v.member(content)),
            None => {
                let can_do_without = match variant.fields {
                    Fields::Unit => true,
                    Fields::Newtype { field, .. } => is_nothing_when_missing(field.ty.get()),
                    Fields::Tuple(_) | Fields::Named { .. } => false,
                };
                is(can_do_without, "must be there", &mut v.member(content));
                Ok(())
            }
        }
    }
}

/// The variant of a name. An unknown one is that of `#[serde(other)]`.
pub(super) fn variant_named<'v>(variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
    let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&name);
    variants.iter().find(known).or_else(|| variants.iter().find(|variant| variant.other))
}

fn not_named(all: &Enum, v: &mut Validator<'_>) {
    v.report(TYPE, &[], format_args!("must be one of {}", names(all)));
}

/// Whether a reader does without it, though it has no default.
fn is_nothing_when_missing(schema: &'static TypeSchema) -> bool {
    match schema.shape {
        Shape::Option(_) => true,
        Shape::Struct(Fields::Newtype { field, transparent: true }) => {
            is_nothing_when_missing(field.ty.get())
        }
        _ => false,
    }
}

/// Whether it is an `Option` of nothing, for which no member is left beside the tag.
fn may_be_unit(schema: &'static TypeSchema) -> bool {
    matches!(schema.shape, Shape::Option(inner) if is_unit(inner.get()))
}
