//! Names on the wire.

use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};

macro_rules! cases {
    ($($(#[$doc:meta])* $structure:ident, $enumeration:ident: $case:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
        #[serde(rename_all = $case)]
        pub struct $structure {
            one: u8,
            two_words: Option<u8>,
            three_4_words: bool,
            r#type: u8,
        }

        $(#[$doc])*
        #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
        #[serde(rename_all = $case, rename_all_fields = $case)]
        pub enum $enumeration {
            One,
            TwoWords { two_words: u8, three_4_words: Option<u8> },
            HTTPServer(u8),
            Three4Words,
        }
    )*};
}

cases! {
    /// Names in `lowercase`.
    LowerFields, LowerVariants: "lowercase";
    /// Names in `UPPERCASE`.
    UpperFields, UpperVariants: "UPPERCASE";
    /// Names in `PascalCase`.
    PascalFields, PascalVariants: "PascalCase";
    /// Names in `camelCase`.
    CamelFields, CamelVariants: "camelCase";
    /// Names in `snake_case`.
    SnakeFields, SnakeVariants: "snake_case";
    /// Names in `SCREAMING_SNAKE_CASE`.
    ScreamingFields, ScreamingVariants: "SCREAMING_SNAKE_CASE";
    /// Names in `kebab-case`.
    KebabFields, KebabVariants: "kebab-case";
    /// Names in `SCREAMING-KEBAB-CASE`.
    LoudFields, LoudVariants: "SCREAMING-KEBAB-CASE";
}

/// Renamed fields with aliases.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    #[serde(rename = "e-mail", alias = "mail", alias = "email_address")]
    email: String,
    #[serde(alias = "home")]
    home_page: Option<String>,
    #[serde(default, alias = "old")]
    age_in_years: u8,
}

/// Renamed variants with aliases. The fields of one variant have their own case.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(rename_all = "snake_case")]
pub enum RenamedVariants {
    #[serde(rename = "gone", alias = "left", alias = "quit")]
    UserLeft,
    #[serde(alias = "came", rename_all = "UPPERCASE")]
    UserJoined {
        user_id: u32,
        #[serde(rename = "nick", alias = "alias")]
        nick_name: Option<String>,
    },
    UserSaid(#[serde(alias = "of no use")] String),
}
