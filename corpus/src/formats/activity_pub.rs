//! ActivityPub, as servers write it: JSON-LD contexts, links in place of objects, one or many,
//! activities within activities.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// An activity that is posted to an inbox.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct InboxItem {
    #[serde(rename = "@context", skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
    #[serde(flatten)]
    activity: Activity,
}

/// Names of vocabularies.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Context {
    One(String),
    Many(Vec<ContextEntry>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum ContextEntry {
    Link(String),
    Terms(BTreeMap<String, Term>),
}

/// `"toot:Emoji"`, or an object with a type.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Term {
    Short(String),
    Long {
        #[serde(rename = "@id")]
        id: String,
        #[serde(rename = "@type")]
        kind: String,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
pub enum Activity {
    Create {
        id: String,
        actor: String,
        published: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cc: Vec<String>,
        object: Box<Note>,
    },
    Announce {
        id: String,
        actor: String,
        object: String,
        to: OneOrMany,
    },
    Follow {
        id: String,
        actor: String,
        object: String,
    },
    Like {
        id: String,
        actor: String,
        object: String,
    },
    Accept {
        id: String,
        actor: String,
        object: LinkOrActivity,
    },
    Undo {
        id: String,
        actor: String,
        object: LinkOrActivity,
    },
    Delete {
        id: String,
        actor: String,
        object: LinkOrTombstone,
    },
    Update {
        id: String,
        actor: String,
        object: Box<Actor>,
    },
}

/// The id of an activity, or the activity.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum LinkOrActivity {
    Link(String),
    Activity(Box<Activity>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum LinkOrTombstone {
    Link(String),
    Tombstone(Tombstone),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Tombstone {
    r#type: TombstoneType,
    id: String,
    #[serde(rename = "atomUri", skip_serializing_if = "Option::is_none")]
    atom_uri: Option<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum TombstoneType {
    Tombstone,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    r#type: NoteType,
    id: String,
    attributed_to: String,
    /// `null` without a warning.
    summary: Option<String>,
    in_reply_to: Option<String>,
    published: String,
    url: OneOrMany,
    to: OneOrMany,
    cc: OneOrMany,
    #[serde(default)]
    sensitive: bool,
    content: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    content_map: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tag: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<Box<Collection>>,
    #[serde(rename = "_misskey_quote", skip_serializing_if = "Option::is_none")]
    misskey_quote: Option<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum NoteType {
    Note,
    Article,
    Question,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Attachment {
    Document {
        media_type: String,
        url: String,
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        blurhash: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        #[arbitrary(with = wild::maybe_two_floats)]
        focal_point: Option<(f32, f32)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        width: Option<u32>,
    },
    PropertyValue {
        name: String,
        value: String,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
pub enum Tag {
    Mention {
        href: String,
        name: String,
    },
    Hashtag {
        href: String,
        #[kv(pattern = "^#")]
        name: String,
    },
    Emoji {
        id: String,
        name: String,
        icon: Image,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    r#type: ImageType,
    media_type: String,
    url: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ImageType {
    Image,
}

/// Pages that contain pages, or refer to them.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Collection {
    Collection {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        total_items: Option<u64>,
        first: LinkOrPage,
    },
    OrderedCollection {
        id: String,
        total_items: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<LinkOrPage>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ordered_items: Vec<String>,
    },
    CollectionPage {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        part_of: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        items: Vec<String>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum LinkOrPage {
    Link(String),
    Page(Box<Collection>),
}

/// An account.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    #[serde(rename = "@context", skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
    r#type: ActorType,
    id: String,
    #[kv(len(min = 1, max = 30), pattern = "^[A-Za-z0-9_]+$")]
    preferred_username: String,
    name: Option<String>,
    summary: Option<String>,
    inbox: String,
    outbox: String,
    followers: Option<String>,
    #[serde(default)]
    manually_approves_followers: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    discoverable: Option<bool>,
    public_key: PublicKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints: Option<Endpoints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<Image>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<Attachment>,
    #[serde(rename = "vcard:bday", skip_serializing_if = "Option::is_none")]
    birthday: Option<String>,
    /// Members of other vocabularies.
    #[serde(flatten)]
    #[arbitrary(with = wild::open_json)]
    extra: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ActorType {
    Person,
    Service,
    Group,
    Organization,
    Application,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    id: String,
    owner: String,
    public_key_pem: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    shared_inbox: String,
}
