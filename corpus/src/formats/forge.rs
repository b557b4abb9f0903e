//! Webhooks of a forge: large payloads, ids beyond 32 bits, actions within events, names such as
//! `+1`; and threads of comments.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A delivery, with the name of its event next to it.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Delivery {
    guid: String,
    hook_id: u64,
    #[serde(flatten)]
    event: WebhookEvent,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "event", content = "payload", rename_all = "snake_case")]
pub enum WebhookEvent {
    Ping {
        zen: String,
        hook_id: u64,
        hook: Hook,
    },
    Push(Box<Push>),
    PullRequest {
        #[serde(flatten)]
        action: PullRequestAction,
        number: u32,
        pull_request: Box<PullRequest>,
        repository: Box<Repository>,
        sender: User,
    },
    Issues {
        action: IssueAction,
        issue: Box<Issue>,
        repository: Box<Repository>,
        sender: User,
    },
    Star {
        action: StarAction,
        starred_at: Option<String>,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Hook {
    #[serde(rename = "type")]
    kind: String,
    id: u64,
    active: bool,
    events: Vec<String>,
    config: HookConfig,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct HookConfig {
    #[kv(url)]
    #[arbitrary(value = "https://hooks.acme.example/in".to_owned())]
    url: String,
    content_type: ContentType,
    insecure_ssl: ZeroOrOne,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum ContentType {
    Json,
    Form,
}

/// A flag in the form of an older API.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ZeroOrOne {
    #[serde(rename = "0")]
    Zero,
    #[serde(rename = "1")]
    One,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Push {
    r#ref: String,
    before: String,
    after: String,
    base_ref: Option<String>,
    created: bool,
    deleted: bool,
    forced: bool,
    compare: String,
    commits: Vec<Commit>,
    head_commit: Option<Commit>,
    repository: Repository,
    pusher: Author,
    sender: User,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Commit {
    #[kv(pattern = "^[0-9a-f]{40}$")]
    id: String,
    tree_id: String,
    distinct: bool,
    message: String,
    timestamp: String,
    author: Author,
    committer: Author,
    added: Vec<String>,
    removed: Vec<String>,
    modified: Vec<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Author {
    name: String,
    #[arbitrary(value = Some("ada@acme.example".to_owned()))]
    #[kv(email)]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Repository {
    id: u64,
    node_id: String,
    name: String,
    full_name: String,
    private: bool,
    owner: User,
    description: Option<String>,
    fork: bool,
    /// Seconds since 1970 in a push, text elsewhere.
    created_at: Timestamp,
    pushed_at: Option<Timestamp>,
    default_branch: String,
    license: Option<License>,
    topics: Vec<String>,
    /// Values of properties that the organization defines.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[arbitrary(with = wild::open_json)]
    custom_properties: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Timestamp {
    Seconds(u64),
    Text(String),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct License {
    key: String,
    spdx_id: Option<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct User {
    login: String,
    id: u64,
    #[serde(rename = "type")]
    kind: UserKind,
    site_admin: bool,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum UserKind {
    User,
    Bot,
    Organization,
}

/// An action with its details.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum PullRequestAction {
    Opened,
    Closed,
    Synchronize { before: String, after: String },
    Labeled { label: Label },
    ReviewRequested { requested_reviewer: User },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct PullRequest {
    id: u64,
    number: u32,
    state: State,
    draft: bool,
    title: String,
    body: Option<String>,
    user: User,
    labels: Vec<Label>,
    head: Branch,
    base: Branch,
    merged: bool,
    /// `null` until the forge has computed it.
    mergeable: Option<bool>,
    author_association: AuthorAssociation,
    #[serde(rename = "_links")]
    links: BTreeMap<String, Link>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Link {
    href: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Branch {
    label: String,
    r#ref: String,
    sha: String,
    /// `null` if the fork was deleted.
    repo: Option<Repository>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthorAssociation {
    Owner,
    Member,
    Contributor,
    FirstTimeContributor,
    None,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Closed,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Label {
    id: u64,
    name: String,
    #[kv(pattern = "^[0-9a-fA-F]{6}$")]
    color: String,
    default: bool,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
pub enum IssueAction {
    Opened,
    Edited,
    Closed,
    Reopened,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
pub enum StarAction {
    Created,
    Deleted,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Issue {
    id: u64,
    number: u32,
    title: String,
    user: Option<User>,
    labels: Vec<Label>,
    state: State,
    state_reason: Option<String>,
    assignees: Vec<User>,
    comments: u32,
    body: Option<String>,
    reactions: Reactions,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Reactions {
    total_count: u32,
    #[serde(rename = "+1")]
    plus_one: u32,
    #[serde(rename = "-1")]
    minus_one: u32,
    laugh: u32,
    hooray: u32,
    heart: u32,
}

/// Comments and the replies to them.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Discussion {
    title: String,
    locked: bool,
    comments: Vec<Comment>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Comment {
    id: u64,
    author: Option<String>,
    #[kv(len(max = 65_536))]
    body: String,
    edited: Option<bool>,
    reactions: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replies: Vec<Comment>,
}
