//! `POST /kv/batch`: operations in order, each on its own.

use crate::answer::Answer;
use crate::condition::Known;
use crate::operation::{Context, Part, SetTtl};
use crate::problem::Problem;
use crate::{ttl, unwind};
use kv_core::{Condition, Version};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::pin::pin;

/// The most operations of a batch.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame<'a> {
    #[serde(borrow)]
    ops: Vec<&'a RawValue>,
}

/// An operation as it stands in the frame. A member that is null is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation<'a> {
    op: Verb,
    #[serde(rename = "type")]
    tag: String,
    #[serde(default, deserialize_with = "present")]
    key: Option<String>,
    #[serde(default, deserialize_with = "present")]
    prefix: Option<String>,
    #[serde(borrow, default, deserialize_with = "present")]
    value: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    ttl_ms: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "present")]
    if_version: Option<String>,
    #[serde(default, deserialize_with = "present")]
    if_absent: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    if_present: Option<bool>,
    #[serde(borrow, default, deserialize_with = "present")]
    limit: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "present")]
    after: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Set,
    Get,
    Delete,
    List,
}

fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads the operations of a frame.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Operation<'_>>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::invalid_json("the body is not UTF-8"))?;
    let Frame { ops } = object(text).map_err(Problem::invalid_json)?;
    if !(1..=MOST).contains(&ops.len()) {
        return Err(Problem::invalid_json(format!("`ops` has 1 to {MOST} operations")));
    }
    ops.into_iter()
        .enumerate()
        .map(|(at, json)| {
            let refused = |error| Problem::invalid_json(format!("operation {at}: {error}"));
            Operation::read(json.get()).map_err(refused)
        })
        .collect()
}

/// An object as a struct, for which serde would also take a list.
fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    if text.trim_ascii_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        Err("expected an object".to_owned())
    }
}

impl<'a> Operation<'a> {
    /// Reads an operation, which has the members of its verb alone.
    fn read(text: &'a str) -> Result<Self, String> {
        let it: Self = object(text)?;
        let members = [
            ("key", it.key.is_some(), it.op != Verb::List),
            ("prefix", it.prefix.is_some(), it.op == Verb::List),
            ("value", it.value.is_some(), it.op == Verb::Set),
        ];
        let optional = [
            ("ttl_ms", it.ttl_ms.is_some(), it.op == Verb::Set),
            ("if_version", it.if_version.is_some(), matches!(it.op, Verb::Set | Verb::Delete)),
            ("if_absent", it.if_absent.is_some(), it.op == Verb::Set),
            ("if_present", it.if_present.is_some(), it.op == Verb::Set),
            ("limit", it.limit.is_some(), it.op == Verb::List),
            ("after", it.after.is_some(), it.op == Verb::List),
        ];
        if let Some((name, ..)) = members.iter().find(|(_, is_there, belongs)| *belongs && !is_there) {
            return Err(format!("`{name}` is missing"));
        }
        match members.iter().chain(&optional).find(|(_, is_there, belongs)| *is_there && !belongs) {
            Some((name, ..)) => Err(format!("`{name}` is no member of this operation")),
            None => Ok(it),
        }
    }

    fn condition(&self) -> Result<Condition, Problem> {
        let version = self.if_version.as_deref().map(str::parse::<Version>).transpose();
        let version = version.map_err(|error| Problem::invalid_query(format!("`if_version`: {error}")))?;
        match (version, self.if_absent == Some(true), self.if_present == Some(true)) {
            (None, false, false) => Ok(Condition::None),
            (Some(version), false, false) => Ok(Condition::Version(version)),
            (None, true, false) => Ok(Condition::Absent),
            (None, false, true) => Ok(Condition::Present),
            _ => Err(Problem::invalid_query("an operation has one condition")),
        }
    }

    fn part(&self, room: usize) -> Result<Part, Problem> {
        let limit = self.limit.map(|json| serde_json::from_str(json.get()));
        let limit = limit.transpose().map_err(|_| Part::not_a_limit())?;
        Ok(Part { limit: Part::limit(limit)?, after: self.after.clone(), room })
    }

    fn key(&self) -> Result<&str, Problem> {
        let key = self.key.as_deref().unwrap_or_default();
        kv_core::schema::key::check(key)?;
        Ok(key)
    }

    async fn run(&self, context: &Context<'_>, room: usize) -> Result<Answer, Problem> {
        let ty = context.types.get(&self.tag)?;
        match self.op {
            Verb::Get => {
                context.admit_get(ty)?;
                context.get(ty, self.key()?, Known::default()).await
            }
            Verb::Set => {
                context.admit_set(ty)?;
                let ttl = self.ttl_ms.map(|json| ttl::of_json(json.get())).transpose()?;
                let json = self.value.map(RawValue::get).unwrap_or_default();
                context.set(ty, self.key()?, json.as_bytes(), SetTtl::Alone(ttl), self.condition()?).await
            }
            Verb::Delete => {
                context.admit_delete(ty)?;
                context.delete(ty, self.key()?, self.condition()?).await
            }
            Verb::List => {
                context.admit_list(ty)?;
                context.list(ty, self.prefix.as_deref().unwrap_or_default(), self.part(room)?).await
            }
        }
    }
}

/// Runs operations in order. Together their results have about so many bytes at most.
pub(crate) async fn run(context: &Context<'_>, operations: &[Operation<'_>], room: usize) -> Answer {
    let mut results: Vec<Vec<u8>> = Vec::with_capacity(operations.len());
    let mut taken = 0;
    for operation in operations {
        let result = unwind::or_internal(pin!(operation.run(context, room.saturating_sub(taken)))).await;
        let result = result.map_or_else(|problem| problem.json(), Answer::into_result);
        taken += result.len();
        results.push(result);
    }
    Answer::results(&results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_operations_with_their_own_members() {
        for good in [
            r#"{"ops":[{"op":"get","type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"set","type":"T","key":"a","value":null,"ttl_ms":"keep","if_absent":true}]}"#,
            r#" {"ops":[{"op":"list","type":"T","prefix":"","limit":1,"after":"a"}]} "#,
        ] {
            assert!(read(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"ops":[]}"#,
            r#"[[{"op":"get","type":"T","key":"a"}]]"#,
            r#"{"ops":[["get","T","a"]]}"#,
            r#"{"ops":[{"op":"get","type":"T"}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":null}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a","key":"b"}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a","limit":1}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a","colour":1}]}"#,
            r#"{"ops":[{"op":"watch","type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"set","type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"set","type":"T","key":"a","value":1,"if_version":null}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a"}],"more":1}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a"}]}{}"#,
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = |count| {
            format!(r#"{{"ops":[{}]}}"#, vec![r#"{"op":"get","type":"T","key":"a"}"#; count].join(","))
        };
        assert!(read(many(100).as_bytes()).is_ok() && read(many(101).as_bytes()).is_err());
    }
}
