//! `Duration` and `SystemTime`, which serde writes as seconds and nanoseconds.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::rule::TYPE;
use crate::ty::{Field, Fields, Shape, TypeRef, TypeSchema};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl KvField for Duration {
    fn schema() -> &'static TypeSchema {
        std_schema!(
            "Duration",
            [],
            Shape::Struct(seconds(
                const { &[Field::new("secs", TypeRef::of::<u64>()), Field::new("nanos", TypeRef::of::<u32>())] }
            ))
        )
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

impl KvField for SystemTime {
    fn schema() -> &'static TypeSchema {
        std_schema!(
            "SystemTime",
            [],
            Shape::Struct(seconds(
                const {
                    &[
                        Field::new("secs_since_epoch", TypeRef::of::<u64>()),
                        Field::new("nanos_since_epoch", TypeRef::of::<u32>()),
                    ]
                }
            ))
        )
    }

    /// serde does not write times before 1970.
    fn check(&self, v: &mut Validator<'_>) {
        if *self < UNIX_EPOCH {
            v.report(TYPE, &[], "must not be before 1970");
        }
    }

    fn heap_size(&self) -> usize {
        0
    }
}

/// Source: serde's `impl Deserialize for Duration` refuses unknown members.
const fn seconds(fields: &'static [Field]) -> Fields {
    Fields::Named { fields, deny_unknown: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ValidationErrors;

    #[test]
    fn time_before_1970_breaks_the_rule_type() {
        let check = |time: SystemTime| ValidationErrors::collect(|v| time.check(v));
        assert!(check(UNIX_EPOCH).is_ok());
        let report = check(UNIX_EPOCH - Duration::from_nanos(1)).unwrap_err();
        assert_eq!(
            (report.violations()[0].rule, report.to_string().as_str()),
            ("type", "the value must not be before 1970")
        );
    }
}
