//! Text of servers that is spelled like a secret reference stays text: nothing runs, nothing of the
//! environment leaves.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use patchbay_model::{Connector, Origin, RunState};
use patchbay_ops::{disconnect_connector, dry_run, refresh_tools, replay_run};
use patchbay_playground::{Document, LoggedRequest};
use serde_json::{Value, json};

use crate::support::{Harness, assert_done, request, text_of};

/// A harness, and texts that leave a trace when they are resolved.
struct Bait {
    harness: Harness,
    spelling: String,
    marker: PathBuf,
    variable: String,
}

type Spelling = fn(&Path) -> String;

const SPELLINGS: [Spelling; 4] = [
    |marker| format!("cmd://touch {}", marker.display()),
    |marker| format!("cmd://sh -c touch${{IFS}}{}", marker.display()),
    |_| "env://PATH".to_owned(),
    |_| "op://Private/item/field".to_owned(),
];

impl Bait {
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for spelling in SPELLINGS {
            let harness = Harness::new().await;
            let marker = harness.home.path().join("was-run");
            all.push(Self {
                spelling: spelling(&marker),
                marker,
                variable: std::env::var("PATH").unwrap(),
                harness,
            });
        }
        all
    }

    #[track_caller]
    fn assert_untouched(&self, case: &str) {
        assert!(!self.marker.exists(), "{case}: it was run");
        let encoded: String =
            url::form_urlencoded::byte_serialize(self.variable.as_bytes()).collect();
        let leaves = |request: &LoggedRequest| {
            let headers = request.headers.iter().map(|(_, value)| value);
            let mut parts = headers.chain([&request.body, &request.query]);
            parts.any(|part| part.contains(&self.variable) || part.contains(&encoded))
        };
        assert_eq!(
            self.harness.playground.count(leaves),
            0,
            "{case}: PATH left"
        );
    }

    /// Runs a tool after its token has expired.
    async fn run_with_expired_token(&self, connector: &Connector) -> RunState {
        self.harness.playground.expire_access_tokens();
        let echo = json!({ "message": "hi" });
        self.harness
            .run(connector, "echo", echo)
            .await
            .summary
            .state
    }
}

#[tokio::test]
async fn the_secret_of_a_registration_is_sent_back_as_it_came() {
    for method in ["client_secret_post", "client_secret_basic"] {
        for bait in Bait::all().await {
            let (harness, case) = (&bait.harness, format!("{method} {}", bait.spelling));
            let answer = json!({
                "client_secret": bait.spelling,
                "client_secret_expires_at": 0,
                "token_endpoint_auth_method": method,
            });
            harness.configure(|switches| switches.registration_answer = Some(answer));
            let connector = harness.connect().await;
            let state = bait.run_with_expired_token(&connector).await;
            bait.assert_untouched(&case);
            // The server accepts only the secret that it issued.
            assert_eq!(state, RunState::Done, "{case}");
            assert_eq!(harness.playground.refreshes(), 1, "{case}");
            let gone = harness.disconnect(&connector).await;
            bait.assert_untouched(&case);
            assert!(gone.revoked, "{case}: {:?}", gone.note);
        }
    }
}

#[tokio::test]
async fn the_client_id_of_a_registration_is_sent_back_as_it_came() {
    for bait in Bait::all().await {
        let (harness, case) = (&bait.harness, &bait.spelling);
        let answer = json!({ "client_id": bait.spelling });
        harness.configure(|switches| switches.registration_answer = Some(answer));
        let connector = harness.connect().await;
        assert_eq!(
            bait.run_with_expired_token(&connector).await,
            RunState::Done,
            "{case}"
        );
        let gone = harness.disconnect(&connector).await;
        assert!(gone.revoked, "{case}: {:?}", gone.note);
        bait.assert_untouched(case);
    }
}

