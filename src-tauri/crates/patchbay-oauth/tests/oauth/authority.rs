//! A scripted authorization server that records its requests.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use patchbay_http::{AddressPolicy, Network};
use patchbay_model::{ChosenDeviations, NetworkSettings, OauthGrant, ProxyChoice, TraceStep};
use patchbay_oauth::{
    Challenge, ClientIdentity, Discovery, Error, OAuthClient, Pending, Trace, Untraced,
};
use serde_json::{Value, json};
use url::Url;

/// The request for the metadata of the authorization server.
pub(crate) const SERVER: &str = "GET /.well-known/oauth-authorization-server";
/// The request for the metadata of the protected resource.
pub(crate) const RESOURCE: &str = "GET /.well-known/oauth-protected-resource/mcp";

/// One scripted answer.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(u16, Value),
    Page(&'static str),
    /// A file whose content type the web server does not know.
    File(String),
    Redirect(String),
    /// A body over the limit.
    Huge,
    Never,
}

/// One received request.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

impl Seen {
    /// A member of the form in the body.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<HashMap<String, VecDeque<Answer>>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// The server; stops with the test's runtime.
pub(crate) struct Authority {
    pub(crate) base: String,
    script: Script,
}

impl Authority {
    /// A server that responds to everything with 404.
    pub(crate) async fn empty() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let script = Script::default();
        let app = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, script }
    }

    /// A server with complete metadata for its `/mcp`, being its own issuer.
    pub(crate) async fn complete() -> Self {
        let authority = Self::empty().await;
        authority.set_resource(json!({}));
        authority.set_metadata(json!({}));
        authority
    }

    /// A complete server with members of its metadata replaced; `null` stands for a missing one.
    pub(crate) async fn with(changes: Value) -> Self {
        let authority = Self::complete().await;
        authority.set_metadata(changes);
        authority
    }

    /// Replaces members of the authorization server metadata; `null` stands for a missing one.
    pub(crate) fn set_metadata(&self, changes: Value) {
        self.on(SERVER, Answer::Json(200, merge(self.metadata(), changes)));
    }

    /// Replaces members of the protected resource metadata.
    pub(crate) fn set_resource(&self, changes: Value) {
        self.on(RESOURCE, Answer::Json(200, merge(self.resource(), changes)));
    }

    /// Sets the response to a request by method and path, such as `POST /token`.
    pub(crate) fn on(&self, line: &str, answer: Answer) {
        self.in_turn(line, [answer]);
    }

    /// Responds to registrations with the client id `abc`.
    pub(crate) fn accept_registration(&self) {
        let answer = Answer::Json(201, json!({"client_id": "abc"}));
        self.on("POST /register", answer);
    }

    /// Sets successive responses to a request; the last one is repeated.
    pub(crate) fn in_turn<const N: usize>(&self, line: &str, answers: [Answer; N]) {
        self.script
            .answers
            .lock()
            .unwrap()
            .insert(line.to_owned(), answers.into());
    }

    pub(crate) fn resource(&self) -> Value {
        json!({
            "resource": self.at("/mcp"),
            "authorization_servers": [self.base],
            "scopes_supported": ["read", "write"],
            "resource_name": "Test\u{202e} server",
        })
    }

    pub(crate) fn metadata(&self) -> Value {
        json!({
            "issuer": self.base,
            "authorization_endpoint": self.at("/authorize"),
            "token_endpoint": self.at("/token"),
            "registration_endpoint": self.at("/register"),
            "revocation_endpoint": self.at("/revoke"),
            "userinfo_endpoint": self.at("/userinfo"),
            "scopes_supported": ["read", "write", "admin", "offline_access"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn server(&self) -> Url {
        Url::parse(&self.at("/mcp")).unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    /// The requests so far with that method and path.
    pub(crate) fn requests(&self, line: &str) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| seen.line == line);
        seen
    }

    /// Method and path of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) async fn discover(&self) -> Result<Discovery, Error> {
        self.discover_with(&ChosenDeviations::new()).await
    }

    /// With deviations that the person chose.
    pub(crate) async fn discover_with(
        &self,
        chosen: &ChosenDeviations,
    ) -> Result<Discovery, Error> {
        let grant = OauthGrant::AuthorizationCode;
        client()
            .discover(&self.server(), None, grant, chosen, &Untraced)
            .await
    }

    /// Discovers how to sign in, and starts the authorization of an app for the scope `read`.
    pub(crate) async fn start(
        &self,
        app: &ClientIdentity,
        chosen: &ChosenDeviations,
    ) -> (Discovery, Pending) {
        let discovery = self.discover_with(chosen).await.unwrap();
        let pending = client()
            .start_authorization(&discovery, app, &redirect(), &["read".to_owned()])
            .unwrap();
        (discovery, pending)
    }
}

/// Replaces members of an object.
pub(crate) fn merge(mut object: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

/// The redirect of tests that need no listener.
pub(crate) fn redirect() -> Url {
    Url::parse("http://127.0.0.1:27218/callback").unwrap()
}

/// A query parameter.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    let authorization = request
        .headers()
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(request.into_body(), 1 << 20)
        .await
        .unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    script.seen.lock().unwrap().push(Seen {
        line: line.clone(),
        authorization,
        body,
    });
    let answer = {
        let mut answers = script.answers.lock().unwrap();
        answers.get_mut(&line).and_then(|turn| {
            if turn.len() > 1 {
                turn.pop_front()
            } else {
                turn.front().cloned()
            }
        })
    };
    let response = Response::builder();
    match answer {
        None => response.status(404).body(Body::from("not found")).unwrap(),
        Some(Answer::Json(status, value)) => response
            .status(status)
            .header("content-type", "application/json")
            .body(Body::from(value.to_string()))
            .unwrap(),
        Some(Answer::Page(html)) => response
            .header("content-type", "text/html")
            .body(Body::from(html))
            .unwrap(),
        Some(Answer::File(text)) => response
            .header("content-type", "application/octet-stream")
            .body(Body::from(text))
            .unwrap(),
        Some(Answer::Redirect(to)) => response
            .status(302)
            .header("location", to)
            .body(Body::empty())
            .unwrap(),
        Some(Answer::Huge) => response
            .header("content-type", "application/json")
            .body(Body::from(format!("{{\"x\":\"{}\"}}", "x".repeat(2 << 20))))
            .unwrap(),
        Some(Answer::Never) => std::future::pending().await,
    }
}

/// Discovers how to sign in to any server in the browser.
pub(crate) async fn discover(
    client: &OAuthClient,
    server: &Url,
    challenge: Option<&Challenge>,
    trace: &dyn Trace,
) -> Result<Discovery, Error> {
    let grant = OauthGrant::AuthorizationCode;
    let chosen = ChosenDeviations::new();
    client
        .discover(server, challenge, grant, &chosen, trace)
        .await
}

pub(crate) fn client() -> OAuthClient {
    client_with(AddressPolicy::default())
}

pub(crate) fn client_with(policy: AddressPolicy) -> OAuthClient {
    let settings = NetworkSettings {
        proxy: ProxyChoice::Direct,
        ..NetworkSettings::default()
    };
    OAuthClient::new(Network::build(&settings, None, &policy).unwrap())
}

pub(crate) fn impatient_client() -> OAuthClient {
    client().with_time_limit(Duration::from_millis(300))
}

/// A trace that records its steps.
#[derive(Clone, Default)]
pub(crate) struct Steps(Arc<Mutex<Vec<TraceStep>>>);

impl Steps {
    pub(crate) fn all(&self) -> Vec<TraceStep> {
        self.0.lock().unwrap().clone()
    }
}

impl Trace for Steps {
    fn step(&self, step: TraceStep) {
        self.0.lock().unwrap().push(step);
    }
}
