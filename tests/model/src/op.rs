//! [`Op`]: the operations on a store.

use std::time::Duration;

#[derive(Clone, Debug)]
pub enum Op {
    Set {
        key: String,
        n: i32,
        ttl: TtlOf,
        condition: If,
    },
    Put {
        n: i32,
    },
    SetMany {
        entries: Vec<(String, i32)>,
    },
    Get {
        key: String,
    },
    GetMany {
        keys: Vec<String>,
    },
    GetEntry {
        key: String,
    },
    Contains {
        key: String,
    },
    Delete {
        key: String,
    },
    DeleteIf {
        key: String,
        version: Which,
    },
    DeletePrefix {
        prefix: String,
    },
    Update {
        key: String,
        to: Option<i32>,
    },
    UpdateWith {
        key: String,
        to: Option<i32>,
        ttl: TtlOf,
        condition: If,
    },
    TryUpdate {
        key: String,
        to: Result<Option<i32>, u8>,
    },
    Modify {
        key: String,
        to: i32,
    },
    GetOrInsert {
        key: String,
        n: i32,
    },
    GetOrTryInsert {
        key: String,
        to: Result<i32, u8>,
        asynchronous: bool,
    },
    Touch {
        key: String,
        secs: u64,
    },
    Persist {
        key: String,
    },
    TtlOf {
        key: String,
    },
    Len,
    Count {
        prefix: String,
    },
    Scan {
        prefix: String,
        after: Option<String>,
        limit: Option<usize>,
        descending: bool,
    },
    Keys {
        prefix: String,
    },
    Clear,
    ClearTenant,
    DropTenant,
    ScanFull {
        prefix: String,
    },
    Purge {
        tenant_only: bool,
    },
    Advance {
        by: Duration,
    },
    /// Drops the handles, creates and clears this many other tenants, which makes the store forget
    /// empty ones, and creates the handles again.
    NewHandles {
        strangers: u8,
    },
    Watch {
        prefix: String,
    },
    /// Lets a watcher, or all, receive at most this many changes.
    Receive {
        which: Option<usize>,
        most: usize,
    },
    LeaveOrResume {
        which: usize,
    },
    /// Drops a watcher, or all.
    Unwatch {
        which: Option<usize>,
    },
}

/// The time to live of a write.
#[derive(Clone, Copy, Debug)]
pub enum TtlOf {
    Type,
    Secs(u64),
    None,
    Keep,
}

/// The condition of a write.
#[derive(Clone, Copy, Debug)]
pub enum If {
    Anything,
    Absent,
    Present,
    Version(Which),
}

/// A version: that of the entry, or the first of the tenant and type.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    Current,
    Older,
}
