//! Identifiers of `uuid`, which serde writes with hyphens and reads in every form that `uuid` knows.

use super::text::texts;
use uuid::{NonNilUuid, Uuid};

texts! {
    "uuid":
    Uuid: "uuid", |it| *it;
    NonNilUuid: "non-nil-uuid", |it| *it;
}
