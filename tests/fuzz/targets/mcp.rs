//! Answers and events of MCP servers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::Capture;
use patchbay_model::{CompletionRequest, CompletionTarget, Json, Question, QuestionAnswer};
use patchbay_platforms::mcp::{
    Asker, ClientFeatures, McpLimits, McpTarget, SessionLife, ToolCall, connect,
};
use patchbay_platforms::{NoToken, PlainHttp};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Taker, choice, runtime, texts};
use crate::peer::{Answer, Peer, PeerRequest};

/// Short silences, for what never answers is not looked for here.
const LIMITS: McpLimits = McpLimits {
    connect: Duration::from_millis(800),
    idle: Duration::from_millis(200),
    total: Duration::from_millis(1500),
    ..McpLimits::DEFAULT
};

const WELCOME: &str = r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"resources":{},"prompts":{}},"serverInfo":{"name":"made","title":"Made","version":"1"},"instructions":"be kind"}"#;

/// Results of every method that Patchbay calls.
pub(super) fn answer_seeds() -> Vec<Vec<u8>> {
    texts(&[
        WELCOME,
        r#"{"tools":[{"name":"echo","title":"Echo","description":"Says it again.","inputSchema":{"type":"object","properties":{"m":{"type":"string","x-mcp-header":"M"}},"required":["m"]},"outputSchema":{"type":"object"},"annotations":{"readOnlyHint":true,"title":"E"}},{"name":"b","inputSchema":{"type":"object"}}],"nextCursor":"2"}"#,
        r#"{"content":[{"type":"text","text":"hi"},{"type":"image","data":"AAAA","mimeType":"image/png"},{"type":"resource","resource":{"uri":"a://b","text":"x"}},{"type":"resource_link","uri":"a://c","name":"c"},{"type":"hologram"}],"structuredContent":{"n":1},"isError":false}"#,
        r#"{"resources":[{"uri":"playground://welcome","name":"welcome","title":"Welcome","description":"A line","mimeType":"text/plain"}]}"#,
        r#"{"resourceTemplates":[{"uriTemplate":"a://{b}/{+c}{?d,e*}","name":"b","title":"B","description":"Some","mimeType":"text/plain"}]}"#,
        r#"{"contents":[{"uri":"playground://welcome","mimeType":"text/plain","text":"hello"},{"uri":"a://b","blob":"AAAA"}]}"#,
        r#"{"prompts":[{"name":"greet","title":"Greet","description":"A greeting","arguments":[{"name":"name","description":"Who","required":true}]}]}"#,
        r#"{"description":"A greeting","messages":[{"role":"user","content":{"type":"text","text":"Greet Ada."}}]}"#,
        r#"{"code":-32602,"message":"tool not found","data":{"x":[1]}}"#,
        r#"{"resultType":"input_required","requestState":"x"}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{}}},"requestState":"x"}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string","title":"Name","default":"Ada"},"n":{"anyOf":[{"type":"integer"},{"type":"null"}],"default":3.0},"c":{"type":"string","oneOf":[{"const":"r","title":"Red"}]},"s":{"type":"array","items":{"enum":["a","b"]},"minItems":1}},"required":["name"]}}},"b":{"method":"elicitation/create","params":{"mode":"url","message":"m","url":"https://example.com/x"}}}}"#,
        r#"{"code":-32042,"message":"visit","data":{"elicitations":[{"mode":"url","url":"https://example.com/x","elicitationId":"1","message":"m"}]}}"#,
        r#"{"task":{"taskId":"t","status":"working","statusMessage":"soon","pollInterval":1}}"#,
        r#"{"taskId":"t","status":"completed","statusMessage":"done","pollInterval":100}"#,
        r#"{"resultType":"input_required","inputRequests":{"a":{"method":"sampling/createMessage","params":{"systemPrompt":"Be kind","messages":[{"role":"user","content":{"type":"text","text":"Hi"}}],"maxTokens":10,"modelPreferences":{"hints":[{"name":"m"}]}}}}}"#,
    ])
}

/// Goes through a session in which the input answers one of the methods, as its result, its error, or the
/// whole message.
pub(super) fn answers() -> Taker {
    session(|input, method, id| {
        let whole = choice(input) % 8;
        let attacked = attacked(choice(input) / 8);
        if method != attacked {
            return Answer::json(message(id, "result", usual(method).as_bytes()));
        }
        match whole {
            0 => Answer::json(input.to_vec()),
            1 => Answer {
                status: [400, 401, 404, 500, 503][choice(input) / 64 % 5],
                ..Answer::json(input.to_vec())
            },
            2 => Answer::json(message(id, "error", input)),
            _ => Answer::json(message(id, "result", input)),
        }
    })
}

fn attacked(n: usize) -> &'static str {
    let methods = "
        initialize server/discover tools/list tools/call tasks/get tasks/result resources/list resources/read
        resources/templates/list prompts/list prompts/get
    ";
    let methods: Vec<&str> = methods.split_whitespace().collect();
    methods[n % methods.len()]
}

