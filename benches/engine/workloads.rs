//! The workloads: tables, peers and rounds.

use crate::cursor::{Cursor, CursorForAnHour, Sample};
use crate::expiring::{self, expiring};
use crate::input::Input;
use crate::measurements::{
    Work, bytes, bytes_of_ten, get, insert_and_delete, mixed, mixed_by, read_while_growing, scan, set, update,
};
use crate::peers::{
    BareBTreeMap, BareHashMap, DashMap, LockedBTreeMap, LockedHashMap, MiniMoka, Moka, Ours, Papaya, Peer,
    QuickCache, SccHashMap, SccTreeIndex, Shards, SkipMap,
};
use crate::watching::{self, watching};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::rc::Rc;

/// Size of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    rounds: usize,
    /// Rounds of workloads that fill a new store in each round.
    fresh_rounds: usize,
    /// Operations of one measurement.
    operations: usize,
    /// Entries of a new store that is filled.
    largest: usize,
}

impl Scale {
    pub(crate) const FULL: Self =
        Self { rounds: 7, fresh_rounds: 3, operations: 200_000, largest: 1_000_000 };
    pub(crate) const QUICK: Self = Self { rounds: 3, fresh_rounds: 1, operations: 40_000, largest: 100_000 };
}

/// The figures of one peer in one table, one per round.
pub(crate) struct Figures {
    pub(crate) peer: &'static str,
    pub(crate) ordered: bool,
    pub(crate) rounds: Vec<f64>,
}

/// A kind of figure that a workload measures.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
}

/// A workload with its peers.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) tables: Vec<Table>,
    rounds: fn(&Scale) -> usize,
    /// Whether every round creates new stores.
    fresh: bool,
    /// The stores that take part, this one first. It may be the only one.
    contenders: fn(&mut Bench) -> Vec<Contender>,
}

/// Calls a function for every peer that threads can share.
macro_rules! every_shared_peer {
    ($make:ident($($args:expr),*)) => {
        vec![
            $make::<Ours<Cursor>>($($args),*),
            $make::<Ours<CursorForAnHour>>($($args),*),
            $make::<DashMap>($($args),*),
            $make::<Papaya>($($args),*),
            $make::<SccHashMap>($($args),*),
            $make::<SccTreeIndex>($($args),*),
            $make::<SkipMap>($($args),*),
            $make::<QuickCache>($($args),*),
            $make::<Moka>($($args),*),
            $make::<MiniMoka>($($args),*),
            $make::<LockedHashMap>($($args),*),
            $make::<LockedBTreeMap>($($args),*),
            $make::<Shards>($($args),*),
        ]
    };
}

/// Calls a function for every peer.
macro_rules! every_peer {
    ($make:ident($($args:expr),*)) => {{
        let mut peers = every_shared_peer!($make($($args),*));
        peers.push($make::<BareHashMap>($($args),*));
        peers.push($make::<BareBTreeMap>($($args),*));
        #[cfg(unix)]
        if crate::redis::is_available() {
            peers.push($make::<crate::redis::Redis>($($args),*));
        }
        peers
    }};
}

/// Returns all workloads. Consecutive ones with the same number of entries share their stores.
/// Those that only read come first, because sets replace the many values by a few; updates come
/// last, because they create new values.
pub(crate) fn all() -> Vec<Workload> {
    const K: usize = 1_000;
    vec![
        on_filled("get 1k", |bench| every_peer!(filled(bench, K, get))),
        on_filled("set over 1k", |bench| every_peer!(filled(bench, K, set))),
        on_filled("get 100k", |bench| every_peer!(filled(bench, 100 * K, get))),
        on_filled("scan 100 of 100k", |bench| every_peer!(filled(bench, 100 * K, scan::<_, 100>))),
        on_filled("scan all of 100k", |bench| every_peer!(filled(bench, 100 * K, scan::<_, { usize::MAX }>))),
        on_filled("set over 100k", |bench| every_peer!(filled(bench, 100 * K, set))),
        on_filled("90/10 uniform, 1 thread", |bench| every_peer!(filled(bench, 100 * K, mixed::<_, false>))),
        on_filled("90/10 uniform, 2 threads", |bench| {
            every_shared_peer!(filled(bench, 100 * K, mixed_by::<_, 2, false>))
        }),
        on_filled("90/10 zipf, 1 thread", |bench| every_peer!(filled(bench, 100 * K, mixed::<_, true>))),
        on_filled("90/10 zipf, 2 threads", |bench| {
            every_shared_peer!(filled(bench, 100 * K, mixed_by::<_, 2, true>))
        }),
        on_filled("90/10 zipf, 4 threads", |bench| {
            every_shared_peer!(filled(bench, 100 * K, mixed_by::<_, 4, true>))
        }),
        on_filled("update 100k", |bench| every_peer!(filled(bench, 100 * K, update))),
        on_fresh("insert and delete", &[("insert to 1M", NS), ("delete from 1M", NS)], FEW, |bench| {
            every_peer!(fresh(bench, insert_and_delete))
        }),
        on_fresh("read while growing", &[("read p99.99 while growing", NS)], THREE, |bench| {
            every_shared_peer!(fresh(bench, read_while_growing))
        }),
        on_fresh("expiry of 1M", &expiring::TABLES, THREE, expiring),
        on_fresh("watch", &watching::TABLES, THREE, watching),
        on_fresh("bytes", &[("bytes an entry", BYTES)], ONCE, |bench| every_peer!(fresh(bench, bytes))),
        on_fresh("bytes of ten entries", &[("bytes of ten entries", BYTES)], ONCE, |bench| {
            every_shared_peer!(fresh(bench, bytes_of_ten))
        }),
    ]
}

