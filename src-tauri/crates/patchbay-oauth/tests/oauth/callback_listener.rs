//! Callbacks on a real port.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use patchbay_model::{Code, Explain};
use patchbay_oauth::{Error, LoopbackHost, LoopbackListener, LoopbackOptions, Page, PortChoice};
use tokio_util::sync::CancellationToken;
use url::Url;

async fn listener() -> LoopbackListener {
    bind(LoopbackHost::Ip, PortChoice::Any).await.unwrap()
}

async fn bind(host: LoopbackHost, port: PortChoice) -> Result<LoopbackListener, Error> {
    LoopbackListener::bind(LoopbackOptions { host, port }).await
}

fn at(listener: &LoopbackListener, path_and_query: &str) -> Url {
    listener.redirect_uri().join(path_and_query).unwrap()
}

/// Sends a request to the listener, as a browser does.
fn browse(url: Url) -> tokio::task::JoinHandle<(u16, http::HeaderMap, String)> {
    tokio::spawn(async move {
        let browser = reqwest::Client::builder().no_proxy().build().unwrap();
        let response = browser.get(url).send().await.unwrap();
        (
            response.status().as_u16(),
            response.headers().clone(),
            response.text().await.unwrap(),
        )
    })
}

#[tokio::test]
async fn callback_is_handed_over_and_gets_its_page() {
    let mut listener = listener().await;
    let browser = browse(at(&listener, "/callback?code=x&state=y"));
    let request = listener.next(&CancellationToken::new()).await.unwrap();
    request.respond(Page::declined("<b>GitHub</b>")).await;
    drop(listener);
    let (status, headers, html) = browser.await.unwrap();
    assert_eq!(status, 200);
    assert!(html.contains("Access to &lt;b&gt;GitHub&lt;/b&gt; denied"));
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
}

#[tokio::test]
async fn other_paths_methods_and_hosts_are_not_found() {
    let mut listener = listener().await;
    for path in ["/", "/favicon.ico", "/callback/", "/callback2?state=y"] {
        assert_eq!(browse(at(&listener, path)).await.unwrap().0, 404, "{path}");
    }
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = at(&listener, "/callback?state=y");
    assert_eq!(
        browser.post(url.clone()).send().await.unwrap().status(),
        404
    );
    let foreign = browser
        .get(url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 404);
    // None of them was passed on.
    let stop = CancellationToken::new();
    stop.cancel();
    assert!(matches!(listener.next(&stop).await, Err(Error::Cancelled)));
}

#[tokio::test]
async fn a_browser_leaves_out_the_default_port() {
    // Many systems keep it from ordinary users.
    let Ok(mut listener) = bind(LoopbackHost::Ip, PortChoice::Pinned(80)).await else {
        return;
    };
    let browser = browse(at(&listener, "/callback?state=y"));
    let stop = CancellationToken::new();
    let request = tokio::time::timeout(Duration::from_secs(5), listener.next(&stop)).await;
    let request = request.unwrap().unwrap();
    request.respond(Page::declined("GitHub")).await;
    assert_eq!(browser.await.unwrap().0, 200);
}

#[tokio::test]
async fn port_is_closed_when_the_listener_is_dropped() {
    let listener = listener().await;
    let port = listener.redirect_uri().port().unwrap();
    drop(listener);
    // The tasks that own the socket end when they are next polled.
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn silent_connections_do_not_keep_the_browser_waiting() {
    let mut listener = listener().await;
    let port = listener.redirect_uri().port().unwrap();
    let silent: Vec<_> = (0..8)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    let browser = browse(at(&listener, "/callback?code=x&state=y"));
    let request = listener.next(&CancellationToken::new()).await.unwrap();
    request.respond(Page::connected("GitHub")).await;
    assert_eq!(browser.await.unwrap().0, 200);
    drop(silent);
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let listener = listener().await;
    let port = listener.redirect_uri().port().unwrap();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let _ = write!(
            stream,
            "GET /callback?x={} HTTP/1.1\r\n\r\n",
            "x".repeat(200_000)
        );
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    });
    let answer = answer.await.unwrap();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 4"),
        "{answer}"
    );
}

#[tokio::test]
async fn pinned_port_that_is_taken_names_its_holder() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = bind(LoopbackHost::Ip, PortChoice::Pinned(port))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::AuthPortBusy);
    let Error::PortBusy {
        port: named,
        holder,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((named, holder.is_some()), (port, cfg!(target_os = "linux")));
}

#[tokio::test]
async fn a_port_of_another_sign_in_says_so() {
    let first = listener().await;
    let port = first.redirect_uri().port().unwrap();
    let error = bind(LoopbackHost::Ip, PortChoice::Pinned(port))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::AuthPortBusy);
    let hint = error.hint().unwrap();
    assert_eq!(hint, "Finish or cancel the other sign-in first.");
    assert!(error.to_string().ends_with("in use by another sign-in"));
}

#[tokio::test]
async fn preferred_port_that_is_taken_gives_way_to_a_free_one() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let listener = bind(LoopbackHost::Ip, PortChoice::Preferred(port))
        .await
        .unwrap();
    assert_ne!(listener.redirect_uri().port(), Some(port));
}

#[tokio::test]
async fn localhost_is_answered_on_every_address_it_has() {
    let mut listener = bind(LoopbackHost::Localhost, PortChoice::Any)
        .await
        .unwrap();
    let redirect = listener.redirect_uri().clone();
    assert_eq!(redirect.host_str(), Some("localhost"));
    let port = redirect.port().unwrap();
    let mut addresses = vec!["127.0.0.1"];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        addresses.push("::1");
    }
    for address in addresses {
        let asked = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect((address, port)).unwrap();
            write!(
                stream,
                "GET /callback?state=y HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        let request = listener.next(&CancellationToken::new()).await.unwrap();
        request.respond(Page::connected("GitHub")).await;
        assert!(
            asked.await.unwrap().starts_with("HTTP/1.1 200"),
            "{address}"
        );
    }
}

#[tokio::test]
async fn cancelling_ends_the_wait() {
    let mut listener = listener().await;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let (ended, ()) = tokio::join!(listener.next(&stop), async move { stopping.cancel() });
    assert!(matches!(ended, Err(Error::Cancelled)));
}
