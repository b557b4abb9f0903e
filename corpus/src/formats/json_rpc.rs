//! JSON-RPC 2.0: calls, notifications and responses, which only differ in their members; and the
//! methods of a language server as one enum.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One message or a batch.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged)]
pub enum RpcPayload {
    Batch(Vec<RpcMessage>),
    Single(RpcMessage),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum RpcMessage {
    Request(RpcRequest),
    Notification(RpcNotification),
    Success(RpcSuccess),
    Failure(RpcFailure),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
pub struct RpcRequest {
    jsonrpc: Version,
    id: RpcId,
    method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Params>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
pub struct RpcNotification {
    jsonrpc: Version,
    method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Params>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
pub struct RpcSuccess {
    jsonrpc: Version,
    id: RpcId,
    #[arbitrary(with = wild::json)]
    result: Value,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
pub struct RpcFailure {
    jsonrpc: Version,
    /// `null` if the request could not be read.
    id: Option<RpcId>,
    error: RpcError,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Version {
    #[serde(rename = "2.0")]
    V2,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum RpcId {
    Number(i64),
    Text(String),
}

/// Arguments by position or by name.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Params {
    ByPosition(#[arbitrary(with = wild::many_json)] Vec<Value>),
    ByName(#[arbitrary(with = wild::open_json)] BTreeMap<String, Value>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct RpcError {
    code: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[arbitrary(with = wild::some_json)]
    data: Option<Value>,
}

/// A message to a language server. The method determines the type of the parameters.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct LspMessage {
    jsonrpc: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<RpcId>,
    #[serde(flatten)]
    call: LspCall,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "method", content = "params")]
pub enum LspCall {
    #[serde(rename = "initialize")]
    Initialize(InitializeParams),
    #[serde(rename = "initialized")]
    Initialized {},
    #[serde(rename = "shutdown")]
    Shutdown,
    #[serde(rename = "textDocument/didOpen", rename_all = "camelCase")]
    DidOpen { text_document: TextDocumentItem },
    #[serde(rename = "textDocument/didChange", rename_all = "camelCase")]
    DidChange { text_document: VersionedDocument, content_changes: Vec<ContentChange> },
    #[serde(rename = "textDocument/publishDiagnostics")]
    PublishDiagnostics { uri: String, diagnostics: Vec<Diagnostic> },
    #[serde(rename = "$/cancelRequest")]
    CancelRequest { id: RpcId },
    #[serde(rename = "$/progress")]
    Progress { token: RpcId, value: WorkDone },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct InitializeParams {
    process_id: Option<u32>,
    root_uri: Option<String>,
    #[arbitrary(with = wild::json)]
    capabilities: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceValue>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum TraceValue {
    Off,
    Messages,
    Verbose,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct TextDocumentItem {
    uri: String,
    language_id: String,
    version: i32,
    text: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct VersionedDocument {
    uri: String,
    version: i32,
}

/// A replacement of a part of a text, or of all of it. Without `deny_unknown_fields`, a part with
/// an invalid range would be read as all of the text.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged, deny_unknown_fields)]
pub enum ContentChange {
    Part { range: TextRange, text: String },
    Full { text: String },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct TextRange {
    start: TextPosition,
    end: TextPosition,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct TextPosition {
    line: u32,
    character: u32,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    range: TextRange,
    /// From 1, an error, to 4, a hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[kv(range(min = 1, max = 4))]
    severity: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<RpcId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related_information: Vec<RelatedInformation>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct RelatedInformation {
    location: Location,
    message: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Location {
    uri: String,
    range: TextRange,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum WorkDone {
    Begin {
        title: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        cancellable: Option<bool>,
    },
    Report {
        message: Option<String>,
        #[kv(range(max = 100))]
        percentage: Option<u8>,
    },
    End,
}
