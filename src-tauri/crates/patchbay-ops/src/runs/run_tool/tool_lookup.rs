//! Looks up connectors and tools for runs, in a cache with their compiled schemas.

use std::sync::Arc;

use patchbay_model::ConnectorId;

use crate::context::Context;
use crate::context::tool_cache::{CAPACITY, CacheEntry, CachedTool, RunTarget};
use crate::error::Error;
use crate::stored_connectors::find_connector;

/// Returns the connector and its tool of that name, as of a few milliseconds ago at most. Reads them again only when a connector or its tools changed,
/// and compiles the schema again only when the tool did.
///
/// # Errors
/// [`Error::NotFound`] when there is no such connector.
pub(super) async fn find(cx: &Context, id: &ConnectorId, name: &str) -> Result<RunTarget, Error> {
    let key = (id.clone(), name.to_owned());
    // Before they are read, since they may change meanwhile.
    let version = cx.store().connectors_version()?;
    let before = match cx.tool_cache().lock().get(&key) {
        Some(cached) if cached.version == version => return Ok(cached.target.clone()),
        cached => cached.and_then(|cached| cached.target.tool.clone()),
    };
    let connector = find_connector(cx, id).await?;
    let tool = cx.store().find_tool(id, name).await?;
    let target = RunTarget {
        connector: Arc::new(connector),
        tool: tool.map(|tool| match before {
            Some(before) if *before.tool == tool => before,
            _ => Arc::new(CachedTool::new(tool)),
        }),
    };
    let cached = CacheEntry {
        version,
        target: target.clone(),
    };
    let mut cache = cx.tool_cache().lock();
    if cache.len() >= CAPACITY && !cache.contains_key(&key) {
        cache.clear();
    }
    cache.insert(key, cached);
    Ok(target)
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Json, ToolEffect};
    use patchbay_store::Store;
    use serde_json::json;

    use super::*;
    use crate::app_paths::AppPaths;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};
    use patchbay_model::Tool;

    fn echo(schema: serde_json::Value) -> Tool {
        Tool {
            name: "echo".to_owned(),
            input_schema: Json(schema),
            effect: ToolEffect::Read,
            idempotent: true,
            ..Tool::default()
        }
    }

    #[tokio::test]
    async fn the_cache_follows_changes_by_this_process_and_others() {
        let (home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        let id = connector.id.clone();
        assert!(find(&cx, &id, "echo").await.unwrap().tool.is_none());

        let tools = [echo(json!({ "type": "object" }))];
        let now = cx.now();
        cx.store().replace_tools(&id, &tools, now).await.unwrap();
        let first = find(&cx, &id, "echo").await.unwrap().tool.unwrap();
        assert!(first.check.problems(&json!({})).is_empty());

        connector.title = "Renamed".to_owned();
        cx.store().save_connector(&connector).await.unwrap();
        let renamed = find(&cx, &id, "echo").await.unwrap();
        assert_eq!(renamed.connector.title, "Renamed");
        assert!(Arc::ptr_eq(&renamed.tool.unwrap(), &first));

        let elsewhere = Store::open(&AppPaths::under(home.path()).database())
            .await
            .unwrap();
        let tools = [echo(json!({ "type": "object", "required": ["message"] }))];
        elsewhere
            .replace_tools(&id, &tools, cx.now())
            .await
            .unwrap();
        let second = find(&cx, &id, "echo").await.unwrap().tool.unwrap();
        assert_eq!(second.check.problems(&json!({})).len(), 1);

        elsewhere.remove_connector(&id).await.unwrap();
        let gone = find(&cx, &id, "echo").await.err();
        assert!(matches!(gone, Some(Error::NotFound { .. })), "{gone:?}");
    }
}
