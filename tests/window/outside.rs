//! What a script injected into the page could do: it can send nothing, and learns nothing of a sign-in or a link; nor
//! does a log.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_playground::Consent;
use serde_json::json;

use crate::support::harness::{Harness, binary};
use crate::support::{keys, seed};

/// A server that counts requests. WebKit opens a connection to the host of a pressed link before the app decides
/// whether to follow it; nothing is sent over that connection.
fn counting() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for visitor in listener.incoming() {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || {
                let asked = visitor.and_then(|mut visitor| visitor.read(&mut [0]));
                if asked.is_ok_and(|bytes| bytes > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (port, count)
}

#[test]
fn no_script_takes_the_window_elsewhere_or_reaches_anybody() {
    let harness = Harness::new();
    let (port, visits) = counting();
    let window = harness.start();
    let page = window.script("return location.href", &[]);
    for attempt in [
        "location.href = to",
        "location.replace(to)",
        "location.assign(to)",
        "window.open(to)",
        "window.open(to, '_self')",
        "window.top.location = to",
        "const a = document.createElement('a'); a.href = to; document.body.append(a); a.click(); a.remove()",
        "const a = document.createElement('a'); a.href = to; a.target = '_blank'; document.body.append(a); a.click(); a.remove()",
        "const a = document.createElement('a'); a.href = to; a.download = 'x'; document.body.append(a); a.click(); a.remove()",
        "const f = document.createElement('form'); f.action = to; f.method = 'post'; document.body.append(f); f.submit(); f.remove()",
        "const f = document.createElement('iframe'); f.src = to; document.body.append(f)",
        "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = `0;url=${to}`; document.head.append(m)",
        "const i = new Image(); i.src = to",
        "const l = document.createElement('link'); l.rel = 'prefetch'; l.href = to; document.head.append(l)",
        "const s = document.createElement('script'); s.src = to; document.head.append(s)",
        "fetch(to).catch(() => 0)",
        "navigator.sendBeacon(to, 'x')",
        "try { new WebSocket(to.replace('http', 'ws')) } catch (error) {}",
        "try { new EventSource(to) } catch (error) {}",
    ] {
        let script = format!(
            "const to = args[0]; {attempt}; return new Promise((over) => setTimeout(() => over(1), 60))"
        );
        let to = format!("http://127.0.0.1:{port}/?secret=x");
        window.script_async(&script, &[json!(to)]);
    }
    for elsewhere in [
        "file:///etc/passwd",
        "data:text/html,x",
        "about:blank",
        "patchbay://oauth/callback?code=x&state=y",
    ] {
        let script =
            "location.href = args[0]; return new Promise((over) => setTimeout(() => over(1), 60))";
        window.script_async(script, &[json!(elsewhere)]);
    }
    // Once the app answers again, everything that was started had its chance.
    window.go_to("Connectors");
    window.see("button", "Add connector");
    assert_eq!(visits.load(Ordering::SeqCst), 0, "somebody was reached");
    let now = window.script("return location.origin", &[]);
    assert!(
        page.as_str()
            .is_some_and(|page| page.starts_with(now.as_str().unwrap_or("?")))
    );
    assert!(!harness.opened_any());
    window.quit();
}

#[test]
fn the_page_hears_the_host_of_a_sign_in_and_nothing_that_finishes_it() {
    let harness = Harness::with(|switches| switches.consent = Consent::Ask);
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    window.go_to("Connectors");
    window.press("button", "*, Playground");
    let page = harness.opened_page();
    let host = page.host_str().expect("a host").to_owned();
    window.see_text(&host);
    let (_, state) = page
        .query_pairs()
        .find(|(name, _)| name == "state")
        .expect("a state");
    let (_, challenge) = page
        .query_pairs()
        .find(|(name, _)| name == "code_challenge")
        .expect("a challenge");
    let heard = window.crossed() + &window.source();
    assert!(heard.contains(&host), "the page was told where");
    for secret in [state, challenge] {
        assert!(!heard.contains(&*secret), "the page heard of {secret}");
    }
    window.quit();
}

#[test]
fn the_page_cannot_listen_to_the_events_of_plugins() {
    let (_harness, window) = Harness::started();
    let listen = "
        const [event, target] = args;
        const handler = window.__TAURI_INTERNALS__.transformCallback(() => 0);
        return window.__TAURI_INTERNALS__
            .invoke('plugin:event|listen', { event, target, handler })
            .then(() => 'listens', (refusal) => `${refusal}`)";
    for event in ["deep-link://new-url", "tauri://drag-drop", "news"] {
        for target in [json!({"kind": "Any"}), json!({"kind": "App"})] {
            let answer = window.script_async(listen, &[json!(event), target]);
            let answer = answer.as_str().unwrap_or_default();
            assert!(answer.contains("not allowed"), "{event}: {answer}");
        }
    }
    window.quit();
}

#[test]
fn a_link_that_starts_the_app_is_in_no_log_and_on_no_output() {
    const MARK: &str = "mark-7c1e0d55b2a94f";
    let harness = Harness::new();
    let link = format!("patchbay://oauth/callback?code={MARK}-code&state={MARK}-state");
    // The first handles the link itself; the second hands its link to the first.
    let mut first = started(&harness, &[&link]);
    let window_is_there = || crate::support::display::bounds();
    harness.wait_for("the window", window_is_there);
    let second = started(&harness, &[&link]);
    let of_second = second.wait_with_output().expect("it ends");
    first.kill().expect("it runs");
    let of_first = first.wait_with_output().expect("it ended");
    let mut log = String::new();
    std::fs::File::open(harness.log())
        .and_then(|mut file| file.read_to_string(&mut log))
        .expect("the log");
    assert!(log.contains("Patchbay started"), "the log is on: {log}");
    for (what, text) in [
        ("the log", log.as_bytes()),
        ("the first's output", &of_first.stdout),
        ("the second's output", &of_second.stdout),
    ] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains(MARK), "{what}: {text}");
    }
    assert_eq!(files_with(harness.home(), MARK), Vec::<String>::new());
}

