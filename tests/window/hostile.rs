//! Servers and addresses that are wrong or hostile.

use patchbay_playground::{Consent, Document, IssuerParameter, Options, Playground, SelfSigned};
use serde_json::{Value, json};

use crate::support::Harness;
use crate::support::seed;

#[test]
fn an_address_that_is_not_to_be_trusted_is_named_and_nothing_typed_is_lost() {
    let harness = Harness::new();
    let (recorder, strange) = harness.runtime.block_on(async {
        let recorder = Playground::start(Options::default()).await;
        let strange = SelfSigned::start().await;
        (recorder.expect("a Playground"), strange.expect("a server"))
    });
    let elsewhere = recorder.open_url();
    harness.configure(|switches| switches.redirect_target = Some(elsewhere));
    let window = harness.start();
    window.open_adding();
    for (address, code, words) in [
        (strange.url().to_string(), "network.tls", "certificate"),
        (
            harness.playground.at("redirect-elsewhere").to_string(),
            "network.redirect",
            "redirects to",
        ),
        (
            harness.playground.at("json-not-rpc").to_string(),
            "mcp.not_a_server",
            "no MCP server",
        ),
    ] {
        window.enter("Address or command", &address);
        window.see("region", "Found");
        window.see_text(code);
        window.see_text(words);
        // What was typed stays, from one address to the next.
        window.press("radio", "Token");
        if code == "network.tls" {
            window.fill("Token", "pg-typed-token-6666");
        }
        assert_eq!(window.value("Token"), "pg-typed-token-6666");
        window.press("button", "Back");
        assert_eq!(window.value("Address or command"), address);
    }
    assert_eq!(strange.requests(), 0, "nothing is sent without trust");
    assert!(recorder.log().is_empty(), "nobody else is asked");
    assert!(!harness.opened_any());
    window.quit();
}

#[test]
fn what_is_no_address_is_refused_where_it_was_typed() {
    let (harness, window) = Harness::started();
    window.open_adding();
    for (address, words) in [
        ("javascript:alert(1)", "usage.invalid"),
        ("file:///etc/passwd", "usage.invalid"),
        ("ftp://127.0.0.1/mcp", "usage.invalid"),
        ("https://user:pass@127.0.0.1/mcp", "usage.invalid"),
        (
            "patchbay://oauth/callback?code=x&state=y",
            "it doesn't install a server",
        ),
    ] {
        window.enter("Address or command", address);
        window.see_text(words);
        assert_eq!(window.value("Address or command"), address);
        assert!(window.look("region", "Found").is_none(), "{address}");
    }
    assert!(!harness.opened_any());
    assert!(harness.playground.log().is_empty(), "nobody was asked");
    window.quit();
}

#[test]
fn a_look_that_is_stopped_ends_at_once() {
    let (harness, window) = Harness::started();
    window.open_adding();
    let address = harness.playground.at("slow").to_string();
    window.enter("Address or command", &address);
    harness.wait_for_playground("the look", |playground| {
        playground.count(|request| request.path == "/slow") == 1
    });
    window.press("button", "Stop");
    window.see_gone("button", "Stop");
    assert_eq!(window.value("Address or command"), address);
    // The first does not delay the next, and its result is no longer shown.
    window.enter("Address or command", harness.playground.open_url().as_str());
    window.see("region", "Found");
    window.quit();
}

/// What a hostile server publishes, and what that is called: never the same twice in a row, so that each
/// is seen to be told anew.
fn traps() -> [(Value, &'static str); 6] {
    let of = |key: &str, value: &str| json!({ key: value });
    [
        (
            of(
                "authorization_endpoint",
                "javascript:alert(document.domain)",
            ),
            "auth.unsafe_url",
        ),
        (
            of("authorization_endpoint", "http://as.example/authorize"),
            "auth.discovery",
        ),
        (
            of("authorization_endpoint", "file:///etc/passwd"),
            "auth.unsafe_url",
        ),
        (
            of("token_endpoint", "http://as.example/token"),
            "auth.discovery",
        ),
        (
            of("registration_endpoint", "https://169.254.169.254/register"),
            "auth.unsafe_url",
        ),
        (of("issuer", "https://evil.example"), "auth.discovery"),
    ]
}

#[test]
fn hostile_metadata_is_named_opens_nothing_and_leaves_a_connector_that_works_later() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let publish = |document| {
        harness.configure(|switches| switches.server_metadata = document);
    };
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    window.go_to("Connectors");
    for (number, (trap, code)) in traps().into_iter().enumerate() {
        publish(Document::Patched(trap.clone()));
        if number == 0 {
            window.press("button", "*, Playground");
        } else {
            window.press("button", "Try again");
        }
        window.see_text(code);
        window.see("button", "Try again");
        assert!(!harness.opened_any(), "{trap}");
        let links =
            "return document.querySelectorAll('a:not([href^=\"/\"]):not([href^=\"#\"])').length";
        assert_eq!(window.script(links, &[]), 0, "{trap}");
    }
    publish(Document::Published);
    window.press("button", "Try again");
    seed::follow(&harness, &harness.opened_page());
    window.see_text("Signed in to Playground");
    window.quit();
}

