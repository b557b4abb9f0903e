//! Operations that bytes decode to.

use arbitrary::Arbitrary;
use kv_model::{If, TtlOf, Which};
use std::time::Duration;

#[derive(Arbitrary, Debug)]
pub(crate) struct Input {
    /// Whether a tenant is limited to a dozen entries.
    pub(crate) is_limited: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
pub(crate) struct Step {
    pub(crate) second_tenant: bool,
    pub(crate) kind: u8,
    pub(crate) op: Op,
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Op {
    Set {
        key: Key,
        n: u8,
        lifetime: Lifetime,
        condition: Condition,
    },
    /// Writes many consecutive keys at once.
    Fill {
        from: u8,
        count: u8,
        n: u8,
    },
    Get {
        key: Key,
    },
    Update {
        key: Key,
        to: Option<u8>,
    },
    GetOrInsert {
        key: Key,
        n: u8,
    },
    Delete {
        key: Key,
    },
    DeleteIf {
        key: Key,
        current: bool,
    },
    /// Deletes every `step`-th of many consecutive keys.
    Thin {
        from: u8,
        count: u8,
        step: u8,
    },
    DeletePrefix {
        prefix: Prefix,
    },
    Clear,
    Touch {
        key: Key,
        secs: u8,
    },
    Persist {
        key: Key,
    },
    Scan {
        prefix: Prefix,
        after: Option<Key>,
        limit: Option<u8>,
        descending: bool,
    },
    Watch {
        prefix: Prefix,
    },
    Receive {
        which: u8,
        most: u8,
    },
    LeaveOrResume {
        which: u8,
    },
    Unwatch {
        which: u8,
    },
    Advance {
        millis: u16,
    },
    Purge,
    DropTenant,
    NewHandles {
        strangers: u8,
    },
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Lifetime {
    OfType,
    Secs(u8),
    None,
    Keep,
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Condition {
    Anything,
    Absent,
    Present,
    Current,
    /// The version of an earlier write of any entry.
    Older,
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Key {
    /// One of many consecutive keys.
    Numbered(u8),
    /// A key that shares its first characters with others.
    Parts(u8, u8),
    /// A long key that ends in a number.
    Long(u8),
    /// Any text, including invalid keys.
    Wild(String),
}

impl Op {
    /// Returns the operations of the model.
    pub(super) fn model_ops(&self) -> Vec<kv_model::Op> {
        use kv_model::Op as Model;
        let op = match self {
            Self::Set { key, n, lifetime, condition } => Model::Set {
                key: key.text(),
                n: number(*n),
                ttl: lifetime.ttl(),
                condition: condition.model(),
            },
            Self::Fill { from, count, n } => {
                let keys = (*from..=from.saturating_add(*count)).map(numbered);
                Model::SetMany { entries: keys.map(|key| (key, number(*n))).collect() }
            }
            Self::Get { key } => {
                let key = key.text();
                return vec![
                    Model::Get { key: key.clone() },
                    Model::GetEntry { key: key.clone() },
                    Model::Contains { key },
                ];
            }
            Self::Update { key, to } => Model::Update { key: key.text(), to: to.map(number) },
            Self::GetOrInsert { key, n } => Model::GetOrInsert { key: key.text(), n: number(*n) },
            Self::Delete { key } => Model::Delete { key: key.text() },
            Self::DeleteIf { key, current } => {
                let version = if *current { Which::Current } else { Which::Older };
                Model::DeleteIf { key: key.text(), version }
            }
            Self::Thin { from, count, step } => {
                let keys = (*from..=from.saturating_add(*count)).step_by(usize::from(*step).max(1));
                return keys.map(|n| Model::Delete { key: numbered(n) }).collect();
            }
            Self::DeletePrefix { prefix } => Model::DeletePrefix { prefix: prefix.text() },
            Self::Clear => Model::Clear,
            Self::Touch { key, secs } => Model::Touch { key: key.text(), secs: (*secs).into() },
            Self::Persist { key } => Model::Persist { key: key.text() },
            Self::Scan { prefix, after, limit, descending } => {
                let prefix = prefix.text();
                let scan = Model::Scan {
                    prefix: prefix.clone(),
                    after: after.as_ref().map(Key::text),
                    limit: limit.map(usize::from),
                    descending: *descending,
                };
                return vec![scan, Model::Count { prefix }];
            }
            Self::Watch { prefix } => Model::Watch { prefix: prefix.text() },
            Self::Receive { which, most } => {
                Model::Receive { which: Some((*which).into()), most: (*most).into() }
            }
            Self::LeaveOrResume { which } => Model::LeaveOrResume { which: (*which).into() },
            Self::Unwatch { which } => Model::Unwatch { which: Some((*which).into()) },
            Self::Advance { millis } => Model::Advance { by: Duration::from_millis((*millis).into()) },
            Self::Purge => Model::Purge { tenant_only: false },
            Self::DropTenant => Model::DropTenant,
            Self::NewHandles { strangers } => Model::NewHandles { strangers: *strangers },
        };
        vec![op]
    }
}

impl Lifetime {
    fn ttl(&self) -> TtlOf {
        match self {
            Self::OfType => TtlOf::Type,
            Self::Secs(secs) => TtlOf::Secs((*secs).into()),
            Self::None => TtlOf::None,
            Self::Keep => TtlOf::Keep,
        }
    }
}

impl Condition {
    fn model(&self) -> If {
        match self {
            Self::Anything => If::Anything,
            Self::Absent => If::Absent,
            Self::Present => If::Present,
            Self::Current => If::Version(Which::Current),
            Self::Older => If::Version(Which::Older),
        }
    }
}

/// Returns a value of the model. Five of 256 are invalid.
fn number(n: u8) -> i32 {
    if n > 250 { 10 } else { i32::from(n % 10) }
}

impl Key {
    fn text(&self) -> String {
        match self {
            Self::Numbered(n) => numbered(*n),
            Self::Parts(a, b) => format!("{}:{}", "a".repeat((*a % 20).into()), char::from(*b)),
            Self::Long(n) => format!("{}{n}", "k".repeat(505 + usize::from(*n % 8))),
            Self::Wild(text) => text.clone(),
        }
    }
}

fn numbered(n: u8) -> String {
    format!("n{n:03}")
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Prefix {
    All,
    /// The first characters of a key.
    Of(Key, u8),
}

impl Prefix {
    fn text(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(key, chars) => key.text().chars().take((*chars % 8).into()).collect(),
        }
    }
}
