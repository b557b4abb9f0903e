//! What Elm cannot hold, and what is said of it.

use crate::{ElmBindings, ElmClient};
use kv_core::{Access, Catalog, KvField, KvType};
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

fn refused(client: &ElmClient) -> Vec<String> {
    let refusals = client.modules().err();
    refusals.iter().flatten().map(ToString::to_string).collect()
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

mod one {
    use super::*;

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) enum Status {
        Open,
        Closed,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "OneOrder")]
    pub(super) struct Order {
        n: u8,
    }
}

mod two {
    use super::*;

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) enum Door {
        Open,
        Shut,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "TwoOrder")]
    pub(super) struct Order {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct Orders {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "orDER")]
    #[expect(non_camel_case_types, reason = "it is what is tried")]
    pub(super) struct orDER {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct List {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct Codec {
        n: u8,
        _n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct Accents {
        #[serde(rename = "groesse")]
        größe: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct NoCharacter {
        #[serde(rename = "a\u{ffff}")]
        #[kv(each(one_of("b", "c\u{ffff}")))]
        names: Vec<String>,
        state: State,
    }

    #[derive(Serialize, Deserialize, kv_core::KvField)]
    #[serde(tag = "\u{ffff}")]
    enum State {
        #[serde(rename = "\u{ffff}")]
        Open,
    }
}

fn client<A: ElmStored, B: ElmStored>() -> ElmClient {
    ElmClient::new(
        &Catalog::builder().expose::<A>(Access::ReadWrite).expose::<B>(Access::ReadWrite).build().unwrap(),
    )
}

trait ElmStored: KvType + Serialize + serde::de::DeserializeOwned {}
impl<T: KvType + Serialize + serde::de::DeserializeOwned> ElmStored for T {}

#[test]
fn names_that_meet_are_refused_and_both_are_named() {
    let [open] = refused(&client::<one::Status, two::Door>()).try_into().unwrap();
    assert!(open.contains("one::Status::Open") && open.contains("two::Door::Open"), "{open}");
    assert!(open.contains("constructor `Open`") && open.contains("module_per_type"), "{open}");
    assert!(refused(&client::<one::Status, two::Door>().module_per_type()).is_empty());

    let orders = refused(&client::<one::Order, two::Order>());
    assert!(orders.iter().any(|refusal| refusal.contains("the type `Order`")), "{orders:?}");
    let lists = refused(&client::<one::Order, two::Orders>());
    assert!(
        lists.iter().any(|refusal| refusal.contains("`listOrders`") && refusal.contains("plural")),
        "{lists:?}"
    );

    let files = refused(&client::<one::Order, two::orDER>().module_per_type());
    assert!(files.iter().any(|refusal| refusal.contains("`OrDER.elm` and `Order.elm`")), "{files:?}");
}

#[test]
fn names_that_elm_or_generated_code_needs_are_refused() {
    let list = two::List::elm().unwrap_err().to_string();
    assert!(list.contains("would hide the `List` of Elm's own"), "{list}");
    let fields = two::Codec::elm().unwrap_err().to_string();
    assert!(fields.contains("and `n` are both `n` in Elm"), "{fields}");
    let accents = two::Accents::elm().unwrap_err().to_string();
    assert!(accents.contains("`größe` in Elm, which is no name of a field"), "{accents}");
    let no_character = refused(&client::<two::Accents, two::NoCharacter>());
    let places = ["NoCharacter.names` ", "two::State` ", "two::State::Open` "];
    for place in places {
        let is_told = |it: &&String| it.contains(place) && it.contains("U+FFFF");
        assert_eq!(no_character.iter().filter(is_told).count(), 1, "{place}: {no_character:?}");
    }
    let module = refused(&client::<one::Order, two::Codec>().module_per_type());
    assert!(
        module.iter().any(|refusal| refusal.contains("`Kv.Codec`, which is one of kv-elm's own")),
        "{module:?}"
    );
}
