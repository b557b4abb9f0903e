//! Classes of field types, found by name.
//!
//! A macro sees names, not types. The names of the standard library are known here, so that a
//! misplaced rule is reported together with all other errors. For other types the trait bounds of
//! the rule's check decide.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// The class of a type, which decides which rules apply to it.
#[derive(Clone, Copy)]
pub(crate) enum TypeClass<'a> {
    Text,
    /// An integer type with its least and greatest value.
    Integer {
        name: &'static str,
        min: i128,
        max: i128,
    },
    Float,
    /// A collection of variable length, with the type of its items or values.
    Collection(&'a Type),
    Array(&'a Type),
    /// A known type to which only `custom` applies.
    Other,
    Unknown,
}

impl<'a> TypeClass<'a> {
    /// Returns the class of a type. Pointers and `Option` have the class of their content, to which
    /// rules apply.
    pub(crate) fn of(ty: &'a Type) -> Self {
        match ty {
            Type::Group(group) => Self::of(&group.elem),
            Type::Paren(paren) => Self::of(&paren.elem),
            Type::Array(array) => Self::Array(&array.elem),
            Type::Slice(slice) => Self::Collection(&slice.elem),
            Type::Reference(reference) => Self::of(&reference.elem),
            Type::Tuple(_) => Self::Other,
            Type::Path(path) if path.qself.is_none() => Self::of_path(path),
            _ => Self::Unknown,
        }
    }

    fn of_path(path: &'a syn::TypePath) -> Self {
        let Some(last) = path.path.segments.last() else { return Self::Unknown };
        let first = path.path.segments.first().map(|first| first.ident.to_string());
        let is_std =
            path.path.segments.len() == 1 || matches!(first.as_deref(), Some("std" | "core" | "alloc"));
        if !is_std {
            return Self::Unknown;
        }
        let mut args = match &last.arguments {
            PathArguments::AngleBracketed(args) => args
                .args
                .iter()
                .filter_map(|arg| if let GenericArgument::Type(ty) = arg { Some(ty) } else { None })
                .collect(),
            _ => Vec::new(),
        }
        .into_iter();
        match (last.ident.to_string().as_str(), args.next(), args.next()) {
            ("String" | "str", None, None) => Self::Text,
            ("f32" | "f64", None, None) => Self::Float,
            (name, None, None) if let Some(integer) = integer(name) => integer,
            (name, None, None) if let Some(integer) = name.strip_prefix("NonZero").and_then(non_zero) => {
                integer
            }
            (
                "bool" | "char" | "PathBuf" | "Path" | "Duration" | "SystemTime" | "IpAddr" | "Ipv4Addr"
                | "Ipv6Addr" | "SocketAddr" | "SocketAddrV4" | "SocketAddrV6",
                None,
                None,
            )
            | ("Result", Some(_), Some(_))
            | (
                "PhantomData" | "Range" | "RangeInclusive" | "RangeFrom" | "RangeTo" | "Bound",
                Some(_),
                None,
            ) => Self::Other,
            ("Option" | "Box" | "Rc" | "Arc" | "Cow" | "NonZero" | "Wrapping", Some(inner), None) => {
                Self::of(inner)
            }
            ("Vec" | "VecDeque" | "LinkedList" | "BTreeSet" | "HashSet", Some(item), _) => {
                Self::Collection(item)
            }
            ("BTreeMap" | "HashMap", Some(_), Some(value)) => Self::Collection(value),
            _ => Self::Unknown,
        }
    }

    /// Returns the type of the items to which `each` applies, if it is known.
    pub(crate) fn item(self) -> Option<&'a Type> {
        match self {
            Self::Collection(item) | Self::Array(item) => Some(item),
            _ => None,
        }
    }
}

/// Whether the type is named `Option`; serde reads a missing member as `None`. An `Option` with
/// another name is not recognized: then `#[serde(default)]` is required, which is harmless.
pub(crate) fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}

/// Whether the type is known not to implement `MapKey`.
pub(crate) fn is_not_a_key(ty: &Type) -> bool {
    is_option(ty)
        || matches!(TypeClass::of(ty), TypeClass::Float | TypeClass::Collection(_) | TypeClass::Array(_))
}

/// Returns the class of `NonZeroU8` for `U8`.
fn non_zero(name: &str) -> Option<TypeClass<'static>> {
    name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| integer(&name.to_lowercase())).flatten()
}

/// Returns the class of an integer type. Pointer-sized integers count as 64 bits wide.
fn integer(name: &str) -> Option<TypeClass<'static>> {
    macro_rules! types {
        ($($ty:ident as $like:ident),*) => {
            match name {
                $(stringify!($ty) => Some(TypeClass::Integer {
                    name: stringify!($ty),
                    min: i128::try_from($like::MIN).unwrap_or(i128::MIN),
                    // Bounds are `i128`, also for a `u128`.
                    max: i128::try_from($like::MAX).unwrap_or(i128::MAX),
                }),)*
                _ => None,
            }
        };
    }
    types!(
        i8 as i8,
        i16 as i16,
        i32 as i32,
        i64 as i64,
        i128 as i128,
        isize as i64,
        u8 as u8,
        u16 as u16,
        u32 as u32,
        u64 as u64,
        u128 as u128,
        usize as u64
    )
}

/// Returns the type with the usual spaces: `Vec<u8>`, not `Vec < u8 >`.
pub(crate) fn spelled(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    let mut spelled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let tight = |c: char| "<>[]()&:,;".contains(c);
        if c == ' ' {
            let before = spelled.chars().next_back();
            let keep = matches!(before, Some(',' | ';'))
                || !(before.is_some_and(tight) || chars.peek().is_some_and(|next| tight(*next)));
            if keep {
                spelled.push(c);
            }
        } else {
            spelled.push(c);
        }
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_is_spelled_with_usual_spaces() {
        for ty in
            ["String", "Vec<Option<u8>>", "HashMap<String, Vec<u8>>", "[u8; 4]", "(u8, u8)", "&'static str"]
        {
            assert_eq!(spelled(&syn::parse_str(ty).unwrap()), ty);
        }
    }
}
