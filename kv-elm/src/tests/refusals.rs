//! What Elm cannot hold, and what is said of it.

use crate::ElmBindings;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, KvType)]
struct Wrong {
    four: (u8, u8, u8, u8),
    wide: i128,
    stated: Option<Js>,
    #[expect(clippy::option_option, reason = "it is what is tried")]
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
fn everything_that_elm_cannot_hold_is_refused_at_once_with_a_way_out() {
    let refusals = Wrong::elm().unwrap_err();
    let places: Vec<_> =
        refusals.iter().map(|refusal| refusal.place().rsplit("::").next().unwrap()).collect();
    assert_eq!(
        places,
        ["Wrong.four", "Wrong.wide", "Wrong.twice", "Wrong.id", "Wrong.by_wide", "Wrong.list"]
    );
    assert!(refusals.iter().all(|refusal| refusal.place().starts_with("kv_elm::tests::refusals::")));
    let text = refusals.to_string();
    for words in ["take a struct with named fields", "#[kv(js_safe)]", "an enum of three variants", "any_int"]
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
fn a_character_that_elm_takes_for_another_is_refused_once_in_each_place() {
    let refusals = NoCharacter::elm().unwrap_err();
    for place in ["NoCharacter.names", "refusals::State", "refusals::State::Open"] {
        let is_named = |it: &&crate::Refusal| it.place().ends_with(place) && it.problem().contains("U+FFFF");
        assert_eq!(refusals.iter().filter(is_named).count(), 1, "{place}: {refusals}");
    }
}
