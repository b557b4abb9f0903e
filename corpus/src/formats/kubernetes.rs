//! Objects of Kubernetes: one tag for all kinds, integers or strings, one source out of many,
//! schemas within schemas.

use crate::types::wild;
use arbitrary::{Arbitrary, Result, Unstructured};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// An event of a watch of the API.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", content = "object", rename_all = "UPPERCASE")]
pub enum WatchEvent {
    Added(Resource),
    Modified(Resource),
    Deleted(Resource),
    Bookmark(Bookmark),
    Error(Status),
}

/// Marks a version up to which everything was reported.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Bookmark {
    api_version: String,
    kind: String,
    metadata: ObjectMeta,
}

/// Outcome of a call.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Status {
    status: String,
    message: String,
    reason: String,
    code: u16,
}

/// An object of any kind.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "kind")]
pub enum Resource {
    Deployment(Deployment),
    Service(Service),
    ConfigMap(ConfigMap),
    CustomResourceDefinition(CustomResourceDefinition),
    List {
        #[serde(rename = "apiVersion")]
        api_version: String,
        items: Vec<Resource>,
    },
}

/// Metadata that all objects have.
#[derive(Debug, PartialEq, Default, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ObjectMeta {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generate_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    /// `null` until the API server has set it.
    creation_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owner_references: Vec<OwnerReference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    managed_fields: Vec<ManagedFields>,
}

/// A reference to the object that manages another.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    api_version: String,
    kind: String,
    name: String,
    uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    controller: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_owner_deletion: Option<bool>,
}

/// The fields that a manager has set.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ManagedFields {
    manager: String,
    operation: Operation,
    fields_type: String,
    #[serde(rename = "fieldsV1")]
    #[arbitrary(with = wild::json)]
    fields_v1: Value,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum Operation {
    Apply,
    Update,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    api_version: String,
    metadata: ObjectMeta,
    spec: DeploymentSpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<DeploymentStatus>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[kv(range(min = 0))]
    replicas: Option<i32>,
    selector: LabelSelector,
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<Strategy>,
    template: PodTemplate,
    #[serde(default = "ten", skip_serializing_if = "is_ten")]
    revision_history_limit: i32,
}

