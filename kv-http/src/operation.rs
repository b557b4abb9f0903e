//! The operations that routes and batches share.

use crate::client_schema::ClientSchema;
use crate::condition::IfNoneMatch;
use crate::exposed_types::{ExposedType, ExposedTypes};
use crate::json_writer::JsonWriter;
use crate::problem::Problem;
use crate::response::{self, PageWriter, ResponseHead};
use crate::ttl;
use kv_core::engine::{AnyValue, Engine, PageRequest};
use kv_core::schema::prefix;
use kv_core::{Condition, SetOptions, TenantId, TtlChoice};
use std::borrow::Cow;

/// Maximum number of entries of a page.
const MAX_LIMIT: usize = 1000;

/// Number of entries of a page if the client gives no limit.
const DEFAULT_LIMIT: usize = 100;

/// The store, the types, the tenant and the client's schema of one request.
#[derive(Clone, Copy)]
pub(crate) struct Context<'r> {
    pub(crate) engine: &'r dyn Engine,
    pub(crate) types: &'r ExposedTypes,
    pub(crate) tenant: &'r TenantId,
    pub(crate) schema: &'r ClientSchema,
}

/// The size of a page and the key after which it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListParams<'r> {
    limit: usize,
    after: Option<&'r str>,
    /// Number of bytes after which no further entry is added.
    max_bytes: usize,
}

impl<'r> ListParams<'r> {
    pub(crate) fn new(
        limit: Option<&str>,
        after: Option<&'r str>,
        max_bytes: usize,
    ) -> Result<Self, Problem> {
        Ok(Self { limit: limit.map_or(Ok(DEFAULT_LIMIT), parse_limit)?, after, max_bytes })
    }
}

fn parse_limit(text: &str) -> Result<usize, Problem> {
    // `parse` accepts a sign.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = text.parse().ok().filter(|limit| is_number && (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| {
        Problem::invalid_query(format!("`limit` must be a whole number from 1 to {MAX_LIMIT}"))
    })
}

/// The keys of a type that a list covers.
struct KeyRange<'r> {
    ty: &'r ExposedType,
    prefix: &'r str,
    after: Option<&'r str>,
}

impl<'r> Context<'r> {
    /// Checks that the client may read entries of a type.
    pub(crate) fn check_get(&self, ty: &ExposedType) -> Result<(), Problem> {
        self.schema.check_read(ty)
    }

    /// Checks that the client may write entries of a type.
    pub(crate) fn check_set(&self, ty: &ExposedType) -> Result<(), Problem> {
        ty.check_write_access()?;
        self.schema.check_write(ty)
    }

    /// Checks that the client may list a type.
    pub(crate) fn check_list(&self, ty: &ExposedType) -> Result<(), Problem> {
        ty.check_list_access()?;
        self.schema.check_read(ty)
    }

    pub(crate) async fn get(
        &self,
        json: &mut JsonWriter,
        ty: &ExposedType,
        key: &str,
        if_none_match: IfNoneMatch,
    ) -> Result<ResponseHead, Problem> {
        match self.engine.get(self.tenant, ty.stored_type(), key).await? {
            Some(entry) if if_none_match.matches(entry.version) => {
                Ok(ResponseHead::not_modified(entry.version))
            }
            Some(entry) => response::found(json, &ty.codec, &entry),
            None => Ok(response::not_found(json)),
        }
    }

    pub(crate) async fn set(
        &self,
        json: &mut JsonWriter,
        ty: &ExposedType,
        key: &str,
        value: AnyValue,
        ttl: TtlChoice,
        condition: Condition,
    ) -> Result<ResponseHead, Problem> {
        let ttl = ttl::apply_max(ttl, ty.codec.exposed())?;
        let options = SetOptions::new().with_ttl_choice(ttl).with_condition(condition);
        let written = self.engine.set(self.tenant, ty.stored_type(), key, value, options).await?;
        Ok(response::written(json, written))
    }

