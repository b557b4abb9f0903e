//! Identifiers of `uuid`. serde writes them with hyphens and reads every form that `uuid` supports.

use super::text::texts;
use uuid::{NonNilUuid, Uuid};

texts! {
    "uuid":
    Uuid: "uuid", |it| *it;
    NonNilUuid: "non-nil-uuid", |it| *it;
}
