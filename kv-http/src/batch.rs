//! `POST /kv/batch`: runs operations in order.

use crate::catch_panic::catch_panic;
use crate::condition::IfNoneMatch;
use crate::json_writer::JsonWriter;
use crate::operation::{Context, ListParams};
use crate::problem::{Problem, excerpt};
use crate::response::ResponseHead;
use crate::ttl;
use kv_core::schema::json::parts;
use kv_core::{Condition, DecodeOptions, Version};
use std::borrow::Cow;
use std::pin::pin;

/// Maximum number of operations of a batch.
const MAX_OPERATIONS: usize = 100;

/// An operation of a batch.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    tag: Cow<'a, str>,
    verb: Verb<'a>,
}

/// The verb of an operation with its members. Members that are still JSON are parsed when the
/// operation runs, so that an invalid one fails only this operation.
#[derive(Debug)]
enum Verb<'a> {
    Get { key: Cow<'a, str> },
    Set { key: Cow<'a, str>, value: &'a str, ttl_ms: Option<&'a str>, condition: ConditionMembers<'a> },
    Delete { key: Cow<'a, str>, condition: ConditionMembers<'a> },
    List { prefix: Cow<'a, str>, limit: Option<&'a str>, after: Option<Cow<'a, str>> },
}

/// The members `if_version`, `if_absent` and `if_present`.
#[derive(Debug, Default)]
struct ConditionMembers<'a> {
    version: Option<Cow<'a, str>>,
    absent: bool,
    present: bool,
}

/// Parses the operations of a batch.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<Operation<'_>>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::invalid_json("the body is not UTF-8"))?;
    let batch = parts::members(text).map_err(Problem::invalid_json)?;
    let [(name, ops)] = batch.as_slice() else {
        return Err(Problem::invalid_json("a batch must be an object with one member, `ops`"));
    };
    if name != "ops" {
        let name = excerpt(name);
        return Err(Problem::invalid_json(format!(
            "unknown member `{name}`: the member of a batch is `ops`"
        )));
    }
    let ops = parts::items(ops).map_err(|error| Problem::invalid_json(format!("`ops`: {error}")))?;
    if !(1..=MAX_OPERATIONS).contains(&ops.len()) {
        return Err(Problem::invalid_json(format!("`ops` must have 1 to {MAX_OPERATIONS} operations")));
    }
    let operations = ops.into_iter().enumerate().map(|(index, json)| {
        Operation::parse(json).map_err(|error| Problem::invalid_json(format!("operation {index}: {error}")))
    });
    operations.collect()
}

/// The members of an operation that have not been parsed yet. A null member counts as given.
struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    fn json(&mut self, name: &str) -> Option<&'a str> {
        let index = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(index).1)
    }

    fn text(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, String> {
        let text = self.json(name).map(parts::string).transpose();
        text.map_err(|_| format!("`{name}` must be a string"))
    }

    fn bool(&mut self, name: &str) -> Result<bool, String> {
        match self.json(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(format!("`{name}` must be true or false")),
        }
    }
}

fn required<T>(name: &str, member: Option<T>) -> Result<T, String> {
    member.ok_or_else(|| format!("`{name}` is missing"))
}

impl<'a> Operation<'a> {
    /// Parses an operation. Members that its verb does not have are errors.
    fn parse(json: &'a str) -> Result<Self, String> {
        let mut members = Members(parts::members(json).map_err(|error| error.to_string())?);
        let op = required("op", members.text("op")?)?;
        let tag = required("type", members.text("type")?)?;
        let key = |members: &mut Members<'a>| required("key", members.text("key")?);
        let verb = match op.as_ref() {
            "get" => Verb::Get { key: key(&mut members)? },
            "set" => Verb::Set {
                key: key(&mut members)?,
                value: required("value", members.json("value"))?,
                ttl_ms: members.json("ttl_ms"),
                condition: ConditionMembers {
                    version: members.text("if_version")?,
                    absent: members.bool("if_absent")?,
                    present: members.bool("if_present")?,
                },
            },
            "delete" => Verb::Delete {
                key: key(&mut members)?,
                condition: ConditionMembers {
                    version: members.text("if_version")?,
                    ..ConditionMembers::default()
                },
            },
            "list" => Verb::List {
                prefix: required("prefix", members.text("prefix")?)?,
                limit: members.json("limit"),
                after: members.text("after")?,
            },
            op => {
                return Err(format!(
                    "unknown `op` \"{}\": use \"get\", \"set\", \"delete\" or \"list\"",
                    excerpt(op)
                ));
            }
        };
        match members.0.first() {
            Some((name, _)) => Err(format!("the operation \"{op}\" has no member `{}`", excerpt(name))),
            None => Ok(Self { tag, verb }),
        }
    }

