//! Compose files: almost every member has a short and a long form.

use crate::types::wild;
use arbitrary::Arbitrary;
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A compose file.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct ComposeFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    services: BTreeMap<String, Service>,
    /// `null` is a volume with defaults only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<String, Option<VolumeDefinition>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    networks: BTreeMap<String, Option<NetworkDefinition>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    secrets: BTreeMap<String, Secret>,
    /// Members with names that start with `x-`.
    #[serde(flatten)]
    #[arbitrary(with = wild::open_json)]
    extensions: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(deny_unknown_fields)]
pub struct Service {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<Build>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Command>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entrypoint: Option<Command>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<ListOrMap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    env_file: Option<EnvFiles>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ports: Vec<Port>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expose: Vec<StringOrNumber>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<VolumeMount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<DependsOn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    networks: Option<ServiceNetworks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<ListOrMap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    healthcheck: Option<Healthcheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploy: Option<Deploy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart: Option<Restart>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    ulimits: BTreeMap<String, Ulimit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logging: Option<Logging>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mem_limit: Option<StringOrNumber>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cap_add: Vec<String>,
}

/// A context, or a context with options.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Build {
    Context(String),
    Options {
        context: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        dockerfile: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        args: Option<ListOrMap>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<String>,
    },
}

/// A shell command, or words.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Command {
    Shell(String),
    Exec(Vec<String>),
}

/// `["A=1"]` or `{"A": 1}`.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum ListOrMap {
    List(Vec<String>),
    Map(BTreeMap<String, Option<Scalar>>),
}

/// A value that YAML writes without quotes.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Scalar {
    Bool(bool),
    Number(#[arbitrary(with = wild::finite)] f64),
    Text(String),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum StringOrNumber {
    Number(u32),
    Text(String),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum EnvFiles {
    One(String),
    Many(Vec<EnvFile>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum EnvFile {
    Path(String),
    Optional { path: String, required: bool },
}

/// `8080`, `"8080:80/udp"` or an object.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Port {
    Target(u16),
    Short(String),
    Long {
        target: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        published: Option<StringOrNumber>,
        #[serde(skip_serializing_if = "Option::is_none")]
        host_ip: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        protocol: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mode: Option<PortMode>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum PortMode {
    Host,
    Ingress,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum VolumeMount {
    Short(String),
    Long(LongMount),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum LongMount {
    Volume {
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        target: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        read_only: bool,
    },
    Bind {
        source: String,
        target: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        bind: Option<BindOptions>,
    },
    Tmpfs {
        target: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        tmpfs: Option<TmpfsOptions>,
    },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct BindOptions {
    create_host_path: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    selinux: Option<char>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct TmpfsOptions {
    size: StringOrNumber,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum DependsOn {
    Names(Vec<String>),
    Conditions(BTreeMap<String, Dependency>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Dependency {
    condition: DependencyCondition,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    restart: bool,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    required: bool,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
pub enum DependencyCondition {
    ServiceStarted,
    ServiceHealthy,
    ServiceCompletedSuccessfully,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum ServiceNetworks {
    Names(Vec<String>),
    Options(BTreeMap<String, Option<NetworkOptions>>),
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct NetworkOptions {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv4_address: Option<std::net::Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i32>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Healthcheck {
    test: Command,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[kv(range(max = 100))]
    retries: Option<u8>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disable: bool,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Deploy {
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<DeployResources>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<ListOrMap>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct DeployResources {
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<DeployLimits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reservations: Option<DeployLimits>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct DeployLimits {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpus: Option<Scalar>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pids: Option<i64>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    No,
    Always,
    OnFailure,
    UnlessStopped,
}

/// One bound, or two.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(untagged)]
pub enum Ulimit {
    Both(u32),
    Each { soft: u32, hard: u32 },
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Logging {
    driver: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<String, Option<StringOrNumber>>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct VolumeDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    driver: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    driver_opts: BTreeMap<String, StringOrNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<bool>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct NetworkDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    driver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internal: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipam: Option<Ipam>,
}

#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
pub struct Ipam {
    config: Vec<BTreeMap<String, String>>,
}

/// A secret, from one of two places.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvField)]
#[serde(rename_all = "lowercase")]
pub enum Secret {
    File(String),
    Environment(String),
    External(bool),
}
