//! Every secret argument of every operation of every platform, against a server that echoes every request.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use parking_lot::Mutex;
use patchbay_model::{AccountId, Explain, Json, Platform};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{CallOperation, list_account_operations};
use crate::context::Context;
use crate::operations::response_meta::call_operation_with_meta;
use crate::testing;

/// The key of the account.
const KEY: &str = "the-account-key-8f3a51";

/// The value of the secret argument.
const MARKER: &str = "marker-of-a-secret-71c2e9";

/// How the server responds.
#[derive(Clone, Copy, Debug)]
enum Reply {
    Success,
    Refusal,
}

/// The complete requests that the server received.
type Received = Arc<Mutex<String>>;

async fn start_echo_server(reply: Reply) -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let received = Received::default();
    let requests = received.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream, reply, requests.clone()));
        }
    });
    (format!("http://{address}"), received)
}

async fn echo(mut stream: TcpStream, reply: Reply, received: Received) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !is_complete(&request) {
        match stream.read(&mut piece).await {
            Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    received.lock().push_str(&request);
    let (status, body) = match reply {
        Reply::Success => ("200 OK", success(&request)),
        Reply::Refusal => ("422 Refused", refusal(&request)),
    };
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-repeats: {KEY} {MARKER}\r\n\
         x-request-id: {MARKER}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.ok();
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let lines = head.lines().map(str::to_ascii_lowercase);
    let mut lengths =
        lines.filter_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= lengths.next().unwrap_or(0)
}

/// A response that most operations can parse and that repeats the request in texts, as a value and as a key.
fn success(request: &str) -> Value {
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let sent: Value = serde_json::from_str(body).unwrap_or_default();
    let mut thing = json!({
        "id": "018f-77", "name": "wiki", "url": "https://wiki.example/mcp", "state": "connected",
        "provider": "apollo", "status": "connected", "message": request, "description": request,
        "sent": sent, "repeats": { "value": MARKER, "key": KEY },
        "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z",
        "server": "https://a.example", "visibility": "private",
        "definition": { "id": "d", "name": "n" },
    });
    thing["connector"] = thing.clone();
    thing
}

fn refusal(request: &str) -> Value {
    json!({
        "detail": [{ "loc": ["body", MARKER], "msg": request, "type": MARKER }],
        "code": MARKER, "message": request, "error": { "code": MARKER, "message": request },
    })
}

/// An account of every platform, and of each surface of Mistral.
fn accounts(base: &str) -> Vec<(Platform, Value, &'static str)> {
    let of = |surface: &str| json!({ "base_url": base, "surface": surface });
    vec![
        (Platform::Mistral, of("current"), "api_key"),
        (Platform::Mistral, of("seed"), "api_key"),
        (Platform::Cohere, json!({ "base_url": base }), "api_key"),
        (
            Platform::Agentstack,
            json!({ "base_url": base, "auth": "bearer" }),
            "token",
        ),
        (Platform::Airbyte, json!({ "base_url": base }), "token"),
        (Platform::Tenex, json!({ "base_url": base }), "api_key"),
    ]
}

async fn account(cx: &Context, at: usize, given: (Platform, Value, &str)) -> AccountId {
    let (platform, settings, secret) = given;
    let account = testing::new_account(cx, &format!("acc_{at}"), platform, settings);
    let secrets = json!({ secret: { "kind": "secret", "secret": KEY } });
    testing::save_account(cx, &account, &secrets).await;
    account.id
}

/// Follows references and takes the alternative that is not null.
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolve(root.pointer(&reference[1..]).unwrap(), root);
    }
    let mut words = ["anyOf", "oneOf"].iter();
    let alternatives = words.find_map(|word| schema[*word].as_array());
    let found = alternatives.and_then(|all| all.iter().find(|one| one["type"] != "null"));
    found.map_or(schema, |one| resolve(one, root))
}

/// The paths of all secrets: names of members, `*` for any name and `0` for an item.
fn secret_paths(schema: &Value, root: &Value) -> Vec<Vec<String>> {
    let part = resolve(schema, root);
    if schema["writeOnly"] == true || part["writeOnly"] == true {
        return vec![Vec::new()];
    }
    let properties = part["properties"].as_object().into_iter().flatten();
    let mut parts: Vec<_> = properties
        .map(|(name, part)| (name.as_str(), part))
        .collect();
    parts.extend(part.get("additionalProperties").map(|part| ("*", part)));
    parts.extend(part.get("items").map(|part| ("0", part)));
    let mut all = Vec::new();
    for (name, part) in parts {
        for rest in secret_paths(part, root) {
            all.push([vec![name.to_owned()], rest].concat());
        }
    }
    all
}

