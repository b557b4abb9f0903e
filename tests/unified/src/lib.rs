//! The tests of values without a schema, with features of `serde_json` that another crate enabled:
//! `cargo test --features raw_value,arbitrary_precision`.

#[cfg(test)]
#[path = "../../../kv-core/tests/store/schema_less.rs"]
mod schema_less;

#[cfg(all(test, feature = "raw_value"))]
mod raw {
    use kv_core::{Access, Catalog, DecodeError, DecodeOptions, KvType};
    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    #[derive(Serialize, Deserialize, KvType)]
    struct Raw {
        #[kv(opaque)]
        raw: Box<RawValue>,
        #[kv(opaque)]
        more: Option<Box<RawValue>>,
    }

    fn decode(json: &str) -> Result<String, DecodeError> {
        let catalog = Catalog::builder().expose::<Raw>(Access::ReadWrite).build().unwrap();
        let decoded = catalog.codec("Raw").unwrap().decode(json.as_bytes(), DecodeOptions::new())?;
        Ok(decoded.value.downcast_ref::<Raw>().unwrap().raw.get().to_owned())
    }

    #[test]
    fn raw_text_is_checked_and_kept_unchanged() {
        assert_eq!(decode(r#"{"raw":{"a": [1, "b"]},"more":[]}"#).unwrap(), r#"{"a": [1, "b"]}"#);
        for bad in [
            r#"{"raw":{"a":1,"a":2}}"#,
            r#"{"raw":{"a":1,"\u0061":2}}"#,
            r#"{"raw":9007199254740993}"#,
            r#"{"raw":{"$serde_json::private::RawValue":"[1]"}}"#,
            r#"{"raw":1,"more":[{"\u0024serde_json::private::Number":"1"}]}"#,
            r#"{"raw":"\ud800"}"#,
        ] {
            assert!(decode(bad).is_err(), "{bad}");
        }
        let deep = format!("{{\"raw\":{}{}}}", "[".repeat(64), "]".repeat(64));
        assert!(matches!(decode(&deep), Err(DecodeError::Malformed(_))));
    }
}