#[test]
fn hostile_metadata_is_named_before_anything_is_added() {
    let harness = Harness::new();
    let trap = json!({ "authorization_endpoint": "javascript:alert(1)" });
    harness.configure(|switches| switches.server_metadata = Document::Patched(trap));
    let window = harness.start();
    window.open_adding();
    window.enter("Address or command", harness.playground.url().as_str());
    window.see("region", "Found");
    window.see_text("auth.unsafe_url");
    // The window offers a token, not a consent.
    assert!(window.look("button", "Add and sign in*").is_none());
    assert!(!harness.opened_any());
    window.quit();
}

#[test]
fn hostile_answers_to_a_sign_in_and_in_a_result_are_words_and_nothing_else() {
    let harness = Harness::with(|switches| switches.consent = Consent::AllowAtOnce);
    let ran = harness.home().join("ran");
    let program = format!("cmd:///usr/bin/touch {}", ran.display());
    let page = "<img src=x onerror=\"document.title='ran'\">";
    let turned = "\u{202e}txt.exe";
    harness.configure(|switches| {
        switches.registration_answer = Some(json!({
            "client_secret": program, "client_name": page, "client_uri": "javascript:alert(1)",
        }));
        switches.token_answer = Some(json!({
            "refresh_token": program, "token_type": "Bearer", "scope": format!("mcp {page}"),
        }));
        let tool = json!({ "title": format!("echo {page}"), "description": turned });
        switches.tool_changes = [("echo".to_owned(), tool)].into();
    });
    let window = harness.start();
    let connector = seed::signed_in(&harness, &window);
    window.go_to("Tools");
    window.press("row", "echo*");
    window.see_text("txt.exe");
    let message = format!("{page}{turned}[link](javascript:alert(1)) {program}");
    window.fill("message", &message);
    window.run_tool();
    window.see_text("[link](javascript:alert(1))");
    // Tokens are revoked with the secret and the refresh token unchanged.
    seed::ask(
        &window,
        "disconnect_connector",
        json!({ "connector": connector }),
    );
    window.go_to("Connectors");
    window.see("button", "*, Playground");
    let elements = "return document.querySelectorAll('img[src=x], a[href^=javascript]').length";
    assert_eq!(window.script(elements, &[]), 0);
    assert_ne!(window.script("return document.title", &[]), "ran");
    assert!(!window.text().contains('\u{202e}'));
    assert!(!harness.opened_any());
    assert!(!ran.exists(), "a program was run");
    window.quit();
}

#[test]
fn a_sign_in_server_that_answers_wrongly_is_waited_past_and_gets_no_code() {
    let harness = Harness::with(|switches| {
        switches.consent = Consent::AllowAtOnce;
        switches.registration_answer = Some(json!({ "client_id": "x".repeat(3_000) }));
    });
    // A challenge that points into the local network is ignored in favour of the well-known paths.
    harness.playground.tamper(|_, reply| {
        let inside = "Bearer resource_metadata=\"https://169.254.169.254/meta\"";
        if reply.status == 401 {
            reply.set_header("www-authenticate", inside);
        }
    });
    let window = harness.start();
    seed::draft(&harness, &window, "loopback");
    window.go_to("Connectors");
    window.press("button", "*, Playground");
    window.see_text("a client ID longer than 2048 bytes");
    assert!(!harness.opened_any());

    let wrong = "https://evil.example".to_owned();
    harness.configure(|switches| {
        switches.registration_answer = None;
        switches.issuer_parameter = IssuerParameter::Wrong(wrong);
    });
    window.press("button", "Try again");
    let page = harness.opened_page();
    seed::follow(&harness, &page);
    window.see("progressbar", "Time left to sign in");
    assert_eq!(
        harness.playground.token_requests(),
        0,
        "no code is exchanged"
    );
    harness.configure(|switches| switches.issuer_parameter = IssuerParameter::Right);
    seed::follow(&harness, &page);
    window.see_text("Signed in to Playground");
    window.quit();
}
