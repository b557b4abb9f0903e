//! Checks enums.

use super::members::{MUST_BE_PRESENT, UNKNOWN_MEMBER, names};
use super::scan::Scan;
use super::shape::{Checker, MUST_BE_OBJECT, Node, require};
use crate::check::{Pass, Validator};
use crate::rule::TYPE;
use crate::ty::{Enum, Fields, Shape, Tagging, TypeSchema, Variant};

impl Checker<'_, '_> {
    /// Checks a value of an enum. Untagged variants are tried in their order, after the tagged
    /// ones.
    pub(super) fn variants(&mut self, all: &Enum, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let first_untagged = match all.tagging {
            Tagging::Untagged => Some(0),
            _ => all.variants.iter().position(|variant| variant.untagged),
        };
        let Some(first_untagged) = first_untagged else { return self.tagged(all, node, v) };
        self.charge_buffer(node)?;
        self.buffered(true, |checker| {
            let (tagged, untagged) = all.variants.split_at(first_untagged);
            let tagged = Enum { variants: tagged, ..*all };
            // The violations of a single variant can be reported.
            if let (true, [only]) = (tagged.variants.is_empty(), untagged) {
                return checker.fields(&only.fields, node, v);
            }
            if !tagged.variants.is_empty()
                && checker.fits(v, |checker, v| checker.tagged(&tagged, node, v))?
            {
                return checker.recheck(v, |checker, v| checker.tagged(&tagged, node, v));
            }
            for variant in untagged {
                if checker.fits(v, |checker, v| checker.fields(&variant.fields, node, v))? {
                    checker.note_dropped(all, variant, node)?;
                    return checker.recheck(v, |checker, v| checker.fields(&variant.fields, node, v));
                }
            }
            v.report(TYPE, &[], "must match one of the variants");
            Ok(())
        })
    }

    /// Checks a variant that fits once more if rules are checked, because attempts do not check
    /// rules.
    fn recheck(
        &mut self,
        v: &mut Validator<'_>,
        variant: impl FnOnce(&mut Self, &mut Validator<'_>) -> Scan,
    ) -> Scan {
        if self.matchers.is_some() && v.pass() != Pass::Probing { variant(self, v) } else { Ok(()) }
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
            self.charge(name.len())?;
            match variant_named(all.variants, &name) {
                Some(variant) if matches!(variant.fields, Fields::Unit) => {}
                Some(_) => v.report(TYPE, &[], "must be an object with the content of this variant"),
                None => not_named(all, v),
            }
            return Ok(());
        }
        let mut members = self.members(node);
        if let (Some(member), None) = (members.next(), members.next()) {
            let name = self.name(member)?;
            self.charge(name.len())?;
            let v = &mut v.member(&name);
            return match variant_named(all.variants, &name) {
                Some(variant) => self.fields(&variant.fields, Node::At(member + 1), v),
                None => {
                    v.report(TYPE, &[], format_args!("must be named {}", names(all)));
                    Ok(())
                }
            };
        }
        if all.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit)) {
            not_named(all, v);
        } else {
            v.report(TYPE, &[], format_args!("must be an object with one member named {}", names(all)));
        }
        Ok(())
    }

    /// Returns the variant that the tag names, and the index of the tag's value. Reports an unknown
    /// or missing name and returns `None`.
    fn named_by<'e>(
        &mut self,
        all: &'e Enum,
        tag: &'static str,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan<Option<(&'e Variant, usize)>> {
        let v = &mut v.member(tag);
        let Some(value) = self.member_named(tag, node)? else {
            v.report(TYPE, &[], MUST_BE_PRESENT);
            return Ok(None);
        };
        let name = self.document.text(value);
        self.charge(name.as_ref().map_or(0, |name| name.len()))?;
        let variant = name.and_then(|name| variant_named(all.variants, &name));
        if variant.is_none() {
            not_named(all, v);
        }
        Ok(variant.map(|variant| (variant, value)))
    }

    /// Returns the index of the value of a member.
    pub(super) fn member_named(&mut self, name: &str, node: Node<'_>) -> Scan<Option<usize>> {
        for member in self.members(node) {
            if self.name(member)? == name {
                return Ok(Some(member + 1));
            }
        }
        Ok(None)
    }

    fn internal(&mut self, all: &Enum, tag: &'static str, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        self.charge_buffer(node)?;
        self.buffered(false, |checker| checker.internal_content(all, tag, node, v))
    }

    fn internal_content(
        &mut self,
        all: &Enum,
        tag: &'static str,
        node: Node<'_>,
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some((variant, named_at)) = self.named_by(all, tag, node, v)? else { return Ok(()) };
        let members: Vec<_>;
        let rest = if let Node::At(at) = node {
            Node::Without(at, named_at)
        } else {
            members = self.members(node).filter(|member| member + 1 != named_at).collect();
            Node::Object(&members)
        };
        match variant.fields {
            // serde ignores other members of a unit variant, even with `deny_unknown_fields`.
            Fields::Unit => Ok(()),
            Fields::Newtype { field, .. } if field.ty.get().is_unit() => {
                require(self.members(rest).next().is_none(), "must have no member other than its tag", v);
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
        self.charge_buffer(node)?;
        for member in self.members(node) {
            let name = self.name(member)?;
            if deny_unknown && name != tag && name != content {
                v.member(&name).report(TYPE, &[], UNKNOWN_MEMBER);
            }
        }
        let Some((variant, _)) = self.named_by(all, tag, node, v)? else { return Ok(()) };
        match self.member_named(content, node)? {
            Some(at) => self.fields(&variant.fields, Node::At(at), &mut v.member(content)),
            None => {
                let may_be_missing = match variant.fields {
                    Fields::Unit => true,
                    Fields::Newtype { field, .. } => is_none_when_missing(field.ty.get()),
                    Fields::Tuple(_) | Fields::Named { .. } => false,
                };
                require(may_be_missing, MUST_BE_PRESENT, &mut v.member(content));
                Ok(())
            }
        }
    }
}

/// Returns the variant with a name. An unknown name selects the variant with `#[serde(other)]`.
pub(super) fn variant_named<'v>(variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
    let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&name);
    variants.iter().find(known).or_else(|| variants.iter().find(|variant| variant.other))
}

fn not_named(all: &Enum, v: &mut Validator<'_>) {
    v.report(TYPE, &[], format_args!("must be one of {}", names(all)));
}

/// Returns whether a missing member of this type is read as `None`.
fn is_none_when_missing(schema: &'static TypeSchema) -> bool {
    match schema.shape {
        Shape::Option(_) => true,
        Shape::Struct(Fields::Newtype { field, transparent: true }) => is_none_when_missing(field.ty.get()),
        _ => false,
    }
}

/// Returns whether a type is an `Option` of a unit, which has no members in addition to the tag.
fn may_be_unit(schema: &'static TypeSchema) -> bool {
    matches!(schema.shape, Shape::Option(inner) if inner.get().is_unit())
}
