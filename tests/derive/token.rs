//! Schema tokens: which changes of a type keep its earlier clients working.

use kv_core::KvField;
use kv_core::schema::token::SchemaToken;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

macro_rules! token {
    ($(#[$attr:meta])* { $($body:tt)* } $($also:item)*) => {{
        #[derive(Serialize, Deserialize, KvField)]
        $(#[$attr])*
        struct Sample { $($body)* }
        $($also)*
        SchemaToken::of(Sample::schema())
    }};
}

/// Returns the access of a client with one token to a server with another.
fn access(client: &SchemaToken, server: &SchemaToken) -> &'static str {
    match (server.allows_read(client), server.allows_write(client)) {
        (true, true) => "reads and writes",
        (true, false) => "reads",
        (false, false) => "nothing",
        (false, true) => unreachable!("write access implies read access"),
    }
}

fn point() -> SchemaToken {
    token!({ x: i32, label: String })
}

#[test]
fn field_hash_covers_name_and_wire_form() {
    // The low 24 bits of the 64-bit FNV-1a hashes of "label:s" and "x:i".
    assert_eq!(point().to_string(), "s1.6b120a.8c61e2");
    assert_eq!(token!({ x: Option<i32>, label: String }).to_string().matches('?').count(), 1);
    assert!(SchemaToken::of(<Vec<i32>>::schema()).to_string().starts_with("w1."));
}

#[test]
fn changes_that_keep_the_json_keep_the_token() {
    let same = [
        token!({ label: String, x: i32 }),
        token!({ x: u8, label: String }),
        token!({ x: std::num::NonZeroU64, label: Box<str> }),
        token!({
            /// The position.
            #[kv(range(min = 3))] x: i32,
            #[kv(len(max = 9))] #[serde(alias = "name")] label: String
        }),
        token!(#[serde(deny_unknown_fields)] { x: i32, label: char }),
        token!({ #[serde(flatten)] inner: Inner, x: i32 }
            #[derive(Serialize, Deserialize, KvField)] struct Inner { label: String }),
        token!({ #[serde(rename = "x")] left: i32, label: Wrapped }
            #[derive(Serialize, Deserialize, KvField)] struct Wrapped(std::net::IpAddr);),
    ];
    for token in same {
        assert_eq!(token, point());
    }
}

#[test]
fn optional_field_may_be_added() {
    for server in [
        token!({ x: i32, label: String, note: Option<String> }),
        token!({ x: i32, label: String, #[serde(default)] count: u32 }),
    ] {
        assert_eq!(access(&point(), &server), "reads and writes");
        assert_eq!(access(&server, &point()), "nothing", "the server lacks a field that the client knows");
    }
    assert_eq!(
        access(&point(), &token!({ x: i32, label: String, #[serde(default)] y: i32 })),
        "reads and writes"
    );
    assert_eq!(access(&point(), &token!({ x: i32, #[serde(default)] label: String })), "reads and writes");
}

#[test]
fn required_field_may_be_added_for_readers_only() {
    assert_eq!(access(&point(), &token!({ x: i32, label: String, y: i32 })), "reads");
}

#[test]
fn any_other_change_denies_access() {
    let others = [
        token!({ x: i32 }),
        token!({ x: f32, label: String }),
        token!({ x: i32, name: String }),
        token!({ x: i32, label: Option<String> }),
        token!({ x: i32, label: Vec<String> }),
        token!({ x: i32, #[serde(default, skip_serializing_if = "String::is_empty")] label: String }),
        token!(#[serde(rename_all = "UPPERCASE")] { x: i32, label: String }),
        SchemaToken::of(<HashMap<String, i32>>::schema()),
    ];
    for (index, other) in others.iter().enumerate() {
        assert_eq!(access(&point(), other), "nothing", "{index}");
        assert!(others[..index].iter().all(|earlier| earlier != other), "{index}");
    }
}

#[test]
fn nested_types_are_part_of_the_token() {
    fn token<T: KvField>() -> SchemaToken {
        SchemaToken::of(<BTreeMap<String, Vec<(bool, T)>>>::schema())
    }
    mod before {
        #[derive(serde::Serialize, serde::Deserialize, kv_core::KvField)]
        pub(super) struct Tree {
            pub(super) leaves: Vec<Tree>,
            pub(super) weight: f32,
        }
    }
    mod unrolled {
        #[derive(serde::Serialize, serde::Deserialize, kv_core::KvField)]
        pub(super) struct Trunk {
            pub(super) weight: f64,
            pub(super) leaves: Vec<Branch>,
        }
        #[derive(serde::Serialize, serde::Deserialize, kv_core::KvField)]
        pub(super) struct Branch {
            pub(super) leaves: Vec<Trunk>,
            pub(super) weight: f64,
        }
    }
    mod after {
        #[derive(serde::Serialize, serde::Deserialize, kv_core::KvField)]
        pub(super) struct Tree {
            pub(super) leaves: Vec<Tree>,
            pub(super) weight: f32,
            pub(super) note: Option<String>,
        }
    }
    assert_eq!(token::<before::Tree>(), token::<unrolled::Trunk>());
    assert_ne!(token::<before::Tree>(), token::<after::Tree>());
    assert_ne!(token::<i32>(), token::<Option<i32>>());
    assert_eq!(token::<BTreeSet<u8>>(), token::<Vec<u64>>());
    assert_ne!(token::<[u8; 3]>(), token::<Vec<u8>>());
    assert_eq!(token::<Option<Option<bool>>>(), token::<Option<bool>>());
}

#[test]
fn any_change_of_an_enum_denies_access() {
    macro_rules! token {
        ($(#[$attr:meta])* { $($body:tt)* }) => {{
            #[derive(Serialize, Deserialize, KvField)]
            $(#[$attr])*
            enum Sample { $($body)* }
            SchemaToken::of(Sample::schema())
        }};
    }
    let client = token!({ Ping, Moved { x: i32, y: i32 } });
    assert_eq!(
        client,
        token!({ Moved { y: i64, x: i64 }, Ping }),
        "the order of tagged variants does not matter"
    );
    let others = [
        token!({ Ping }),
        token!({ Ping, Moved { x: i32, y: i32 }, Gone }),
        token!({ Ping, Moved { x: i32 } }),
        token!({ Ping, Moved(i32, i32) }),
        token!({ Ping(), Moved { x: i32, y: i32 } }),
        token!(#[serde(tag = "type")] { Ping, Moved { x: i32, y: i32 } }),
        token!(#[serde(tag = "t", content = "c")] { Ping, Moved { x: i32, y: i32 } }),
        token!(#[serde(tag = "t", content = "d")] { Ping, Moved { x: i32, y: i32 } }),
        token!(#[serde(untagged)] { Ping, Moved { x: i32, y: i32 } }),
        token!(#[serde(untagged)] { Moved { x: i32, y: i32 }, Ping }),
    ];
    for (index, other) in others.iter().enumerate() {
        assert_eq!(access(&client, other), "nothing", "{index}");
        assert!(others[..index].iter().all(|earlier| earlier != other), "{index}");
    }
}
