//! Listens on a loopback port for the browser's callback.
//!
//! Source: RFC 8252, sections 7.3 and 8.3.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::{Position, Url};

use crate::client_identity::CALLBACK_PATH;
use crate::page::CONTENT_SECURITY_POLICY;
use crate::port_holder::holder_of;
use crate::{CallbackParams, Error, Page};

/// The port that is tried first unless another was registered. It is below the ephemeral ports, so that no connection
/// occupies it by chance.
pub const DEFAULT_PORT: u16 = 27218;

/// Time limit for the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(2);
/// Time limit of a connection, including the wait for [`CallbackRequest::respond`].
const CONNECTION_LIMIT: Duration = Duration::from_secs(60);
/// Time limit for sending the page.
const RESPONSE_LIMIT: Duration = Duration::from_secs(2);
/// Maximum bytes of the head of a request; the codes of some providers are long.
const HEAD_BYTES: usize = 64 * 1024;
/// Maximum number of concurrent connections. Silent connections can block the browser only until [`HEAD_LIMIT`].
const CONNECTIONS: usize = 128;

/// Host and port to listen on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoopbackOptions {
    /// Host of the redirect.
    pub host: LoopbackHost,
    /// Port of the redirect.
    pub port: PortChoice,
}

/// Host of a loopback redirect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopbackHost {
    /// `127.0.0.1`, which does not depend on name resolution.
    #[default]
    Ip,
    /// `localhost`, for providers that accept nothing else; listens on `::1` as well, if IPv6 is available.
    Localhost,
}

/// Port of a loopback redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortChoice {
    /// That port, or else any free one; the redirect may not be registered then.
    Preferred(u16),
    /// Only that port.
    Pinned(u16),
    /// Any free port.
    Any,
}

impl Default for PortChoice {
    fn default() -> Self {
        Self::Preferred(DEFAULT_PORT)
    }
}

/// Redirect ports of this process's listeners.
static OWN_PORTS: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Listens for callbacks. Bind it before the browser is opened; dropping it closes the port.
#[derive(Debug)]
pub struct LoopbackListener {
    redirect: Url,
    port: u16,
    requests: mpsc::Receiver<CallbackRequest>,
    /// Owns the sockets; aborted on drop.
    _accepting: JoinSet<()>,
}

impl LoopbackListener {
    /// Opens the port.
    ///
    /// # Errors
    /// [`Error::PortBusy`] or [`Error::PortAwaitsSignIn`] for a pinned port that is in use, [`Error::Listen`] if no port
    /// can be opened.
    pub async fn bind(options: LoopbackOptions) -> Result<Self, Error> {
        let sockets = match options.port {
            PortChoice::Any => open(options.host, 0).await.map_err(Error::Listen)?,
            PortChoice::Pinned(port) => match open(options.host, port).await {
                Ok(sockets) => sockets,
                Err(error) => return Err(busy(port, error).await),
            },
            PortChoice::Preferred(port) => match open(options.host, port).await {
                Ok(sockets) => sockets,
                Err(_) => open(options.host, 0).await.map_err(Error::Listen)?,
            },
        };
        let port = port_of(&sockets).map_err(Error::Listen)?;
        let host = match options.host {
            LoopbackHost::Ip => "127.0.0.1",
            LoopbackHost::Localhost => "localhost",
        };
        #[expect(
            clippy::expect_used,
            reason = "made of a fixed host, a number and a fixed path"
        )]
        let redirect = Url::parse(&format!("http://{host}:{port}{CALLBACK_PATH}"))
            .expect("a host, a port and a path are an address");
        // As browsers send it: without the default port.
        let authority = &redirect[Position::BeforeHost..Position::AfterPort];
        let (sender, requests) = mpsc::channel(CONNECTIONS);
        let acceptor = Acceptor {
            authority: authority.into(),
            sender,
        };
        let mut accepting = JoinSet::new();
        for socket in sockets {
            accepting.spawn(accept(socket, acceptor.clone()));
        }
        OWN_PORTS.lock().insert(port);
        Ok(Self {
            redirect,
            port,
            requests,
            _accepting: accepting,
        })
    }

    /// The redirect URI to register and send, such as `http://127.0.0.1:27218/callback`.
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect
    }

    /// Waits for the next request for [`CALLBACK_PATH`]; others get 404.
    ///
    /// # Errors
    /// [`Error::Cancelled`] by `cancel`.
    pub async fn next(&mut self, cancel: &CancellationToken) -> Result<CallbackRequest, Error> {
        tokio::select! {
            () = cancel.cancelled() => Err(Error::Cancelled),
            request = self.requests.recv() => request.ok_or(Error::Cancelled),
        }
    }

    /// Waits for the callback with the expected state; others get [`Page::unknown`]. Check its
    /// parameters with [`check_callback`](crate::check_callback) or
    /// [`RedirectState::check`](crate::RedirectState::check).
    ///
    /// # Errors
    /// [`Error::Cancelled`] by `cancel`.
    pub async fn wait_for(
        &mut self,
        has_state: impl Fn(&CallbackParams) -> bool,
        cancel: &CancellationToken,
    ) -> Result<CallbackRequest, Error> {
        loop {
            let request = self.next(cancel).await?;
            // Without an answer it gets that page.
            if has_state(&request.params) {
                return Ok(request);
            }
        }
    }
}

