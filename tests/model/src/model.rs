//! [`Model`]: the entries that a store should have.

use crate::types::TYPES;
use kv_core::{Error, Limit, Limits, Version};
use std::collections::btree_map::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An entry of the model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelEntry {
    pub(crate) n: i32,
    pub(crate) version: Version,
    pub(crate) created: Duration,
    pub(crate) updated: Duration,
    pub(crate) deadline: Option<Duration>,
    pub(crate) bytes: usize,
}

/// A tenant, a type and a key. One map holds the keys of all types.
pub(crate) type Address = (usize, usize, String);

/// Why an entry was removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cause {
    Deleted,
    Expired,
    Evicted,
}

pub(crate) struct Model {
    pub(crate) now: Duration,
    pub(crate) limits: Numbers,
    pub(crate) entries: BTreeMap<Address, ModelEntry>,
    /// The last version of each tenant and type.
    pub(crate) versions: [[Option<Version>; TYPES]; 2],
    /// Why removed entries were removed.
    pub(crate) gone: BTreeMap<Address, Cause>,
    /// Versions that were used, and may be stale.
    pub(crate) given: Vec<Version>,
    /// Whether the tenant and type has been written to. Reads are counted from then on.
    pub(crate) written: [[bool; TYPES]; 2],
    pub(crate) counts: [[[u64; 5]; TYPES]; 2],
}

pub(crate) const HITS: usize = 0;
pub(crate) const MISSES: usize = 1;
pub(crate) const WRITES: usize = 2;
pub(crate) const EXPIRATIONS: usize = 3;
pub(crate) const EVICTIONS: usize = 4;

/// The limits of a store as numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    pub tenants: usize,
    pub entries: usize,
    pub bytes: usize,
    pub key: usize,
    pub value: usize,
}

pub const UNLIMITED: Numbers = Numbers {
    tenants: usize::MAX,
    entries: usize::MAX,
    bytes: usize::MAX,
    key: usize::MAX,
    value: usize::MAX,
};

impl Numbers {
    pub(crate) fn limits(self) -> Limits {
        Limits::default()
            .tenants(self.tenants)
            .entries_per_tenant(self.entries)
            .bytes_per_tenant(self.bytes)
            .key_bytes(self.key)
            .value_bytes(self.value)
    }
}

impl Model {
    pub(crate) fn new(limits: Numbers) -> Self {
        Self {
            now: Duration::ZERO,
            limits,
            entries: BTreeMap::new(),
            versions: Default::default(),
            gone: BTreeMap::new(),
            given: Vec::new(),
            written: Default::default(),
            counts: Default::default(),
        }
    }

    fn is_expired(&self, entry: &ModelEntry) -> bool {
        entry.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    pub(crate) fn alive(&self, address: &Address) -> Option<&ModelEntry> {
        self.entries.get(address).filter(|entry| !self.is_expired(entry))
    }

    /// Returns the entries of a tenant and type, including expired ones.
    fn entries_of(&self, tenant: usize, ty: usize) -> Range<'_, Address, ModelEntry> {
        self.entries.range((tenant, ty, String::new())..(tenant, ty + 1, String::new()))
    }

    pub(crate) fn live(
        &self,
        tenant: usize,
        ty: usize,
    ) -> impl DoubleEndedIterator<Item = (&str, &ModelEntry)> {
        self.entries_of(tenant, ty)
            .filter(|(_, entry)| !self.is_expired(entry))
            .map(|(a, entry)| (&*a.2, entry))
    }

    /// Removes the expired entries of one tenant, or of all.
    pub(crate) fn purge(&mut self, tenant: Option<usize>) -> usize {
        let expired: Vec<_> = self
            .entries
            .iter()
            .filter(|(a, entry)| tenant.is_none_or(|t| t == a.0) && self.is_expired(entry))
            .map(|(a, _)| a.clone())
            .collect();
        for address in &expired {
            self.remove(address, Cause::Expired);
        }
        expired.len()
    }

