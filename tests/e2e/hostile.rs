//! Addresses, servers, links and callbacks that are wrong or hostile.

use std::net::TcpListener;

use patchbay_model::{
    AuthorizationState, Code, Connector, Explain as _, InspectionId, Redirect, RunState, Secret,
    Status,
};
use patchbay_ops::{
    AddConnector, AuthenticationChoice, StartAuthorization, add_connector, cancel_inspection,
    finish_authorization, handle_callback_link, inspect_address, inspect_address_until_cancelled,
    list_tools, refresh_tools, start_authorization,
};
use patchbay_playground::{
    APP_CLIENT_ID, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Challenge, Document,
    Endpoint, Failure, LoggedRequest, Pace, Playground, Reply,
};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

use crate::support::{
    Harness, TIMEOUT, add_request, bearer, oauth, oauth_app, parameter, sign_in_request,
    start_playground, text_of,
};

#[tokio::test]
async fn an_address_without_an_mcp_server_is_named_for_what_it_is() {
    let harness = Harness::new().await;
    let good = harness.connect().await;
    let opened = harness.browser.opened().len();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let port = harness.playground.port();
    let at = |path: &str| harness.playground.at(path).to_string();
    let cases = [
        (at("html"), Code::McpNotAServer),
        (at("json-not-rpc"), Code::McpNotAServer),
        (at("notfound"), Code::McpNotAServer),
        (at("error500"), Code::PlatformFailed),
        (at("redirect-elsewhere"), Code::NetworkRedirect),
        (format!("http://{closed}/mcp"), Code::NetworkUnreachable),
        ("https://no-such-host.invalid/mcp".into(), Code::NetworkDns),
        (format!("https://127.0.0.1:{port}/mcp"), Code::NetworkTls),
    ];
    for (address, code) in cases {
        let found = inspect_address(&harness.cx, &address).await.unwrap();
        let problem = found.problem.unwrap();
        assert_eq!(problem.code, code, "{address}: {problem:?}");
        assert!(problem.hint.is_some(), "{address}: {problem:?}");

        let connector = harness.add_at(&address, oauth()).await;
        let outcome = harness.sign_in(&connector).await;
        assert_eq!(outcome.state, AuthorizationState::Failed, "{address}");
        assert_eq!(outcome.problem.unwrap().code, code, "{address}");
        let open = harness.add_open_at(&address).await;
        let error = refresh_tools(&harness.cx, &open.id).await.unwrap_err();
        assert_eq!(error.code(), code, "{address}");
        let kept = harness.connector(&open.id).await;
        assert_eq!(kept.status.status, Status::Failing, "{address}");
        assert_eq!(kept.status.code, Some(code), "{address}");
        assert!(kept.draft && kept.endpoint.as_deref() == Some(&*address));
    }
    assert_eq!(harness.browser.opened().len(), opened, "nothing was opened");
    let run = harness
        .run(&good, "echo", json!({ "message": "still here" }))
        .await;
    assert_eq!(text_of(&run), "still here");
}

