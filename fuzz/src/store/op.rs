//! What bytes can ask of a store.

use arbitrary::Arbitrary;

#[derive(Arbitrary, Debug)]
pub(crate) struct Input {
    /// Whether there is room for a dozen entries in a tenant.
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
    /// Many at once, whose keys follow each other.
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
    /// Every so-and-so-many-th of many.
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
    /// The version of some write before, of whatever entry.
    Older,
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Key {
    /// One of many that follow each other.
    Numbered(u8),
    /// Many share what they begin with.
    Parts(u8, u8),
    /// A whole one that is long, and ends in a number.
    Long(u8),
    /// Anything, keys that are none included.
    Wild(String),
}

impl Key {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Numbered(n) => numbered(*n),
            Self::Parts(a, b) => format!("{}:{}", "a".repeat((*a % 20).into()), char::from(*b)),
            Self::Long(n) => format!("{}{n}", "k".repeat(505 + usize::from(*n % 8))),
            Self::Wild(text) => text.clone(),
        }
    }
}

pub(crate) fn numbered(n: u8) -> String {
    format!("n{n:03}")
}

#[derive(Arbitrary, Debug)]
pub(crate) enum Prefix {
    All,
    /// What a key begins with.
    Of(Key, u8),
}

impl Prefix {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Of(key, chars) => key.text().chars().take((*chars % 8).into()).collect(),
        }
    }
}
