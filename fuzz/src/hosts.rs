//! A host is normalized to the name of one tenant, which is normalized to itself.

use kv_core::{KvStore, TenantId};
use std::net::Ipv6Addr;

pub(crate) fn run(host: &str) {
    let id = TenantId::new(host).ok();
    assert_eq!(id.as_ref().map(TenantId::as_str), naive(host).as_deref(), "{host:?}");
    assert_eq!(KvStore::new().tenant(host).ok().map(|store| store.id().clone()), id);
    if let Some(id) = id {
        for again in [id.to_string(), id.to_string().to_ascii_uppercase(), format!("{id}:65535")] {
            assert_eq!(TenantId::new(&again).as_ref(), Ok(&id), "{again:?} for {host:?}");
        }
    }
}

/// Parses from the end: the port first.
fn naive(host: &str) -> Option<String> {
    let bare = without_port(host)?;
    if let Some(inside) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: Ipv6Addr = inside.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let mut name = bare.to_lowercase();
    if name.ends_with('.') {
        name.pop();
    }
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    // Some characters beyond ASCII have a lower case in ASCII.
    (host.is_ascii() && name.len() <= 253 && name.split('.').all(is_label)).then_some(name)
}

fn without_port(host: &str) -> Option<&str> {
    // An address in brackets contains colons.
    let Some(at) = host.rfind(':').filter(|at| !host[*at..].contains(']')) else { return Some(host) };
    let mut port = 0_u64;
    for digit in host[at + 1..].chars() {
        port = (port * 10 + u64::from(digit.to_digit(10)?)).min(65_536);
    }
    (port <= 65_535).then_some(&host[..at])
}
