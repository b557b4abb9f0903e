//! What is driven: the real store, and small ones that are broken on purpose, behind one trait.

use crate::history::{Declined, How, If, KEYS, Key, Kind, Life, Op, Outcome, Seen, Value};
use crate::pause::{Hesitant, pause};
use kv_core::{
    Change, Error, Expiry, KvStore, KvType, ManualClock, SetOptions, TypedStore, UpdateError, Version, Watch,
};
use std::time::Duration;

/// How long a tick of the clock is.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// A store of one type of one tenant.
pub(crate) trait Store: Sync {
    fn perform(&self, op: &Op) -> Outcome;
    fn watch(&self, after: Option<u64>) -> Box<dyn Watcher + '_>;
}

/// Somebody who watches all keys.
pub(crate) trait Watcher {
    /// The next change, if it is there.
    fn next(&mut self) -> Option<News>;
    /// The version to go on from.
    fn version(&self) -> Option<u64>;
}

/// What is told to those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    Reset,
    Ready,
    Set { key: Key, value: Value, version: u64 },
    Gone { key: Key, version: u64, cause: Cause },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Deleted,
    Expired,
    Evicted,
}

/// A fresh store of kv-core, whose clock makes threads pause where they have read it.
pub(crate) fn real(kind: Kind, clock: &ManualClock, expiry: Expiry) -> Box<dyn Store> {
    let kv = KvStore::builder().clock(Hesitant(clock.clone())).expiry(expiry).build();
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

fn known(key: &str) -> Key {
    KEYS.into_iter().find(|known| *known == key).expect("a key that was never written")
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
            Op::GetEntry(key) => Outcome::Entry(store.get_entry(key).map(|entry| Seen {
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
                    (known(&entry.key), entry.value.value(), Some(entry.version.get()))
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
            Op::Knows => unreachable!("who watches is asked"),
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
    fn next(&mut self) -> Option<News> {
        let gone = |key: &str, version: Version, cause| News::Gone {
            key: known(key),
            version: version.get(),
            cause,
        };
        Some(match self.try_recv()? {
            Change::Reset => News::Reset,
            Change::Ready => News::Ready,
            Change::Set(entry) => {
                News::Set { key: known(&entry.key), value: entry.value.value(), version: entry.version.get() }
            }
            Change::Deleted { key, version } => gone(&key, version, Cause::Deleted),
            Change::Expired { key, version } => gone(&key, version, Cause::Expired),
            Change::Evicted { key, version } => gone(&key, version, Cause::Evicted),
            other => panic!("a new sort of change: {}", other.key().is_some()),
        })
    }

    fn version(&self) -> Option<u64> {
        Watch::version(self).map(Version::get)
    }
}
