//! Checks the arguments of stored types.

use crate::attr::TypeAttrs;
use crate::ctxt::{Ctxt, Reported};
use crate::model::{KeyPiece, Stored};
use crate::suggest;
use crate::symbol;
use kv_schema::prefix::{self, PrefixError};
use kv_schema::tag;
use kv_schema::ttl::{self, MaxTtl, TtlError};
use proc_macro2::Ident;
use std::time::Duration;
use syn::LitStr;
use syn::ext::IdentExt;

/// Refuses all arguments of stored types.
pub(super) fn refuse_all(ctxt: &Ctxt, attrs: &TypeAttrs) {
    let strings = [&attrs.tag, &attrs.prefix, &attrs.ttl, &attrs.max_ttl, &attrs.key, &attrs.plural];
    let strings = strings.into_iter().flatten().map(|arg| &arg.name);
    let max_entries = attrs.max_entries.as_ref().map(|arg| &arg.name);
    let evict = attrs.evict.as_ref().map(|arg| &arg.name);
    for name in strings.chain(max_entries).chain(evict) {
        ctxt.error(name, format!("`{name}` is for stored types; derive `KvType` instead of `KvField`"));
    }
}

pub(super) fn check<'a>(
    ctxt: &Ctxt,
    ident: &Ident,
    attrs: &TypeAttrs,
    key: Result<Option<Vec<KeyPiece<'a>>>, Reported>,
) -> Result<Stored<'a>, Reported> {
    let tag = tag(ctxt, ident, attrs);
    let prefix = match &attrs.prefix {
        Some(arg) => {
            let prefix = arg.value.value();
            prefix::check(&prefix)
                .map_err(|error| {
                    let instead = match error {
                        PrefixError::End(_) => format!("; write \"{prefix}:\""),
                        _ => String::new(),
                    };
                    ctxt.error(&arg.value, format!("{error}{instead}"))
                })
                .map(|()| prefix.clone())
        }
        None => tag.as_ref().map(|tag| format!("{tag}:")).map_err(|reported| *reported),
    };
    let ttl = match &attrs.ttl {
        Some(arg) => duration(ctxt, &arg.value).map(Some),
        None => Ok(None),
    };
    let max_ttl = max_ttl(ctxt, attrs, ttl);
    let plural = attrs.plural.as_ref().map(|arg| {
        let plural = arg.value.value();
        // Clients build names from it, as from a tag.
        let form = "a plural is an ASCII letter, then up to 63 letters, digits and `_`";
        let checked = tag::check(&plural);
        checked.map_err(|_| ctxt.error(&arg.value, suggest::with_name(&form, &plural))).map(|()| plural)
    });
    let max_entries = max_entries(ctxt, attrs);
    Ok(Stored {
        tag: tag?,
        prefix: prefix?,
        ttl: ttl?,
        max_ttl: max_ttl?,
        plural: plural.transpose()?,
        max_entries: max_entries?,
        key: key?,
    })
}

fn tag(ctxt: &Ctxt, ident: &Ident, attrs: &TypeAttrs) -> Result<String, Reported> {
    let (tag, checked) = match &attrs.tag {
        Some(arg) => {
            let tag = arg.value.value();
            let error = |error| ctxt.error(&arg.value, suggest::with_name(&error, &tag));
            let checked = tag::check(&tag).map_err(error);
            (tag, checked)
        }
        None => {
            let tag = ident.unraw().to_string();
            let error = |error| ctxt.error(ident, format!("{error}; set one with `#[kv(tag = \"…\")]`"));
            let checked = tag::check(&tag).map_err(error);
            (tag, checked)
        }
    };
    checked.map(|()| tag)
}

fn duration(ctxt: &Ctxt, literal: &LitStr) -> Result<Duration, Reported> {
    let text = literal.value();
    ttl::parse(&text).map_err(|error| match suggest::ttl(&text) {
        Some(meant) if error == TtlError::Form => {
            let form = "a TTL is a whole number and a unit: `ms`, `s`, `m`, `h` or `d`";
            ctxt.error(literal, format!("{form}; did you mean {meant:?}?"))
        }
        _ => ctxt.error(literal, error),
    })
}

/// Reads the longest TTL that a client may request, which must not be shorter than the type's own.
fn max_ttl(
    ctxt: &Ctxt,
    attrs: &TypeAttrs,
    ttl: Result<Option<Duration>, Reported>,
) -> Result<MaxTtl, Reported> {
    let Some(arg) = &attrs.max_ttl else { return Ok(MaxTtl::OfCatalog) };
    let text = arg.value.value();
    if text == "none" {
        return Ok(MaxTtl::Unbounded);
    }
    if !text.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        let message = "`max_ttl` is a TTL such as \"1d\", or \"none\" for no limit";
        return Err(ctxt.error(&arg.value, message));
    }
    let max = duration(ctxt, &arg.value)?;
    match (ttl, &attrs.ttl) {
        (Ok(Some(ttl)), Some(own)) if ttl > max => {
            let own = own.value.value();
            let message = format!("`max_ttl` is shorter than `ttl`; set it to at least {own:?}");
            Err(ctxt.error(&arg.value, message))
        }
        _ => Ok(MaxTtl::Of(max)),
    }
}

/// Reads the limit of entries. It requires `evict`, so that the consequence of exceeding it is
/// visible next to it.
fn max_entries(ctxt: &Ctxt, attrs: &TypeAttrs) -> Result<Option<usize>, Reported> {
    let (limit, evict) = (&attrs.max_entries, &attrs.evict);
    let together = match (limit, evict) {
        (Some(arg), None) => {
            let example = symbol::example(symbol::EVICT);
            let message = format!("`max_entries` requires an eviction policy; add `{example}`");
            Err(ctxt.error(&arg.name, message))
        }
        (None, Some(arg)) => {
            let example = symbol::example(symbol::MAX_ENTRIES);
            Err(ctxt.error(&arg.name, format!("`evict` requires a limit; add `{example}`")))
        }
        _ => Ok(()),
    };
    let limit = limit.as_ref().map(|arg| {
        let number = arg.value.as_ref().ok_or(Reported)?;
        // Slots are numbered with a `u32`.
        let form = "`max_entries` is a whole number from 1 to 4294967295";
        number.count().filter(|n| *n > 0).ok_or_else(|| ctxt.error(number, form))
    });
    let evict = evict.as_ref().map(|arg| {
        let text = arg.value.as_ref().ok_or(Reported)?;
        let policy = text.value();
        if symbol::POLICIES.contains(&policy.as_str()) {
            return Ok(());
        }
        Err(ctxt.error(text, suggest::unknown("policy", &policy, symbol::POLICIES, "`evict` takes")))
    });
    together?;
    evict.transpose()?;
    limit.transpose()
}
