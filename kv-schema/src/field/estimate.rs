//! Estimates the heap size of a value through its `serde::Serialize`.
//!
//! [`HeapCounter`] is a serializer without output. It adds up the bytes that the strings, lists and
//! maps of a typical value request from the allocator. Serializing a part returns its inline size,
//! so that a list knows the size of its items. Parts that `Serialize` does not write, such as
//! skipped fields, do not count.

use super::heap::{btree_of, hash_table_of, json_members, pushed};
use serde::Serialize;
use serde::ser::{self, Serializer};
use std::any::type_name;
use std::fmt;

/// The assumed least size of an item or a variant of unknown type: that of a `serde_json::Value`
/// with default features.
const ITEM: usize = 32;

/// Returns an estimate of the bytes that a value owns on the heap. Takes time linear in the value.
///
/// If `Serialize` fails, only the parts written before the error count.
pub(super) fn heap_size<T: Serialize>(value: &T) -> usize {
    let mut heap = 0;
    let mut counter = HeapCounter { heap: &mut heap };
    // After an error, the bytes counted so far are the result.
    let _ = counter.part(value);
    heap
}

/// A serializer that adds up bytes on the heap. Serializing a value returns an estimate of its
/// inline size.
struct HeapCounter<'a> {
    heap: &'a mut usize,
}

impl HeapCounter<'_> {
    fn add(&mut self, bytes: usize) {
        *self.heap = self.heap.saturating_add(bytes);
    }

    fn reborrow(&mut self) -> HeapCounter<'_> {
        HeapCounter { heap: self.heap }
    }

    /// Counts a part that is stored inline with its own type, and returns its size.
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<usize, Failed> {
        let (size, inline) = (size_of_val(value), value.serialize(self.reborrow())?);
        // A value that is larger than a pointer, in the size of a pointer, must be on the heap.
        if size == size_of::<usize>() && inline > size {
            self.add(inline);
        }
        Ok(size)
    }

    /// Counts an item of a list, or a key or value of a map, and returns its size in the
    /// collection.
    fn item<T: Serialize + ?Sized>(&mut self, value: &T, least: usize) -> Result<usize, Failed> {
        let name = type_name::<T>();
        let owned = name.trim_start_matches('&');
        if owned.len() == name.len() {
            return self.part(value);
        }
        let inline = value.serialize(self.reborrow())?;
        // Collections pass references to their items. An unknown type name only makes the estimate
        // larger.
        Ok(match owned {
            "bool" | "i8" | "u8" => 1,
            "i16" | "u16" => 2,
            "char" | "f32" | "i32" | "u32" => 4,
            "f64" | "i64" | "isize" | "u64" | "usize" => 8,
            "alloc::string::String" => size_of::<String>(),
            name if is_json(name) => size_of::<serde_json::Value>(),
            _ => inline.max(least),
        })
    }
}

fn is_json(name: &str) -> bool {
    name == type_name::<serde_json::Value>()
}

/// The error of a value's `Serialize`, without its message.
#[derive(Debug)]
struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be serialized")
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! scalars {
    ($($function:ident: $ty:ty),* $(,)?) => {$(
        fn $function(self, _: $ty) -> Result<usize, Failed> {
            Ok(size_of::<$ty>())
        }
    )*};
}

