//! Which rules fit a type, as far as its tokens tell.
//!
//! A macro sees names, not types. Names of the standard library are judged here, so that a misplaced rule is
//! reported at the rule together with all other mistakes; other types are left to the trait bounds of the rule.

use crate::symbol::{
    ANY_FLOAT, ANY_INT, CUSTOM, EACH, EMAIL, JS_SAFE, LEN, NON_EMPTY, ONE_OF, PATTERN, RANGE, URL,
};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

/// What a type's tokens say about it.
#[derive(Clone, Copy)]
pub(crate) enum Fit<'a> {
    Text,
    /// An integer type, and its values.
    Integer {
        name: &'static str,
        min: i128,
        max: i128,
    },
    Float,
    /// A collection whose length varies, with the type of its items or values.
    Collection(&'a Type),
    Array(&'a Type),
    /// A known type to which no built-in rule applies.
    Opaque,
    Unknown,
}

impl<'a> Fit<'a> {
    /// What fits a type; pointers and `Option` are looked through, as the rules do.
    pub(crate) fn of(ty: &'a Type) -> Self {
        match ty {
            Type::Group(group) => Self::of(&group.elem),
            Type::Paren(paren) => Self::of(&paren.elem),
            Type::Array(array) => Self::Array(&array.elem),
            Type::Slice(slice) => Self::Collection(&slice.elem),
            Type::Reference(reference) => Self::of(&reference.elem),
            Type::Tuple(_) => Self::Opaque,
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
            ) => Self::Opaque,
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

    /// The rules that fit, all of them where the tokens do not tell.
    pub(crate) fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[LEN, NON_EMPTY, PATTERN, ONE_OF, EMAIL, URL, CUSTOM],
            Self::Integer { .. } => &[RANGE, JS_SAFE, ANY_INT, CUSTOM],
            Self::Float => &[RANGE, ANY_FLOAT, CUSTOM],
            Self::Collection(_) => &[LEN, NON_EMPTY, EACH, CUSTOM],
            Self::Array(_) => &[EACH, CUSTOM],
            Self::Opaque => &[CUSTOM],
            Self::Unknown => crate::symbol::RULES,
        }
    }

    /// What was probably meant by a rule that does not fit.
    pub(crate) fn instead_of(self, rule: &str) -> Option<String> {
        let of_items = self.item().map(Self::of).filter(|item| !matches!(item, Self::Unknown));
        let meant = match (self, rule) {
            _ if of_items.is_some_and(|item| item.rules().contains(&rule)) => match rule {
                LEN | RANGE | ONE_OF => return Some(format!("each({rule}(…))")),
                PATTERN => return Some(format!("each({rule} = \"…\")")),
                _ => return Some(format!("each({rule})")),
            },
            (Self::Text | Self::Collection(_), RANGE) => LEN,
            (Self::Integer { .. } | Self::Float, LEN) => RANGE,
            (Self::Integer { .. }, ANY_FLOAT) => ANY_INT,
            (Self::Float, ANY_INT) => ANY_FLOAT,
            _ => return None,
        };
        Some(meant.to_owned())
    }

    /// The type of the items that `each` is about, where the tokens tell.
    pub(crate) fn item(self) -> Option<&'a Type> {
        match self {
            Self::Collection(item) | Self::Array(item) => Some(item),
            _ => None,
        }
    }
}

/// Whether the tokens say that it is an `Option`, which serde reads as `None` where it is missing. Behind another
/// name it may be one too; `#[serde(default)]` is then asked for, and does no harm.
pub(crate) fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}

/// Whether the tokens say that it can be no part of a key.
pub(crate) fn is_no_key(ty: &Type) -> bool {
    is_option(ty) || matches!(Fit::of(ty), Fit::Float | Fit::Collection(_) | Fit::Array(_))
}

/// The integer type of what stands behind `NonZero`: `U8`, `Isize`.
fn non_zero(name: &str) -> Option<Fit<'static>> {
    name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| integer(&name.to_lowercase())).flatten()
}

/// The integer type of a name. Pointer-sized ones are taken for 64 bits.
fn integer(name: &str) -> Option<Fit<'static>> {
    macro_rules! types {
        ($($ty:ident as $like:ident),*) => {
            match name {
                $(stringify!($ty) => Some(Fit::Integer {
                    name: stringify!($ty),
                    min: i128::try_from($like::MIN).unwrap_or(i128::MIN),
                    // Of a `u128`, bounds reach as far as an `i128` does.
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

/// The type as a person writes it: `Vec<u8>`, not `Vec < u8 >`.
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

    fn rules_of(ty: &str) -> &'static [&'static str] {
        Fit::of(&syn::parse_str(ty).unwrap()).rules()
    }

    #[test]
    fn names_of_the_standard_library_tell_which_rules_fit() {
        assert_eq!(rules_of("String"), Fit::Text.rules());
        assert_eq!(rules_of("Option<std::sync::Arc<str>>"), Fit::Text.rules());
        assert_eq!(rules_of("Option<u8>"), [RANGE, JS_SAFE, ANY_INT, CUSTOM]);
        assert_eq!(rules_of("std::num::NonZeroU8"), rules_of("NonZero<u8>"));
        assert_eq!(rules_of("std::sync::Arc<f32>"), [RANGE, ANY_FLOAT, CUSTOM]);
        assert_eq!(rules_of("&'static str"), Fit::Text.rules());
        assert_eq!(rules_of("num::Arc<u8>"), crate::symbol::RULES, "it may be anything");
        assert_eq!(rules_of("std::collections::HashMap<String, u8>"), [LEN, NON_EMPTY, EACH, CUSTOM]);
        assert_eq!(rules_of("Box<[u8]>"), [LEN, NON_EMPTY, EACH, CUSTOM]);
        assert_eq!(rules_of("[u8; 4]"), [EACH, CUSTOM]);
        assert_eq!(rules_of("(u8, u8)"), [CUSTOM]);
        assert_eq!(rules_of("UserId"), crate::symbol::RULES);
        assert_eq!(rules_of("Vec"), crate::symbol::RULES);
    }

    #[test]
    fn a_type_is_spelled_as_a_person_writes_it() {
        for ty in
            ["String", "Vec<Option<u8>>", "HashMap<String, Vec<u8>>", "[u8; 4]", "(u8, u8)", "&'static str"]
        {
            assert_eq!(spelled(&syn::parse_str(ty).unwrap()), ty);
        }
    }
}
