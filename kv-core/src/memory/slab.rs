//! [`Slab`]: things in numbered places that do not move while the slab grows.

use super::prefetch::prefetch;
use crate::sync::bound;

/// How many places a chunk has. A full chunk is never touched again when more are needed.
const CHUNK: usize = bound(512, 4);

/// Things in numbered places. A place that became free is taken again first.
pub(super) struct Slab<V> {
    chunks: Vec<Vec<Place<V>>>,
    /// The place that became free last, and leads to those before.
    free: Option<u32>,
    len: usize,
}

enum Place<V> {
    Taken(V),
    Free { next: Option<u32> },
}

impl<V> Slab<V> {
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), free: None, len: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts something into a free place, and returns its number. There are 2^32 places, and limits that see to it that
    /// they are enough.
    pub(super) fn insert(&mut self, value: V) -> u32 {
        if let Some(place) = self.free
            && let Some(slot) = self.slot_mut(place)
            && let Place::Free { next } = *slot
        {
            *slot = Place::Taken(value);
            self.free = next;
            self.len += 1;
            return place;
        }
        let place = u32::try_from(self.len).unwrap_or(u32::MAX);
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            // Many a collection has a few things for ever: its first chunk is the only one, and grows slowly.
            if self.chunks.is_empty() {
                self.chunks = vec![Vec::new()];
            } else {
                self.chunks.push(Vec::with_capacity(CHUNK));
            }
        }
        if let Some(chunk) = self.chunks.last_mut() {
            if chunk.len() == chunk.capacity() {
                chunk.reserve_exact((chunk.len() / 4).max(2).min(CHUNK - chunk.len()));
            }
            chunk.push(Place::Taken(value));
        }
        self.len += 1;
        place
    }

    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<&V> {
        match self.chunks.get(place as usize / CHUNK)?.get(place as usize % CHUNK)? {
            Place::Taken(value) => Some(value),
            Place::Free { .. } => None,
        }
    }

    /// Has the memory of a place fetched.
    #[inline]
    pub(super) fn prefetch(&self, place: u32) {
        if let Some(at) =
            self.chunks.get(place as usize / CHUNK).and_then(|chunk| chunk.get(place as usize % CHUNK))
        {
            prefetch(at);
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut V> {
        match self.slot_mut(place)? {
            Place::Taken(value) => Some(value),
            Place::Free { .. } => None,
        }
    }

    pub(super) fn remove(&mut self, place: u32) -> Option<V> {
        let next = self.free;
        let slot = self.slot_mut(place)?;
        if let Place::Free { .. } = slot {
            return None;
        }
        let Place::Taken(value) = std::mem::replace(slot, Place::Free { next }) else { return None };
        self.free = Some(place);
        self.len -= 1;
        Some(value)
    }

    /// All things, in the order of their places.
    pub(super) fn into_values(self) -> impl Iterator<Item = V> {
        self.chunks.into_iter().flatten().filter_map(|place| match place {
            Place::Taken(value) => Some(value),
            Place::Free { .. } => None,
        })
    }

    #[inline]
    fn slot_mut(&mut self, place: u32) -> Option<&mut Place<V>> {
        self.chunks.get_mut(place as usize / CHUNK)?.get_mut(place as usize % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_taken_again_and_stay_where_they_are() {
        let mut slab = Slab::new();
        let places: Vec<_> = (0..2000).map(|n| slab.insert(n)).collect();
        for place in places.iter().step_by(3) {
            assert!(slab.remove(*place).is_some());
            assert!(slab.remove(*place).is_none());
        }
        assert_eq!(slab.len(), 2000 - 667);
        assert_eq!((slab.get(3), slab.get(4), slab.get(9999)), (None, Some(&4), None));
        let again: Vec<_> = (0..667).map(|n| slab.insert(n)).collect();
        assert!(again.iter().all(|place| place % 3 == 0));
        assert_eq!((slab.len(), slab.insert(7), slab.get(4)), (2000, 2000, Some(&4)));
        assert_eq!(slab.into_values().count(), 2001);
    }

    #[test]
    fn a_free_place_costs_no_room_of_its_own() {
        assert_eq!(size_of::<Place<std::sync::Arc<str>>>(), size_of::<std::sync::Arc<str>>());
    }
}