impl Drop for LoopbackListener {
    fn drop(&mut self) {
        OWN_PORTS.lock().remove(&self.port);
    }
}

/// A callback request of the browser, which waits for its page.
#[derive(Debug)]
pub struct CallbackRequest {
    params: CallbackParams,
    page: oneshot::Sender<Page>,
    connection_closed: oneshot::Receiver<Infallible>,
}

impl CallbackRequest {
    /// The unchecked parameters.
    pub fn params(&self) -> &CallbackParams {
        &self.params
    }

    /// Sends the page, and waits until the browser has received it, so that the listener may be dropped then.
    pub async fn respond(self, page: Page) {
        if self.page.send(page).is_ok() {
            // The sender is dropped with the connection; a slow browser is not waited for.
            let _ = tokio::time::timeout(RESPONSE_LIMIT, self.connection_closed).await;
        }
    }
}

/// Maximum attempts to find a port that is free on both addresses.
const TRIES: usize = 8;

async fn open(host: LoopbackHost, port: u16) -> io::Result<Vec<TcpListener>> {
    let mut tries = TRIES;
    loop {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        if host == LoopbackHost::Ip {
            return Ok(vec![first]);
        }
        tries -= 1;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, first.local_addr()?.port())).await {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if port != 0 || tries == 0 {
                    return Err(error);
                }
            }
            // Without IPv6 browsers use the other address.
            Err(_) => return Ok(vec![first]),
        }
    }
}

fn port_of(sockets: &[TcpListener]) -> io::Result<u16> {
    let socket = sockets.first().ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok(socket.local_addr()?.port())
}

/// Start of the names of our programs.
const OWN_PROGRAM: &str = "patchbay";

async fn busy(port: u16, error: io::Error) -> Error {
    // Windows reserves ranges of ports and says "permission denied" for them.
    match error.kind() {
        _ if OWN_PORTS.lock().contains(&port) => Error::PortAwaitsSignIn { port },
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied => {
            let holder = tokio::task::spawn_blocking(move || holder_of(port)).await;
            match holder.ok().flatten() {
                Some(holder) if holder.starts_with(OWN_PROGRAM) => Error::PortAwaitsSignIn { port },
                holder => Error::PortBusy { port, holder },
            }
        }
        _ => Error::Listen(error),
    }
}

/// Shared by all connections.
#[derive(Clone)]
struct Acceptor {
    authority: Arc<str>,
    sender: mpsc::Sender<CallbackRequest>,
}

async fn accept(socket: TcpListener, acceptor: Acceptor) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(permit) = permits.clone().acquire_owned().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        match socket.accept().await {
            Ok((stream, _)) => {
                let acceptor = acceptor.clone();
                connections.spawn(async move {
                    let _ = tokio::time::timeout(CONNECTION_LIMIT, serve(stream, acceptor)).await;
                    drop(permit);
                });
            }
            // Such as too many open files, which is usually temporary.
            Err(error) => {
                tracing::warn!(%error, "could not accept the browser's connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, acceptor: Acceptor) {
    // Dropped with the connection, which ends the wait of `respond`.
    let (_until_closed, connection_closed) = oneshot::channel();
    let connection_closed = Mutex::new(Some(connection_closed));
    let service = service_fn(|request| {
        let connection_closed = connection_closed.lock().take();
        let acceptor = &acceptor;
        async move { Ok::<_, Infallible>(respond(&answer(request, connection_closed, acceptor).await)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a browser's connection broke");
    }
}

async fn answer(
    request: Request<Incoming>,
    connection_closed: Option<oneshot::Receiver<Infallible>>,
    acceptor: &Acceptor,
) -> Page {
    let host = request.headers().get(header::HOST);
    let is_ours = host.is_none_or(|host| host.as_bytes() == acceptor.authority.as_bytes());
    let is_callback = request.method() == Method::GET && request.uri().path() == CALLBACK_PATH;
    let (true, true, Some(connection_closed)) = (is_ours, is_callback, connection_closed) else {
        return Page::not_found();
    };
    let params = CallbackParams::from_query(request.uri().query().unwrap_or_default());
    let (page, shown) = oneshot::channel();
    let sent = acceptor
        .sender
        .send(CallbackRequest {
            params,
            page,
            connection_closed,
        })
        .await;
    match sent {
        Ok(()) => shown.await.unwrap_or_else(|_| Page::unknown()),
        Err(_) => Page::unknown(),
    }
}

fn respond(page: &Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(page.html())));
    *response.status_mut() = page.status();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Ok(policy) = HeaderValue::from_str(&CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
