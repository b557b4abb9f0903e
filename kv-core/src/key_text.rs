//! The text of keys whose form is decided by serde: those of types with `#[kv(wire = "…")]`.

#[cfg(feature = "json")]
use serde::Serialize;

/// The text of a key as serde writes it; empty for a type that is not `Serialize`, which no map in
/// JSON has.
#[cfg(feature = "json")]
#[doc(hidden)]
#[macro_export]
macro_rules! __key_text {
    ($ty:ty, $key:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{OtherKey as _, SerdeKey as _};
        let key: &$ty = $key;
        (&&$crate::__private::KeyOf(key)).__kv_key_text()
    }};
}

/// The text of a key as serde writes it: unknown without JSON.
#[cfg(not(feature = "json"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __key_text {
    ($ty:ty, $key:expr) => {{
        let _: &$ty = $key;
        ::std::string::String::new()
    }};
}

/// A key. Method lookup on a reference to a reference finds [`SerdeKey`] where the key is
/// `Serialize`.
#[cfg(feature = "json")]
#[derive(Debug)]
pub struct KeyOf<'a, T>(pub &'a T);

/// Keys that serde writes.
#[cfg(feature = "json")]
#[expect(missing_docs, reason = "for generated code alone")]
pub trait SerdeKey {
    fn __kv_key_text(&self) -> String;
}

#[cfg(feature = "json")]
impl<T: Serialize> SerdeKey for &KeyOf<'_, T> {
    fn __kv_key_text(&self) -> String {
        match serde_json::to_value(self.0) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(value) => value.to_string(),
            Err(_) => String::new(),
        }
    }
}

/// All other keys.
#[cfg(feature = "json")]
#[expect(missing_docs, reason = "for generated code alone")]
pub trait OtherKey {
    fn __kv_key_text(&self) -> String;
}

#[cfg(feature = "json")]
impl<T> OtherKey for KeyOf<'_, T> {
    fn __kv_key_text(&self) -> String {
        String::new()
    }
}