impl<'a> Serializer for HeapCounter<'a> {
    type Ok = usize;
    type Error = Failed;
    type SerializeSeq = ListCounter<'a>;
    type SerializeTuple = FieldsCounter<'a>;
    type SerializeTupleStruct = FieldsCounter<'a>;
    type SerializeTupleVariant = FieldsCounter<'a>;
    type SerializeMap = MapCounter<'a>;
    type SerializeStruct = FieldsCounter<'a>;
    type SerializeStructVariant = FieldsCounter<'a>;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
    }

    fn serialize_str(mut self, text: &str) -> Result<usize, Failed> {
        self.add(text.len());
        Ok(size_of::<String>())
    }

    /// A value that serializes through `Display` usually owns no text, but counts as if it did.
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<usize, Failed> {
        struct Length<'a>(HeapCounter<'a>);
        impl fmt::Write for Length<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.add(text.len());
                Ok(())
            }
        }
        fmt::write(&mut Length(self), format_args!("{value}")).map_err(|_| Failed)?;
        Ok(size_of::<String>())
    }

    /// A shared buffer has reference counts in addition to its bytes.
    fn serialize_bytes(mut self, bytes: &[u8]) -> Result<usize, Failed> {
        self.add(pushed(1, bytes.len()).saturating_add(3 * size_of::<usize>()));
        Ok(ITEM)
    }

    fn serialize_none(self) -> Result<usize, Failed> {
        Ok(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<usize, Failed> {
        self.part(value)
    }

    fn serialize_unit(self) -> Result<usize, Failed> {
        Ok(0)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<usize, Failed> {
        Ok(0)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<usize, Failed> {
        Ok(ITEM)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        value: &T,
    ) -> Result<usize, Failed> {
        self.part(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<usize, Failed> {
        Ok((self.part(value)? + size_of::<usize>()).max(ITEM))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListCounter<'a>, Failed> {
        Ok(ListCounter { counter: self, len: 0, item: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<FieldsCounter<'a>, Failed> {
        Ok(FieldsCounter { counter: self, inline: 0, least: 0 })
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<FieldsCounter<'a>, Failed> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<FieldsCounter<'a>, Failed> {
        Ok(FieldsCounter { counter: self, inline: size_of::<usize>(), least: ITEM })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<MapCounter<'a>, Failed> {
        Ok(MapCounter { counter: self, len: 0, key: 0, value: 0, is_json: false, inline: 0, is_field: false })
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<FieldsCounter<'a>, Failed> {
        self.serialize_tuple(len)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<FieldsCounter<'a>, Failed> {
        self.serialize_tuple_variant(name, index, variant, len)
    }
}

/// Counts a list like a vector that grew item by item.
struct ListCounter<'a> {
    counter: HeapCounter<'a>,
    len: usize,
    /// The largest size of an item.
    item: usize,
}

impl ser::SerializeSeq for ListCounter<'_> {
    type Ok = usize;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.len += 1;
        self.item = self.item.max(self.counter.item(value, ITEM)?);
        Ok(())
    }

    fn end(mut self) -> Result<usize, Failed> {
        self.counter.add(pushed(self.item, self.len));
        Ok(size_of::<Vec<()>>())
    }
}

/// Counts the fields of a struct, a tuple or a variant, which are stored inline.
struct FieldsCounter<'a> {
    counter: HeapCounter<'a>,
    inline: usize,
    least: usize,
}

impl FieldsCounter<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.inline = self.inline.saturating_add(self.counter.part(value)?);
        Ok(())
    }

    fn inline(&self) -> usize {
        let align = if self.inline > size_of::<usize>() { size_of::<usize>() } else { 1 };
        self.inline.next_multiple_of(align).max(self.least)
    }
}

macro_rules! parts {
    ($($trait:ident: $function:ident($($name:ident: $ty:ty)?)),* $(,)?) => {$(
        impl ser::$trait for FieldsCounter<'_> {
            type Ok = usize;
            type Error = Failed;

            fn $function<T: Serialize + ?Sized>(&mut self, $($name: $ty,)? value: &T) -> Result<(), Failed> {
                self.add(value)
            }

            fn end(self) -> Result<usize, Failed> {
                Ok(self.inline())
            }
        }
    )*};
}

parts! {
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(_name: &'static str),
    SerializeStructVariant: serialize_field(_name: &'static str),
}

/// Counts the entries of a map, or the fields of a struct that serde writes as a map (`flatten`).
struct MapCounter<'a> {
    counter: HeapCounter<'a>,
    len: usize,
    /// The largest size of a key.
    key: usize,
    /// The largest size of a value.
    value: usize,
    /// Whether it is a `serde_json::Map`.
    is_json: bool,
    /// The total size of the fields.
    inline: usize,
    /// Whether the last key was the name of a field.
    is_field: bool,
}

impl ser::SerializeMap for MapCounter<'_> {
    type Ok = usize;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        // Only field names are serialized as `str`; an owned key has another type.
        self.is_field = type_name::<T>() == "str";
        if !self.is_field {
            self.len += 1;
            self.key = self.key.max(self.counter.item(key, 0)?);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        if self.is_field {
            self.inline = self.inline.saturating_add(self.counter.part(value)?);
        } else {
            self.is_json |= is_json(type_name::<T>());
            self.value = self.value.max(self.counter.item(value, ITEM)?);
        }
        Ok(())
    }

    fn end(mut self) -> Result<usize, Failed> {
        let entry = self.key.saturating_add(self.value);
        self.counter.add(match self.len {
            0 => 0,
            len if self.is_json => json_members(len),
            // The map can be a tree or a hash table: count the larger one.
            len => btree_of(entry, len).max(hash_table_of(entry, len)),
        });
        Ok(self.inline.max(ITEM))
    }
}
