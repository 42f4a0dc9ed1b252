//! After a run through all features no secret is in clear anywhere but in the requests it is for.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use patchbay_model::{Code, Explain as _, RunQuery, RunState, Secret};
use patchbay_ops::{
    AuthenticationChoice, Event, dry_run, find_run, list_authorizations, list_connectors,
    list_runs, replay_run,
};
use patchbay_playground::{
    CONFIDENTIAL_CLIENT_ID, CONFIDENTIAL_CLIENT_SECRET, Endpoint, Failure, Playground,
};
use patchbay_testkit::{find_leaks, leaks_in};
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tracing_subscriber::EnvFilter;

use crate::support::{Answer, Harness, assert_done, bearer, oauth_app, request, text_of};

const PASSWORD: &str = "correct-horse-battery";

#[tokio::test]
async fn after_a_whole_journey_no_secret_is_found_in_clear() {
    let lines = Lines::default();
    let writer = lines.clone();
    // What the doors write at most: our own words, and those of others from `info` on.
    let filter = "info,patchbay_model=trace,patchbay_ops=trace,patchbay_oauth=trace,\
                  patchbay_platforms=trace,patchbay_store=trace,patchbay_vault=trace";
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let mut harness = Harness::new().await;
    let mut told = harness.cx.events();
    let mut shown = journey(&harness).await;
    shown.push_str(&read(&mut told));

    let mut secrets = harness.playground.secrets();
    secrets.push(PASSWORD.to_owned());
    assert!(secrets.len() > 15, "{}", secrets.len());
    let leaks = || find_leaks(harness.home.path(), &secrets).unwrap();
    assert_eq!(leaks(), [], "while it runs, with the write-ahead log");
    assert_eq!(
        leaks_in("events and answers", shown.as_bytes(), &secrets),
        []
    );
    let log = lines.0.lock().unwrap().clone();
    assert!(!log.is_empty(), "something was logged");
    assert_eq!(leaks_in("log", &log, &secrets), []);
    harness.restart().await;
    let leaks = find_leaks(harness.home.path(), &secrets).unwrap();
    assert_eq!(leaks, [], "after a restart");
}

/// Uses every feature that handles secrets once, and returns what a window would have been shown.
async fn journey(harness: &Harness) -> String {
    let mut shown = String::new();
    let mut show = |text: String| shown.push_str(&text);
    let playground = &harness.playground;
    let app = oauth_app(CONFIDENTIAL_CLIENT_ID, Some(CONFIDENTIAL_CLIENT_SECRET));
    let own = harness.add_at(playground.url(), app).await;
    show(format!("{:?}", harness.sign_in(&own).await));
    let dynamic = harness.connect().await;
    let bearer = bearer(playground.bearer_token());
    let bearer = harness.add_guarded(bearer).await;
    let headers = AuthenticationChoice::Headers {
        entry: None,
        values: BTreeMap::from([(
            "X-Playground-Key".to_owned(),
            Secret::new(playground.bearer_token()).into(),
        )]),
    };
    let headers = harness.add_guarded(headers).await;

    for connector in [&own, &dynamic] {
        playground.expire_access_tokens();
        harness.run(connector, "whoami", json!({})).await;
        harness.run(connector, "admin_report", json!({})).await;
    }
    harness.sign_in(&dynamic).await;
    harness.run(&dynamic, "admin_report", json!({})).await;
    harness.browser.set_answer(Answer::Deny);
    harness.sign_in(&own).await;
    harness.browser.set_answer(Answer::Allow);
    playground.configure(|switches| {
        let failure = Failure::once(400, "invalid_grant");
        switches.failures.extend([(Endpoint::Token, failure)]);
    });
    harness.sign_in(&own).await;
    harness.sign_in(&own).await;

    // A server that echoes what it was sent, and a user who pastes a token into a tool.
    let token = last_token(playground);
    for (connector, secret) in [(&own, token.as_str()), (&bearer, playground.bearer_token())] {
        let message = format!("it is {secret}!");
        let run = harness
            .run(connector, "echo", json!({ "message": message }))
            .await;
        assert_eq!(text_of(&run), "it is <redacted>!");
        assert_eq!(run.arguments["message"], "it is <redacted>!");
        show(format!("{run:?}"));
    }
    let message = json!({ "message": playground.bearer_token() });
    let run = harness.run(&headers, "echo", message).await;
    show(format!("{run:?}"));
    let login = json!({ "user": "lena", "password": PASSWORD });
    let run = harness.run(&dynamic, "check_login", login.clone()).await;
    show(format!("{run:?}"));
    let dry = dry_run(&harness.cx, request(&dynamic.id, "check_login", login)).await;
    show(format!("{:?}", dry.unwrap()));
    harness.disconnect(&own).await;

    let listed = list_runs(&harness.cx, &RunQuery::default()).await.unwrap();
    for run in listed.runs {
        let run = find_run(&harness.cx, &run.id).await.unwrap();
        show(format!("{run:?}"));
    }
    show(format!("{:?}", list_connectors(&harness.cx).await.unwrap()));
    show(format!("{:?}", harness.wallet().await));
    let authorizations = list_authorizations(&harness.cx).await.unwrap();
    show(format!("{authorizations:?}"));
    shown
}

