use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_model::Connector;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::testing::{UNREACHABLE_URL, add, open_temporary};

/// A GIF of one pixel.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const SHOWN: &str = "data:image/gif;base64,R0lGODlhAQABAAAAADs=";

/// Serves the same bytes to every client and counts the requests.
async fn server(body: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/icon", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let mut head = [0; 2048];
            drop(stream.read(&mut head).await);
            let length = body.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
            drop(stream.write_all(&[head.as_bytes(), body].concat()).await);
        }
    });
    (address, asked)
}

async fn with_icon(cx: &Context, server: &str, icon: &str) -> Connector {
    let connector = Connector {
        icon: Some(icon.to_owned()),
        ..add(cx, server).await
    };
    cx.store().save_connector(&connector).await.unwrap();
    connector
}

#[tokio::test]
async fn an_icon_is_fetched_once_and_cached_under_a_hash() {
    let (_home, cx) = open_temporary().await;
    let (address, asked) = server(GIF).await;
    let connector = with_icon(&cx, UNREACHABLE_URL, &format!("{address}?../../x")).await;
    for _ in 0..3 {
        let shown = load_icon(&cx, &connector.id, None).await.unwrap();
        assert_eq!(shown.as_deref(), Some(SHOWN));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let [kept] = &files(&cx)[..] else {
        panic!("one file");
    };
    assert_eq!(kept.len(), 64);
    assert!(kept.bytes().all(|letter| letter.is_ascii_hexdigit()));
}

#[tokio::test]
async fn other_files_and_addresses_out_of_reach_are_no_icons() {
    let (_home, cx) = open_temporary().await;
    let (markup, _) = server(b"<svg xmlns='http://www.w3.org/2000/svg'/>").await;
    let (picture, asked) = server(GIF).await;
    for (server, icon) in [
        (UNREACHABLE_URL, markup.as_str()),
        ("https://mcp.example/", &picture),
        (UNREACHABLE_URL, &picture.replace("127.0.0.1", "localhost")),
        (UNREACHABLE_URL, "data:image/svg+xml;base64,PHN2Zy8+"),
        (UNREACHABLE_URL, "file:///etc/passwd"),
    ] {
        let connector = with_icon(&cx, server, icon).await;
        let shown = load_icon(&cx, &connector.id, None).await.unwrap();
        assert_eq!(shown, None, "{icon}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(files(&cx), Vec::<String>::new());
}

#[tokio::test]
async fn a_tool_has_an_icon_of_its_own() {
    let (_home, cx) = open_temporary().await;
    let connector = add(&cx, UNREACHABLE_URL).await;
    let tool = serde_json::json!({
        "name": "look", "title": null, "description": null, "inputSchema": {}, "outputSchema": null,
        "effect": "read", "idempotent": true, "openWorld": false, "icon": SHOWN,
    });
    let tool = serde_json::from_value(tool).unwrap();
    let tools = [tool];
    let now = cx.now();
    cx.store()
        .replace_tools(&connector.id, &tools, now)
        .await
        .unwrap();
    let of = |tool| load_icon(&cx, &connector.id, tool);
    assert_eq!(of(None).await.unwrap(), None);
    assert_eq!(of(Some("look")).await.unwrap().as_deref(), Some(SHOWN));
}

#[test]
fn expired_icons_are_ignored_and_the_oldest_are_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one");
    let now = SystemTime::UNIX_EPOCH + 2 * CACHE_TTL;
    save(&file, GIF).unwrap();
    let written = |file: &Path, at| {
        let opened = fs::File::options().append(true).open(file).unwrap();
        opened.set_modified(at).unwrap();
    };
    written(&file, now - CACHE_TTL);
    assert!(read(&file, now).is_some());
    written(&file, now - CACHE_TTL - Duration::from_secs(1));
    assert_eq!(read(&file, now), None);
    for number in 1..2 * MAX_CACHED {
        fs::write(folder.path().join(number.to_string()), GIF).unwrap();
    }
    save(&folder.path().join("last"), GIF).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), MAX_CACHED);
    assert!(!file.exists() && folder.path().join("last").exists());
}

fn files(cx: &Context) -> Vec<String> {
    let entries = fs::read_dir(cx.paths().icons());
    let entries = entries.into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}
