//! The store beside sorted maps: bytes are operations, and after each the answers are compared. At the end every watch
//! knows what is there.
//!
//! The model in `kv-core/tests/store` knows more verbs and every count; here there are keys of all forms, enough of them
//! for trees of several levels, and inputs that grow towards branches that none has reached.

mod op;
mod shelf;
mod watched;

use kv_core::{Expiry, KvStore, KvType, Limits, ManualClock, TenantStore};
pub(crate) use op::Input;
use op::{Op, Step};
use shelf::{Kind, Shelf};
use std::time::Duration;

#[derive(Debug, KvType)]
#[kv(prefix = "p/")]
struct Plain {
    #[kv(range(max = 250))]
    n: u8,
}

#[derive(Debug, KvType)]
#[kv(prefix = "p/b:", ttl = "5s")]
struct Brief {
    #[kv(range(max = 250))]
    n: u8,
}

#[derive(Debug, KvType)]
#[kv(prefix = "r/", ttl = "20s", max_entries = 8, evict = "oldest")]
struct Recent {
    #[kv(range(max = 250))]
    n: u8,
}

macro_rules! kinds {
    ($($name:ident $most:expr;)*) => {$(
        impl Kind for $name {
            const MOST: usize = $most;
            fn of(n: u8) -> Self {
                Self { n }
            }
            fn n(&self) -> u8 {
                self.n
            }
        }
    )*};
}

kinds! {
    Plain usize::MAX;
    Brief usize::MAX;
    Recent 8;
}

const HOSTS: [&str; 2] = ["a.example", "b.example"];

/// One tenant: what is stored there, and what should be.
struct Tenant {
    /// `None` for a moment, while nobody has a handle.
    store: Option<TenantStore>,
    plain: Shelf<Plain>,
    brief: Shelf<Brief>,
    recent: Shelf<Recent>,
}

impl Tenant {
    fn new(kv: &KvStore, host: &str) -> Self {
        let store = kv.tenant(host).expect("it is a host");
        let (plain, brief, recent) =
            (Shelf::new(store.typed()), Shelf::new(store.typed()), Shelf::new(store.typed()));
        Self { store: Some(store), plain, brief, recent }
    }

    fn living(&self, now: Duration) -> usize {
        self.plain.living(now).count() + self.brief.living(now).count() + self.recent.living(now).count()
    }

    fn forget(&mut self) {
        self.plain.forget();
        self.brief.forget();
        self.recent.forget();
    }

    fn let_go(&mut self) {
        self.store = None;
        self.plain.store = None;
        self.brief.store = None;
        self.recent.store = None;
    }

    fn take_hold(&mut self, kv: &KvStore, host: &str) {
        let store = kv.tenant(host).expect("it is a host");
        self.plain.store = Some(store.typed());
        self.brief.store = Some(store.typed());
        self.recent.store = Some(store.typed());
        self.store = Some(store);
    }

    fn check(&mut self, now: Duration) {
        self.plain.check(now);
        self.brief.check(now);
        self.recent.check(now);
        let store = self.store.as_ref().expect("there is a handle");
        let mut full: Vec<(String, u8)> = Vec::new();
        full.extend(self.plain.living(now).map(|(key, row)| (format!("p/{key}"), row.n)));
        full.extend(self.brief.living(now).map(|(key, row)| (format!("p/b:{key}"), row.n)));
        full.extend(self.recent.living(now).map(|(key, row)| (format!("r/{key}"), row.n)));
        full.sort();
        let mut found: Vec<_> = store
            .scan_full("")
            .map(|entry| {
                let n = entry.value::<Plain>().map(|value| value.n);
                let n = n.or_else(|| entry.value::<Brief>().map(|value| value.n));
                let n = n.or_else(|| entry.value::<Recent>().map(|value| value.n));
                (entry.full_key(), n.expect("it is of one of the types"))
            })
            .collect();
        assert!(found.is_sorted_by(|a, b| a.0 <= b.0), "{found:?}");
        found.sort();
        assert_eq!(found, full);
        assert_eq!(store.stats().entries, full.len());
    }
}

pub(crate) fn run(input: &Input) {
    let clock = ManualClock::new();
    let limit = if input.is_limited { 12 } else { 1_000_000 };
    let limits = Limits::default().entries_per_tenant(limit);
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).limits(limits).build();
    let mut tenants = HOSTS.map(|host| Tenant::new(&kv, host));
    let mut now = Duration::ZERO;
    for Step { second_tenant, kind, op } in &input.steps {
        let which = usize::from(*second_tenant);
        let tenant = &mut tenants[which];
        match op {
            Op::Advance { millis } => {
                now += Duration::from_millis((*millis).into());
                clock.advance(Duration::from_millis((*millis).into()));
            }
            Op::Purge => {
                kv.purge_expired();
                assert_eq!(
                    kv.stats().entries,
                    tenants.iter().map(|tenant| tenant.living(now)).sum::<usize>()
                );
            }
            Op::DropTenant => {
                assert_eq!(kv.drop_tenant(HOSTS[which]), tenant.living(now) > 0);
                tenant.forget();
            }
            Op::NewHandles { strangers } => {
                tenant.let_go();
                // Tenants that come and go have those forgotten that nobody needs.
                for n in 0..*strangers {
                    let stranger = kv.tenant(format!("{n}.example")).expect("it is a host");
                    stranger.set::<Plain>("k", Plain { n }).map(drop).unwrap_or_default();
                    stranger.clear();
                }
                tenant.take_hold(&kv, HOSTS[which]);
            }
            op => {
                let room = limit - tenant.living(now).min(limit);
                let allowed = shelf::Allowed { room, limit };
                match kind % 3 {
                    0 => tenant.plain.apply(op, now, allowed),
                    1 => tenant.brief.apply(op, now, allowed),
                    _ => tenant.recent.apply(op, now, allowed),
                }
            }
        }
    }
    kv.purge_expired();
    for tenant in &mut tenants {
        tenant.check(now);
    }
}
