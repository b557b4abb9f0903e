//! Enums.

use super::grammar::Member;
use super::members::names;
use super::scan::{Kind, Scan};
use super::shape::{MUST_BE_OBJECT, Node, Shapes, is, is_unit};
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Enum, Fields, Shape, Tagging, TypeSchema, Variant};

impl<'a> Shapes<'_, 'a> {
    pub(super) fn is_null(&self, node: Node<'_, 'a>) -> Scan<bool> {
        Ok(self.kind(node)? == Kind::Null)
    }

    pub(super) fn is_object(&self, node: Node<'_, 'a>) -> Scan<bool> {
        Ok(self.kind(node)? == Kind::Object)
    }

    /// A value of an enum. Variants without a tag are tried behind those with one, in their order.
    pub(super) fn variants(&mut self, all: &Enum, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
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
            if self.tries(v, |shapes, v| shapes.bare(variant, node, v))? {
                return Ok(());
            }
        }
        // Of a single one it can be said what is wrong with it.
        if let (true, [only]) = (tagged.variants.is_empty(), untagged) {
            return self.bare(only, node, v);
        }
        v.report(TYPE, &[], "must have one of the forms that it can have");
        Ok(())
    }

    fn tagged(&mut self, all: &Enum, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        if matches!(all.tagging, Tagging::External) {
            return self.external(all, node, v);
        }
        if !self.is_object(node)? {
            v.report(TYPE, &[], MUST_BE_OBJECT);
            return Ok(());
        }
        let members = self.members(node)?;
        match all.tagging {
            Tagging::Internal { tag } => self.internal(all, tag, &members, v),
            Tagging::Adjacent { tag, content, deny_unknown } => {
                self.adjacent(all, (tag, content, deny_unknown), &members, v)
            }
            Tagging::External | Tagging::Untagged => Ok(()),
        }
    }

    fn external(&mut self, all: &Enum, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        if let Some(name) = self.text(node)? {
            match variant_named(all.variants, &name) {
                Some(variant) if matches!(variant.fields, Fields::Unit) => {}
                Some(_) => v.report(TYPE, &[], "must be an object with what this variant holds"),
                None => not_named(all, v),
            }
            return Ok(());
        }
        if self.is_object(node)?
            && let [member] = self.members(node)?.as_ref()
        {
            let v = &mut v.member(&member.name);
            return match variant_named(all.variants, &member.name) {
                Some(variant) => self.content(variant, Node::At(member.at), v),
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

    /// What stands under a variant's name.
    pub(super) fn content(&mut self, variant: &Variant, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        self.fields(&variant.fields, node, v)
    }

    /// What stands for a variant where it stands alone.
    fn bare(&mut self, variant: &Variant, node: Node<'_, 'a>, v: &mut Validator<'_>) -> Scan {
        self.fields(&variant.fields, node, v)
    }

    /// The variant that a member names; reported when there is none.
    fn named_by<'e>(
        &self,
        all: &'e Enum,
        tag: &'static str,
        members: &[Member<'a>],
        v: &mut Validator<'_>,
    ) -> Scan<Option<&'e Variant>> {
        let v = &mut v.member(tag);
        let Some(member) = members.iter().find(|member| member.name == tag) else {
            v.report(TYPE, &[], "must be there");
            return Ok(None);
        };
        let name = self.text(Node::At(member.at))?;
        let variant = name.and_then(|name| variant_named(all.variants, &name));
        if variant.is_none() {
            not_named(all, v);
        }
        Ok(variant)
    }

    fn internal(
        &mut self,
        all: &Enum,
        tag: &'static str,
        members: &[Member<'a>],
        v: &mut Validator<'_>,
    ) -> Scan {
        let Some(variant) = self.named_by(all, tag, members, v)? else { return Ok(()) };
        let rest: Vec<_> = members.iter().filter(|member| member.name != tag).cloned().collect();
        match variant.fields {
            // Whatever other members there are, even where others deny them.
            Fields::Unit => Ok(()),
            Fields::Newtype { field, .. } if is_unit(field.ty.get()) => {
                is(rest.is_empty(), "must have no member beside its tag", v);
                Ok(())
            }
            Fields::Newtype { field, .. } if may_be_unit(field.ty.get()) && rest.is_empty() => Ok(()),
            ref fields => self.fields(fields, Node::Object(&rest), v),
        }
    }

    pub(super) fn adjacent(
        &mut self,
        all: &Enum,
        (tag, content, deny_unknown): (&'static str, &'static str, bool),
        members: &[Member<'a>],
        v: &mut Validator<'_>,
    ) -> Scan {
        for member in members {
            if deny_unknown && member.name != tag && member.name != content {
                v.member(&member.name).report(TYPE, &[], "must be left out: there is no such member");
            }
        }
        let Some(variant) = self.named_by(all, tag, members, v)? else { return Ok(()) };
        match members.iter().find(|member| member.name == content) {
            Some(member) => self.bare(variant, Node::At(member.at), &mut v.member(content)),
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