/// A message whose `member` is the input, whatever that is.
fn message(id: &Value, member: &str, input: &[u8]) -> Vec<u8> {
    let head = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"{member}\":");
    [head.as_bytes(), input, b"}"].concat()
}

/// The answer of a server that means well.
fn usual(method: &str) -> String {
    let seeds = answer_seeds();
    let index = match method {
        "initialize" => 0,
        "tools/list" => {
            return r#"{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}"#.to_owned();
        }
        "tools/call" => 2,
        "resources/list" => 3,
        "resources/templates/list" => 4,
        "resources/read" => 5,
        "prompts/list" => 6,
        "prompts/get" => 7,
        _ => return "{}".to_owned(),
    };
    String::from_utf8_lossy(&seeds[index]).into_owned()
}

/// Streams; `ID` in them is the id of the request.
pub(super) fn event_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "data: {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"tools\":[]}}\n\n",
        "event: message\nid: 1\nretry: 1000\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,\"progress\":1,\"total\":2,\"message\":\"m\"}}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}}\n\n",
        ": comment\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata: \"id\":ID,\"result\":{}}\r\n\r\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"roots/list\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":ID,\"error\":{\"code\":-32000,\"message\":\"no\"}}\n\n",
    ])
}

/// The input is the stream that answers one of the methods.
pub(super) fn events() -> Taker {
    session(|input, method, id| {
        let attacked = attacked(choice(input));
        if method != attacked {
            return Answer::json(message(id, "result", usual(method).as_bytes()));
        }
        let body = match std::str::from_utf8(input) {
            Ok(text) => text.replace("ID", &id.to_string()).into_bytes(),
            Err(_) => input.to_vec(),
        };
        Answer {
            content_type: "text/event-stream",
            ..Answer::json(body)
        }
    })
}

type Answers = fn(&[u8], &str, &Value) -> Answer;

fn session(answers: Answers) -> Taker {
    let (peer, runtime) = (Peer::start(), runtime());
    let url = Url::parse(&format!("{}/mcp", peer.url)).unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    Box::new(move |input| {
        let bytes = input.to_vec();
        peer.answers(move |asked: &PeerRequest| {
            if asked.method != "POST" {
                return Answer::empty(405);
            }
            let asked: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
            let method = asked["method"].as_str().unwrap_or_default();
            match asked.get("id") {
                None => Answer::empty(202),
                Some(id) => answers(&bytes, method, id),
            }
        });
        let target = McpTarget {
            url: url.clone(),
            tokens: Arc::new(NoToken),
            server_facts: None,
            plain_http: PlainHttp::Refused,
            client_features: ClientFeatures {
                asks: true,
                sampling: true,
                roots: vec![std::env::temp_dir()],
                ..ClientFeatures::default()
            },
            log: Some(Arc::new(|_| {})),
            session: SessionLife::Connection,
        };
        runtime.block_on(exercise_server(&http, target));
    })
}

/// Answers whatever is asked with what stands in it.
struct Accepting;

#[async_trait]
impl Asker for Accepting {
    async fn ask(&self, question: Question, _done: &CancellationToken) -> QuestionAnswer {
        let values = match question {
            Question::Form(form) => form.form.values,
            Question::Page { .. } => Json(Value::Null),
            Question::Sampling(_) => Json(json!({ "text": "x" })),
        };
        QuestionAnswer::Accept { values }
    }
}

/// Everything that a session can be asked, whatever becomes of it.
async fn exercise_server(http: &reqwest::Client, target: McpTarget) {
    let cancel = CancellationToken::new();
    let Ok(session) = connect(http, target, LIMITS, &cancel).await else {
        return;
    };
    drop(session.list_tools(&cancel).await);
    let arguments = Map::from_iter([("m".to_owned(), json!("x"))]);
    let call = ToolCall {
        asker: Some(Arc::new(Accepting)),
        capture: Capture::enabled(),
        ..ToolCall::new("echo".to_owned(), arguments, LIMITS.idle)
    };
    let asker = call.asker.clone();
    drop(session.call_tool(call.clone(), &cancel).await);
    let as_task = ToolCall {
        as_task: true,
        ..call
    };
    drop(session.call_tool(as_task, &cancel).await);
    drop(session.list_resources(&cancel).await);
    let read = session.read_resource("playground://welcome", asker.as_ref(), &cancel);
    drop(read.await);
    drop(session.list_resource_templates(&cancel).await);
    drop(session.list_prompts(&cancel).await);
    let name = Map::from_iter([("name".to_owned(), json!("Ada"))]);
    let filled = session.fill_prompt("greet", name, asker.as_ref(), &cancel);
    drop(filled.await);
    let completed = CompletionRequest {
        target: CompletionTarget::Prompt {
            name: "greet".to_owned(),
        },
        argument: "name".to_owned(),
        value: "A".to_owned(),
        others: BTreeMap::new(),
    };
    drop(session.complete(completed, &cancel).await);
    session.close().await;
}
