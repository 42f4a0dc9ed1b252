//! Every secret argument of every operation of every platform, against a server that repeats all it hears.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use patchbay_model::{Account, AccountId, Explain, Json, Platform, Secret};
use patchbay_vault::SecretName;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{CallOperation, list_account_operations};
use crate::context::Context;
use crate::operations::response_meta::call_operation_with_meta;
use crate::testing;

/// What the account signs in with.
const KEY: &str = "the-account-key-8f3a51";

/// What stands in the place of the secret argument.
const MARKER: &str = "marker-of-a-secret-71c2e9";

/// How the server takes each request.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Success,
    Refusal,
}

/// The requests that arrived, whole.
type Heard = Arc<Mutex<String>>;

async fn parrot(manner: Manner) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Heard::default();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(repeat(stream, manner, noted.clone()));
        }
    });
    (format!("http://{address}"), heard)
}

async fn repeat(mut stream: TcpStream, manner: Manner, heard: Heard) {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut piece).await {
            Ok(read @ 1..) => request.extend_from_slice(&piece[..read]),
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    heard.lock().unwrap().push_str(&request);
    let (status, body) = match manner {
        Manner::Success => ("200 OK", success(&request)),
        Manner::Refusal => ("422 Refused", refusal(&request)),
    };
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nx-repeats: {KEY} {MARKER}\r\n\
         x-request-id: {MARKER}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.ok();
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let lines = head.lines().map(str::to_ascii_lowercase);
    let mut lengths =
        lines.filter_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= lengths.next().unwrap_or(0)
}

/// Fits what most operations read, and repeats the request in texts, as a value and as a name.
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

/// The accounts of every platform, each of Mistral's surfaces one of its own.
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
    let account = Account {
        id: AccountId::new(format!("acc_{at}")),
        platform,
        label: format!("{} {at}", platform.as_str()),
        colour: None,
        base_url: None,
        settings: Json(settings),
        is_signed_out: false,
        entries: Vec::new(),
        created_at: cx.now(),
    };
    cx.store().save_account(&account).await.unwrap();
    let kept = json!({ secret: { "kind": "secret", "secret": KEY } }).to_string();
    let name = SecretName::account(&account.id);
    cx.vault().write(&name, &Secret::new(kept)).await.unwrap();
    account.id
}

/// Follows a reference, and takes the alternative that is not null.
fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(root.pointer(&reference[1..]).unwrap(), root);
    }
    let mut words = ["anyOf", "oneOf"].iter();
    let alternatives = words.find_map(|word| schema[*word].as_array());
    let found = alternatives.and_then(|all| all.iter().find(|one| one["type"] != "null"));
    found.map_or(schema, |one| resolved(one, root))
}

/// The places of all secrets: names of members, `*` for any name and `0` for an item.
fn places(schema: &Value, root: &Value) -> Vec<Vec<String>> {
    let part = resolved(schema, root);
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
        for rest in places(part, root) {
            all.push([vec![name.to_owned()], rest].concat());
        }
    }
    all
}

/// The smallest value that fits the schema with the marker at that place.
fn filled(schema: &Value, root: &Value, place: Option<&[String]>) -> Value {
    let is_here = place.is_some_and(<[String]>::is_empty);
    let schema = resolved(schema, root);
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
                let below = place.and_then(|place| place.strip_prefix(std::slice::from_ref(name)));
                if is_needed || below.is_some() {
                    members.insert(name.clone(), filled(part, root, below));
                }
            }
            if let Some([any, below @ ..]) = place
                && any == "*"
            {
                let part = &schema["additionalProperties"];
                members.insert("x-key".to_owned(), filled(part, root, Some(below)));
            }
            Value::Object(members)
        }
        "array" => match place {
            Some(place) => json!([filled(&schema["items"], root, Some(&place[1..]))]),
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
    for manner in [Manner::Refusal, Manner::Success] {
        let (_home, cx) = testing::open_temporary().await;
        let (base, heard) = parrot(manner).await;
        for (at, given) in accounts(&base).into_iter().enumerate() {
            let account = account(&cx, at, given).await;
            for operation in list_account_operations(&cx, &account).await.unwrap() {
                let schema = &operation.parameters.0;
                for place in places(schema, schema) {
                    let what = format!("{account} {} {place:?} {manner:?}", operation.name);
                    heard.lock().unwrap().clear();
                    let arguments = filled(schema, schema, Some(&place));
                    assert!(
                        arguments.to_string().contains(MARKER),
                        "{what}: {arguments}"
                    );
                    let shown = call(&cx, &account, &operation.name, arguments).await;
                    tried += 1;
                    if heard.lock().unwrap().contains(MARKER) {
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
    // A few places are of use only together with others.
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

/// Everything that anybody is shown of a call.
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
