//! What can be done, whether it comes by a route of its own or in a batch.

use crate::answer::{Answer, Json, PageWriter};
use crate::condition::Known;
use crate::decode::decode;
use crate::problem::Problem;
use crate::schema::ClientSchema;
use crate::served::{Served, Types};
use crate::ttl;
use kv_core::engine::{Engine, PageRequest};
use kv_core::{Condition, TenantId, TtlChoice};

/// The most entries of a page.
const MOST: usize = 1000;

/// How many entries a page has where the client does not say.
const DEFAULT: usize = 100;

/// Who asks, and of what.
#[derive(Clone, Copy)]
pub(crate) struct Context<'r> {
    pub(crate) engine: &'r dyn Engine,
    pub(crate) types: &'r Types,
    pub(crate) tenant: &'r TenantId,
    pub(crate) schema: &'r ClientSchema,
}

/// Which part of a list a page is to be.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) limit: usize,
    pub(crate) after: Option<String>,
    /// How many bytes the page may have before no further entry is put into it.
    pub(crate) room: usize,
}

impl Part {
    /// The limit that a client gives, if it does.
    pub(crate) fn limit(given: Option<u64>) -> Result<usize, Problem> {
        let Some(given) = given else { return Ok(DEFAULT) };
        let limit = usize::try_from(given).ok().filter(|limit| (1..=MOST).contains(limit));
        limit.ok_or_else(Self::not_a_limit)
    }

    pub(crate) fn not_a_limit() -> Problem {
        Problem::invalid_query(format!("`limit` is a whole number from 1 to {MOST}"))
    }
}

impl<'r> Context<'r> {
    /// Whether the client may read an entry of a type.
    pub(crate) fn admit_get(&self, ty: &Served) -> Result<(), Problem> {
        self.schema.check_read(ty)
    }

    /// Whether it may write one.
    pub(crate) fn admit_set(&self, ty: &Served) -> Result<(), Problem> {
        ty.check_write()?;
        self.schema.check_write(ty)
    }

    /// Whether it may remove one, for which it need not know its form.
    #[expect(clippy::unused_self, reason = "as the others, and who asks will matter")]
    pub(crate) fn admit_delete(&self, ty: &Served) -> Result<(), Problem> {
        ty.check_write()
    }

    /// Whether it may list a type.
    pub(crate) fn admit_list(&self, ty: &Served) -> Result<(), Problem> {
        ty.check_list()?;
        self.schema.check_read(ty)
    }

    pub(crate) async fn get(
        &self,
        json: &mut Json,
        ty: &Served,
        key: &str,
        known: Known,
    ) -> Result<Answer, Problem> {
        let entry = self.engine.get(self.tenant, ty.stored(), key).await?;
        match entry {
            Some(entry) if known.has(entry.version) => Ok(Answer::not_modified(entry.version)),
            Some(entry) => Answer::found(json, &ty.codec, &entry),
            None => Ok(Answer::not_found(json)),
        }
    }

    /// Writes the value of a body, beside whose fields a `ttl` may stand, or of an operation.
    pub(crate) async fn set(
        &self,
        json: &mut Json,
        ty: &Served,
        key: &str,
        value: &[u8],
        ttl: SetTtl,
        condition: Condition,
    ) -> Result<Answer, Problem> {
        let (value, beside) = decode(ty, value, matches!(ttl, SetTtl::OrBeside(_)))?;
        let (SetTtl::OrBeside(choice) | SetTtl::Alone(choice)) = ttl;
        let choice = ttl::bounded(ttl::once(choice, beside)?, ty.codec.exposed())?;
        let options = ttl::options(choice, condition);
        Ok(Answer::written(json, self.engine.set(self.tenant, ty.stored(), key, value, options).await?))
    }

    pub(crate) async fn delete(
        &self,
        json: &mut Json,
        ty: &Served,
        key: &str,
        condition: Condition,
    ) -> Result<Answer, Problem> {
        Ok(Answer::deleted(json, self.engine.delete(self.tenant, ty.stored(), key, condition).await?))
    }

