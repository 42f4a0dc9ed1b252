//! Work that does not wait for a server, or waits for one no longer.

use patchbay_model::{ConnectorId, Json, Origin, RunId, RunState, ServerTask, Tool, ToolRun};
use serde_json::json;

use super::*;
use crate::runs::cancel_run::cancel_run;
use crate::runs::dry_run::dry_run;
use crate::runs::find_run;
use crate::runs::run_tool::RunTool;
use crate::testing::finished_run;

/// Has tasks, and writes down which are cancelled.
const TASKS: &str = r#"#!/bin/sh
while read -r line; do
  id=${line##*'"id":'}; id=${id%%[,\}]*}
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"tasks":{"requests":{"tools":{"call":{}}}}},"serverInfo":{"name":"tasks","version":"1"}}}' ;;
    *'"tools/list"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"tools":[]}}' ;;
    *'"tasks/cancel"'*)
      echo "$line" >> cancelled
      echo '{"jsonrpc":"2.0","id":'"$id"',"result":{}}' ;;
    *'"tasks/'*) echo "$line" >> others ;;
  esac
done
"#;

/// A run of a process that is gone, as a task of the server.
fn abandoned_run(connector: &ConnectorId, id: &str) -> ToolRun {
    let mut run = finished_run();
    run.summary.id = RunId::new(id);
    run.summary.connector = connector.clone();
    run.summary.state = RunState::Running;
    run.task = Some(ServerTask {
        id: format!("task of {id}"),
        extension: false,
    });
    run
}

#[tokio::test]
async fn a_server_that_is_connected_hears_of_every_task_that_is_cancelled() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    fixture.script("server", TASKS);
    refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let store = fixture.cx.store();
    for number in 0..10 {
        let run = abandoned_run(&connector.id, &format!("run_{number}"));
        store.open_run(&run).await.unwrap();
        store.release_task(&run.summary.id).await.unwrap();
        cancel_run(&fixture.cx, &run.summary.id).await.unwrap();
        let ended = find_run(&fixture.cx, &run.summary.id).await.unwrap();
        assert_eq!(ended.summary.state, RunState::Cancelled);
    }
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fixture.cx.close().await;
    let cancelled = fs::read_to_string(folder.join("cancelled")).unwrap();
    for number in 0..10 {
        let task = format!("task of run_{number}\"");
        assert!(cancelled.contains(&task), "{cancelled}");
    }
    assert!(!folder.join("others").exists());
}

#[tokio::test]
async fn neither_a_dry_run_nor_the_end_of_a_check_waits_for_a_start() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    let folder = fixture.cx.paths().server_folder(&connector.id);
    fs::write(folder.join("slow"), "").unwrap();
    fixture.cx.sessions().close(&connector.id).await;
    let (cx, id) = (fixture.cx.clone(), connector.id.clone());
    let starting = tokio::spawn(async move { refresh_tools(&cx, &id).await });
    while fixture.starts(&connector) < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let at_once = Duration::from_secs(20);
    let planned = dry_run(&fixture.cx, request(&connector, &tools[0]));
    let planned = tokio::time::timeout(at_once, planned).await.unwrap();
    assert!(!planned.unwrap().is_exact);

    let (cx, id) = (fixture.cx.clone(), connector.id.clone());
    let check = tokio::spawn(async move { check_connector(&cx, &id).await });
    let stopping = async {
        while !check.is_finished() {
            cancel_check(&fixture.cx, &connector.id);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(at_once, stopping).await.unwrap();
    let stopped = check.await.unwrap().unwrap_err();
    assert!(matches!(stopped, Error::Cancelled), "{stopped}");
    assert!(!starting.is_finished());
    fixture.cx.close().await;
    starting.await.unwrap().unwrap_err();
}

pub(super) fn request(connector: &Connector, tool: &Tool) -> RunTool {
    let (connector, tool) = (connector.id.clone(), tool.name.clone());
    RunTool::new(connector, tool, Json(json!({})), Origin::Window)
}
