//! The heap size of a value of which only its `serde::Serialize` is known.
//!
//! A [`Count`] is a serializer that writes nothing. It adds up what the strings, lists and maps of a usual value of that form
//! request of the allocator. The inline size of each part goes up to the part that holds it, so that a list knows the size of
//! its items. What `Serialize` does not show, such as a field that it skips, is not counted.

use super::heap::{btree_of, hash_table_of, json_members, pushed};
use serde::Serialize;
use serde::ser::{self, Serializer};
use std::any::type_name;
use std::fmt;

/// The least bytes that an item or a variant of unknown type takes: those of a `serde_json::Value` in its usual form.
const ITEM: usize = 32;

/// Returns an estimate of the bytes that a value owns on the heap. Takes time linear in the value.
///
/// Of a value whose `Serialize` fails, what was written before counts.
pub(super) fn heap_size<T: Serialize>(value: &T) -> usize {
    let mut heap = 0;
    let mut count = Count { heap: &mut heap };
    // An error ends the count, and has nothing to tell.
    let _ = count.part(value);
    heap
}

/// Adds up bytes on the heap. Serialization returns the inline size of the value, as far as it shows.
struct Count<'a> {
    heap: &'a mut usize,
}

impl Count<'_> {
    fn add(&mut self, bytes: usize) {
        *self.heap = self.heap.saturating_add(bytes);
    }

    fn again(&mut self) -> Count<'_> {
        Count { heap: self.heap }
    }

    /// Counts a part of a value that has a place of its own type, and returns the size of that place.
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<usize, Failed> {
        let (place, inline) = (size_of_val(value), value.serialize(self.again())?);
        // More than a pointer in the place of one is behind it.
        if place == size_of::<usize>() && inline > place {
            self.add(inline);
        }
        Ok(place)
    }

    /// Counts an item of a list or a part of a map's entry, and returns the size of its place there.
    fn item<T: Serialize + ?Sized>(&mut self, value: &T, least: usize) -> Result<usize, Failed> {
        let name = type_name::<T>();
        let owned = name.trim_start_matches('&');
        if owned.len() == name.len() {
            return self.part(value);
        }
        let inline = value.serialize(self.again())?;
        // Collections hand out references. Names that the compiler writes otherwise only make the estimate larger.
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

/// Why a value's `Serialize` could not go on. Its message is dropped.
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

impl<'a> Serializer for Count<'a> {
    type Ok = usize;
    type Error = Failed;
    type SerializeSeq = List<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

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

    /// What prints itself usually holds no text; it counts as one all the same.
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<usize, Failed> {
        struct Length<'a>(Count<'a>);
        impl fmt::Write for Length<'_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.add(text.len());
                Ok(())
            }
        }
        fmt::write(&mut Length(self), format_args!("{value}")).map_err(|_| Failed)?;
        Ok(size_of::<String>())
    }

    /// A buffer of bytes that is shared has counts next to it.
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

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Failed> {
        Ok(List { count: self, len: 0, place: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Failed> {
        Ok(Parts { count: self, inline: 0, least: 0 })
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Failed> {
        Ok(Parts { count: self, inline: 0, least: 0 })
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Failed> {
        Ok(Parts { count: self, inline: size_of::<usize>(), least: ITEM })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Failed> {
        Ok(Members { count: self, len: 0, key: 0, value: 0, is_json: false, inline: 0, is_field: false })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Failed> {
        Ok(Parts { count: self, inline: 0, least: 0 })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Parts<'a>, Failed> {
        Ok(Parts { count: self, inline: size_of::<usize>(), least: ITEM })
    }
}

/// A list, which is taken for a vector that grew item by item.
struct List<'a> {
    count: Count<'a>,
    len: usize,
    /// The largest size of an item.
    place: usize,
}

impl ser::SerializeSeq for List<'_> {
    type Ok = usize;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.len += 1;
        self.place = self.place.max(self.count.item(value, ITEM)?);
        Ok(())
    }

    fn end(mut self) -> Result<usize, Failed> {
        self.count.add(pushed(self.place, self.len));
        Ok(size_of::<Vec<()>>())
    }
}

/// The fields of a struct, a tuple or a variant, which are part of it.
struct Parts<'a> {
    count: Count<'a>,
    inline: usize,
    least: usize,
}

impl Parts<'_> {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.inline = self.inline.saturating_add(self.count.part(value)?);
        Ok(())
    }

    fn inline(&self) -> usize {
        let align = if self.inline > size_of::<usize>() { size_of::<usize>() } else { 1 };
        self.inline.next_multiple_of(align).max(self.least)
    }
}

macro_rules! parts {
    ($($trait:ident: $function:ident($($name:ident: $ty:ty)?)),* $(,)?) => {$(
        impl ser::$trait for Parts<'_> {
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

/// The entries of a map, and the fields of a struct that serde writes as one (`flatten`).
struct Members<'a> {
    count: Count<'a>,
    len: usize,
    /// The largest sizes of a key and of a value.
    key: usize,
    value: usize,
    /// Whether it is a map of `serde_json`.
    is_json: bool,
    /// The size of the fields.
    inline: usize,
    /// Whether the last key was the name of a field.
    is_field: bool,
}

impl ser::SerializeMap for Members<'_> {
    type Ok = usize;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        // Only a name in the code is written as a `str`: a key that is owned has the type of its owner.
        self.is_field = type_name::<T>() == "str";
        if !self.is_field {
            self.len += 1;
            self.key = self.key.max(self.count.item(key, 0)?);
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        if self.is_field {
            self.inline = self.inline.saturating_add(self.count.part(value)?);
        } else {
            self.is_json |= is_json(type_name::<T>());
            self.value = self.value.max(self.count.item(value, ITEM)?);
        }
        Ok(())
    }

    fn end(mut self) -> Result<usize, Failed> {
        let entry = self.key.saturating_add(self.value);
        self.count.add(match self.len {
            0 => 0,
            len if self.is_json => json_members(len),
            // Whether it is a tree or a table does not show.
            len => btree_of(entry, len).max(hash_table_of(entry, len)),
        });
        Ok(self.inline.max(ITEM))
    }
}
