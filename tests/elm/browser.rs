//! Runs the client in a browser against a real server of the same origin, to test its requests with
//! `XMLHttpRequest` and `fetch`.

use crate::client;
use crate::home::Home;
use crate::project::Project;
use crate::{COMPILER, packages};
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};
use kv_tests::needs::{self, CHROMIUM};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::fs;
use std::future::IntoFuture;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A page that sends requests and reports their results.
pub(crate) const PAGE: (&str, &str) = ("Page.elm", include_str!("browser/Page.elm"));

/// Time limit for the first report of the browser.
const TIMEOUT: Duration = Duration::from_secs(90);

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), packages(), CHROMIUM.need()];
    vec![needs::test("browser_page_reads_and_writes", &needs, run)]
}

fn run() -> Result<(), Failed> {
    let client = client::quickstart()?;
    let home = Home::real().ok_or("no packages")?;
    let files = client.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::new("browser", home, files.chain([PAGE]))?;
    let program = fs::read_to_string(project.make("Page.elm", true)?)?;
    let watch = fs::read_to_string(project.script()?)?;

    let runtime = Runtime::new()?;
    let (url, said) = serve(&runtime, program, watch)?;
    let browser = Browser::open(&url)?;
    let outcome = said.recv_timeout(TIMEOUT).map_err(|_| "the browser reports nothing")?;
    drop(browser);
    let expected = json!([
        "get of nothing: nothing",
        "set: done",
        "get: 3True",
        "entry: 3True expires: True",
        "set that stays: done",
        "entry that stays: 4True expires: False",
        "sets: 4",
        "list: user:%2F/../?a=b&c#d+ e | user:7 -> user:7",
        "list after: user:Ａ | user:😀 -> the end",
        "all: True",
        "check first: invalid /item_id len",
        "let the server check: invalid /item_id len",
        "a key that is none: refused 400 invalid-key",
        "a session: nothing",
        "delete: True",
        "delete again: False",
        "if version: the second is there",
        "if absent: conflict with another",
        "if present: nothing is there",
        "what stayed: 2True",
        "told: 9",
    ]);
    if outcome == expected { Ok(()) } else { Err(format!("{outcome:#}").into()) }
}

/// Starts the quickstart's server with the page, and returns the results that the page reports.
fn serve(runtime: &Runtime, program: String, watch: String) -> Result<(String, Receiver<Value>), Failed> {
    let script = |text: String| get(move || async move { ([("content-type", "text/javascript")], text) });
    let (say, said) = channel();
    let say = move |body: String| async move {
        // The page may report more than the test reads.
        let _ = say.send(serde_json::from_str(&body).unwrap_or(Value::String(body)));
    };
    let http = KvHttp::new(KvStore::new(), models::storage::catalog()?, TenantPolicy::hosts(["localhost"])?);
    let app = Router::new()
        .route("/", get(async || Html(include_str!("browser/index.html"))))
        .route("/page.js", script(program))
        .route("/kv-watch.js", script(watch))
        .route("/said", post(say))
        .merge(http.router());
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let url = format!("http://localhost:{}/", listener.local_addr()?.port());
    runtime.spawn(axum::serve(listener, app).into_future());
    Ok((url, said))
}

/// A browser that is stopped at the end of the test.
struct Browser(Child);

impl Browser {
    fn open(url: &str) -> Result<Self, Failed> {
        // In the project's folder, which the next run creates again: child processes of a stopped
        // browser may write for a while.
        let profile = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elm/browser/profile");
        let process = Command::new(CHROMIUM.command)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
            .args(["--disable-dev-shm-usage", "--disable-crash-reporter", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(process))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // If the browser has ended by itself, the test reports it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