#[tokio::test]
async fn a_secret_argument_is_not_kept_and_such_a_run_is_not_repeated() {
    let harness = Harness::new().await;
    let connector = harness.add_open().await;
    let login = json!({ "user": "lena", "password": PASSWORD });
    let run = harness.run(&connector, "check_login", login).await;
    assert_done(&run);
    let sent = harness
        .playground
        .count(|request| request.body.contains(PASSWORD));
    assert_eq!(sent, 1, "the server gets it");
    let kept = find_run(&harness.cx, &run.summary.id).await.unwrap();
    assert_eq!(kept.arguments["password"], "<redacted>");
    assert_eq!(kept.arguments["user"], "lena");
    assert_eq!(text_of(&kept), "lena came in with the password <redacted>.");
    let raw = format!("{:?}", kept.exchange.unwrap());
    assert!(
        raw.contains("<redacted>") && !raw.contains(PASSWORD),
        "{raw}"
    );

    let (id, origin) = (&run.summary.id, run.summary.origin);
    let again = replay_run(&harness.cx, id, None, origin, false, None, |_| {}).await;
    assert_eq!(again.unwrap_err().code(), Code::UsageInvalid);
    let listed = list_runs(&harness.cx, &RunQuery::default()).await.unwrap();
    assert_eq!(listed.total, 1);
}

#[tokio::test]
async fn words_of_a_server_are_kept_without_the_token_that_they_repeat() {
    let (harness, connector) = Harness::connected().await;
    let token = last_token(&harness.playground);
    harness.configure(|switches| {
        let body = json!({ "error": format!("bad token {token}"), "message": token });
        let failure = Failure {
            body,
            ..Failure::always(500, "")
        };
        switches.failures.extend([(Endpoint::Mcp, failure)]);
    });
    let run = harness.echo(&connector).await;
    assert_eq!(run.summary.state, RunState::Failed);
    let connector = harness.connector(&connector.id).await;
    let shown = format!("{run:?} {connector:?}");
    assert_eq!(
        leaks_in("run and connector", shown.as_bytes(), &[token]),
        []
    );
}

fn last_token(playground: &Playground) -> String {
    let sent = playground.log();
    let mut headers = sent
        .iter()
        .rev()
        .filter_map(|it| it.header("authorization"));
    let header = headers.next().unwrap();
    header.trim_start_matches("Bearer ").to_owned()
}

/// All events so far, as the window gets them and as a log would write them.
fn read(events: &mut Receiver<Event>) -> String {
    let mut text = String::new();
    while let Ok(event) = events.try_recv() {
        text.push_str(&format!("{event:?}"));
        text.push_str(&serde_json::to_string(&event).unwrap());
    }
    assert!(!text.is_empty());
    text
}

/// Log lines in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
