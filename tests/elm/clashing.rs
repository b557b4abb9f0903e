//! Enums of public protocols and programs whose variants have the same names, with values of them.

#![expect(clippy::enum_variant_names, clippy::struct_field_names, reason = "names that clash are tried here")]

use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};

/// Defines enums of unit variants, and a struct with a field of each.
macro_rules! enums {
    ($($field:ident: $name:ident { $($variant:ident),* $(,)? })*) => {
        $(
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Arbitrary, Serialize, Deserialize, KvField)]
            #[serde(rename_all = "snake_case")]
            pub(crate) enum $name { $($variant),* }
        )*

        /// A field of each enum.
        #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
        pub(crate) struct Statuses { $($field: $name,)* }
    };
}

enums! {
    order: OrderStatus { Pending, Active, Shipped, Delivered, Cancelled, Failed, Unknown }
    payment: PaymentStatus { Pending, Succeeded, Failed, Cancelled, Refunded, Processing }
    job: JobStatus { Queued, Running, Succeeded, Failed, Cancelled, Paused, Unknown }
    user: UserStatus { Active, Inactive, Suspended, Deleted, Pending }
    pod: PodPhase { Pending, Running, Succeeded, Failed, Unknown }
    restart: RestartPolicy { Always, OnFailure, Never }
    pull: ImagePullPolicy { Always, IfNotPresent, Never }
    condition: ConditionStatus { True, False, Unknown }
    level: LogLevel { Trace, Debug, Info, Warn, Error, Fatal, Off }
    severity: Severity { Info, Low, Medium, High, Critical, Unknown }
    priority: Priority { Low, Medium, High, Urgent }
    method: HttpMethod { Get, Put, Post, Delete, Patch, Head, Options, Connect, Trace }
    issue: IssueAction { Opened, Closed, Reopened, Edited, Assigned, Labeled, Deleted }
    pull_request: PullRequestAction { Opened, Closed, Reopened, Edited, Synchronize, Labeled }
    check: CheckConclusion { Success, Failure, Neutral, Cancelled, Skipped, TimedOut }
    review: ReviewState { Approved, ChangesRequested, Commented, Dismissed, Pending }
    visibility: Visibility { Public, Private, Internal }
    role: Role { System, User, Assistant, Tool }
    finish: FinishReason { Stop, Length, ToolCalls, Error }
    align: TextAlign { Left, Right, Center, Justify }
    side: Side { Left, Right, Top, Bottom }
    direction: Direction { Up, Down, Left, Right }
    color: Color { Red, Green, Blue, Black, White }
    piece: Piece { King, Queen, Rook, Bishop, Knight, Pawn }
    player: Player { White, Black }
    theme: Theme { Light, Dark, System }
    ordering: SortOrder { Asc, Desc }
    answer: Answer { Just, Nothing, Ok, Err, Maybe, Yes, No }
    comparison: Comparison { LT, EQ, GT }
    connection: ConnectionState { Open, Closed, Connecting, Error }
    door: Door { Open, Closed }
    kind: Kind { List, String, Int, Float, Bool, Dict, Set, Unknown }
    task: Task { Task, Request, Page, Live, Version, Type }
}

/// A struct with the name of a variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub(crate) struct Circle {
    radius: u8,
}

/// A recursive struct with the name of a variant.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub(crate) struct Group {
    name: String,
    shapes: Vec<Shape>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) enum Shape {
    Circle(Circle),
    Group(Group),
    Shape(u8),
    Statuses { order: OrderStatus },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Geometry {
    Circle(Circle),
    Point {
        r#type_: u8,
        port: u8,
        module: u8,
        r#if: u8,
        kind: Kind,
    },
    #[kv(elm = "OtherGeometry")]
    Other {
        _type: u8,
        value: u8,
        name: u8,
        fields: u8,
    },
}

/// A type with the same name as a value of another type.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct ShapeDecoder {
    n: u8,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct GetShape {
    n: u8,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct Shapes {
    n: u8,
    by_side: std::collections::BTreeMap<Turn, u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Arbitrary, Serialize, Deserialize, KvField)]
pub(crate) enum Turn {
    Left,
    Right,
    #[kv(elm = "Around")]
    Down,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub(crate) struct Identity {
    identity: String,
    pages: Paged<Circle>,
    others: Paged<other::Circle>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub(crate) struct Paged<T> {
    items: Vec<T>,
}

pub(crate) mod other {
    use super::{Arbitrary, Deserialize, KvField, Serialize};

    #[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
    pub(crate) struct Circle(u8);
}
