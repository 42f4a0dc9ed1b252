//! Connectors, workspaces and definitions.

use std::time::Duration;

use patchbay_http::Clock;
use patchbay_model::{RemoteId, Status};

use super::*;

#[tokio::test]
async fn a_deletion_is_over_when_the_list_has_it_no_more() {
    let server = Server::start(|seen, n| {
        match (seen.line.starts_with("DELETE"), n) {
            (true, _) => json(202, json!({"job_id": "j-1"})),
            // A hiccup while the job runs is waited out.
            (false, 2) => json(503, json!({})),
            (false, 1..=4) => listed(json!([item("a", "stripe"), item("b", "github")])),
            (false, _) => listed(json!([item("b", "github")])),
        }
    })
    .await;
    let clock = JumpingClock::new();
    let began = clock.now();
    let platform = account(&server, &clock, &[("client_secret", "sec-12345")]);
    let connectors = platform.connectors().unwrap();
    let id = RemoteId::new("a");
    let options = CallOptions::default();
    connectors.delete_connector(&id, &options).await.unwrap();
    assert_eq!(server.lines().len(), 1 + 1 + 5);
    let waited = clock.now().instant() - began.instant();
    assert_eq!(waited.whole_seconds(), 1 + 2 + 4 + 8);
}

#[tokio::test]
async fn a_deletion_is_over_when_the_workspace_is_gone() {
    delete_where_lists_are_refused(404).await;
}

#[tokio::test]
async fn an_accepted_deletion_is_none_that_was_refused() {
    delete_where_lists_are_refused(403).await;
}

async fn delete_where_lists_are_refused(status: u16) {
    let server = Server::start(move |seen, _| match seen.line.starts_with("DELETE") {
        true => json(202, json!({"job_id": "j-1"})),
        false => json(
            status,
            json!({"message": "no such workspace, or no access"}),
        ),
    })
    .await;
    let platform = signed_in(&server);
    let connectors = platform.connectors().unwrap();
    let (id, options) = (RemoteId::new("a"), CallOptions::default());
    connectors.delete_connector(&id, &options).await.unwrap();
}

#[tokio::test]
async fn a_deletion_that_does_not_end_is_shown_as_such() {
    let server = Server::start(|seen, _| match seen.line.starts_with("DELETE") {
        true => (StatusCode::ACCEPTED, "").into_response(),
        false => listed(json!([item("a", "stripe")])),
    })
    .await;
    let platform = signed_in(&server);
    let connectors = platform.connectors().unwrap();
    let options = CallOptions::default();
    let id = RemoteId::new("a");
    let late = connectors.delete_connector(&id, &options).await;
    assert_eq!(late.unwrap_err().kind(), "timeout");
    let listed = connectors.list_connectors(&options).await.unwrap();
    assert_eq!(listed[0].status, Status::Disconnected);
    assert_eq!(listed[0].reason.as_deref(), Some("deleting"));

    let given = json!({"connector_id": "a"});
    let job = call(&*platform, "delete_connector", given).await.unwrap();
    assert_eq!(job, json!({"job_id": null}));
}

