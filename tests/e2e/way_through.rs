//! From a pasted address to a result in the history, and after a restart.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use patchbay_model::{
    AuthenticationMethod, AuthorizationState, Code, Connector, Content, Explain as _, Json,
    Redirect, RunQuery, RunState, Secret, Status, ToolRun, Transport,
};
use patchbay_ops::{
    AuthenticationChoice, RunProgress, SecretInput, cancel_run, check_connector, dry_run,
    find_authorization, find_run, finish_authorization, handle_callback_link, inspect_address,
    list_runs, list_tools, refresh_tools, replay_run, run_tool,
};
use patchbay_playground::{APP_CLIENT_ID, CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET};
use serde_json::json;

use crate::support::{
    Answer, Harness, assert_done, bearer, oauth_app, parameter, request, text_of, wait_for_event,
};

#[tokio::test]
async fn a_pasted_address_leads_to_a_run_that_needs_no_second_consent() {
    let mut harness = Harness::new().await;
    let address = harness.playground.url();
    let found = inspect_address(&harness.cx, address.as_str())
        .await
        .unwrap();
    assert_eq!(found.problem, None);
    assert_eq!(found.transport, Some(Transport::StreamableHttp));
    assert!(found.needs_authorization && found.registers_itself);
    assert_eq!(found.name, "patchbay-playground");
    assert_eq!(found.methods[0], AuthenticationMethod::Oauth);
    assert_eq!(found.issuer, Some(harness.playground.issuer()));
    assert!(harness.browser.opened().is_empty(), "looking opens nothing");

    let connector = harness.add().await;
    assert!(connector.draft);
    assert_eq!(connector.status.status, Status::Unknown);
    let outcome = harness.authorize(&connector).await;
    assert_eq!((outcome.page_host, outcome.problem), (None, None));
    let page = harness.browser.ended(1).await.page.unwrap();
    assert!(page.contains(&connector.title), "{page}");

    let connector = harness.connector(&connector.id).await;
    assert!(!connector.draft);
    assert_eq!(connector.status.status, Status::Ready);
    assert_eq!(
        connector.identity.credential.as_deref(),
        Some(&*connector.title)
    );
    assert_eq!(connector.identity.expires_at, None, "it renews itself");
    let tools = list_tools(&harness.cx, Some(&connector.id)).await.unwrap();
    assert_eq!(connector.tool_count, u32::try_from(tools.len()).ok());

    let message = json!({ "message": "**hi**" });
    let run = harness.run(&connector, "echo", message).await;
    assert_done(&run);
    assert_eq!(text_of(&run), "**hi**");
    let listed = list_runs(&harness.cx, &RunQuery::default()).await.unwrap();
    assert_eq!(listed.runs, std::slice::from_ref(&run.summary));
    let kept = find_run(&harness.cx, &run.summary.id).await.unwrap();
    assert_eq!(kept, run);
    let exchange = kept.exchange.unwrap();
    let sent = exchange.request;
    assert_eq!(sent.method.as_deref(), Some("POST"));
    assert_eq!(sent.url, connector.endpoint);
    assert!(sent.body.unwrap().contains(r#""message":"**hi**""#));
    assert_eq!(exchange.response.unwrap().status, Some(200));

    harness.restart().await;
    let connector = harness.connector(&connector.id).await;
    assert_eq!(connector.status.status, Status::Ready);
    let (id, origin) = (&run.summary.id, run.summary.origin);
    let again = replay_run(&harness.cx, id, None, origin, false, None, |_| {}).await;
    let again = again.unwrap();
    assert_eq!(text_of(&again), "**hi**");
    assert_eq!(again.replay_of, Some(run.summary.id));
    assert_eq!(harness.browser.opened().len(), 1);
    assert_eq!(harness.playground.token_requests(), 1);
    assert_eq!(harness.playground.registrations(), 1);
}

#[tokio::test]
async fn the_way_back_can_be_a_link_of_the_system() {
    let harness = Harness::new().await;
    let connector = harness.add().await;
    let pending = harness.start_waiting(&connector, Redirect::DeepLink).await;
    let link = harness.browser.ended(1).await.at;
    assert_eq!(link.scheme(), "patchbay");
    let link = Secret::new(link.as_str());
    handle_callback_link(&harness.cx, &link).unwrap();
    harness.assert_authorized(&pending).await;
    let run = harness.run(&connector, "whoami", json!({})).await;
    assert_eq!(structured(run)["subject"], "lena-fischer");

    let twice = handle_callback_link(&harness.cx, &link).unwrap_err();
    assert_eq!(twice.code(), Code::AuthCallback);
    assert_eq!(harness.playground.token_requests(), 1);
}

#[tokio::test]
async fn the_way_back_can_be_pasted() {
    let harness = Harness::new().await;
    let connector = harness.add().await;
    let pending = harness.start_waiting(&connector, Redirect::DeepLink).await;
    let pasted = format!(" {}\n", harness.browser.ended(1).await.at);
    let pasted = Secret::new(pasted);
    let finish = || finish_authorization(&harness.cx, &pending.id, &pasted);
    finish().await.unwrap();
    harness.assert_authorized(&pending).await;
    assert_eq!(finish().await.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn without_a_browser_the_link_can_be_copied() {
    let harness = Harness::new().await;
    harness.browser.set_answer(Answer::Missing);
    let connector = harness.add().await;
    let pending = harness.start_waiting(&connector, Redirect::Loopback).await;
    let shown = find_authorization(&harness.cx, &pending.id).await.unwrap();
    let mut steps = shown.trace.iter();
    assert!(steps.any(|step| step.method == "open" && step.note.is_some()));
    assert!(shown.no_browser);
    let page = patchbay_ops::authorization_page(&harness.cx, &pending.id).unwrap();
    assert!(page.as_str().starts_with(&harness.playground.issuer()));
    // What windows and the store hear of names the host and holds nothing that finishes a sign-in.
    let told = serde_json::to_string(&shown).unwrap();
    assert!(!told.contains(&parameter(&page, "state")), "{told}");
    let host = page.host_str().zip(page.port());
    let host = host.map(|(host, port)| format!("{host}:{port}"));
    assert_eq!(shown.page_host, host);
    harness.browser.set_answer(Answer::Allow);
    harness.open_page(&pending).await;
    harness.assert_authorized(&pending).await;
}

#[tokio::test]
async fn oauth_apps_of_the_users_own_sign_in_without_registering() {
    let harness = Harness::with(|switches| switches.registration = false).await;
    let apps = [
        (APP_CLIENT_ID, None),
        (CONFIDENTIAL_CLIENT_ID, Some(CONFIDENTIAL_CLIENT_SECRET)),
    ];
    for (id, secret) in apps {
        let connector = harness
            .add_at(harness.playground.url(), oauth_app(id, secret))
            .await;
        harness.authorize(&connector).await;
        let run = harness.run(&connector, "whoami", json!({})).await;
        assert_eq!(structured(run)["clientId"], id);
        harness.playground.expire_access_tokens();
        let run = harness.run(&connector, "whoami", json!({})).await;
        assert_done(&run);
    }
    assert_eq!(harness.playground.registrations(), 0);
    assert_eq!(harness.playground.refreshes(), 2);
}

#[tokio::test]
async fn a_server_that_registers_nobody_asks_for_an_app_of_ones_own() {
    let harness = Harness::with(|switches| {
        switches.registration = false;
        switches.client_id_documents = false;
    })
    .await;
    let connector = harness.add().await;
    let outcome = harness.sign_in(&connector).await;
    assert_eq!(outcome.state, AuthorizationState::Failed);
    assert_eq!(outcome.problem.unwrap().code, Code::AuthClientNeeded);
    assert!(harness.browser.opened().is_empty());
}

#[tokio::test]
async fn a_token_or_headers_do_without_a_consent() {
    let harness = Harness::new().await;
    let token = harness.playground.bearer_token().to_owned();
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: BTreeMap::from([(
            "X-Playground-Key".to_owned(),
            Secret::new(token.as_str()).into(),
        )]),
    };
    // On Windows it is a built-in of the shell, not a program.
    let echo = if cfg!(windows) { "cmd /c echo" } else { "echo" };
    let reference = AuthenticationChoice::Bearer {
        token: SecretInput::Reference {
            reference: format!("cmd://{echo} {token}"),
        },
    };
    for choice in [bearer(&format!(" {token}\n")), headers, reference] {
        let connector = harness.add_guarded(choice).await;
        assert_done(&harness.echo(&connector).await);
        assert_eq!(harness.status(&connector).await, Status::Ready);
    }
    assert_eq!(harness.wallet().await.len(), 3);

    let wrong = harness.add_guarded(bearer("not-the-token")).await;
    let refused = refresh_tools(&harness.cx, &wrong.id).await.unwrap_err();
    assert_eq!(refused.code(), Code::AuthRefused);
    assert_eq!(harness.status(&wrong).await, Status::NeedsAuthorization);
}

#[tokio::test]
async fn answers_of_every_kind_reach_the_history() {
    let harness = Harness::new().await;
    let connector = harness.add_open().await;

    let weather = harness
        .run(&connector, "weather", json!({ "city": "Ulm" }))
        .await;
    assert_eq!(structured(weather)["city"], "Ulm");

    let picture = harness
        .run(&connector, "picture", json!({ "size": 16 }))
        .await;
    let content = picture.result.unwrap().content;
    let is_png = |part: &Content| {
        matches!(part, Content::Image { data, mime_type, .. }
            if mime_type == "image/png" && data.starts_with("iVBOR"))
    };
    assert!(content.iter().any(is_png), "{content:?}");

    let arguments = json!({
        "title": "T", "priority": "high", "contact": { "kind": "mail", "email": "a@b.example" },
        "nickname": null, "pair": ["a", 1], "grid": [[1, 2.5]], "anything": { "deep": [null] },
        "tree": { "value": "a", "children": [{ "value": "b" }] },
    });
    let shapes = harness.run(&connector, "shapes", arguments.clone()).await;
    assert_eq!(shapes.arguments, Json(arguments.clone()));
    assert_eq!(structured(shapes)["received"], arguments);

    let wrong = json!({ "title": "", "priority": "high" });
    let wrong = request(&connector.id, "shapes", wrong);
    let error = run_tool(&harness.cx, wrong, |_| {}).await.unwrap_err();
    assert_eq!(error.code(), Code::ToolArguments);
    let fields = error.problem().fields;
    let paths: Vec<_> = fields.iter().map(|field| field.path.as_str()).collect();
    assert!(
        paths.contains(&"/title") && paths.contains(&"/contact"),
        "{paths:?}"
    );

    let fail = harness
        .run(&connector, "fail", json!({ "reason": "no paper" }))
        .await;
    assert_eq!(fail.summary.state, RunState::Failed);
    let problem = fail.summary.problem.as_ref().unwrap();
    assert_eq!(problem.code, Code::ToolFailed);
    assert_eq!(text_of(&fail), "no paper");

    let crash = harness.run(&connector, "crash", json!({})).await;
    assert_eq!(crash.summary.state, RunState::Failed);
    let problem = crash.summary.problem.unwrap();
    assert_eq!(problem.code, Code::McpServerError);
    assert!(problem.message.contains("the tool crashed"), "{problem:?}");
    assert!(problem.detail.unwrap().contains("playground-1"));

    let large = harness
        .run(&connector, "huge", json!({ "bytes": 3_000_000 }))
        .await;
    assert_eq!(text_of(&large).len(), 3_000_000);
    let came = large.exchange.unwrap().response.unwrap();
    assert_eq!(came.body, None, "too large to be kept twice");
    assert!(large.summary.result_bytes.unwrap() >= 3_000_000);

    let listed = list_runs(&harness.cx, &RunQuery::default()).await.unwrap();
    assert_eq!(listed.total, 6);
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn progress_is_heard_in_order() {
    let (harness, connector) = Harness::connected().await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&heard);
    let steps = json!({ "steps": 4, "delay_ms": 20 });
    let count = request(&connector.id, "count", steps);
    let run = run_tool(&harness.cx, count, move |step| {
        hearing.lock().unwrap().push(step)
    });
    let run = run.await.unwrap();
    assert_done(&run);
    let heard = heard.lock().unwrap();
    assert!(matches!(&heard[0], RunProgress::Started { run: id, .. } if *id == run.summary.id));
    let steps: Vec<_> = heard[1..]
        .iter()
        .map(|step| match step {
            RunProgress::Progress {
                progress, total, ..
            } => (*progress, *total),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(steps, [1.0, 2.0, 3.0, 4.0].map(|step| (step, Some(4.0))));
}

#[tokio::test]
async fn a_cancelled_run_stops_at_the_server_too() {
    let (harness, connector) = Harness::connected().await;
    let mut events = harness.cx.events();
    let running = harness.spawn_wait(&connector);
    let event = wait_for_event(&mut events, |event| {
        matches!(event, patchbay_ops::Event::RunChanged { .. })
    });
    let patchbay_ops::Event::RunChanged { run } = event.await else {
        unreachable!()
    };
    harness.tool_waits().await;
    let other = harness.open().await;
    // Runs are on disk after a moment.
    while find_run(&other, &run.id).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let elsewhere = cancel_run(&other, &run.id).await.unwrap_err();
    assert_eq!(elsewhere.code(), Code::Conflict);
    other.close().await;
    cancel_run(&harness.cx, &run.id).await.unwrap();
    let run = running.await.unwrap().unwrap();
    assert_eq!(run.summary.state, RunState::Cancelled);
    harness.tool_is_cancelled().await;
    let again = cancel_run(&harness.cx, &run.summary.id).await;
    assert_eq!(again.unwrap_err().code(), Code::NotFound);
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn a_check_leaves_a_run_that_is_under_way_alone() {
    let (harness, connector) = Harness::connected().await;
    let begun = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&begun);
    let steps = json!({ "steps": 8, "delay_ms": 100 });
    let slowly = request(&connector.id, "count", steps);
    let counting = run_tool(&harness.cx, slowly, move |step| {
        if matches!(step, RunProgress::Progress { .. }) {
            told.notify_one();
        }
    });
    let checking = async {
        begun.notified().await;
        check_connector(&harness.cx, &connector.id).await.unwrap()
    };
    let (run, check) = tokio::join!(counting, checking);
    let run = run.unwrap();
    assert_done(&run);
    assert_eq!(check.connector.status.status, Status::Ready);
}

#[tokio::test]
async fn a_silent_tool_is_given_up_after_its_time() {
    let (harness, connector) = Harness::connected().await;
    let mut wait = request(&connector.id, "wait", json!({}));
    wait.timeout_seconds = Some(1);
    let run = run_tool(&harness.cx, wait, |_| {}).await.unwrap();
    assert_eq!(run.summary.problem.unwrap().code, Code::TimedOut);
    assert!(run.summary.duration_ms.unwrap() >= 1000);
    harness.tool_is_cancelled().await;
    assert_eq!(harness.status(&connector).await, Status::Ready);
}

#[tokio::test]
async fn a_destructive_tool_runs_only_when_confirmed() {
    let (harness, connector) = Harness::connected().await;
    add_note(&harness, &connector).await;
    let mut delete = request(&connector.id, "delete_note", json!({ "id": 1 }));
    let refused = run_tool(&harness.cx, delete.clone(), |_| {}).await;
    assert_eq!(refused.unwrap_err().code(), Code::ConfirmationNeeded);
    let shown = dry_run(&harness.cx, delete.clone()).await.unwrap();
    let body = shown.request.body.as_deref().unwrap();
    assert!(body.contains(r#""name":"delete_note""#), "{body}");
    assert!(shown.is_exact);
    let header = |name: &str| {
        let mut headers = shown.request.headers.iter();
        let found = headers.find(|(sent, _)| sent.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("Authorization"), Some("<redacted>"));
    let accepted = "application/json, text/event-stream";
    assert_eq!(header("Accept"), Some(accepted));
    assert!(header("MCP-Protocol-Version").is_some(), "{shown:?}");
    let notes = harness.run(&connector, "list_notes", json!({})).await;
    assert_eq!(structured(notes)["notes"][0]["text"], "keep me");
    delete.confirmed = true;
    let run = run_tool(&harness.cx, delete, |_| {}).await.unwrap();
    assert_eq!(text_of(&run), "Deleted note 1: keep me");
}

#[tokio::test]
async fn a_destructive_run_is_on_disk_before_it_is_sent() {
    let (harness, connector) = Harness::connected().await;
    add_note(&harness, &connector).await;
    let elsewhere = harness.open().await;
    let mut delete = request(&connector.id, "delete_note", json!({ "id": 1 }));
    delete.confirmed = true;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let deleting = tokio::task::spawn_blocking({
        let (cx, handle) = (harness.cx.clone(), tokio::runtime::Handle::current());
        move || {
            handle.block_on(run_tool(&cx, delete, move |step| {
                let RunProgress::Started { run, .. } = step else {
                    return;
                };
                let begun = begun.lock().unwrap().take().unwrap();
                begun.send(run).unwrap();
                // Nothing is sent before this returns.
                may_go_on.lock().unwrap().recv().unwrap();
            }))
        }
    });
    let run = has_begun.await.unwrap();
    let seen = find_run(&elsewhere, &run).await.unwrap();
    assert_eq!(seen.summary.state, RunState::Running);
    go_on.send(()).unwrap();
    let run = deleting.await.unwrap().unwrap();
    assert_eq!(text_of(&run), "Deleted note 1: keep me");
    elsewhere.close().await;
}

#[tokio::test]
async fn a_run_that_is_cut_off_by_the_end_is_closed() {
    let (mut harness, connector) = Harness::connected().await;
    let running = harness.spawn_wait(&connector);
    harness.tool_waits().await;
    let began = std::time::Instant::now();
    harness.restart().await;
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "{:?}",
        began.elapsed()
    );
    let run = running.await.unwrap().unwrap();
    assert_eq!(run.summary.state, RunState::Cancelled);
    let kept = find_run(&harness.cx, &run.summary.id).await.unwrap();
    assert_eq!(kept.summary.state, RunState::Cancelled);
}

async fn add_note(harness: &Harness, connector: &Connector) {
    let note = json!({ "text": "keep me" });
    harness.run(connector, "add_note", note).await;
}

fn structured(run: ToolRun) -> Json {
    run.result.unwrap().structured.unwrap()
}
