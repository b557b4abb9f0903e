//! A trait for the stores under test, and its implementation for the real store.

use crate::history::{Declined, EntryRead, How, If, KEYS, Key, Kind, Life, Op, Outcome, Value};
use crate::pause::{PausingClock, pause};
use kv_core::{
    Error, Expiry, KvStore, KvType, ManualClock, SetOptions, TypedStore, UpdateError, Version, Watch,
};
use std::time::Duration;

/// Duration of a tick of the clock.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// The collection of one type in one tenant.
pub(crate) trait Store: Sync {
    fn perform(&self, op: &Op) -> Outcome;
    fn watch(&self, after: Option<u64>) -> Box<dyn Watcher + '_>;
}

/// A watcher of all keys.
pub(crate) trait Watcher {
    /// Returns the next change, if one is available.
    fn next(&mut self) -> Option<Change>;
    /// Returns the version after which a watch can be resumed.
    fn version(&self) -> Option<u64>;
}

/// A change as a watcher receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Reset,
    Ready,
    Set { key: Key, value: Value, version: u64 },
    Removed { key: Key, version: u64, cause: Cause },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Deleted,
    Expired,
    Evicted,
}

/// Returns a new store of kv-core with a clock that pauses after each read.
pub(crate) fn real(kind: Kind, clock: &ManualClock, expiry: Expiry) -> Box<dyn Store> {
    let kv = KvStore::builder().clock(PausingClock(clock.clone())).expiry(expiry).build();
    match kind {
        Kind::Plain => Box::new(Real::<Plain>::new(kv, clock)),
        Kind::Brief => Box::new(Real::<Brief>::new(kv, clock)),
        Kind::Recent => Box::new(Real::<Recent>::new(kv, clock)),
    }
}

#[derive(KvType)]
struct Plain {
    by: u32,
    count: u32,
}

#[derive(KvType)]
#[kv(ttl = "2s")]
struct Brief {
    by: u32,
    count: u32,
}

#[derive(KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct Recent {
    by: u32,
    count: u32,
}

trait Stored: KvType {
    fn of(value: Value) -> Self;
    fn value(&self) -> Value;
}

macro_rules! stored {
    ($($name:ident),*) => {$(
        impl Stored for $name {
            fn of(Value { by, count }: Value) -> Self {
                Self { by, count }
            }

            fn value(&self) -> Value {
                Value { by: self.by, count: self.count }
            }
        }
    )*};
}

stored!(Plain, Brief, Recent);

struct Real<T> {
    kv: KvStore,
    store: TypedStore<T>,
    clock: ManualClock,
}

impl<T: Stored> Real<T> {
    fn new(kv: KvStore, clock: &ManualClock) -> Self {
        let store = kv.tenant("acme.example").unwrap().typed();
        Self { kv, store, clock: clock.clone() }
    }

    fn update(&self, key: Key, by: u32, how: How) -> Outcome {
        let next = |current: Option<&T>| {
            let next = how.next(current.map(T::value), by);
            pause();
            next.map(|next| next.map(T::of))
        };
        let updated = match how {
            How::Try => match self.store.try_update(key, next) {
                Ok(updated) => updated,
                Err(UpdateError::Update(Declined)) => return Outcome::Declined,
                Err(UpdateError::Store(error)) => panic!("{error}"),
            },
            How::Modify => {
                let modified = self.store.modify(key, |current| next(Some(current)).unwrap().unwrap());
                modified.unwrap()
            }
            How::Count | How::Toggle => self.store.update(key, |current| next(current).unwrap()).unwrap(),
        };
        Outcome::Values(vec![updated.map(|value| value.value())])
    }
}

fn options(life: Life, on: If) -> SetOptions {
    let options = match on {
        If::Anything => SetOptions::new(),
        If::Absent => SetOptions::new().if_absent(),
        If::Present => SetOptions::new().if_present(),
        If::Version(version) => SetOptions::new().if_version(to_version(version)),
    };
    match life {
        Life::OfType => options,
        Life::Ticks(ticks) => options.ttl(in_ticks(ticks)),
        Life::Never => options.no_ttl(),
        Life::Keep => options.keep_ttl(),
    }
}

