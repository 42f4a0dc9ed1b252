//! The icons that a platform names, fetched by the app and never by the page.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use patchbay_testkit::fakes::FakeMistral;
use serde_json::json;

use super::stage::{KEY, Stage};

const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

#[test]
fn an_icon_that_mistral_names_is_fetched_by_the_app_once_and_drawn() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let icon = format!("http://{}/wiki.gif", listener.local_addr().expect("one"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::Relaxed);
            drop(stream.read(&mut [0; 4096]));
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", GIF.len());
            drop(stream.write_all(&[head.as_bytes(), GIF].concat()));
        }
    });
    let stage = Stage::signed_in(FakeMistral::new(KEY), "Mistral");
    let values = json!({
        "name": "wiki", "description": "The wiki", "server": "https://wiki.example/mcp",
        "auth_methods": [{ "kind": "none" }], "icon_url": icon,
    });
    stage.create("mcp", values, json!({}));
    let window = &stage.window;
    let is_drawn = |place: &str| {
        let script = format!(
            "const image = document.querySelector(\"{place} img[src^='data:image/gif;base64,']\");
            return image !== null && image.naturalWidth === 1"
        );
        window.script(&script, &[]) == json!(true)
    };
    window.wait_until("the icon on its page", || is_drawn("main"));
    window.go_to("Connectors");
    window.wait_until("the icon in its row", || is_drawn("[role='row']"));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    stage.finish();
}
