use kv_core::{Access, Catalog, CatalogProblem, KvType};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Serialize, Deserialize, KvType)]
#[kv(ttl = "5m")]
struct Presence {
    room: String,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(tag = "Presence", prefix = "other:")]
struct SameTag {
    n: u8,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(prefix = "Presence:of:")]
struct LongerPrefix {
    n: u8,
}

#[test]
fn catalog_keeps_order_and_metadata() {
    let catalog = Catalog::builder()
        .expose::<Presence>(Access::ReadWrite)
        .expose::<elsewhere::Typing>(Access::Read)
        .build()
        .unwrap();
    let tags: Vec<_> = catalog.exposed().iter().map(|e| (e.tag(), e.prefix(), e.access())).collect();
    assert_eq!(tags, [("Presence", "Presence:", Access::ReadWrite), ("typing", "t/", Access::Read)]);
    let presence = catalog.get("Presence").unwrap();
    assert_eq!(presence.ttl(), Some(Duration::from_mins(5)));
    assert_eq!(presence.schema().to_string(), "Presence");
    assert!(catalog.get("presence").is_none());
}

mod elsewhere {
    use super::{Deserialize, KvType, Serialize};

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "typing", prefix = "t/")]
    pub(super) struct Typing {
        room: String,
    }
}

#[test]
fn every_collision_is_reported_with_a_fix() {
    let error = Catalog::builder()
        .expose::<Presence>(Access::Read)
        .expose::<SameTag>(Access::Read)
        .expose::<LongerPrefix>(Access::Read)
        .expose::<Presence>(Access::Get)
        .build()
        .unwrap_err();
    let [same_tag, overlap, ..] = error.problems() else { panic!("{error}") };
    assert!(matches!(same_tag, CatalogProblem::SameTag { tag: "Presence", .. }));
    assert!(matches!(overlap, CatalogProblem::PrefixOverlap { .. }));
    assert!(error.problems().iter().any(|p| matches!(p, CatalogProblem::ExposedTwice { .. })));
    let text = error.to_string();
    assert!(text.contains("catalog::SameTag` share the tag \"Presence\""), "{text}");
    assert!(text.contains("(\"Presence:of:\") overlap"), "{text}");
}

#[test]
fn names_of_a_hand_written_type_are_checked() {
    #[derive(Serialize, Deserialize, kv_core::KvField)]
    struct ByHand {
        n: u8,
    }
    impl KvType for ByHand {
        const TYPE_TAG: &'static str = "By Hand";
        const KEY_PREFIX: &'static str = "by-hand";
        const DEFAULT_TTL: Option<Duration> = Some(Duration::ZERO);
    }
    let error = Catalog::builder().expose::<ByHand>(Access::Read).build().unwrap_err();
    assert!(
        matches!(error.problems(), [CatalogProblem::Tag { .. }, CatalogProblem::Prefix { .. }]),
        "{error}"
    );
    let store = crate::given_a_tenant().1;
    assert_eq!(store.set::<ByHand>("k", ByHand { n: 1 }), Err(kv_core::Error::InvalidTtl));
}

#[test]
fn maximum_time_to_live_is_of_the_type_or_of_the_catalog() {
    #[derive(Serialize, Deserialize, KvType)]
    #[kv(ttl = "30s", max_ttl = "1m")]
    struct Own(u8);

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(max_ttl = "none")]
    struct Exempt(u8);

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(ttl = "2h")]
    struct Long(u8);

    let hour = Duration::from_hours(1);
    let builder = || Catalog::builder().expose::<Own>(Access::Read).expose::<Exempt>(Access::Read);
    let max = |catalog: Catalog| catalog.iter().map(kv_core::Exposed::max_ttl).collect::<Vec<_>>();
    assert_eq!(max(builder().build().unwrap()), [Some(Duration::from_mins(1)), None]);
    // Whether `max_ttl` of the catalog is set before or after the type.
    assert_eq!(max(builder().max_ttl(hour).build().unwrap()), [Some(Duration::from_mins(1)), None]);
    let catalog = Catalog::builder().max_ttl(hour * 2).expose::<Long>(Access::Read).build().unwrap();
    assert_eq!(max(catalog.clone()), [Some(hour * 2)]);
    assert_eq!(catalog.codec("Long").unwrap().exposed().max_ttl(), Some(hour * 2));

    let refused = Catalog::builder().max_ttl(hour).expose::<Long>(Access::Read).build().unwrap_err();
    let [CatalogProblem::TtlBeyondMax { ttl, max, .. }] = refused.problems() else { panic!("{refused}") };
    assert_eq!((*ttl, *max), (hour * 2, hour));
    assert!(refused.to_string().contains("#[kv(max_ttl = \"none\")]"), "{refused}");
    for bad in [Duration::ZERO, Duration::MAX] {
        let refused = Catalog::builder().max_ttl(bad).expose::<Exempt>(Access::Read).build().unwrap_err();
        assert!(matches!(refused.problems(), [CatalogProblem::MaxTtl { .. }]), "{refused}");
    }
}

#[test]
fn slow_pattern_in_a_hand_written_schema_is_refused() {
    use kv_core::schema::rule::{Each, Pattern, Rule};
    use kv_core::schema::ty::{Field, Fields, Shape, TypeRef, TypeSchema};
    use kv_core::{KvField, Validator};

    #[derive(Serialize, Deserialize)]
    struct Code {
        codes: Vec<String>,
    }

    impl KvField for Code {
        fn schema() -> &'static TypeSchema {
            const SLOW: Rule = Rule::Pattern(Pattern { text: "[a-z]{1,1000}-" });
            const FIELD: Field = Field {
                rules: &[Rule::Each(Each { rules: &[SLOW] })],
                ..Field::new("codes", TypeRef::of::<Vec<String>>())
            };
            const {
                &TypeSchema {
                    id: std::any::TypeId::of::<Self>(),
                    name: "Code",
                    module: "",
                    args: &[],
                    docs: "",
                    shape: Shape::Struct(Fields::Named { fields: &[FIELD], deny_unknown: false }),
                    validate: None,
                    hidden: &[],
                    elm: None,
                }
            }
        }

        fn check(&self, _: &mut Validator<'_>) {}

        fn heap_size(&self) -> usize {
            self.codes.heap_size()
        }
    }

    impl KvType for Code {
        const TYPE_TAG: &'static str = "Code";
        const KEY_PREFIX: &'static str = "Code:";
        const DEFAULT_TTL: Option<Duration> = None;
    }

    let error = Catalog::builder().expose::<Code>(Access::ReadWrite).build().unwrap_err();
    assert!(matches!(error.problems(), [CatalogProblem::Pattern { .. }]), "{error}");
    assert!(
        error.to_string().contains("the pattern of `Code.codes` is invalid: the pattern is slow"),
        "{error}"
    );
}