fn in_ticks(ticks: u64) -> Duration {
    TICK * u32::try_from(ticks).unwrap()
}

fn to_version(version: u64) -> Version {
    version.to_string().parse().unwrap()
}

fn conflict(error: Error) -> Outcome {
    match error {
        Error::Conflict { current } => Outcome::Conflict(current.map(Version::get)),
        other => panic!("{other}"),
    }
}

fn static_key(key: &str) -> Key {
    KEYS.into_iter().find(|candidate| *candidate == key).expect("the store returned an unknown key")
}

impl<T: Stored> Store for Real<T> {
    fn perform(&self, op: &Op) -> Outcome {
        let store = &self.store;
        match op {
            Op::Set { key, value, life, on } => {
                let set = store.set_with(key, T::of(*value), options(*life, *on));
                set.map_or_else(conflict, |version| Outcome::Versions(vec![version.get()]))
            }
            Op::SetMany(entries) => {
                let set = store.set_many(entries.iter().map(|(key, value)| (*key, T::of(*value))));
                Outcome::Versions(set.unwrap().into_iter().map(Version::get).collect())
            }
            Op::Update { key, by, how } => self.update(key, *by, *how),
            Op::GetOrInsert { key, value } => {
                let found = store.get_or_insert_with(key, || {
                    pause();
                    T::of(*value)
                });
                Outcome::Values(vec![Some(found.unwrap().value())])
            }
            Op::Delete(key) => Outcome::Values(vec![store.delete(key).map(|value| value.value())]),
            Op::DeleteIf(key, version) => {
                store.delete_if(key, to_version(*version)).map_or_else(conflict, Outcome::Found)
            }
            Op::Clear => Outcome::Number(store.clear()),
            Op::Touch { key, ticks } => Outcome::Found(store.touch(key, in_ticks(*ticks)).unwrap()),
            Op::Persist(key) => Outcome::Found(store.persist(key)),
            Op::Get(key) => Outcome::Values(vec![store.get(key).map(|value| value.value())]),
            Op::GetEntry(key) => Outcome::Entry(store.get_entry(key).map(|entry| EntryRead {
                value: entry.value.value(),
                version: entry.version.get(),
                expires_in: entry.expires_in.map(|time| time.as_secs()),
            })),
            Op::GetMany(keys) => {
                let found = store.get_many(keys).into_iter();
                Outcome::Values(found.map(|value| value.map(|value| value.value())).collect())
            }
            Op::Count => Outcome::Number(store.count("")),
            Op::Scan => {
                let row = |entry: kv_core::Entry<T>| {
                    pause();
                    (static_key(&entry.key), entry.value.value(), Some(entry.version.get()))
                };
                Outcome::Rows(store.scan("").entries().map(row).collect())
            }
            Op::Advance => {
                self.clock.advance(TICK);
                Outcome::Done
            }
            Op::Purge => {
                self.kv.purge_expired();
                Outcome::Done
            }
            Op::Knows => unreachable!("watchers answer `Knows`"),
        }
    }

    fn watch(&self, after: Option<u64>) -> Box<dyn Watcher + '_> {
        Box::new(match after {
            None => self.store.watch(""),
            Some(version) => self.store.watch_after("", to_version(version)),
        })
    }
}

impl<T: Stored> Watcher for Watch<T> {
    fn next(&mut self) -> Option<Change> {
        let removed = |key: &str, version: Version, cause| Change::Removed {
            key: static_key(key),
            version: version.get(),
            cause,
        };
        Some(match self.try_recv()? {
            kv_core::Change::Reset => Change::Reset,
            kv_core::Change::Ready => Change::Ready,
            kv_core::Change::Set(entry) => Change::Set {
                key: static_key(&entry.key),
                value: entry.value.value(),
                version: entry.version.get(),
            },
            kv_core::Change::Deleted { key, version } => removed(&key, version, Cause::Deleted),
            kv_core::Change::Expired { key, version } => removed(&key, version, Cause::Expired),
            kv_core::Change::Evicted { key, version } => removed(&key, version, Cause::Evicted),
            other => panic!("unknown change for the key {:?}", other.key()),
        })
    }

    fn version(&self) -> Option<u64> {
        Watch::version(self).map(Version::get)
    }
}