#[test]
fn a_link_that_installs_leads_to_the_review_and_adds_nothing_by_itself() {
    let (harness, window) = Harness::started();
    window.see("heading", "Home");
    // {"command":"touch","args":["/tmp/mark"]}
    let config = "eyJjb21tYW5kIjoidG91Y2giLCJhcmdzIjpbIi90bXAvbWFyayJdfQ";
    let link = format!("patchbay://install?name=files&config={config}");
    let second = started(&harness, &[&link]);
    second.wait_with_output().expect("it ends");
    window.see_text("/tmp/mark");
    window.keys(&[keys::ESCAPE]);
    let address = harness.playground.url();
    let link = format!("patchbay://install?name=Played&url={address}");
    let second = started(&harness, &[&link]);
    second.wait_with_output().expect("it ends");
    window.see_text("A link wants to add this server");
    window.see_text(address.as_str());
    window.press("button", "Continue");
    window.see("region", "Found");
    assert_eq!(window.value("Name"), "Played");
    window.keys(&[keys::ESCAPE]);
    window.see_text("No connectors yet");
    window.quit();
}

#[test]
fn links_start_the_app_where_it_is_now() {
    let harness = Harness::new();
    let folder = |name: &str| {
        let folder = harness.home().join("home").join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    };
    let entry = folder(".local/share/applications").join("patchbay-desktop-handler.desktop");
    // Another version, which is there still.
    let before = "[Desktop Entry]\nType=Application\nName=Patchbay\nExec=/bin/true %u\n\
                  MimeType=x-scheme-handler/patchbay\n";
    std::fs::write(&entry, before).expect("an entry");
    let default =
        "[Default Applications]\nx-scheme-handler/patchbay=patchbay-desktop-handler.desktop\n";
    std::fs::write(folder(".config").join("mimeapps.list"), default).expect("a default");
    let window = harness.start();
    let line = format!("Exec=\"{}\" %u", binary("PATCHBAY_DESKTOP_BIN").display());
    window.wait_until("an entry with this program", || {
        let entry = std::fs::read_to_string(&entry);
        entry.is_ok_and(|entry| entry.contains(&line))
    });
    window.quit();
}

/// Starts the app without a driver.
fn started(harness: &Harness, arguments: &[&str]) -> std::process::Child {
    let mut command = Command::new(binary("PATCHBAY_DESKTOP_BIN"));
    harness.prepare(&mut command);
    command
        .args(arguments)
        .env("PATCHBAY_LOG", "trace,tauri_plugin_deep_link=trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command.spawn().expect("the app starts")
}

/// Files below a folder that contain the text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        if path.is_symlink() {
            continue;
        }
        if let Ok(entries) = std::fs::read_dir(&path) {
            waiting.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.is_file() && std::fs::read(&path).is_ok_and(|bytes| contains(&bytes, text)) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