/// Returns the smallest value that fits the schema, with the marker at that path.
fn sample(schema: &Value, root: &Value, path: Option<&[String]>) -> Value {
    let is_here = path.is_some_and(<[String]>::is_empty);
    let schema = resolve(schema, root);
    let kind = match &schema["type"] {
        Value::Array(kinds) => &kinds[0],
        kind => kind,
    };
    match kind.as_str().unwrap_or_default() {
        _ if schema.get("const").is_some() => schema["const"].clone(),
        _ if schema.get("enum").is_some() => schema["enum"][0].clone(),
        "object" if is_here => json!({ "inside": MARKER }),
        "object" => {
            let required = schema["required"].as_array();
            let mut members = Map::new();
            for (name, part) in schema["properties"].as_object().into_iter().flatten() {
                let is_needed = required.is_some_and(|all| all.contains(&json!(name)));
                let below = path.and_then(|path| path.strip_prefix(std::slice::from_ref(name)));
                if is_needed || below.is_some() {
                    members.insert(name.clone(), sample(part, root, below));
                }
            }
            if let Some([any, below @ ..]) = path
                && any == "*"
            {
                let part = &schema["additionalProperties"];
                members.insert("x-key".to_owned(), sample(part, root, Some(below)));
            }
            Value::Object(members)
        }
        "array" => match path {
            Some(path) => json!([sample(&schema["items"], root, Some(&path[1..]))]),
            None => json!([]),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ if is_here => json!(MARKER),
        _ => json!("018f-77"),
    }
}

#[tokio::test]
async fn no_secret_argument_of_any_operation_comes_back_from_a_server_that_repeats_it() {
    let (mut tried, mut sent, mut leaks) = (0, Vec::new(), Vec::new());
    for reply in [Reply::Refusal, Reply::Success] {
        let (_home, cx) = testing::open_temporary().await;
        let (base, received) = start_echo_server(reply).await;
        for (at, given) in accounts(&base).into_iter().enumerate() {
            let account = account(&cx, at, given).await;
            for operation in list_account_operations(&cx, &account).await.unwrap() {
                let schema = &operation.parameters.0;
                for path in secret_paths(schema, schema) {
                    let what = format!("{account} {} {path:?} {reply:?}", operation.name);
                    received.lock().clear();
                    let arguments = sample(schema, schema, Some(&path));
                    assert!(
                        arguments.to_string().contains(MARKER),
                        "{what}: {arguments}"
                    );
                    let shown = call(&cx, &account, &operation.name, arguments).await;
                    tried += 1;
                    if received.lock().contains(MARKER) {
                        sent.push(what.clone());
                    }
                    if shown.contains(MARKER) || shown.contains(KEY) {
                        leaks.push(format!("{what}: {shown}"));
                    }
                }
            }
        }
        cx.close().await;
    }
    assert_eq!(leaks, Vec::<String>::new());
    // A few arguments are only sent together with others.
    let reached = format!("{} of {tried} were sent: {sent:#?}", sent.len());
    assert!(tried > 60 && sent.len() * 10 >= tried * 7, "{reached}");
    for needed in [
        "\"headers\"",
        "client_secret",
        "bearer_token",
        "access_token",
        "api_key",
    ] {
        assert!(
            sent.iter().any(|what| what.contains(needed)),
            "{needed}: {reached}"
        );
    }
}

/// Calls the operation and returns everything that is shown of the call.
async fn call(cx: &Context, account: &AccountId, operation: &str, arguments: Value) -> String {
    let request = CallOperation {
        account: account.clone(),
        operation: operation.to_owned(),
        arguments: Json(arguments),
        confirmed: true,
        timeout_seconds: Some(5),
        retries: Some(0),
        headers: BTreeMap::new(),
        query: Json::default(),
        body: Json::default(),
    };
    let mut shown = format!("{request:?}");
    match call_operation_with_meta(cx, request).await {
        Ok(answered) => {
            let answer = serde_json::to_string(&answered).unwrap();
            write!(shown, "{answer} {answered:?}").unwrap();
        }
        Err(error) => {
            let problem = serde_json::to_string(&error.problem()).unwrap();
            write!(shown, "{error} {error:?} {problem}").unwrap();
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                write!(shown, " {error} {error:?}").unwrap();
                source = error.source();
            }
        }
    }
    shown
}
