//! A platform that answers the same every time, in a process of its own so that both sides of a
//! comparison have the same beside them.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{cases, many, recorded};

/// The argument with which this program is the server.
pub(crate) const SERVE: &str = "serve";

/// A server that runs until it is dropped.
pub(crate) struct Server {
    /// Its address, without a slash at the end.
    pub(crate) base: String,
    process: Child,
    /// Its end is the end of the server.
    _open: Option<ChildStdin>,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut base = String::new();
        let said = process.stdout.take().context("no output")?;
        BufReader::new(said).read_line(&mut base)?;
        Ok(Self {
            base: base.trim_end().to_owned(),
            _open: process.stdin.take(),
            process,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until standard input ends.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn serve() -> Result<()> {
    let routes = Arc::new(Routes::read()?);
    let router = Router::new().fallback(answer).with_state(routes);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    crate::print_line(format!("http://{}", listener.local_addr()?));
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
    tokio::select! {
        served = axum::serve(listener, router) => Ok(served?),
        _ = ended => Ok(()),
    }
}

/// What is answered, by method and path; bodies are ready to be sent.
struct Routes {
    whole: HashMap<(Method, String), Bytes>,
    /// Answers of an MCP server, by the method of JSON-RPC; each gets the id it was asked with.
    mcp: HashMap<String, Value>,
    pages: many::Pages,
}

impl Routes {
    fn read() -> Result<Self> {
        let mut routes = Self {
            whole: HashMap::new(),
            mcp: HashMap::new(),
            pages: many::Pages::read()?,
        };
        for case in cases::all()? {
            if case.path.ends_with("/mcp") {
                routes.mcp.insert("tools/call".to_owned(), case.answer);
                continue;
            }
            let method = Method::from_bytes(case.method.as_bytes())?;
            let path = format!("/{}{}", case.platform, case.path);
            routes
                .whole
                .insert((method, path), case.answer.to_string().into());
        }
        let initialized = recorded::body("agentstack", "srv-mcp-initialize")?;
        routes.mcp.insert("initialize".to_owned(), initialized);
        let token = recorded::body("airbyte", "connect-one")?;
        let exchange = "/airbyte/api/v1/account/applications/token".to_owned();
        routes
            .whole
            .insert((Method::POST, exchange), token.to_string().into());
        Ok(routes)
    }

    fn mcp(&self, asked: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
        if asked["id"].is_null() {
            return StatusCode::ACCEPTED.into_response();
        }
        let known = self.mcp.get(asked["method"].as_str().unwrap_or_default());
        let mut answer = known.cloned().unwrap_or_else(
            || json!({"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}}),
        );
        answer["id"] = asked["id"].clone();
        json_answer(answer.to_string().into())
    }
}

async fn answer(
    State(routes): State<Arc<Routes>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    if uri.path().ends_with("/mcp") {
        return match method {
            Method::POST => routes.mcp(&body),
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        };
    }
    if let Some(page) = routes.pages.page(&uri) {
        return json_answer(page);
    }
    match routes.whole.get(&(method, uri.path().to_owned())) {
        Some(body) => json_answer(body.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn json_answer(body: Bytes) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, Body::from(body)).into_response()
}
