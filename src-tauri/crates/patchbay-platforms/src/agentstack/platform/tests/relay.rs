//! The relay as a stream, against a socket that does exactly as told.

use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

struct Socket(TcpListener);

impl Socket {
    async fn open() -> (Self, Arc<dyn Platform>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        (Self(listener), signed_in(&base, JumpingClock::new()))
    }

    /// Takes a request and starts an answer in pieces.
    async fn answering(&self) -> TcpStream {
        let (mut socket, _) = self.0.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
            transfer-encoding: chunked\r\n\r\n";
        socket.write_all(answer.as_bytes()).await.unwrap();
        socket
    }
}

async fn piece(socket: &mut TcpStream, text: &str) {
    let piece = format!("{:x}\r\n{text}\r\n", text.len());
    socket.write_all(piece.as_bytes()).await.unwrap();
}

/// Whether the client has closed its end.
async fn is_closed(socket: &mut TcpStream) -> bool {
    !matches!(socket.read(&mut [0; 64]).await, Ok(1..))
}

fn listening() -> Value {
    value!({"connector": "c-1", "method": "get"})
}

#[tokio::test]
async fn pieces_are_passed_on_as_they_arrive() {
    let (server, platform) = Socket::open().await;
    let options = options();
    let (answer, mut socket) = tokio::join!(
        platform.stream("mcp_proxy", listening(), &options),
        server.answering()
    );
    let mut answer = answer.unwrap();
    assert_eq!(answer.status, 200);
    // Each piece is sent only after the one before it has arrived.
    for text in ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"] {
        piece(&mut socket, text).await;
        assert_eq!(answer.pieces.next().await.unwrap().unwrap(), text);
    }
    socket.write_all(b"0\r\n\r\n").await.unwrap();
    assert!(answer.pieces.next().await.is_none());
}

#[tokio::test]
async fn dropping_the_answer_closes_the_connection() {
    let (server, platform) = Socket::open().await;
    let options = options();
    let (answer, mut socket) = tokio::join!(
        platform.stream("mcp_proxy", listening(), &options),
        server.answering()
    );
    let mut answer = answer.unwrap();
    piece(&mut socket, "data: 1\n\n").await;
    answer.pieces.next().await.unwrap().unwrap();
    drop(answer);
    assert!(is_closed(&mut socket).await);
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let (server, platform) = Socket::open().await;
    let (options, stop) = cancellable_options();
    let (answer, mut socket) = tokio::join!(
        platform.stream("mcp_proxy", listening(), &options),
        server.answering()
    );
    let mut answer = answer.unwrap();
    stop.cancel();
    let ended = answer.pieces.next().await;
    assert!(matches!(ended, Some(Err(Error::Cancelled))));
    assert!(
        is_closed(&mut socket).await,
        "while the answer is still held"
    );
    assert!(answer.pieces.next().await.is_none());
}

#[tokio::test]
async fn an_empty_answer_keeps_status_and_headers() {
    let mut accepted = plain(202);
    let session = "s-1".try_into().unwrap();
    accepted.headers_mut().insert("mcp-session-id", session);
    let (platform, _server) = answered_by([accepted]).await;
    let note = value!({
        "connector": "c-1", "method": "post", "content_json": {"jsonrpc": "2.0", "method": "n"}
    });
    let mut answer = platform
        .stream("mcp_proxy", note, &options())
        .await
        .unwrap();
    assert_eq!(
        (answer.status, &answer.headers["mcp-session-id"]),
        (202, &"s-1".parse().unwrap())
    );
    assert!(answer.pieces.next().await.is_none());
}

#[tokio::test]
async fn a_refusal_carries_status_headers_and_body_and_no_secret_of_the_caller() {
    let mut refused = json(401, value!({"error": "you sent Bearer tok-987"}));
    let challenge = "Bearer resource_metadata=\"https://elsewhere/\""
        .parse()
        .unwrap();
    refused.headers_mut().insert("www-authenticate", challenge);
    let (platform, server) = answered_by([refused]).await;
    let ping = value!({
        "connector": "c-1", "method": "POST", "content": "{}",
        "headers": {"Authorization": "Bearer tok-987", "Content-TYPE": "text/x", "x-custom": "1"}
    });
    let error = call(&*platform, "mcp_proxy", ping).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.text.as_deref(), Some("you sent <redacted>"));
    assert!(refusal.headers.contains_key("www-authenticate"));
    assert!(!refusal.body.is_empty());
    let sent = &server.seen()[0].headers;
    assert_eq!(sent["authorization"], "Bearer tok-987");
    assert_eq!(
        (&sent["content-type"], &sent["x-custom"]),
        (&"text/x".parse().unwrap(), &"1".parse().unwrap())
    );
    assert!(sent.get("accept-encoding").is_none());
}

#[tokio::test]
async fn bytes_that_are_no_text_are_told_in_base64() {
    let mut answer = plain(200);
    *answer.body_mut() = vec![0xff, 0x00].into();
    let (platform, _server) = answered_by([answer]).await;
    let answer = call(&*platform, "mcp_proxy", listening()).await.unwrap();
    assert_eq!(
        (&answer["status_code"], &answer["base64"]),
        (&200.into(), &"/wA=".into())
    );
    assert!(answer.get("text").is_none());
}
