//! Members that serde would drop because a value fits a smaller variant of an untagged enum.

use super::document::Token;
use super::members::FIELDS_A_STEP;
use super::scan::Scan;
use super::shape::{Node, Shapes};
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Enum, Tagging, Variant};
use crate::wire;
use std::collections::BTreeSet;

/// Dropped members that a report names; more would only repeat the fault.
const REPORTED: usize = 20;

impl Shapes<'_, '_> {
    /// Notes the members that `chosen`, an untagged variant, ignores and another variant reads. The value was meant for
    /// the other variant, and something else in it is wrong. Members that no variant has are not noted.
    ///
    /// An attempt that succeeds must succeed here as in serde, so this is not reported as a reason against the variant.
    pub(super) fn note_dropped(&mut self, all: &Enum, chosen: &Variant, node: Node<'_>) -> Scan {
        if !self.is_object(node) {
            return Ok(());
        }
        let Some(own) = wire::variant_names(chosen) else { return Ok(()) };
        self.charge(own.len())?;
        let mut unknown = Vec::new();
        for member in self.members(node) {
            let name = self.name(member)?;
            self.charge(own.len() / FIELDS_A_STEP)?;
            if !own.contains(&&*name) {
                unknown.push((name, member));
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let others: BTreeSet<_> =
            all.variants.iter().flat_map(|variant| wire::names_beside_tag(all.tagging, variant)).collect();
        self.charge(others.len() + unknown.len())?;
        for (name, member) in unknown {
            let is_tag = matches!(all.tagging, Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } if tag == name);
            let names_variant = is_tag
                && self.document.text(member + 1).is_some_and(|text| {
                    all.variants.iter().any(|variant| {
                        !variant.untagged && (variant.name == text || variant.aliases.contains(&&*text))
                    })
                });
            if names_variant || others.contains(&*name) {
                self.dropped.push(member);
            }
        }
        Ok(())
    }

    /// Reports the members that were noted, in the order of the document.
    pub(super) fn report_dropped(&mut self, v: &mut Validator<'_>) {
        let dropped: BTreeSet<_> = std::mem::take(&mut self.dropped).into_iter().collect();
        for member in dropped.into_iter().take(REPORTED) {
            self.at(0, member, v, |v| {
                v.report(TYPE, &[], "must be left out: the value fits only a variant without this member");
            });
        }
    }

    /// Calls `report` with the validator for the member whose name is the token `target`, inside the value at `at`.
    fn at(&self, at: usize, target: usize, v: &mut Validator<'_>, report: impl FnOnce(&mut Validator<'_>)) {
        match self.document.token(at) {
            Token::Object(..) => {
                let found = self.members(Node::At(at)).find(|name| target < self.document.behind(name + 1));
                let Some(name) = found else { return };
                let text = self.document.name(name);
                let v = &mut v.member(&text);
                if name == target { report(v) } else { self.at(name + 1, target, v, report) }
            }
            Token::List(..) => {
                let mut items = self.document.items(at).enumerate();
                if let Some((index, item)) = items.find(|(_, item)| target < self.document.behind(*item)) {
                    self.at(item, target, &mut v.item(index), report);
                }
            }
            _ => {}
        }
    }
}
