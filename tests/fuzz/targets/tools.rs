//! Schemas of tools, and pasted addresses, through the verbs: both end in the database.

use std::io;
use std::sync::Arc;

use patchbay_http::BrowserUrl;
use patchbay_model::{ConnectorId, Json, Origin};
use patchbay_ops::{
    AddConnector, AppPaths, AuthenticationChoice, Context, ContextOptions, NoProgramConsent,
    OpenBrowser, RunTool, SystemClock, add_connector, dry_run, refresh_tools, remove_connector,
};
use patchbay_vault::MemoryKeychain;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use url::Url;

use super::{Taker, choice, texts};
use crate::peer::{Answer, Peer, PeerRequest};

/// Patchbay in a folder of its own.
struct Home {
    cx: Context,
    runtime: Runtime,
    _folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let opening = Context::open(ContextOptions {
            paths: AppPaths::under(folder.path()),
            keychain: Arc::new(MemoryKeychain::new()),
            browser: Arc::new(NoBrowser),
            clock: Arc::new(SystemClock),
            programs: Arc::new(NoProgramConsent),
            client_document: None,
            can_ask: false,
        });
        Self {
            cx: runtime.block_on(opening).unwrap(),
            runtime,
            _folder: folder,
        }
    }

    fn add(&self, url: &str) -> Result<patchbay_model::Connector, patchbay_ops::Error> {
        let adding = add_connector(
            &self.cx,
            AddConnector::new(url, Some(AuthenticationChoice::None)),
        );
        self.runtime.block_on(adding)
    }
}

/// Nothing that is tried here may open a page.
struct NoBrowser;

impl OpenBrowser for NoBrowser {
    fn open(&self, page: &BrowserUrl) -> io::Result<()> {
        panic!("opened {}", page.as_str())
    }
}

pub(super) fn address_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "https://mcp.example.com/mcp",
        "mcp.example.com:8443/mcp?tenant=1#x",
        "localhost:8931/mcp",
        " <http://127.0.0.1:1/> ",
        "http://[::1]:8080/a/b",
        "https://user:pass@example.com/",
        "https://xn--bcher-kva.example/\u{fc}",
    ])
}

/// The input is typed as an address. What is added can be told again, and leads where it says.
pub(super) fn addresses() -> Taker {
    let (mut home, mut added) = (Home::new(), 0_u32);
    Box::new(move |input| {
        let text = String::from_utf8_lossy(input);
        // A name that is free is looked for among all that were ever taken.
        if added == 200 {
            (home, added) = (Home::new(), 0);
        }
        let Ok(connector) = home.add(&text) else {
            return;
        };
        let url = Url::parse(connector.endpoint.as_deref().unwrap()).unwrap();
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(
            url.username().is_empty() && url.password().is_none(),
            "{url}"
        );
        assert!(url.has_host(), "{url}");
        assert!(
            !connector.title.contains(char::is_control),
            "{:?}",
            connector.title
        );
        let removing = remove_connector(&home.cx, &connector.id);
        home.runtime.block_on(removing).unwrap();
        added += 1;
    })
}

pub(super) fn schema_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r##"{"type":"object","properties":{"a":{"type":"string","minLength":1,"pattern":"^[A-Z]{2}$","format":"uri"},"b":{"anyOf":[{"$ref":"#/$defs/r"},{"type":"null"}]},"c":{"type":"array","items":{"type":"integer","minimum":1,"multipleOf":0.05},"uniqueItems":true},"d":{"enum":["x",1,null]},"e":{"const":2}},"required":["a"],"additionalProperties":false,"$defs":{"r":{"type":"object","properties":{"next":{"$ref":"#/$defs/r"}}}}}"##,
        r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","allOf":[{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"not":{}}}],"oneOf":[{},{"type":"object"}],"dependentRequired":{"a":["b"]},"patternProperties":{"^x":{"type":"boolean"}},"unevaluatedProperties":false}"##,
        r##"{"$ref":"#"}"##,
        r##"{"$id":"https://a.example/s","$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}},"writeOnly":true,"x-secret":true,"format":"password"}"##,
    ])
}

/// The input is the schema of a tool, whose arguments are checked then.
pub(super) fn schemas() -> Taker {
    let (home, peer) = (Home::new(), Peer::start());
    let connector = home.add(&format!("{}/mcp", peer.url)).unwrap().id;
    let arguments = [
        json!({}),
        json!({ "a": "AB", "b": { "next": { "next": {} } }, "c": [1, 2.5], "d": null, "e": 2 }),
        json!({ "a": "a".repeat(40) + "!", "x": [[[[{}]]]] }),
    ];
    Box::new(move |input| {
        let schema = input.to_vec();
        peer.answers(move |asked| listing(asked, &schema));
        let arguments = arguments[choice(input) % arguments.len()].clone();
        home.runtime
            .block_on(check(&home.cx, &connector, arguments));
    })
}

async fn check(cx: &Context, connector: &ConnectorId, arguments: Value) {
    if refresh_tools(cx, connector).await.is_ok() {
        let arguments = Json(arguments);
        let request = RunTool::new(connector.clone(), "t", arguments, Origin::CommandLine);
        drop(dry_run(cx, request).await);
    }
}

fn listing(asked: &PeerRequest, schema: &[u8]) -> Answer {
    let message: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let (method, Some(id)) = (message["method"].as_str(), message.get("id")) else {
        return Answer::empty(if asked.method == "POST" { 202 } else { 405 });
    };
    let result: Vec<u8> = match method {
        Some("initialize") => {
            br#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"m","version":"1"}}"#.to_vec()
        }
        Some("tools/list") => {
            [&br#"{"tools":[{"name":"t","inputSchema":"#[..], schema, b"}]}"].concat()
        }
        _ => b"{}".to_vec(),
    };
    let head = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":");
    Answer::json([head.as_bytes(), &result, b"}"].concat())
}
