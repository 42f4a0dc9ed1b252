//! The HTTP server of a fake, and its record of requests.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::answer::Probe;
use super::{Answer, FakeResult, Fault, FaultKind, RecordedRequest};

/// Maximum length of a request body.
const MAX_BODY_BYTES: usize = 4 << 20;

/// A platform's side of its contract.
pub trait FakePlatform: Send + 'static {
    /// Answers a request. `base` is the address of this fake, without a slash at its end.
    ///
    /// # Errors
    /// A violation of the contract by the client.
    fn answer(&mut self, recorded: &RecordedRequest, base: &str) -> FakeResult;

    /// Answers a request after a service was probed. `status` is that of the service, `None` when it could not be
    /// reached.
    fn probed(&mut self, recorded: &RecordedRequest, status: Option<u16>) -> Answer {
        let _ = (recorded, status);
        Answer::empty(500)
    }
}

/// A platform on a free local port; it stops when dropped.
pub struct Fake<H> {
    url: String,
    shared: Arc<Mutex<Shared<H>>>,
    task: JoinHandle<()>,
}

struct Shared<H> {
    hosted: H,
    log: Vec<RecordedRequest>,
    faults: Vec<String>,
    fault: Option<Fault>,
    tamper: Option<Tamper>,
}

/// Changes answers before they are sent.
type Tamper = Arc<dyn Fn(&RecordedRequest, &mut Answer) + Send + Sync>;

struct Backend<H> {
    base: String,
    shared: Arc<Mutex<Shared<H>>>,
    /// Sends relayed requests and probes.
    http: reqwest::Client,
}

impl<H: FakePlatform> Fake<H> {
    /// Binds a port and serves from then on.
    pub async fn start(hosted: H) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared {
            hosted,
            log: Vec::new(),
            faults: Vec::new(),
            fault: None,
            tamper: None,
        }));
        let backend = Arc::new(Backend {
            base: url.clone(),
            shared: Arc::clone(&shared),
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .map_err(io::Error::other)?,
        });
        let router = Router::new().fallback(handle::<H>).with_state(backend);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { url, shared, task })
    }

    /// Base URL, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All requests so far.
    pub fn log(&self) -> Vec<RecordedRequest> {
        self.shared.lock().log.clone()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.shared.lock().log.clear();
    }

    /// Violations of the contract so far.
    pub fn faults(&self) -> Vec<String> {
        self.shared.lock().faults.clone()
    }

    /// Reads or changes the state of the platform.
    pub fn with<R>(&self, look: impl FnOnce(&mut H) -> R) -> R {
        look(&mut self.shared.lock().hosted)
    }

    /// Makes requests fail as `fault` says, or no longer.
    pub fn set_fault(&self, fault: impl Into<Option<Fault>>) {
        self.shared.lock().fault = fault.into();
    }

    /// Applies `change` to every answer from now on.
    pub fn tamper(&self, change: impl Fn(&RecordedRequest, &mut Answer) + Send + Sync + 'static) {
        self.shared.lock().tamper = Some(Arc::new(change));
    }

    pub fn clear_tamper(&self) {
        self.shared.lock().tamper = None;
    }
}

impl<H> Drop for Fake<H> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn handle<H: FakePlatform>(
    State(backend): State<Arc<Backend<H>>>,
    request: Request,
) -> Response {
    let recorded = match read(request).await {
        Ok(recorded) => recorded,
        Err(fault) => {
            backend.shared.lock().faults.push(fault.clone());
            return respond(Answer::text(500, "text/plain", fault));
        }
    };
    let answer = match take_fault(&backend, &recorded) {
        None => answer_or_log_fault(&backend, &recorded),
        Some(FaultKind::Silence) => std::future::pending().await,
        Some(FaultKind::Cut) => return cut(),
        Some(FaultKind::Answer(answer)) => *answer,
        Some(FaultKind::Gated(gate)) => {
            let answer = answer_or_log_fault(&backend, &recorded);
            gate.wait().await;
            answer
        }
    };
    let mut answer = match &answer.probe {
        Some(probe) => {
            let status = send_probe(&backend.http, probe).await;
            backend.shared.lock().hosted.probed(&recorded, status)
        }
        None => answer,
    };
    let tamper = backend.shared.lock().tamper.clone();
    if let Some(change) = tamper {
        change(&recorded, &mut answer);
    }
    match answer.relay.clone() {
        Some(to) => relay(&backend.http, &to, &answer, &recorded).await,
        None => respond(answer),
    }
}