#[tokio::test]
async fn a_kind_is_needed_to_create_and_an_id_to_do_anything_with_one() {
    let server = Server::start(|_, _| json(200, json!({}))).await;
    let platform = signed_in(&server);
    for (operation, given) in [
        ("create_connector", json!({"definition_id": ""})),
        ("inspect", json!({"connector_id": ""})),
        ("check", json!({"connector_id": ".."})),
        ("delete_connector", json!({"connector_id": ""})),
        ("wait_for_deletion", json!({"connector_id": ""})),
        (
            "wait_for_deletion",
            json!({"connector_id": "a", "limit_s": -1}),
        ),
        ("update_connector", json!({"connector_id": ""})),
        (
            "execute",
            json!({"connector_id": "", "entity": "e", "action": "list"}),
        ),
        ("connect", json!({"slug": ""})),
        ("get_connector", json!({"connector_id": "", "name": ""})),
        ("http", json!({"method": "GET", "path": "/elsewhere"})),
        (
            "http",
            json!({"method": "TRACE", "path": "/api/v1/workspaces"}),
        ),
    ] {
        let refused = call(&*platform, operation, given.clone()).await;
        assert_eq!(refused.unwrap_err().kind(), "usage", "{operation} {given}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn workspaces_are_listed_over_all_pages_and_from_one_address_only() {
    let server = Server::start(|seen, n| {
        let host = seen.host.as_deref().unwrap_or_default();
        let next = match n {
            0 => json!(format!("http://{host}/edge/api/v1/workspaces?cursor=a%20b")),
            1 => json!("https://elsewhere.example/api/v1/workspaces?cursor=c"),
            // One that came before.
            2 => json!("https://elsewhere.example/api/v1/workspaces?cursor=c"),
            _ => Value::Null,
        };
        json(
            200,
            json!({"data": [{"name": format!("w-{n}")}], "next": next}),
        )
    })
    .await;
    let platform = signed_in(&server);
    let all = call(&*platform, "list_workspaces", json!({"name_contains": "w"})).await;
    assert_eq!(all.unwrap().as_array().map(Vec::len), Some(3));
    assert_eq!(
        server.lines()[1..],
        [
            "GET /workspaces?name_contains=w",
            "GET /workspaces?cursor=a+b",
            "GET /workspaces?cursor=c"
        ]
    );
}

#[tokio::test]
async fn a_page_of_workspaces_may_end_in_a_slash() {
    let server = Server::start(|seen, n| {
        let host = seen.host.as_deref().unwrap_or_default();
        let next = (n == 0).then(|| format!("http://{host}/edge/api/v1/workspaces/?cursor=a"));
        json(200, json!({"data": [{}], "next": next}))
    })
    .await;
    let platform = signed_in(&server);
    let all = call(&*platform, "list_workspaces", json!({})).await;
    assert_eq!(all.unwrap().as_array().map(Vec::len), Some(2));
    assert_eq!(server.lines()[2], "GET /workspaces/?cursor=a");
}

#[tokio::test]
async fn a_name_stands_for_exactly_one() {
    let server = Server::start(|seen, _| match seen.line.contains("/definitions/") {
        true => json(
            200,
            json!({"definitions": [
                {"name": "GitHub"}, {"name": "GitHub Enterprise"},
            ]}),
        ),
        false => listed(json!([{"name": "a"}, {"name": "a"}, {"name": "A"}])),
    })
    .await;
    let platform = signed_in(&server);
    let find = async |operation: &str, name: &str| {
        let found = call(&*platform, operation, json!({"name": name})).await;
        found.map_err(|error| error.kind())
    };
    assert_eq!(
        find("find_definition", "github").await,
        Ok(json!({"name": "GitHub"}))
    );
    assert_eq!(find("find_definition", "git").await, Err("none_found"));
    assert_eq!(find("find_workspace", "A").await, Ok(json!({"name": "A"})));
    assert_eq!(find("find_workspace", "a").await, Err("many_found"));
}

#[tokio::test]
async fn another_workspace_that_is_refused_keeps_nothing_from_the_list() {
    let server = Server::start(|seen, _| match &*seen.line {
        line if line.starts_with("POST") => json(201, item("b", "github")),
        line if line.contains("workspace_name=tea") => json(403, json!({})),
        _ => listed(json!([item("a", "stripe")])),
    })
    .await;
    let platform = signed_in(&server);
    let made = json!({"definition_id": "d", "workspace_name": "tea"});
    call(&*platform, "create_connector", made).await.unwrap();
    server.seen();
    let options = CallOptions::default();
    platform.check(&options).await.unwrap();
    assert_eq!(server.lines().len(), 1);
    let connectors = platform.connectors().unwrap();
    let listed = connectors.list_connectors(&options).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_deletion_that_never_ends_is_taken_for_failed() {
    let server = Server::start(|seen, _| match seen.line.starts_with("DELETE") {
        true => json(202, json!({"job_id": "j-1"})),
        false => listed(json!([item("a", "stripe")])),
    })
    .await;
    let clock = JumpingClock::new();
    let platform = account(&server, &clock, &[("client_secret", "sec-12345")]);
    let connectors = platform.connectors().unwrap();
    let options = CallOptions::default();
    let id = RemoteId::new("a");
    connectors.start_deletion(&id, &options).await.unwrap();
    let status = async || connectors.list_connectors(&options).await.unwrap()[0].status;
    clock.sleep(Duration::from_secs(3599)).await;
    assert_eq!(status().await, Status::Disconnected);
    clock.sleep(Duration::from_secs(1)).await;
    assert_eq!(status().await, Status::Unknown);
}

#[tokio::test]
async fn a_needed_organization_is_told_at_its_field() {
    let words = json!({"message": "Please specify target organization"});
    let server = Server::start(move |_, _| json(400, words.clone())).await;
    let refused = signed_in(&server).check(&CallOptions::default()).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        refused.refusal().unwrap().fields[0].path,
        "/organization_id"
    );
}

#[tokio::test]
async fn a_passing_failure_does_not_shorten_the_tools() {
    for (status, is_listed) in [
        (403, true),
        (404, true),
        (422, true),
        (500, true),
        (401, false),
        (502, false),
        (503, false),
        (504, false),
    ] {
        let server = Server::start(move |seen, _| match seen.line.ends_with("/inspect") {
            true => json(status, json!({})),
            false => json(200, item("a", "stripe")),
        })
        .await;
        let platform = signed_in(&server);
        let (id, options) = (RemoteId::new("a"), CallOptions::default());
        let listed = platform.tools().unwrap().list_tools(&id, &options).await;
        assert_eq!(listed.is_ok(), is_listed, "{status}");
    }
}
