//! Defaults of missing members.

use arbitrary::Unstructured;
use kv_core::schema::ty::{DefaultJson, Shape};
use kv_corpus::{Case, make};
use serde_json::Value;

/// Returns an object that is read as the type.
fn some_json(case: &Case, seed: u8) -> Option<Value> {
    let json = make::json(case.schema, &mut Unstructured::new(&[seed; 200])).ok()?;
    json.is_object().then_some(json)
}

#[test]
fn missing_member_is_read_as_the_default_in_the_schema() {
    let mut tried = 0;
    for case in kv_corpus::all() {
        let Shape::Struct(fields) = case.schema.shape else { continue };
        for field in fields.all() {
            let Some(default) = field.default_json.and_then(DefaultJson::get) else { continue };
            let default: Value = serde_json::from_str(&default).unwrap();
            let mut json = (0..99).find_map(|seed| some_json(&case, seed)).unwrap();
            json[field.name] = default;
            let with = (case.read)(&json.to_string()).unwrap();
            json.as_object_mut().unwrap().remove(field.name);
            let without = (case.read)(&json.to_string()).unwrap();
            assert_eq!(with.debug, without.debug, "{}.{}", case.name, field.name);
            tried += 1;
        }
    }
    assert!(tried >= 4, "{tried}");
}
