//! The API of a large language model: roles, content that is text or parts, tool calls, streamed
//! deltas.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct ChatRequest {
    #[kv(len(min = 1, max = 64))]
    model: String,
    #[kv(non_empty)]
    messages: Vec<Message>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[kv(range(min = 0.0, max = 2.0))]
    #[arbitrary(with = wild::maybe_finite)]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<Stop>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
    /// Biases of tokens, from -100 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    logit_bias: Option<BTreeMap<String, i8>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    System {
        content: String,
    },
    User {
        content: Content,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    Assistant(AssistantMessage),
    Tool {
        tool_call_id: String,
        content: Content,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct AssistantMessage {
    /// `null` if tools are called.
    content: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Content {
    Text(String),
    Parts(Vec<ContentPart>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentPart {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
    InputAudio { input_audio: InputAudio },
    Refusal { refusal: String },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct ImageUrl {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<ImageDetail>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum ImageDetail {
    Auto,
    Low,
    High,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct InputAudio {
    data: String,
    format: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolCall {
    Function { id: String, function: FunctionCall },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct FunctionCall {
    name: String,
    /// JSON as text.
    arguments: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", content = "function", rename_all = "snake_case")]
pub enum Tool {
    Function(FunctionDefinition),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct FunctionDefinition {
    #[kv(pattern = "^[a-zA-Z0-9_-]{1,64}$")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// A JSON schema.
    #[arbitrary(with = wild::json)]
    parameters: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// A mode, or the function to call.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum ToolChoice {
    Mode(ToolMode),
    Named(NamedTool),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum ToolMode {
    None,
    Auto,
    Required,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", content = "function", rename_all = "snake_case")]
pub enum NamedTool {
    Function { name: String },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Stop {
    One(String),
    Many(#[kv(len(max = 4))] Vec<String>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ResponseFormat {
    Text,
    JsonObject,
    JsonSchema { json_schema: NamedSchema },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct NamedSchema {
    name: String,
    #[arbitrary(with = wild::json)]
    schema: Value,
    strict: Option<bool>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct ChatCompletion {
    id: String,
    object: ObjectKind,
    /// Seconds since 1970.
    created: u64,
    model: String,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    system_fingerprint: Option<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ObjectKind {
    #[serde(rename = "chat.completion")]
    Completion,
    #[serde(rename = "chat.completion.chunk")]
    Chunk,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Choice {
    index: u32,
    message: Message,
    logprobs: Option<Logprobs>,
    finish_reason: Option<FinishReason>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    ContentFilter,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Logprobs {
    content: Vec<Logprob>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Logprob {
    token: String,
    #[arbitrary(with = wild::finite)]
    logprob: f64,
    bytes: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    top_logprobs: Vec<Logprob>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Usage {
    prompt_tokens: u32,
    completion_tokens: u32,
    total_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens_details: Option<BTreeMap<String, u32>>,
}

/// An event of a streamed response.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StreamEvent {
    MessageStart {
        message: StartedMessage,
    },
    ContentBlockStart {
        index: u32,
        content_block: ContentBlock,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta,
    },
    ContentBlockStop {
        index: u32,
    },
    MessageDelta {
        delta: EndOfMessage,
        usage: OutputUsage,
    },
    MessageStop,
    Ping,
    Error {
        error: StreamError,
    },
    #[serde(untagged)]
    Session(SessionEvent),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct StartedMessage {
    id: String,
    role: String,
    model: String,
    content: Vec<ContentBlock>,
    stop_reason: Option<StopReason>,
    usage: InputUsage,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct InputUsage {
    input_tokens: u32,
    output_tokens: u32,
    cache_read_input_tokens: Option<u32>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct OutputUsage {
    output_tokens: u32,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    EndTurn,
    MaxTokens,
    StopSequence,
    ToolUse,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct EndOfMessage {
    stop_reason: Option<StopReason>,
    stop_sequence: Option<String>,
}

/// A part of a response. Results of tools contain parts.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentBlock {
    Text {
        text: String,
    },
    Image {
        source: ImageSource,
    },
    ToolUse {
        id: String,
        name: String,
        #[arbitrary(with = wild::json)]
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        content: BlockContent,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
    },
    Thinking {
        thinking: String,
        signature: String,
    },
    RedactedThinking {
        data: String,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum BlockContent {
    Plain(String),
    Blocks(Vec<ContentBlock>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ImageSource {
    Base64 { media_type: String, data: String },
    Url { url: String },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Delta {
    TextDelta { text: String },
    InputJsonDelta { partial_json: String },
    ThinkingDelta { thinking: String },
    SignatureDelta { signature: String },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct StreamError {
    r#type: String,
    message: String,
}

/// An event of a session's log, adjacently tagged.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "event", content = "data", rename_all = "kebab-case")]
pub enum SessionEvent {
    Opened,
    Turn(u32),
    Appended {
        #[serde(rename = "itemId")]
        item_id: String,
        delta: Delta,
    },
    Closed {
        reason: Option<String>,
    },
}