    pub(crate) async fn delete(
        &self,
        json: &mut JsonWriter,
        ty: &ExposedType,
        key: &str,
        condition: Condition,
    ) -> Result<ResponseHead, Problem> {
        let existed = self.engine.delete(self.tenant, ty.stored_type(), key, condition).await?;
        Ok(response::deleted(json, existed))
    }

    /// Lists a page of a type.
    pub(crate) async fn list(
        &self,
        json: &mut JsonWriter,
        ty: &ExposedType,
        prefix: &str,
        params: ListParams<'_>,
    ) -> Result<ResponseHead, Problem> {
        let range = KeyRange { ty, prefix, after: params.after };
        self.write_page(json, &[range], false, params).await
    }

    /// Lists a page of the listable types, by the prefix of their full keys.
    pub(crate) async fn list_full(
        &self,
        json: &mut JsonWriter,
        full_prefix: &str,
        params: ListParams<'_>,
    ) -> Result<ResponseHead, Problem> {
        let ranges = self.ranges(full_prefix, params.after);
        for range in &ranges {
            self.schema.check_read(range.ty)?;
        }
        self.write_page(json, &ranges, true, params).await
    }

    async fn write_page(
        &self,
        json: &mut JsonWriter,
        ranges: &[KeyRange<'_>],
        has_full_keys: bool,
        params: ListParams<'_>,
    ) -> Result<ResponseHead, Problem> {
        let mut page = PageWriter::new(json, params.max_bytes);
        for &KeyRange { ty, prefix, after } in ranges {
            // If the page is full, one entry is requested to find out whether more entries follow.
            let left = params.limit - page.count();
            let request = PageRequest { prefix, after, limit: left.max(1), descending: false };
            let found = self.engine.list(self.tenant, ty.stored_type(), request).await?;
            for (index, entry) in found.entries.iter().enumerate() {
                let mut key = Cow::Borrowed(&*entry.key);
                if has_full_keys {
                    key = format!("{}{key}", ty.stored_type().prefix()).into();
                }
                if index == left || !page.add(&ty.codec, &key, entry)? {
                    return Ok(page.finish(true));
                }
            }
            if found.has_more {
                return Ok(page.finish(true));
            }
        }
        Ok(page.finish(false))
    }

    /// Returns the keys of each listable type that a full prefix selects, starting after the full key
    /// `after`.
    fn ranges<'k>(&self, full_prefix: &'k str, after: Option<&'k str>) -> Vec<KeyRange<'k>>
    where
        'r: 'k,
    {
        let range = |ty: &'r ExposedType| {
            let own = ty.stored_type().prefix();
            let prefix = prefix::of_keys(full_prefix, own)?;
            match after.map(|after| after.strip_prefix(own).ok_or(after)) {
                None => Some(KeyRange { ty, prefix, after: None }),
                Some(Ok(key)) => Some(KeyRange { ty, prefix, after: Some(key) }),
                // Either all full keys of the type are greater than `after`, or none.
                Some(Err(after)) => (own > after).then_some(KeyRange { ty, prefix, after: None }),
            }
        };
        let mut ranges: Vec<_> = self.types.listable().filter_map(range).collect();
        // No type prefix is the start of another, so this order is the order of full keys.
        ranges.sort_by_key(|range| range.ty.stored_type().prefix());
        ranges
    }

    /// Removes expired entries of the listable types.
    pub(crate) async fn cleanup(&self, json: &mut JsonWriter) -> Result<ResponseHead, Problem> {
        let types: Vec<_> = self.types.listable().map(ExposedType::stored_type).collect();
        Ok(response::cleaned(json, self.engine.purge_expired(self.tenant, &types).await?))
    }

    /// Returns the counts of the listable types that have entries.
    pub(crate) async fn stats(&self, json: &mut JsonWriter) -> Result<ResponseHead, Problem> {
        let types: Vec<_> = self.types.listable().map(ExposedType::stored_type).collect();
        let stats = self.engine.stats(self.tenant, &types).await?;
        let present = stats.iter().filter(|stats| stats.entries > 0);
        let types: Vec<_> = present.map(|stats| (stats.tag, stats.entries, stats.bytes)).collect();
        Ok(response::stats(json, self.tenant.as_str(), &types))
    }
}
