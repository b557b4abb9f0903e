//! Tests of the errors about types that Elm cannot represent.

use crate::ElmBindings;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, KvType)]
struct Wrong {
    four: (u8, u8, u8, u8),
    wide: i128,
    stated: Option<Js>,
    #[expect(clippy::option_option, reason = "the test needs it")]
    twice: Option<Option<u8>>,
    #[kv(any_int)]
    id: u64,
    by_wide: BTreeMap<u128, u8>,
    list: Vec<(u8, u8, u8, u8)>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Js {
    #[kv(js_safe)]
    n: i128,
    #[kv(range(min = 0, max = 1000))]
    m: u128,
}

#[test]
fn all_unsupported_places_are_reported_at_once_with_help() {
    let unsupported = Wrong::elm().unwrap_err();
    let places: Vec<_> =
        unsupported.iter().map(|unsupported| unsupported.place().rsplit("::").next().unwrap()).collect();
    assert_eq!(
        places,
        ["Wrong.four", "Wrong.wide", "Wrong.twice", "Wrong.id", "Wrong.by_wide", "Wrong.list"]
    );
    assert!(
        unsupported.iter().all(|unsupported| unsupported.place().starts_with("kv_elm::tests::unsupported::"))
    );
    let text = unsupported.to_string();
    for words in ["use a struct with named fields", "#[kv(js_safe)]", "an enum of three variants", "any_int"]
    {
        assert!(text.contains(words), "{text}");
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct NoCharacter {
    #[serde(rename = "a\u{ffff}")]
    #[kv(each(one_of("b", "c\u{ffff}")))]
    names: Vec<String>,
    state: State,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "\u{ffff}")]
enum State {
    #[serde(rename = "\u{ffff}")]
    Open,
}

#[test]
fn u_ffff_is_reported_once_in_each_place() {
    let unsupported = NoCharacter::elm().unwrap_err();
    for place in ["NoCharacter.names", "unsupported::State", "unsupported::State::Open"] {
        let is_named =
            |it: &&crate::Unsupported| it.place().ends_with(place) && it.problem().contains("U+FFFF");
        assert_eq!(unsupported.iter().filter(is_named).count(), 1, "{place}: {unsupported}");
    }
}