const NS: &str = "ns";
const BYTES: &str = "bytes";

const FEW: fn(&Scale) -> usize = |scale| scale.fresh_rounds;
/// Rounds for percentiles, which vary most between rounds.
const THREE: fn(&Scale) -> usize = |_| 3;
/// Rounds for figures that are the same in every round.
const ONCE: fn(&Scale) -> usize = |_| 1;

fn on_filled(name: &'static str, contenders: fn(&mut Bench) -> Vec<Contender>) -> Workload {
    Workload {
        name,
        tables: vec![Table { name, unit: NS }],
        rounds: |scale| scale.rounds,
        fresh: false,
        contenders,
    }
}

fn on_fresh(
    name: &'static str,
    tables: &[(&'static str, &'static str)],
    rounds: fn(&Scale) -> usize,
    contenders: fn(&mut Bench) -> Vec<Contender>,
) -> Workload {
    let tables = tables.iter().map(|&(name, unit)| Table { name, unit }).collect();
    Workload { name, tables, rounds, fresh: true, contenders }
}

impl Workload {
    pub(crate) fn has_name_with(&self, part: &str) -> bool {
        self.name.contains(part) || self.tables.iter().any(|table| table.name.contains(part))
    }

    /// Measures every contender once in every round, and returns the figures of each table.
    pub(crate) fn run(&self, bench: &mut Bench) -> Vec<(Table, Vec<Figures>)> {
        let rounds = (self.rounds)(&bench.scale);
        if self.fresh {
            bench.filled = None;
        }
        let mut contenders = (self.contenders)(bench);
        let mut tables: Vec<(Table, Vec<Figures>)> = Vec::new();
        for &table in &self.tables {
            let none =
                contenders.iter().map(|c| Figures { peer: c.peer, ordered: c.ordered, rounds: Vec::new() });
            tables.push((table, none.collect()));
        }
        for round in 0..rounds {
            // Each round starts with another contender.
            for turn in 0..contenders.len() {
                let at = (turn + round) % contenders.len();
                let measured = (contenders[at].measure)(round);
                for ((_, figures), figure) in tables.iter_mut().zip(measured) {
                    figures[at].rounds.push(figure);
                }
            }
        }
        tables
    }
}

/// A store with its measurement.
pub(crate) struct Contender {
    peer: &'static str,
    ordered: bool,
    measure: Box<dyn FnMut(usize) -> Vec<f64>>,
}

type Run<P> = fn(&P, &Work<'_, <P as Peer>::Value>) -> Vec<f64>;

impl Contender {
    fn new<P: Peer>(
        (store, input): (impl Fn() -> Rc<P> + 'static, Rc<Input>),
        operations: usize,
        run: Run<P>,
    ) -> Self {
        let values: Vec<_> = (0..1024).map(|_| P::Value::sample()).collect();
        let measure = move |round| {
            let work = Work { input: &input, values: &values, operations, round };
            run(&store(), &work)
        };
        Self { peer: P::NAME, ordered: P::ORDERED, measure: Box::new(measure) }
    }

    /// Creates the contender of a workload without peers.
    pub(crate) fn ours(measure: impl FnMut(usize) -> Vec<f64> + 'static) -> Self {
        Self { peer: Ours::<Cursor>::NAME, ordered: true, measure: Box::new(measure) }
    }
}

/// Creates a contender with a store that was filled once.
fn filled<P: Peer>(bench: &mut Bench, entries: usize, run: Run<P>) -> Contender {
    let operations = bench.scale.operations / P::REDUCTION;
    let filled = bench.filled_with(entries);
    let store = filled.store::<P>();
    Contender::new((move || Rc::clone(&store), Rc::clone(&filled.input)), operations, run)
}

/// Creates a contender with a new store in every round.
fn fresh<P: Peer>(bench: &mut Bench, run: Run<P>) -> Contender {
    let input = bench.largest_input();
    let operations = input.keys.len() / P::REDUCTION;
    Contender::new((|| Rc::new(P::new()), input), operations, run)
}

/// A run of the workloads.
pub(crate) struct Bench {
    scale: Scale,
    filled: Option<Filled>,
    largest: Option<Rc<Input>>,
}

impl Bench {
    pub(crate) fn new(scale: Scale) -> Self {
        Self { scale, filled: None, largest: None }
    }

    /// Returns the stores with this number of entries, and drops those with another number.
    fn filled_with(&mut self, entries: usize) -> &mut Filled {
        if self.filled.as_ref().is_some_and(|filled| filled.input.keys.len() != entries) {
            self.filled = None;
        }
        self.filled
            .get_or_insert_with(|| Filled { input: Rc::new(Input::new(entries)), stores: HashMap::new() })
    }

    /// Returns the keys for filling a new store.
    pub(crate) fn largest_input(&mut self) -> Rc<Input> {
        Rc::clone(self.largest.get_or_insert_with(|| Rc::new(Input::new(self.scale.largest))))
    }
}

/// One store of each type, filled with all keys on first use.
struct Filled {
    input: Rc<Input>,
    stores: HashMap<TypeId, Rc<dyn Any>>,
}

impl Filled {
    fn store<P: Peer>(&mut self) -> Rc<P> {
        let fill = || -> Rc<dyn Any> {
            let store = P::new();
            store.fill(&self.input.keys, &|_| P::Value::sample());
            assert!(
                store.get(&self.input.keys[0]).is_some(),
                "{} returns no value for a key that was set",
                P::NAME
            );
            Rc::new(store)
        };
        let store = self.stores.entry(TypeId::of::<P>()).or_insert_with(fill);
        Rc::clone(store).downcast().expect("stores are kept by their type")
    }
}
