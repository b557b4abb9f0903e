//! `POST /kv/batch`: operations in order, each on its own.

use crate::answer::{Answer, Json};
use crate::condition::Known;
use crate::operation::{Context, Part, SetTtl};
use crate::problem::{Problem, shown};
use crate::{ttl, unwind};
use kv_core::schema::json::parts;
use kv_core::{Condition, Version};
use std::borrow::Cow;
use std::pin::pin;

/// The most operations of a batch.
const MOST: usize = 100;

/// An operation of a frame.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    tag: Cow<'a, str>,
    verb: Verb<'a>,
}

/// What an operation does. Members that are JSON still are read when it runs, so that they are refused for it alone.
#[derive(Debug)]
enum Verb<'a> {
    Get { key: Cow<'a, str> },
    Set { key: Cow<'a, str>, value: &'a str, ttl_ms: Option<&'a str>, condition: Wanted<'a> },
    Delete { key: Cow<'a, str>, condition: Wanted<'a> },
    List { prefix: Cow<'a, str>, limit: Option<&'a str>, after: Option<Cow<'a, str>> },
}

/// The conditions of a write as they are written.
#[derive(Debug, Default)]
struct Wanted<'a> {
    version: Option<Cow<'a, str>>,
    absent: bool,
    present: bool,
}

/// Reads the operations of a frame.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Operation<'_>>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::invalid_json("the body is not UTF-8"))?;
    let frame = parts::members(text).map_err(Problem::invalid_json)?;
    let [(name, ops)] = frame.as_slice() else {
        return Err(Problem::invalid_json("a batch is an object with one member, `ops`"));
    };
    if name != "ops" {
        return Err(Problem::invalid_json(format!("a batch has the member `ops`, not `{}`", shown(name))));
    }
    let ops = parts::items(ops).map_err(|error| Problem::invalid_json(format!("`ops`: {error}")))?;
    if !(1..=MOST).contains(&ops.len()) {
        return Err(Problem::invalid_json(format!("`ops` has 1 to {MOST} operations")));
    }
    let read = |(at, json)| {
        Operation::read(json).map_err(|error| Problem::invalid_json(format!("operation {at}: {error}")))
    };
    ops.into_iter().enumerate().map(read).collect()
}

/// The members of an operation that have not been read yet. A member that is null is there.
struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    fn json(&mut self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
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

fn needed<T>(name: &str, member: Option<T>) -> Result<T, String> {
    member.ok_or_else(|| format!("`{name}` is missing"))
}

impl<'a> Operation<'a> {
    /// Reads an operation, which has the members of its verb and no others.
    fn read(json: &'a str) -> Result<Self, String> {
        let mut members = Members(parts::members(json).map_err(|error| error.to_string())?);
        let op = needed("op", members.text("op")?)?;
        let tag = needed("type", members.text("type")?)?;
        let key = |members: &mut Members<'a>| needed("key", members.text("key")?);
        let verb = match op.as_ref() {
            "get" => Verb::Get { key: key(&mut members)? },
            "set" => Verb::Set {
                key: key(&mut members)?,
                value: needed("value", members.json("value"))?,
                ttl_ms: members.json("ttl_ms"),
                condition: Wanted {
                    version: members.text("if_version")?,
                    absent: members.bool("if_absent")?,
                    present: members.bool("if_present")?,
                },
            },
            "delete" => Verb::Delete {
                key: key(&mut members)?,
                condition: Wanted { version: members.text("if_version")?, ..Wanted::default() },
            },
            "list" => Verb::List {
                prefix: needed("prefix", members.text("prefix")?)?,
                limit: members.json("limit"),
                after: members.text("after")?,
            },
            op => {
                return Err(format!(
                    "unknown `op` \"{}\": it is \"get\", \"set\", \"delete\" or \"list\"",
                    shown(op)
                ));
            }
        };
        match members.0.first() {
            Some((name, _)) => Err(format!("`{}` is not a member of this operation", shown(name))),
            None => Ok(Self { tag, verb }),
        }
    }

    /// Runs the operation, and writes the members of its result.
    async fn run(&self, context: &Context<'_>, json: &mut Json) -> Result<Answer, Problem> {
        let ty = context.types.get(&self.tag)?;
        match &self.verb {
            Verb::Get { key } => {
                context.admit_get(ty)?;
                context.get(json, ty, checked(key)?, Known::default()).await
            }
            Verb::Set { key, value, ttl_ms, condition } => {
                context.admit_set(ty)?;
                let ttl = SetTtl::Alone(ttl_ms.map(ttl::of_json).transpose()?);
                context.set(json, ty, checked(key)?, value.as_bytes(), ttl, condition.read()?).await
            }
            Verb::Delete { key, condition } => {
                context.admit_delete(ty)?;
                context.delete(json, ty, checked(key)?, condition.read()?).await
            }
            Verb::List { prefix, limit, after } => {
                context.admit_list(ty)?;
                let limit = limit.map(|limit| limit.parse().map_err(|_| Part::not_a_limit())).transpose()?;
                let after = after.as_deref().map(str::to_owned);
                // The room of the whole answer is enough of a bound.
                context
                    .list(json, ty, prefix, Part { limit: Part::limit(limit)?, after, room: usize::MAX })
                    .await
            }
        }
    }
}

impl Wanted<'_> {
    fn read(&self) -> Result<Condition, Problem> {
        let version = self.version.as_deref().map(str::parse::<Version>).transpose();
        let version = version.map_err(|error| Problem::invalid_query(format!("`if_version`: {error}")))?;
        match (version, self.absent, self.present) {
            (None, false, false) => Ok(Condition::None),
            (Some(version), false, false) => Ok(Condition::Version(version)),
            (None, true, false) => Ok(Condition::Absent),
            (None, false, true) => Ok(Condition::Present),
            _ => Err(Problem::invalid_query(
                "an operation has one condition: give `if_version`, `if_absent` or `if_present`",
            )),
        }
    }
}

fn checked(key: &str) -> Result<&str, Problem> {
    kv_core::schema::key::check(key)?;
    Ok(key)
}

/// Runs operations in order, and writes their results.
///
/// Entries that do not fit into the answer's room are left out: their operation is refused. Every operation is run, also when
/// there is no room left, and the result of a write is always written.
pub(crate) async fn run(context: &Context<'_>, operations: &[Operation<'_>], json: &mut Json) -> Answer {
    json.name("results").open_array();
    for operation in operations {
        let before = json.len();
        json.item().open();
        json.name("status").raw("200");
        let result = unwind::or_internal(pin!(operation.run(context, json))).await;
        match result {
            Ok(_) => json.close(),
            Err(problem) => {
                json.truncate(before);
                json.item().open();
                problem.write(json);
                json.close();
            }
        }
    }
    json.close_array();
    Answer::default()
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
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = |count| {
            format!(r#"{{"ops":[{}]}}"#, vec![r#"{"op":"get","type":"T","key":"a"}"#; count].join(","))
        };
        assert!(read(many(100).as_bytes()).is_ok() && read(many(101).as_bytes()).is_err());
    }
}
