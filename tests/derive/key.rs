//! Key templates: keys built from values, and the check of them in every write.

use kv_core::schema::template::Piece;
use kv_core::{
    Access, Error, Exposed, InitError, KeyError, Keyed, KvField, KvStore, KvType, SetOptions, UpdateError,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, KvType)]
#[kv(key = "room:{room}:{row}/{name}")]
struct Seat {
    room: String,
    row: u16,
    r#name: Arc<str>,
    taken: bool,
}

#[derive(Debug, PartialEq, KvType)]
#[kv(key = "app_config")]
struct Single {
    n: u8,
}

#[derive(Debug, PartialEq, KvType)]
#[kv(key = "{0}")]
struct Tuple(char);

#[derive(Debug, PartialEq, KvType)]
#[kv(key = "mode")]
enum Mode {
    Day,
    Night,
}

fn seat(room: &str, row: u16, name: &str) -> Seat {
    Seat { room: room.to_owned(), row, name: name.into(), taken: false }
}

#[test]
fn value_builds_its_key_from_the_template() {
    assert_eq!(seat("a", 7, "ada").key(), Ok("room:a:7/ada".to_owned()));
    assert_eq!(
        seat("a", 7, "x:/y").key(),
        Ok("room:a:7/x:/y".to_owned()),
        "the last part may contain separators"
    );
    assert_eq!(Single { n: 1 }.key(), Ok("app_config".to_owned()));
    assert_eq!([Mode::Day.key(), Mode::Night.key()], [Ok("mode".to_owned()), Ok("mode".to_owned())]);
    assert_eq!(Tuple('é').key(), Ok("é".to_owned()));
    assert_eq!(Tuple('.').key(), Err(KeyError::Dots));
    assert_eq!(seat("", 7, "ada").key(), Err(KeyError::EmptyPart { part: "room" }));
    assert_eq!(seat("a", 7, "").key(), Err(KeyError::EmptyPart { part: "name" }));
    assert_eq!(seat("a:b", 7, "ada").key(), Err(KeyError::SeparatorInPart { part: "room", separator: ":" }));
}

#[test]
fn key_prefix_is_built_from_the_leading_parts() {
    assert_eq!(Seat::key_prefix("a", None), Ok("room:a:".to_owned()));
    assert_eq!(Seat::key_prefix("a", Some(&7)), Ok("room:a:7/".to_owned()));
    assert!(Seat::key_prefix("a:", None).is_err());
    assert_eq!(Single::key_prefix(), Ok("app_config".to_owned()));
    assert_eq!(Tuple::key_prefix(), Ok(String::new()));
}

#[test]
fn exposed_type_has_the_key_template() {
    use Piece::{Part, Text};
    let exposed = Exposed::new::<Seat>(Access::Read);
    let pieces = [Text("room:"), Part("room"), Text(":"), Part("row"), Text("/"), Part("name")];
    assert_eq!(exposed.key_template(), pieces);
}

#[test]
fn no_write_stores_a_value_under_another_key() {
    let seats = KvStore::new().tenant("acme.example").unwrap().typed::<Seat>();
    let (own, other) = (seat("a", 1, "ada"), seat("a", 2, "bob"));
    let version = seats.put(own.clone()).unwrap();
    let key = own.key().unwrap();
    assert_eq!(seats.set(&key, other.clone()), Err(Error::KeyMismatch));
    assert_eq!(
        seats.set_with(&key, other.clone(), SetOptions::new().if_version(version)),
        Err(Error::KeyMismatch)
    );
    let many = [(key.clone(), own.clone()), (key.clone(), other.clone())];
    assert_eq!(seats.set_many(many), Err(Error::KeyMismatch));
    assert_eq!(seats.update(&key, |_| Some(other.clone())), Err(Error::KeyMismatch));
    assert_eq!(seats.modify(&key, |_| other.clone()), Err(Error::KeyMismatch));
    let declined = seats.try_update(&key, |_| Ok::<_, ()>(Some(other.clone())));
    assert_eq!(declined, Err(UpdateError::Store(Error::KeyMismatch)));
    assert_eq!(seats.get_or_insert_with("room:a:9/x", || other.clone()), Err(Error::KeyMismatch));
    let made = seats.get_or_try_insert_with("room:a:9/x", || Ok::<_, ()>(other.clone()));
    assert_eq!(made, Err(InitError::Store(Error::KeyMismatch)));
    let nameless = seats.put(seat("a", 1, ""));
    assert_eq!(nameless, Err(Error::InvalidKey(KeyError::EmptyPart { part: "name" })));

    assert_eq!(seats.get_entry(&key).unwrap().version, version);
    assert_eq!(seats.len(), 1);
    let taken = seats.modify(&key, |s| Seat { taken: true, ..s.clone() }).unwrap().unwrap();
    assert!(taken.taken);
    seats.put(other).unwrap();
    assert_eq!(seats.count(Seat::key_prefix("a", None).unwrap()), 2);
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, KvField)]
struct UserId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, KvField)]
#[serde(transparent)]
struct RoomId {
    number: u32,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(key = "{room}:{user}")]
struct Visit {
    room: RoomId,
    user: UserId,
    notes: HashMap<UserId, f64>,
    rooms: BTreeMap<RoomId, f64>,
}

#[test]
fn newtype_of_a_key_type_is_a_key() {
    let (room, user) = (RoomId { number: 7 }, UserId("ada".into()));
    let visit = |note| Visit {
        room,
        user: user.clone(),
        notes: HashMap::from([(user.clone(), note)]),
        rooms: BTreeMap::from([(RoomId { number: 10 }, note), (RoomId { number: 9 }, note)]),
    };
    assert_eq!(visit(0.5).key(), Ok("7:ada".to_owned()));
    assert_eq!(Visit::key_prefix(&room), Ok("7:".to_owned()));
    let report = visit(f64::NAN).validate().unwrap_err();
    let pointers: Vec<_> = report.iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(pointers, ["/notes/ada", "/rooms/9", "/rooms/10"]);
    let json = serde_json::to_string(&visit(0.5)).unwrap();
    assert_eq!(json, r#"{"room":7,"user":"ada","notes":{"ada":0.5},"rooms":{"9":0.5,"10":0.5}}"#);
    assert_eq!(serde_json::from_str::<Visit>(&json).unwrap(), visit(0.5));
}