    /// Removes an entry if it exists.
    pub(crate) fn remove(&mut self, address: &Address, cause: Cause) -> Option<ModelEntry> {
        let entry = self.entries.remove(address)?;
        self.gone.insert(address.clone(), cause);
        let counts = &mut self.counts[address.0][address.1];
        match cause {
            Cause::Deleted => {}
            Cause::Expired => counts[EXPIRATIONS] += 1,
            Cause::Evicted => counts[EVICTIONS] += 1,
        }
        Some(entry)
    }

    /// Returns the victims of the entries to be written.
    fn victims(&self, (tenant, ty): (usize, usize), most: usize, written: &[Address]) -> Vec<Address> {
        if most == usize::MAX {
            return Vec::new();
        }
        let new: BTreeSet<_> =
            written.iter().filter(|address| !self.entries.contains_key(*address)).collect();
        let entries = self.entries_of(tenant, ty);
        let mut entries: Vec<_> =
            entries.map(|(a, entry)| (!self.is_expired(entry), entry.version, a.clone())).collect();
        let excess = (entries.len() + new.len()).saturating_sub(most);
        entries.retain(|(_, _, address)| !written.contains(address));
        entries.sort();
        entries.into_iter().take(excess).map(|(_, _, address)| address).collect()
    }

    /// Removes the victims of the entries to be written.
    pub(crate) fn evict(&mut self, of: (usize, usize), most: usize, written: &[Address]) {
        for address in self.victims(of, most, written) {
            let expired = self.entries.get(&address).is_some_and(|entry| self.is_expired(entry));
            self.remove(&address, if expired { Cause::Expired } else { Cause::Evicted });
        }
    }

    /// Checks whether these entries of one tenant fit into the limits.
    fn room(&self, tenant: usize, new: &[(Address, usize)], most: usize) -> Result<(), Error> {
        let addresses: Vec<_> = new.iter().map(|(address, _)| address.clone()).collect();
        let ty = addresses.first().map_or(0, |address| address.1);
        let victims = self.victims((tenant, ty), most, &addresses);
        let new: BTreeMap<_, _> = new.iter().cloned().collect();
        let of_tenant = || self.entries.iter().filter(|(a, _)| a.0 == tenant);
        let replaced = || of_tenant().filter(|(a, _)| new.contains_key(*a) || victims.contains(a));
        let more = new.len().saturating_sub(replaced().count());
        self.room_for(tenant, (new.values().sum(), replaced().map(|(_, k)| k.bytes).sum()), more)
    }

    fn room_for(&self, tenant: usize, (added, removed): (usize, usize), more: usize) -> Result<(), Error> {
        let of_tenant = || self.entries.iter().filter(|(a, _)| a.0 == tenant);
        let (entries, bytes) = (of_tenant().count(), of_tenant().map(|(_, k)| k.bytes).sum::<usize>());
        let full = |limit, allowed| Err(Error::LimitExceeded { limit, allowed });
        if added > removed && bytes + added - removed > self.limits.bytes {
            return full(Limit::BytesPerTenant, self.limits.bytes);
        }
        let occupied: BTreeSet<_> = self.entries.keys().map(|a| a.0).collect();
        if more > 0 && entries == 0 && occupied.len() >= self.limits.tenants {
            return full(Limit::Tenants, self.limits.tenants);
        }
        if more > 0 && entries + more > self.limits.entries {
            return full(Limit::EntriesPerTenant, self.limits.entries);
        }
        Ok(())
    }

    /// Checks whether these entries fit into the limits, after expired entries have been removed if
    /// necessary.
    pub(crate) fn make_room(
        &mut self,
        tenant: usize,
        new: &[(Address, usize)],
        most: usize,
    ) -> Result<(), Error> {
        let refused = match self.room(tenant, new, most) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let everywhere = matches!(refused, Error::LimitExceeded { limit: Limit::Tenants, .. });
        match self.purge((!everywhere).then_some(tenant)) {
            0 => Err(refused),
            _ => self.room(tenant, new, most),
        }
    }
}