    /// Runs the operation and writes the members of its result.
    async fn run(&self, context: &Context<'_>, json: &mut JsonWriter) -> Result<ResponseHead, Problem> {
        let ty = context.types.get(&self.tag)?;
        match &self.verb {
            Verb::Get { key } => {
                context.check_get(ty)?;
                context.get(json, ty, check_key(key)?, IfNoneMatch::default()).await
            }
            Verb::Set { key, value, ttl_ms, condition } => {
                context.check_set(ty)?;
                let ttl = ttl_ms.map(ttl::from_json).transpose()?.unwrap_or_default();
                let key = check_key(key)?;
                let condition = condition.parse()?;
                let value = ty.codec.decode(value.as_bytes(), DecodeOptions::new())?.value;
                context.set(json, ty, key, value, ttl, condition).await
            }
            Verb::Delete { key, condition } => {
                ty.check_write_access()?;
                context.delete(json, ty, check_key(key)?, condition.parse()?).await
            }
            Verb::List { prefix, limit, after } => {
                context.check_list(ty)?;
                // The budget of the batch bounds the page.
                let params = ListParams::new(*limit, after.as_deref(), usize::MAX)?;
                context.list(json, ty, prefix, params).await
            }
        }
    }
}

impl ConditionMembers<'_> {
    fn parse(&self) -> Result<Condition, Problem> {
        let version = self.version.as_deref().map(str::parse::<Version>).transpose();
        let version = version.map_err(|error| Problem::invalid_query(format!("`if_version`: {error}")))?;
        match (version, self.absent, self.present) {
            (None, false, false) => Ok(Condition::None),
            (Some(version), false, false) => Ok(Condition::Version(version)),
            (None, true, false) => Ok(Condition::Absent),
            (None, false, true) => Ok(Condition::Present),
            _ => Err(Problem::invalid_query(
                "an operation has at most one condition: `if_version`, `if_absent` or `if_present`",
            )),
        }
    }
}

fn check_key(key: &str) -> Result<&str, Problem> {
    kv_core::schema::key::check(key)?;
    Ok(key)
}

/// Runs operations in order and writes their results.
///
/// All operations run, even after the budget is used up. An operation whose entries do not fit is
/// answered with an error. The result of a write is always written.
pub(crate) async fn run(context: &Context<'_>, operations: &[Operation<'_>], json: &mut JsonWriter) {
    json.name("results").open_array();
    for operation in operations {
        let before = json.len();
        json.item().open();
        json.name("status").raw("200");
        let result = catch_panic(pin!(operation.run(context, json))).await;
        if let Err(problem) = result {
            json.truncate(before);
            json.item().open();
            problem.write(json);
        }
        json.close();
    }
    json.close_array();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_has_operations_with_the_members_of_their_verbs() {
        for good in [
            r#"{"ops":[{"op":"get","type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"set","type":"T","key":"a","value":null,"ttl_ms":"keep","if_absent":true}]}"#,
            r#" {"ops":[{"op":"list","type":"T","prefix":"","limit":1,"after":"a"}]} "#,
        ] {
            assert!(parse(good.as_bytes()).is_ok(), "{good}");
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
            r#"{"ops":[{"op":"set","type":"T","key":"a","value":1,"if_absent":"true"}]}"#,
            r#"{"ops":[{"op":"set","type":"T","key":"a","value":1,"if_present":1}]}"#,
            r#"{"ops":[{"op":"delete","type":"T","key":"a","if_absent":true}]}"#,
            r#"{"ops":[{"op":{"delete":null},"type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":["delete"],"type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":2,"type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"Delete","type":"T","key":"a"}]}"#,
            r#"{"ops":[{"op":"delete","type":{"T":null},"key":"a"}]}"#,
            r#"{"ops":[{"op":"delete","type":"T","key":{"$serde_json::private::RawValue":"\"a\""}}]}"#,
            r#"{"ops":{"0":{"op":"get","type":"T","key":"a"}}}"#,
            r#"{"ops":"[]"}"#,
            r#"{"ops":null}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a","k\u0065y":"b"}]}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a"}],"more":1}"#,
            r#"{"ops":[{"op":"get","type":"T","key":"a"}]}{}"#,
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = |count| {
            format!(r#"{{"ops":[{}]}}"#, vec![r#"{"op":"get","type":"T","key":"a"}"#; count].join(","))
        };
        assert!(parse(many(100).as_bytes()).is_ok() && parse(many(101).as_bytes()).is_err());
    }
}
