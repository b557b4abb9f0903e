//! A server with a catalog on a socket, and requests to it.

use kv_core::{Catalog, KvStore};
use kv_http::{KvHttp, TenantPolicy};
use serde_json::Value;
use std::error::Error;
use std::future::IntoFuture;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A server that ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    url: String,
    agent: ureq::Agent,
    _runtime: Runtime,
}

impl Server {
    pub(crate) fn of(catalog: Catalog) -> Outcome<Self> {
        let runtime = Runtime::new()?;
        let router = KvHttp::new(KvStore::new(), catalog, TenantPolicy::hosts(["localhost"])?).router();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let url = format!("http://localhost:{}/kv", listener.local_addr()?.port());
        runtime.spawn(axum::serve(listener, router).into_future());
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Ok(Self { url, agent, _runtime: runtime })
    }

    /// Sends JSON, and returns the status and the body of the response.
    pub(crate) fn post(&self, path: &str, json: &str) -> Outcome<(u16, String)> {
        let request = self.agent.post(format!("{}/{path}", self.url)).content_type("application/json");
        let mut response = request.send(json)?;
        Ok((response.status().as_u16(), response.body_mut().read_to_string()?))
    }

    pub(crate) fn set(&self, tag: &str, key: &str, json: &str) -> Outcome<(u16, String)> {
        self.post(&format!("set/{tag}?key={key}"), json)
    }

    /// Returns the value of a key, as the text that the server sent.
    pub(crate) fn value(&self, tag: &str, key: &str) -> Outcome<String> {
        let mut response = self.agent.get(format!("{}/get/{tag}?key={key}", self.url)).call()?;
        let body = response.body_mut().read_to_string()?;
        let value = body.split_once("\"value\":").and_then(|(_, rest)| rest.rsplit_once(",\"version\":"));
        Ok(value.ok_or_else(|| format!("no value: {body}"))?.0.to_owned())
    }

    /// Returns all entries of a type, as `(key, value)`.
    pub(crate) fn list(&self, tag: &str) -> Outcome<Vec<(String, Value)>> {
        let mut response = self.agent.get(format!("{}/list/{tag}?prefix=&limit=1000", self.url)).call()?;
        let page: Value = serde_json::from_str(&response.body_mut().read_to_string()?)?;
        let entries = page["keys"].as_array().ok_or_else(|| format!("no page: {page}"))?;
        let entry = |it: &Value| (it["key"].as_str().unwrap_or_default().to_owned(), it["value"].clone());
        Ok(entries.iter().map(entry).collect())
    }
}