const fn ten() -> i32 {
    10
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_ten(limit: &i32) -> bool {
    *limit == 10
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    match_labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    match_expressions: Vec<LabelRequirement>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct LabelRequirement {
    key: String,
    operator: LabelOperator,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum LabelOperator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// A strategy for replacing old pods.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
pub enum Strategy {
    Recreate,
    #[serde(rename_all = "camelCase")]
    RollingUpdate {
        #[serde(skip_serializing_if = "Option::is_none")]
        rolling_update: Option<RollingUpdate>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct RollingUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_surge: Option<IntOrString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_unavailable: Option<IntOrString>,
}

/// A port or its name, a count or a percentage.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum IntOrString {
    Int(i32),
    String(String),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct PodTemplate {
    metadata: ObjectMeta,
    spec: PodSpec,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    containers: Vec<Container>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    init_containers: Vec<Container>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<Volume>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    node_selector: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart_policy: Option<RestartPolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    termination_grace_period_seconds: Option<i64>,
    #[serde(rename = "hostIPC", default, skip_serializing_if = "std::ops::Not::not")]
    host_ipc: bool,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum RestartPolicy {
    Always,
    OnFailure,
    Never,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    #[kv(len(min = 1, max = 63), pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    name: String,
    image: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    command: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env: Vec<EnvVar>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ports: Vec<ContainerPort>,
    #[serde(default, skip_serializing_if = "is_unlimited")]
    resources: Resources,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    volume_mounts: Vec<VolumeMount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_probe: Option<Probe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_pull_policy: Option<String>,
}

/// A variable with a value or a source of the value.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct EnvVar {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<EnvSource>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EnvSource {
    ConfigMapKeyRef {
        name: String,
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        optional: Option<bool>,
    },
    SecretKeyRef {
        name: String,
        key: String,
    },
    FieldRef {
        field_path: String,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ContainerPort {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[kv(range(min = 1))]
    container_port: u16,
    #[serde(default, skip_serializing_if = "is_tcp")]
    protocol: Protocol,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Sctp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_tcp(protocol: &Protocol) -> bool {
    *protocol == Protocol::Tcp
}

#[derive(Debug, PartialEq, Default, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Resources {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<String, Quantity>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    requests: BTreeMap<String, Quantity>,
}

fn is_unlimited(resources: &Resources) -> bool {
    resources.limits.is_empty() && resources.requests.is_empty()
}

/// `500m`, `128Mi`.
#[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
pub struct Quantity(#[kv(pattern = "^[+-]?[0-9.]+([eE][+-]?[0-9]+|[munkKMGTPE]i?)?$")] String);

impl<'a> Arbitrary<'a> for Quantity {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self((*u.choose(&["1", "500m", "128Mi", "1e3", "much"])?).to_owned()))
    }
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct VolumeMount {
    name: String,
    mount_path: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
}

/// A volume with its source as a member next to the name.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Volume {
    name: String,
    #[serde(flatten)]
    source: VolumeSource,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum VolumeSource {
    EmptyDir {
        #[serde(skip_serializing_if = "Option::is_none")]
        size_limit: Option<Quantity>,
    },
    HostPath {
        path: String,
        r#type: String,
    },
    ConfigMap {
        name: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<KeyToPath>,
    },
    Secret {
        secret_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        default_mode: Option<i32>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct KeyToPath {
    key: String,
    path: String,
}

/// A check with its handler among its own members.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    #[serde(flatten)]
    handler: ProbeHandler,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_delay_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_seconds: Option<u32>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ProbeHandler {
    Exec {
        command: Vec<String>,
    },
    HttpGet {
        path: String,
        port: IntOrString,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        http_headers: Vec<HttpHeader>,
    },
    TcpSocket {
        port: IntOrString,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct HttpHeader {
    name: String,
    value: String,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentStatus {
    observed_generation: i64,
    replicas: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<Condition>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    r#type: String,
    status: ConditionStatus,
    last_transition_time: Option<String>,
    reason: String,
    message: String,
}

/// Three-valued, as strings.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ConditionStatus {
    True,
    False,
    Unknown,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    api_version: String,
    metadata: ObjectMeta,
    spec: ServiceSpec,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ServiceSpec {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<ServiceType>,
    #[serde(rename = "clusterIP", skip_serializing_if = "Option::is_none")]
    cluster_ip: Option<String>,
    ports: Vec<ServicePort>,
    selector: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub enum ServiceType {
    #[serde(rename = "ClusterIP")]
    ClusterIp,
    NodePort,
    LoadBalancer,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    port: u16,
    target_port: IntOrString,
    #[serde(default, skip_serializing_if = "is_tcp")]
    protocol: Protocol,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_port: Option<u16>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMap {
    api_version: String,
    metadata: ObjectMeta,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    data: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    binary_data: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct CustomResourceDefinition {
    api_version: String,
    metadata: ObjectMeta,
    spec: CustomResourceSpec,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct CustomResourceSpec {
    group: String,
    scope: String,
    names: CustomResourceNames,
    versions: Vec<CustomResourceVersion>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct CustomResourceNames {
    kind: String,
    plural: String,
    singular: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    short_names: Vec<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct CustomResourceVersion {
    name: String,
    served: bool,
    storage: bool,
    schema: Validation,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Validation {
    #[serde(rename = "openAPIV3Schema")]
    open_api_v3_schema: JsonSchemaProps,
}

/// A schema of JSON, in the dialect of custom resources.
#[derive(Debug, PartialEq, Default, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "camelCase")]
pub struct JsonSchemaProps {
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    dialect: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[arbitrary(with = wild::some_json)]
    default: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[arbitrary(with = wild::maybe_finite)]
    minimum: Option<f64>,
    #[serde(rename = "enum", default, skip_serializing_if = "Vec::is_empty")]
    #[arbitrary(with = wild::many_json)]
    one_of_values: Vec<Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: BTreeMap<String, JsonSchemaProps>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    required: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<JsonSchemaProps>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<JsonSchemaProps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Box<JsonSchemaProps>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_properties: Option<Box<SchemaOrBool>>,
    #[serde(rename = "x-kubernetes-int-or-string", default, skip_serializing_if = "std::ops::Not::not")]
    x_int_or_string: bool,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields", skip_serializing_if = "Option::is_none")]
    x_preserve_unknown_fields: Option<bool>,
    #[serde(rename = "x-kubernetes-list-map-keys", default, skip_serializing_if = "Vec::is_empty")]
    x_list_map_keys: Vec<String>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum SchemaOrBool {
    Bool(bool),
    Schema(JsonSchemaProps),
}