    /// A page of a type's entries.
    pub(crate) async fn list(
        &self,
        json: &mut Json,
        ty: &Served,
        prefix: &str,
        part: Part,
    ) -> Result<Answer, Problem> {
        let after = part.after.as_deref();
        let request = PageRequest { prefix, after, limit: part.limit, descending: false };
        let found = self.engine.list(self.tenant, ty.stored(), request).await?;
        let mut page = PageWriter::new(json, part.room);
        for entry in &found.entries {
            if !page.add(&ty.codec, &entry.key, entry)? {
                return Ok(page.end(true));
            }
        }
        Ok(page.end(found.has_more))
    }

    /// A page of the entries of all types that may be listed, whose full keys start with a full prefix.
    pub(crate) async fn list_full(
        &self,
        json: &mut Json,
        full_prefix: &str,
        part: Part,
    ) -> Result<Answer, Problem> {
        let parts = self.parts_of(full_prefix, part.after.as_deref());
        for (ty, ..) in &parts {
            self.schema.check_read(ty)?;
        }
        let mut page = PageWriter::new(json, part.room);
        for (ty, prefix, after) in parts {
            // Behind a page that is full one entry is asked for, to see whether there is more.
            let room = part.limit - page.count();
            let request = PageRequest { prefix, after, limit: room.max(1), descending: false };
            let found = self.engine.list(self.tenant, ty.stored(), request).await?;
            for (at, entry) in found.entries.iter().enumerate() {
                let full_key = format!("{}{}", ty.stored().prefix(), entry.key);
                if at == room || !page.add(&ty.codec, &full_key, entry)? {
                    return Ok(page.end(true));
                }
            }
            if found.has_more {
                return Ok(page.end(true));
            }
        }
        Ok(page.end(false))
    }

    /// What a full prefix is in each type that may be listed: the prefix of its keys, and the key behind which to start.
    fn parts_of<'k>(
        &self,
        full_prefix: &'k str,
        after: Option<&'k str>,
    ) -> Vec<(&'r Served, &'k str, Option<&'k str>)> {
        let part = |ty: &'r Served| {
            let own = ty.stored().prefix();
            let prefix = kv_core::schema::prefix::of_keys(full_prefix, own)?;
            match after.map(|after| after.strip_prefix(own).ok_or(after)) {
                None => Some((ty, prefix, None)),
                Some(Ok(key)) => Some((ty, prefix, Some(key))),
                // All of the type's full keys are behind it, or none.
                Some(Err(after)) => (own > after).then_some((ty, prefix, None)),
            }
        };
        let mut parts: Vec<_> = self.types.listable().filter_map(part).collect();
        // No type's prefix is the start of another's, so the full keys of one type are all before those of the next.
        parts.sort_by_key(|(ty, ..)| ty.stored().prefix());
        parts
    }

    pub(crate) async fn cleanup(&self, json: &mut Json) -> Result<Answer, Problem> {
        let types: Vec<_> = self.types.listable().map(Served::stored).collect();
        Ok(Answer::cleaned(json, self.engine.purge_expired(self.tenant, &types).await?))
    }

    pub(crate) async fn stats(&self, json: &mut Json) -> Result<Answer, Problem> {
        let types: Vec<_> = self.types.listable().map(Served::stored).collect();
        let stats = self.engine.stats(self.tenant, &types).await?;
        let present = stats.iter().filter(|stats| stats.entries > 0);
        let types: Vec<_> = present.map(|stats| (stats.tag, stats.entries, stats.bytes)).collect();
        Ok(Answer::stats(json, self.tenant.as_str(), &types))
    }
}

/// Where a write's time to live may stand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SetTtl {
    /// Given apart, or as `ttl` beside the fields.
    OrBeside(Option<TtlChoice>),
    /// Given apart alone.
    Alone(Option<TtlChoice>),
}