fn take_fault<H: FakePlatform>(
    backend: &Backend<H>,
    recorded: &RecordedRequest,
) -> Option<FaultKind> {
    let mut shared = backend.shared.lock();
    shared.log.push(recorded.clone());
    shared.fault.as_mut()?.take_fault(recorded)
}

fn answer_or_log_fault<H: FakePlatform>(
    backend: &Backend<H>,
    recorded: &RecordedRequest,
) -> Answer {
    let mut shared = backend.shared.lock();
    let response = shared.hosted.answer(recorded, &backend.base);
    response.unwrap_or_else(|fault| {
        let path = recorded.path.join("/");
        let fault = format!("{} /{path}: {fault}", recorded.method);
        shared.faults.push(fault.clone());
        Answer::text(500, "text/plain", fault)
    })
}

async fn read(request: Request) -> Result<RecordedRequest, String> {
    let (parts, body) = request.into_parts();
    let decode = |part: &str| {
        let decoded = percent_decode_str(part).decode_utf8();
        decoded.map(|text| text.into_owned())
    };
    let path: Result<Vec<String>, _> = parts.uri.path()[1..].split('/').map(decode).collect();
    let query = parts.uri.query().unwrap_or_default();
    let mut headers = BTreeMap::new();
    for (name, value) in &parts.headers {
        let value = value.to_str().map_err(|error| error.to_string())?;
        if headers.insert(name.to_string(), value.to_owned()).is_some() {
            return Err(format!("header {name} twice"));
        }
    }
    Ok(RecordedRequest {
        method: parts.method.to_string(),
        path: path.map_err(|error| error.to_string())?,
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers,
        body: to_bytes(body, MAX_BODY_BYTES)
            .await
            .map_err(|error| error.to_string())?,
    })
}

fn respond(answer: Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap_or_default()
}

/// An answer whose connection breaks before its announced length.
fn cut() -> Response {
    let piece = Ok(Bytes::from_static(b"{\"data\": [{\"id\": \"half"));
    // The first piece has to leave before the connection breaks.
    let end = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::Error::other("cut"))
    };
    let stream =
        futures::StreamExt::chain(futures::stream::iter([piece]), futures::stream::once(end));
    let response = Response::builder()
        .status(200)
        .header("content-type", "application/json")
        .header("content-length", "4096");
    response.body(Body::from_stream(stream)).unwrap_or_default()
}

/// Probes a service and returns the status of its answer.
async fn send_probe(http: &reqwest::Client, probe: &Probe) -> Option<u16> {
    let accept = "application/json, text/event-stream";
    let mut request = http
        .post(&probe.url)
        .header("accept", accept)
        .header("content-type", "application/json")
        .body(probe.body.to_string());
    if let Some(token) = &probe.token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.ok()?;
    Some(answer.status().as_u16())
}

async fn relay(
    http: &reqwest::Client,
    to: &str,
    answer: &Answer,
    recorded: &RecordedRequest,
) -> Response {
    let method = recorded.method.parse().unwrap_or(reqwest::Method::POST);
    let mut request = http.request(method, to).body(recorded.body.clone());
    for (name, value) in &answer.relayed {
        request = request.header(name, value);
    }
    let Ok(upstream) = request.send().await else {
        let words = "[('ConnectError', 'All connection attempts failed')]";
        let body = serde_json::json!({ "detail": words });
        return respond(Answer::json(500, &body));
    };
    // The relay adds the headers of the upstream server to its own.
    let mut response = Response::builder()
        .status(upstream.status())
        .header("date", "Fri, 20 Nov 2026 08:00:00 GMT")
        .header("server", "uvicorn");
    for (name, value) in upstream.headers() {
        if name != "transfer-encoding" && name != "content-length" {
            response = response.header(name, value);
        }
    }
    let body = Body::from_stream(upstream.bytes_stream());
    response.body(body).unwrap_or_default()
}