/// Accepts a connection and says nothing, at the negotiation and at every step of a discovery.
#[tokio::test]
async fn a_look_at_an_address_can_be_stopped_and_ends_its_request() {
    let harness = Harness::new().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/mcp", silent.local_addr().unwrap());
    let id = InspectionId::new("look-1");
    let looking = inspect_address_until_cancelled(&harness.cx, &address, &id);
    let server = async {
        let (mut stream, _) = silent.accept().await.unwrap();
        let mut buffer = vec![0; 64 * 1024];
        assert!(stream.read(&mut buffer).await.unwrap() > 0, "it asks");
        cancel_inspection(&harness.cx, &id);
        // The client closes the connection, whatever it has sent by then.
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    let both = async { tokio::join!(looking, server).0 };
    let stopped = tokio::time::timeout(TIMEOUT, both).await.expect("both end");
    assert_eq!(stopped.unwrap_err().code(), Code::Cancelled);
    cancel_inspection(&harness.cx, &id);
}

#[tokio::test]
async fn what_is_no_address_is_not_added() {
    let harness = Harness::new().await;
    for address in [
        "",
        "github",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://example.com/mcp",
        "https://user:pass@example.com/mcp",
        "http://",
        "patchbay://oauth/callback",
    ] {
        let error = inspect_address(&harness.cx, address).await.unwrap_err();
        assert_eq!(error.code(), Code::UsageInvalid, "{address}");
        let request = AddConnector {
            authentication: None,
            ..add_request(address, AuthenticationChoice::None)
        };
        let error = add_connector(&harness.cx, request).await.unwrap_err();
        assert_eq!(error.code(), Code::UsageInvalid, "{address}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_origin_gets_no_credential() {
    let recorder = start_playground(|_| {}).await;
    let harness =
        Harness::with(|switches| switches.redirect_target = Some(recorder.open_url())).await;
    let address = harness.playground.at("redirect-elsewhere");
    let connector = harness.add_at(address, bearer("for-one-host-alone")).await;
    let error = refresh_tools(&harness.cx, &connector.id).await.unwrap_err();
    assert_eq!(error.code(), Code::NetworkRedirect);
    let sent = |request: &LoggedRequest| {
        request.header("authorization") == Some("Bearer for-one-host-alone")
    };
    assert!(
        harness.playground.count(sent) > 0,
        "the host itself gets it"
    );
    assert!(recorder.log().is_empty(), "the other one is not even asked");
}

#[tokio::test]
async fn hostile_metadata_opens_nothing_and_gets_nothing() {
    let harness = Harness::new().await;
    let connector = harness.add().await;
    for (code, patches) in [
        (
            Code::AuthUnsafeUrl,
            &[
                json!({ "authorization_endpoint": "javascript:alert(1)" }),
                json!({ "authorization_endpoint": "file:///etc/passwd" }),
                json!({ "authorization_endpoint": "https://u:p@as.example/a" }),
                json!({ "token_endpoint": "file:///tmp/token" }),
                json!({ "token_endpoint": "https://169.254.169.254/token" }),
            ][..],
        ),
        (
            Code::AuthDiscovery,
            &[
                json!({ "authorization_endpoint": "http://as.example/a" }),
                json!({ "authorization_endpoint": null }),
                json!({ "token_endpoint": "http://as.example/token" }),
                json!({ "registration_endpoint": "http://as.example/r" }),
                json!({ "issuer": "https://evil.example" }),
                json!({ "code_challenge_methods_supported": ["plain"] }),
                json!({ "code_challenge_methods_supported": null }),
            ],
        ),
    ] {
        for patch in patches {
            let document = Document::Patched(patch.clone());
            harness.configure(|switches| switches.server_metadata = document);
            assert_fails(&harness, &connector, patch, code).await;
        }
    }
    harness.configure(|switches| switches.server_metadata = Document::Published);
    let servers = |server: &str| json!({ "authorization_servers": [server] });
    for (patch, code) in [
        (
            json!({ "resource": "https://other.example/mcp" }),
            Code::AuthDiscovery,
        ),
        (servers("javascript:alert(1)"), Code::AuthUnsafeUrl),
        (servers("http://as.example"), Code::AuthDiscovery),
        (servers("https://10.0.0.1/"), Code::AuthUnsafeUrl),
    ] {
        let document = Document::Patched(patch.clone());
        harness.configure(|switches| switches.resource_metadata = document);
        assert_fails(&harness, &connector, &patch, code).await;
    }
    assert_eq!(harness.browser.opened(), []);
    assert_eq!(harness.playground.token_requests(), 0);
    assert!(harness.connector(&connector.id).await.draft);

    harness.configure(|switches| switches.resource_metadata = Document::Published);
    harness.authorize(&connector).await;
}

async fn assert_fails(harness: &Harness, connector: &Connector, patch: &Value, code: Code) {
    let outcome = harness.sign_in(connector).await;
    assert_eq!(outcome.state, AuthorizationState::Failed, "{patch}");
    assert_eq!(
        outcome.problem.as_ref().unwrap().code,
        code,
        "{patch} {outcome:?}"
    );
}

#[tokio::test]
async fn another_authorization_server_than_before_is_asked_for_nothing_until_agreed_to() {
    let (harness, connector) = Harness::connected().await;
    let opened = harness.browser.opened().len();
    let other = start_playground(|_| {}).await;
    let named = json!({ "authorization_servers": [other.issuer()] });
    harness.configure(|switches| switches.resource_metadata = Document::Patched(named));
    let host = |playground: &Playground| format!("127.0.0.1:{}", playground.port());
    let sign_in = async |accept_issuer: Option<String>| {
        let request = StartAuthorization {
            redirect: Some(Redirect::Loopback),
            accept_issuer,
            ..sign_in_request(&connector.id)
        };
        let pending = start_authorization(&harness.cx, request).await.unwrap();
        harness.wait_for_end(&pending).await
    };
    for agreed in [None, Some(harness.playground.issuer()), Some(host(&other))] {
        let outcome = sign_in(agreed).await;
        assert_eq!(outcome.state, AuthorizationState::Failed);
        let problem = outcome.problem.unwrap();
        assert_eq!(problem.code, Code::AuthIssuerChanged);
        for named in [host(&other), host(&harness.playground)] {
            assert!(problem.message.contains(&named), "{problem:?}");
        }
        let change = outcome.issuer_change.unwrap();
        assert_eq!(change.issuer, other.issuer());
        assert_eq!(harness.browser.opened().len(), opened, "nothing was opened");
        assert_eq!(other.registrations(), 0);
        assert_eq!(other.count(|request| request.method == "POST"), 0);
        // The earlier sign-in still works.
        assert_eq!(harness.status(&connector).await, Status::Ready);
    }
    sign_in(Some(other.issuer())).await;
    assert_eq!(other.registrations(), 1);
    let page = harness.browser.opened().pop().unwrap();
    assert_eq!(page.port(), Some(other.port()));
}

/// The page may be that of the provider that the app belongs to, while another host gets the code and the secret.
#[tokio::test]
async fn an_app_of_ones_own_signs_in_at_no_host_that_was_not_seen() {
    let harness = Harness::new().await;
    let app = oauth_app(CONFIDENTIAL_CLIENT_ID, Some(CONFIDENTIAL_CLIENT_SECRET));
    let connector = harness.add_at(harness.playground.url(), app).await;
    let provider = start_playground(|_| {}).await;
    let page = format!("{}/authorize", provider.issuer());
    let patch = json!({ "authorization_endpoint": page });
    harness.configure(|switches| switches.server_metadata = Document::Patched(patch));
    let outcome = harness.sign_in(&connector).await;
    let problem = outcome.problem.unwrap();
    assert_eq!(problem.code, Code::AuthIssuerChanged, "{problem:?}");
    let change = outcome.issuer_change.unwrap();
    assert_eq!(change.former, None);
    assert_eq!(change.issuer, harness.playground.issuer());
    assert!(harness.browser.opened().is_empty());
    let asked = |request: &LoggedRequest| request.path == "/auth/token";
    assert_eq!(harness.playground.count(asked), 0);
    // Where the page shows the host, it isn't asked for.
    harness.configure(|switches| switches.server_metadata = Document::Published);
    harness.authorize(&connector).await;
}

/// A public app has no secret that could be asked about; who gets the code is.
#[tokio::test]
async fn the_page_of_another_host_is_named_for_an_app_without_a_secret() {
    let harness = Harness::new().await;
    let app = oauth_app(APP_CLIENT_ID, None);
    let connector = harness.add_at(harness.playground.url(), app).await;
    let port = harness.playground.port();
    let page = format!("http://localhost:{port}/auth/authorize");
    let patch = json!({
        "authorization_endpoint": page,
        "authorization_response_iss_parameter_supported": false,
    });
    harness.configure(|switches| switches.server_metadata = Document::Patched(patch));
    let outcome = harness.sign_in(&connector).await;
    let change = outcome.issuer_change.unwrap();
    assert_eq!(change.page, Some(format!("localhost:{port}")));
}

/// The page may be that of an honest server, borrowed for an app that is registered there: the code goes elsewhere.
#[tokio::test]
async fn the_page_of_another_host_is_opened_only_if_agreed_to_or_if_it_names_its_server() {
    let harness = Harness::new().await;
    let connector = harness.add().await;
    let page = format!(
        "http://localhost:{}/auth/authorize",
        harness.playground.port()
    );
    let patch = |names_itself: bool| {
        Document::Patched(json!({
            "authorization_endpoint": page,
            "authorization_response_iss_parameter_supported": names_itself,
        }))
    };
    harness.configure(|switches| switches.server_metadata = patch(false));
    for _ in 0..2 {
        let outcome = harness.sign_in(&connector).await;
        let problem = outcome.problem.unwrap();
        assert_eq!(problem.code, Code::AuthIssuerChanged, "{problem:?}");
        let change = outcome.issuer_change.unwrap();
        let port = harness.playground.port();
        assert_eq!(change.page, Some(format!("localhost:{port}")));
        assert_eq!(change.current, format!("127.0.0.1:{port}"));
        assert!(harness.browser.opened().is_empty());
        assert_eq!(harness.playground.registrations(), 0);
    }
    let request = StartAuthorization {
        accept_issuer: Some(harness.playground.issuer()),
        ..sign_in_request(&connector.id)
    };
    let pending = start_authorization(&harness.cx, request).await.unwrap();
    harness.assert_authorized(&pending).await;
    // The user knows them as one from here on.
    harness.authorize(&connector).await;

    let other = Harness::new().await;
    let page = format!(
        "http://localhost:{}/auth/authorize",
        other.playground.port()
    );
    // Nor is it borrowed from who gets the code.
    let code_goes_there = json!({
        "authorization_endpoint": page,
        "token_endpoint": page.replace("/authorize", "/token"),
        "authorization_response_iss_parameter_supported": false,
    });
    other.configure(|switches| switches.server_metadata = Document::Patched(code_goes_there));
    let connector = other.add().await;
    other.authorize(&connector).await;
    let named = json!({ "authorization_endpoint": page });
    other.configure(|switches| switches.server_metadata = Document::Patched(named));
    let connector = other.add().await;
    other.authorize(&connector).await;
}

#[tokio::test]
async fn a_registration_that_was_never_used_is_remembered_too() {
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    harness.cancel(&pending).await;
    let other = start_playground(|_| {}).await;
    let named = json!({ "authorization_servers": [other.issuer()] });
    harness.configure(|switches| switches.resource_metadata = Document::Patched(named));
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.problem.unwrap().code, Code::AuthIssuerChanged);
    assert_eq!(other.registrations(), 0);
}

#[tokio::test]
async fn a_sign_in_whose_place_is_guessed_says_so_before_a_page_opens() {
    let harness = Harness::with(|switches| switches.challenge = Challenge::Absent).await;
    for document in [Endpoint::ResourceMetadata, Endpoint::ServerMetadata] {
        harness.fail(document, Failure::always(404, "not_found"));
    }
    let connector = harness.add().await;
    let outcome = harness.sign_in(&connector).await;
    assert!(outcome.is_guessed, "{outcome:?}");
    assert!(harness.browser.opened().is_empty());
}

#[tokio::test]
async fn a_server_that_says_little_is_still_found_out() {
    for challenge in [Challenge::WithoutMetadata, Challenge::Absent] {
        let harness = Harness::with(|switches| switches.challenge = challenge).await;
        harness.connect().await;
    }
}

/// Changes each list of tools from now on.
fn change_lists(
    harness: &Harness,
    change: impl Fn(&LoggedRequest, &mut Reply) + Send + Sync + 'static,
) {
    harness.playground.tamper(move |asked, reply| {
        if asked.rpc_method().as_deref() == Some("tools/list") {
            change(asked, reply);
        }
    });
}

fn put_page(reply: &mut Reply, tools: Value, next: Option<u64>) {
    let mut answer = reply.json().unwrap();
    answer["result"]["tools"] = tools;
    if let Some(next) = next {
        answer["result"]["nextCursor"] = next.to_string().into();
    }
    reply.set_json(&answer);
}

fn tool(name: &str, description: &str) -> Value {
    json!({ "name": name, "description": description, "inputSchema": { "type": "object" } })
}

fn put_huge_list(_: &LoggedRequest, reply: &mut Reply) {
    let description = "x".repeat(6 * 1024);
    let tools = (0..4_000).map(|number| tool(&format!("tool_{number}"), &description));
    put_page(reply, tools.collect(), None);
}

fn put_one_more_page(asked: &LoggedRequest, reply: &mut Reply) {
    let message: Value = serde_json::from_str(&asked.body).unwrap();
    let cursor = message["params"]["cursor"].as_str();
    let page = cursor.map_or(0, |cursor| cursor.parse().unwrap());
    let tools = json!([tool(&format!("tool_{page}"), "One of endlessly many.")]);
    put_page(reply, tools, Some(page + 1));
}

fn never_end(_: &LoggedRequest, reply: &mut Reply) {
    reply.set_header("content-type", "application/json");
    // White space, so that a parser waits for more.
    reply.body = vec![b' '; 64 * 1024];
    reply.pace = Pace::Endless;
}

#[tokio::test]
async fn lists_that_never_end_are_given_up() {
    let harness = Harness::new().await;
    type Change = fn(&LoggedRequest, &mut Reply);
    for (change, code) in [
        (put_huge_list as Change, Code::NetworkTooLarge),
        (never_end, Code::NetworkTooLarge),
        (put_one_more_page, Code::McpProtocol),
    ] {
        change_lists(&harness, change);
        let connector = harness.add_open().await;
        let error = refresh_tools(&harness.cx, &connector.id).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(harness.status(&connector).await, Status::Failing);
        assert!(
            list_tools(&harness.cx, Some(&connector.id))
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_broken_tool_does_not_hide_the_others() {
    let harness = Harness::new().await;
    change_lists(&harness, |_, reply| {
        let broken = json!({ "name": "broken", "inputSchema": "not a schema" });
        let good = tool("good", "A good tool beside a broken one.");
        put_page(reply, json!([good, broken]), None);
    });
    let connector = harness.add_open().await;
    let tools = refresh_tools(&harness.cx, &connector.id).await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["good"]);

    change_lists(&harness, |_, reply| {
        let tools = json!([
            tool("x\n\u{1b}[2J", "The name clears a terminal."),
            tool("<img src=x onerror=alert(1)>", "<script>alert(1)</script>"),
            tool("", "Without a name."),
            tool("nul\0inside", "With a zero byte."),
            tool("right\u{202e}tfel", "Turns the direction of writing."),
            tool(&"long".repeat(64), "Longer than any client allows."),
            tool("twice", "There are two of this name."),
            tool("twice", "There are two of this name."),
        ]);
        put_page(reply, tools, None);
    });
    let connector = harness.add_open().await;
    let tools = refresh_tools(&harness.cx, &connector.id).await.unwrap();
    assert!(tools.iter().any(|tool| tool.name == "twice"));
    let titles = tools
        .iter()
        .filter_map(|tool| tool.title.as_deref().or(tool.description.as_deref()));
    for text in titles {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn a_schema_that_turns_in_circles_stops_neither_app_nor_tool() {
    let harness = Harness::new().await;
    let connector = harness.add_open().await;
    let many = vec![json!({ "$ref": "#" }); 12];
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#" }] }),
        json!({ "anyOf": many }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } } }),
        json!({ "properties": { "message": { "$ref": "#/properties/message" } } }),
        json!({ "properties": { "message": { "type": "string", "pattern": "(a+)+$" } } }),
    ] {
        let change = json!({ "inputSchema": schema });
        harness.configure(|switches| switches.tool_changes.extend([("echo".to_owned(), change)]));
        refresh_tools(&harness.cx, &connector.id).await.unwrap();
        let long = format!("{}!", "a".repeat(40));
        let run = patchbay_ops::run_tool(
            &harness.cx,
            crate::support::request(&connector.id, "echo", json!({ "message": long })),
            |_| {},
        );
        match tokio::time::timeout(TIMEOUT, run).await.unwrap() {
            Ok(run) => assert_eq!(run.summary.state, RunState::Done, "{schema}"),
            Err(error) => assert_eq!(error.code(), Code::ToolArguments, "{schema}"),
        }
    }
}

#[tokio::test]
async fn links_and_pasted_addresses_of_others_change_nothing() {
    let (harness, connector) = Harness::unanswered().await;
    let pending = harness.start_waiting(&connector, Redirect::DeepLink).await;
    let page = harness.browser.page(1).await;
    let state = parameter(&page, "state");
    let issuer = harness.playground.issuer();
    for link in [
        "patchbay://".to_owned(),
        "patchbay://oauth/callback".to_owned(),
        "patchbay://oauth/callback?state=&code=x".to_owned(),
        format!("patchbay://oauth/callback/../callback2?state={state}&code=x&iss={issuer}"),
        format!("patchbay://evil/callback?state={state}&code=x&iss={issuer}"),
        format!("patchbay://oauth/run?state={state}&code=x&iss={issuer}"),
        format!("https://evil.example/callback?state={state}&code=x&iss={issuer}"),
        format!("javascript:alert(1)?state={state}&code=x"),
        "patchbay://oauth/callback?code=x&state=wrong".to_owned(),
        format!("patchbay://oauth/callback?state={state}&state={state}&code=x&iss={issuer}"),
        "\u{0}".repeat(100_000),
    ] {
        let link = Secret::new(link);
        let linked = handle_callback_link(&harness.cx, &link).unwrap_err();
        let pasted = finish_authorization(&harness.cx, &pending.id, &link).await;
        let codes = [linked.code(), pasted.unwrap_err().code()];
        assert_eq!(codes, [Code::AuthCallback; 2], "{}", link.expose());
        let state = harness.state(&pending).await;
        assert_eq!(state, AuthorizationState::AwaitingUser, "{}", link.expose());
    }
    // The right state with an unknown code: the server refuses it, which ends the consent.
    let link = format!("patchbay://oauth/callback?state={state}&code=guessed&iss={issuer}");
    handle_callback_link(&harness.cx, &Secret::new(link)).unwrap();
    let outcome = harness.wait_for_end(&pending).await;
    assert_eq!(outcome.state, AuthorizationState::Failed);
    assert_eq!(outcome.problem.unwrap().code, Code::AuthExchange);
}
