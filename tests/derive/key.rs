//! Key templates: the keys that values make for themselves, and that no write gets around.

use kv_core::schema::template::Piece;
use kv_core::{Access, Error, Exposed, InitError, KeyError, Keyed, KvStore, KvType, SetOptions, UpdateError};
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
fn a_value_makes_its_own_key() {
    assert_eq!(seat("a", 7, "ada").key(), Ok("room:a:7/ada".to_owned()));
    assert_eq!(seat("a", 7, "x:/y").key(), Ok("room:a:7/x:/y".to_owned()), "the last part may hold anything");
    assert_eq!(Single { n: 1 }.key(), Ok("app_config".to_owned()));
    assert_eq!([Mode::Day.key(), Mode::Night.key()], [Ok("mode".to_owned()), Ok("mode".to_owned())]);
    assert_eq!(Tuple('é').key(), Ok("é".to_owned()));
    assert_eq!(Tuple('.').key(), Err(KeyError::Dots));
    assert_eq!(seat("", 7, "ada").key(), Err(KeyError::EmptyPart { part: "room" }));
    assert_eq!(seat("a", 7, "").key(), Err(KeyError::EmptyPart { part: "name" }));
    assert_eq!(seat("a:b", 7, "ada").key(), Err(KeyError::SeparatorInPart { part: "room", separator: ":" }));
}

#[test]
fn prefixes_are_made_of_the_leading_parts() {
    assert_eq!(Seat::key_prefix("a", None), Ok("room:a:".to_owned()));
    assert_eq!(Seat::key_prefix("a", Some(&7)), Ok("room:a:7/".to_owned()));
    assert!(Seat::key_prefix("a:", None).is_err());
    assert_eq!(Single::key_prefix(), Ok("app_config".to_owned()));
    assert_eq!(Tuple::key_prefix(), Ok(String::new()));
}

#[test]
fn the_metadata_has_the_template() {
    use Piece::{Part, Text};
    let exposed = Exposed::new::<Seat>(Access::Read);
    let pieces = [Text("room:"), Part("room"), Text(":"), Part("row"), Text("/"), Part("name")];
    assert_eq!(exposed.key_template(), pieces);
}

#[test]
fn no_write_places_a_value_under_another_key() {
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
