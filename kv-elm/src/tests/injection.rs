//! Tests that no text from Rust becomes Elm code.

use crate::{ElmBindings, ElmClient};
use kv_schema::rule::{Custom, OneOf, Pattern, Rule};
use kv_schema::template::Piece;
use kv_schema::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
use kv_schema::{Access, Exposed, KvField, KvType, Validator};
use std::any::TypeId;
use std::time::Duration;

/// Texts that could end or begin a literal or a comment, or have another meaning in Elm.
const HOSTILE: [&str; 18] = [
    "\" ++ evil ++ \"",
    "\"\"\"",
    "\\",
    "\\\"",
    "-} evil = 1 {-",
    "{-",
    "{-}",
    "--",
    "\n\nevil = 1",
    "\r\nevil = 1",
    "\u{0}",
    "\\u{0041}",
    "\u{202e}lave\u{2066}",
    "\u{2028}evil = 1",
    "`-}`{-`",
    "-\u{200d}}",
    "@docs evil\n@docs evil",
    "# evil\n- } <script>&lt; [a](b) ![c](d) *e* _f_ 1. g\n```elm\nevil = 1 -}\n```",
];

/// Types with a hostile text in every place of the schema.
macro_rules! hostile {
    ($($name:ident = $at:literal),* $(,)?) => {$(
        struct $name;

        impl KvField for $name {
            fn schema() -> &'static TypeSchema {
                const TEXT: &str = HOSTILE[$at];
                const RULES: &[Rule] = &[
                    Rule::OneOf(OneOf { allowed: &[TEXT] }),
                    Rule::Pattern(Pattern { text: TEXT }),
                    Rule::Custom(Custom { name: TEXT }),
                ];
                const FIELD: Field = Field { rust_name: "text", docs: TEXT, rules: RULES, ..Field::new(TEXT, TypeRef::of::<String>()) };
                const VARIANTS: &[Variant] = &[
                    Variant { rust_name: "Unit", docs: TEXT, ..Variant::new(TEXT, Fields::Unit) },
                    Variant {
                        rust_name: "Named",
                        ..Variant::new(concat!("named", $at), Fields::Named { fields: &[FIELD], deny_unknown: false })
                    },
                ];
                fn inner() -> &'static TypeSchema {
                    const {
                        &TypeSchema {
                            id: TypeId::of::<Option<$name>>(),
                            name: "Choice",
                            module: TEXT,
                            args: &[],
                            docs: TEXT,
                            shape: Shape::Enum(Enum {
                                tagging: Tagging::Adjacent { tag: TEXT, content: concat!("content", $at), deny_unknown: false },
                                variants: VARIANTS,
                            }),
                            validate: Some(TEXT),
                            hidden: &[],
                            elm: None,
                        }
                    }
                }
                const {
                    &TypeSchema {
                        id: TypeId::of::<Self>(),
                        name: "Hostile",
                        module: TEXT,
                        args: &[],
                        docs: TEXT,
                        shape: Shape::Struct(Fields::Named {
                            fields: &[FIELD, Field { rust_name: "choice", ..Field::new("choice", TypeRef::new(inner)) }],
                            deny_unknown: true,
                        }),
                        validate: Some(TEXT),
                        hidden: &[],
                            elm: None,
                    }
                }
            }

            fn check(&self, _: &mut Validator<'_>) {}

            fn heap_size(&self) -> usize {
                0
            }
        }

        impl KvType for $name {
            const TYPE_TAG: &'static str = HOSTILE[$at];
            const KEY_PREFIX: &'static str = HOSTILE[$at];
            const DEFAULT_TTL: Option<Duration> = None;
            const __KEY_TEMPLATE: &'static [Piece<'static>] = &[Piece::Text(HOSTILE[$at]), Piece::Part("text")];
        }
    )*};
}

hostile! {
    T0 = 0, T1 = 1, T2 = 2, T3 = 3, T4 = 4, T5 = 5, T6 = 6, T7 = 7, T8 = 8, T9 = 9, T10 = 10, T11 = 11, T12 = 12,
    T13 = 13, T14 = 14, T15 = 15, T16 = 16, T17 = 17,
}

pub(super) fn clients() -> Vec<ElmClient> {
    macro_rules! clients {
        ($($name:ident)*) => { vec![$(ElmClient::new([Exposed::new::<$name>(Access::ReadWrite)]).command(HOSTILE[4])),*] };
    }
    clients!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16 T17)
}

/// Returns Elm code without comments, in which every literal is `""`.
fn bare(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    let (mut bare, mut at) = (String::new(), 0);
    let is = |at: usize, text: &str| chars[at..].iter().take(text.len()).collect::<String>() == text;
    while at < chars.len() {
        if is(at, "{-") {
            let mut depth = 0;
            loop {
                assert!(at < chars.len(), "a comment without an end");
                if is(at, "{-") {
                    depth += 1;
                    at += 2;
                } else if is(at, "-}") {
                    depth -= 1;
                    at += 2;
                } else {
                    at += 1;
                }
                if depth == 0 {
                    break;
                }
            }
        } else if chars[at] == '"' {
            at += 1;
            while chars[at] != '"' {
                assert!(chars[at] >= ' ', "a literal with a control character");
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
            bare.push_str("\"\"");
        } else {
            bare.push(chars[at]);
            at += 1;
        }
    }
    bare
}

/// Returns code without white space.
fn packed(code: &str) -> String {
    code.split_whitespace().collect()
}

#[test]
fn hostile_texts_stay_in_literals_and_comments() {
    let plain = bare(&clients()[2].modules().unwrap()[0].text);
    for (client, text) in clients().iter().zip(HOSTILE) {
        let module = &client.modules().unwrap()[0].text;
        let bare = bare(module);
        assert!(!bare.contains("evil"), "{text:?}\n{bare}");
        assert_eq!(packed(&bare), packed(&plain), "{text:?}");
        assert!(module.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!module.contains(['\u{202e}', '\u{2066}', '\u{2028}', '\u{200d}']), "{text:?}");
    }
}

#[test]
fn literals_are_escaped_for_elm() {
    let module = &ElmClient::new([Exposed::new::<T11>(Access::ReadWrite)]).modules().unwrap()[0].text;
    assert!(module.contains(r#"tag = "\\u{0041}""#), "{module}");
    let module = &ElmClient::new([Exposed::new::<T10>(Access::ReadWrite)]).modules().unwrap()[0].text;
    assert!(module.contains(r#"tag = "\u{0000}""#), "{module}");
}

/// The "main" view, of `"quotes"` and `\d`.
/// It is at C:\views, \[see\] a\_b and \\.
#[derive(kv_core::KvType)]
struct View {
    /// "Wide", `"\n"` or \
    size: u8,
}

#[test]
fn docs_keep_quotes_and_backslashes() {
    let docs = r#"{-| The "main" view, of `"quotes"` and `\d`.
It is at C:\\views, see a\_b and \\.

  - `size`: "Wide", `"\n"` or \\
"#;
    let elm = View::elm().unwrap();
    assert!(elm.definition().starts_with(docs), "{}", elm.definition());
}
