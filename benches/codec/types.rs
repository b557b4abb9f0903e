//! The larger types that are read.

use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A nested document that serde reads without buffering.
#[derive(Serialize, Deserialize, KvType)]
pub(crate) struct Board {
    title: String,
    owner: Person,
    columns: Vec<Column>,
    labels: BTreeMap<String, Label>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Column {
    name: String,
    cards: Vec<Card>,
    limit: Option<u32>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Card {
    id: u64,
    title: String,
    text: String,
    assigned: Vec<Person>,
    position: (f64, f64),
    state: State,
    labels: Vec<String>,
    due: Option<i64>,
    done: bool,
}

#[derive(Serialize, Deserialize, KvField)]
struct Person {
    id: u64,
    name: String,
    email: Option<String>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Label {
    colour: String,
    weight: f32,
}

#[derive(Serialize, Deserialize, KvField)]
enum State {
    Open,
    Blocked { by: u64, reason: String },
    Moved(u32, u32),
}

/// A type that serde buffers first, with scalars in the buffer.
#[derive(Serialize, Deserialize, KvType)]
pub(crate) struct Feed {
    #[serde(flatten)]
    page: Page,
    events: Vec<Event>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Page {
    total: u32,
    offset: u32,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum Event {
    Joined { user: String, at: i64 },
    Left { user: String, at: i64, after_ms: u32 },
    Said { user: String, at: i64, text: String },
}

/// A type that serde buffers before reading, with lists and structs in the buffer.
#[derive(Serialize, Deserialize, KvType)]
pub(crate) struct Journal {
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "kind")]
enum Entry {
    Moved { user: String, at: i64, from: Place, to: Place },
    Invited { user: String, at: i64, guests: Vec<String> },
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(untagged)]
enum Place {
    Point { x: f64, y: f64 },
    Named(String),
}

/// Returns a board with three columns of eight cards.
pub(crate) fn board() -> Board {
    let person = |id: u64| Person {
        id,
        name: format!("Person {id}"),
        email: (!id.is_multiple_of(3)).then(|| format!("person{id}@acme.example")),
    };
    let card = |id: u32| Card {
        id: u64::from(id),
        title: format!("Card {id}"),
        text: "Say \"what\" is to be done,\nand until when.".to_owned(),
        assigned: (0..u64::from(id % 3)).map(person).collect(),
        position: (f64::from(id) * 12.5, f64::from(id) / 3.0),
        state: match id % 3 {
            0 => State::Open,
            1 => State::Blocked { by: 7, reason: "waits for the other one".to_owned() },
            _ => State::Moved(id, id + 1),
        },
        labels: vec!["urgent".to_owned(), format!("label{}", id % 5)],
        due: (!id.is_multiple_of(2)).then_some(1_763_836_800_000 + i64::from(id)),
        done: id.is_multiple_of(4),
    };
    let column = |at: u32| Column {
        name: format!("Column {at}"),
        cards: (at * 8..at * 8 + 8).map(card).collect(),
        limit: (!at.is_multiple_of(2)).then_some(5),
    };
    Board {
        title: "What is to be done".to_owned(),
        owner: person(1),
        columns: (0..3).map(column).collect(),
        labels: (0..5)
            .map(|at| (format!("label{at}"), Label { colour: "#aabbcc".to_owned(), weight: 0.5 }))
            .collect(),
    }
}

/// Returns a feed with thirty events.
pub(crate) fn feed() -> Feed {
    let event = |at: u32| {
        let (user, millis) = (format!("user{at}"), 1_763_836_800_000 + i64::from(at));
        match at % 3 {
            0 => Event::Joined { user, at: millis },
            1 => Event::Left { user, at: millis, after_ms: at * 100 },
            _ => Event::Said { user, at: millis, text: "This is what was said.".to_owned() },
        }
    };
    Feed { page: Page { total: 300, offset: 30 }, events: (0..30).map(event).collect() }
}

/// Returns a journal with twenty entries.
pub(crate) fn journal() -> Journal {
    let entry = |nth: u32| {
        let (user, at) = (format!("user{nth}"), 1_763_836_800_000 + i64::from(nth));
        if nth.is_multiple_of(2) {
            let from = Place::Point { x: f64::from(nth) * 1.5, y: 20.25 };
            Entry::Moved { user, at, from, to: Place::Named("the other table".to_owned()) }
        } else {
            Entry::Invited { user, at, guests: (0..4).map(|guest| format!("guest{guest}")).collect() }
        }
    };
    Journal { entries: (0..20).map(entry).collect() }
}
