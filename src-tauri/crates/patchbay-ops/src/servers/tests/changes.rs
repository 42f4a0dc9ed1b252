//! Notifications of servers about changed tools and resources.

use super::*;
use crate::connectors::mcp_resources::read_resource;
use crate::connectors::resource_watch::watch_resource;
use crate::connectors::tools::list_tools;

/// Lists one tool at first and another one later, and notifies of a change after every listing.
const RESTLESS: &str = r#"#!/bin/sh
while read -r line; do
  id=${line##*'"id":'}; id=${id%%[,\}]*}
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"restless","version":"1"}}}' ;;
    *'"tools/list"'*)
      [ -e lists ] && tool=second || tool=first
      echo "$tool" >> lists
      echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"tools":[{"name":"'"$tool"'","inputSchema":{"type":"object"}}]}}'
      echo '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}' ;;
  esac
done
"#;

/// Names of the cached tools.
async fn cached_tools(fixture: &Fixture, connector: &Connector) -> Vec<String> {
    let tools = list_tools(&fixture.cx, Some(&connector.id)).await.unwrap();
    tools.into_iter().map(|cached| cached.tool.name).collect()
}

/// Waits until the second tool of the server is listed.
async fn wait_for_second_tool(fixture: &Fixture, connector: &Connector, limit: Duration) {
    let until_listed = async {
        while cached_tools(fixture, connector).await != ["second"] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let listed = tokio::time::timeout(limit, until_listed).await;
    listed.expect("the tools are listed again");
}

#[tokio::test]
async fn changed_tools_are_listed_again_at_a_limited_rate() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    fs::write(fixture.home.path().join("server"), RESTLESS).unwrap();
    let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(tools[0].name, "first");
    wait_for_second_tool(&fixture, &connector, Duration::from_secs(10)).await;
    // The notifications continue.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    let lists = fs::read_to_string(folder.join("lists")).unwrap();
    assert!(lists.lines().count() <= 4, "{lists}");
    assert_eq!(cached_tools(&fixture, &connector).await, ["second"]);
    fixture.cx.close().await;
}

/// Like [`RESTLESS`] with the newer protocol: notifies each subscription once.
const HEARD: &str = r#"#!/bin/sh
while read -r line; do
  id=${line##*'"id":'}; id=${id%%[,\}]*}
  about='"_meta":{"io.modelcontextprotocol/subscriptionId":'"$id"'}'
  case "$line" in
    *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":-32022,"message":"newer only","data":{"supported":["2026-07-28"]}}}' ;;
    *'"server/discover"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"heard","version":"1"}}}' ;;
    *'"tools/list"'*)
      [ -e heard ] && tool=second || tool=first
      echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":[{"name":"'"$tool"'","inputSchema":{"type":"object"}}]}}' ;;
    *'"subscriptions/listen"'*)
      echo "$id" >> heard
      echo '{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{"toolsListChanged":true},'"$about"'}}'
      echo '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{'"$about"'}}' ;;
  esac
done
"#;

#[tokio::test]
async fn a_newer_server_is_subscribed_to_once() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    fs::write(fixture.home.path().join("server"), HEARD).unwrap();
    let tools = refresh_tools(&fixture.cx, &connector.id).await.unwrap();
    assert_eq!(tools[0].name, "first");
    wait_for_second_tool(&fixture, &connector, Duration::from_secs(20)).await;
    let folder = fixture.cx.paths().server_folder(&connector.id);
    let listened = fs::read_to_string(folder.join("heard")).unwrap();
    assert_eq!(listened.lines().count(), 1, "{listened}");
    fixture.cx.close().await;
}

/// A server with a resource that changes after it was read; ends on a read once the file `dies` exists.
const WATCHED: &str = r#"#!/bin/sh
while read -r line; do
  id=${line##*'"id":'}; id=${id%%[,\}]*}
  say() { echo '{"jsonrpc":"2.0","id":'"$id"',"result":'"$1"'}'; }
  case "$line" in
    *'"initialize"'*) say '{"protocolVersion":"2025-11-25","capabilities":{"resources":{"subscribe":true}},"serverInfo":{"name":"watched","version":"1"}}' ;;
    *'"resources/subscribe"'* | *'"resources/unsubscribe"'*) echo "$line" >> asked; say '{}' ;;
    *'"resources/read"'*)
      [ -e dies ] && exit 3
      say '{"contents":[{"uri":"a://b","text":"'"$(cat read 2> /dev/null)"'"}]}'
      [ -e read ] || { printf changed > read; echo '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"a://b"}}'; } ;;
  esac
done
"#;

#[tokio::test]
async fn a_resource_watch_reports_changes_and_ends_with_its_server() {
    let fixture = Fixture::new().await;
    let connector = fixture.add().await;
    fs::write(fixture.home.path().join("server"), WATCHED).unwrap();
    allow(&fixture.cx, &connector, connector.command.as_ref().unwrap())
        .await
        .unwrap();
    let folder = fixture.cx.paths().server_folder(&connector.id);
    let (cx, id) = (&fixture.cx, &connector.id);
    let (change_to, mut change) = tokio::sync::watch::channel(());
    let until = CancellationToken::new();
    let on_change = || change_to.send_replace(());
    let watching = watch_resource(cx, id, "a://b", until.cancelled(), on_change);
    let reading = async {
        loop {
            change.changed().await.unwrap();
            let read = serde_json::to_string(&read_resource(cx, id, "a://b").await.unwrap());
            if read.unwrap().contains("changed") {
                until.cancel();
                return;
            }
        }
    };
    let both = futures::future::join(watching, reading);
    let (ended, ()) = tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .unwrap();
    ended.unwrap();
    let asked = fs::read_to_string(folder.join("asked")).unwrap();
    let methods: Vec<_> = asked
        .lines()
        .map(|line| line.contains("unsubscribe"))
        .collect();
    assert_eq!(methods, [false, true], "{asked}");

    let watching = watch_resource(cx, id, "a://b", std::future::pending(), || {
        fs::write(folder.join("dies"), "").unwrap();
        let (cx, id) = (cx.clone(), id.clone());
        tokio::spawn(async move { read_resource(&cx, &id, "a://b").await });
    });
    let ended = tokio::time::timeout(Duration::from_secs(20), watching).await;
    let error = ended.unwrap().unwrap_err();
    assert_eq!(error.code(), Code::ProgramEnded, "{error}");
    fixture.cx.close().await;
}