#[tokio::test]
async fn tokens_and_scopes_are_sent_back_as_they_came() {
    for member in ["access_token", "refresh_token", "scope"] {
        for bait in Bait::all().await {
            let (harness, spelling) = (&bait.harness, &bait.spelling);
            let answer = json!({ member: spelling });
            harness.configure(|switches| switches.token_answer = Some(answer));
            let connector = harness.add().await;
            // With a token that the server itself does not know nothing works, and nothing else happens.
            harness.sign_in(&connector).await;
            drop(refresh_tools(&harness.cx, &connector.id).await);
            harness.playground.expire_access_tokens();
            drop(refresh_tools(&harness.cx, &connector.id).await);
            drop(disconnect_connector(&harness.cx, &connector.id).await);
            let case = format!("{member} {spelling}");
            bait.assert_untouched(&case);
            let is_sent = |request: &LoggedRequest| {
                let token = request.header("authorization");
                let token = token.and_then(|value| value.strip_prefix("Bearer "));
                let refresh = request.parameter("refresh_token");
                token == Some(spelling) || refresh.as_deref() == Some(spelling)
            };
            let can_be_sent = match member {
                "access_token" => !spelling.contains(' '),
                member => member == "refresh_token",
            };
            let sent = harness.playground.count(is_sent) > 0;
            assert_eq!(sent, can_be_sent, "{case}");
        }
    }
}

#[tokio::test]
async fn metadata_that_is_spelled_like_a_reference_does_nothing() {
    let of_server: [fn(&str) -> Value; 8] = [
        |text| json!({ "issuer": text }),
        |text| json!({ "authorization_endpoint": text }),
        |text| json!({ "token_endpoint": text }),
        |text| json!({ "registration_endpoint": text }),
        |text| json!({ "revocation_endpoint": text }),
        |text| json!({ "scopes_supported": [text] }),
        |text| json!({ "token_endpoint_auth_methods_supported": [text] }),
        |text| json!({ "service_documentation": text }),
    ];
    let of_resource: [fn(&str) -> Value; 4] = [
        |text| json!({ "resource": text }),
        |text| json!({ "resource_name": text }),
        |text| json!({ "authorization_servers": [text] }),
        |text| json!({ "scopes_supported": [text] }),
    ];
    for bait in Bait::all().await {
        let harness = &bait.harness;
        let connector = harness.add().await;
        let server = of_server.map(|patch| (true, patch(&bait.spelling)));
        let resource = of_resource.map(|patch| (false, patch(&bait.spelling)));
        for (of_server, patch) in server.into_iter().chain(resource) {
            let document = Document::Patched(patch.clone());
            harness.configure(|switches| match of_server {
                true => switches.server_metadata = document,
                false => switches.resource_metadata = document,
            });
            harness.sign_in(&connector).await;
            bait.assert_untouched(&patch.to_string());
            harness.configure(|switches| {
                switches.server_metadata = Document::Published;
                switches.resource_metadata = Document::Published;
            });
        }
        harness.authorize(&connector).await;
    }
}

#[tokio::test]
async fn tools_and_results_that_are_spelled_like_a_reference_are_shown() {
    for bait in Bait::all().await {
        let (harness, spelling) = (&bait.harness, &bait.spelling);
        let connector = harness.connect().await;
        let change = json!({
            "title": spelling,
            "description": spelling,
            "inputSchema": {
                "properties": { "message": { "default": spelling, "format": "password" } }
            },
        });
        harness.configure(|switches| switches.tool_changes.extend([("echo".to_owned(), change)]));
        let tools = refresh_tools(&harness.cx, &connector.id).await.unwrap();
        let echo = tools.iter().find(|tool| tool.name == "echo").unwrap();
        assert_eq!(echo.description.as_ref(), Some(spelling));
        let arguments = json!({ "message": spelling });
        let run = harness.run(&connector, "echo", arguments.clone()).await;
        assert_done(&run);
        let dry = dry_run(
            &harness.cx,
            request(&connector.id, "echo", arguments.clone()),
        )
        .await;
        dry.unwrap();

        harness.configure(|switches| switches.tool_changes.clear());
        refresh_tools(&harness.cx, &connector.id).await.unwrap();
        let run = harness.run(&connector, "echo", arguments).await;
        assert_eq!(text_of(&run), spelling);
        let id = &run.summary.id;
        let again = replay_run(&harness.cx, id, None, Origin::Window, true, None, |_| {}).await;
        assert_eq!(text_of(&again.unwrap()), spelling);
        bait.assert_untouched(spelling);
    }
}
