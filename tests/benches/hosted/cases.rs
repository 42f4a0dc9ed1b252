//! The calls that are measured: what Patchbay is asked, what goes over the wire, what is answered.

use anyhow::Result;
use serde_json::{Value, json};

use CallSpec::{Operation, Tool};

use crate::recorded::{self, id};

/// Connectors on a page: what a person sees at once.
const PAGE: usize = 20;

/// The token of every account.
pub(crate) const KEY: &str = "test-key";

/// A call of one platform.
pub(crate) struct Case {
    /// The platform as the contracts call it.
    pub(crate) platform: &'static str,
    /// What it is: `list`, `get`, `call_tool`, or `call_in_session`.
    pub(crate) what: &'static str,
    pub(crate) asked: CallSpec,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: &'static [(&'static str, &'static str)],
    /// The JSON body on the wire.
    pub(crate) body: Option<Value>,
    pub(crate) answer: Value,
}

/// How Patchbay is asked.
pub(crate) enum CallSpec {
    /// By a documented operation and its arguments.
    Operation(&'static str, Value),
    /// By the name of a tool of connector 0 and its arguments, in an MCP session through the platform's
    /// relay. Beside it stands rmcp's own client, which is what speaks MCP on either side.
    Tool(&'static str, Value),
}

pub(crate) fn all() -> Result<Vec<Case>> {
    let all = [mistral()?, cohere()?, agentstack()?, airbyte()?, tenex()?];
    Ok(all.into_iter().flatten().collect())
}

impl Case {
    /// A call that reads.
    fn get(
        platform: &'static str,
        what: &'static str,
        asked: CallSpec,
        path: impl Into<String>,
        answer: Value,
    ) -> Self {
        Self {
            platform,
            what,
            asked,
            method: "GET",
            path: path.into(),
            query: &[],
            body: None,
            answer,
        }
    }

    /// The same with parameters.
    fn with_query(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    /// The same as a POST with a body.
    fn with_body(self, body: Value) -> Self {
        Self {
            method: "POST",
            body: Some(body),
            ..self
        }
    }
}

fn mistral() -> Result<Vec<Case>> {
    const ALL: &str = "/v1/connectors";
    let one = format!("{ALL}/wiki_search");
    let page = recorded::page(recorded::body("mistral", "list-full")?, "items", 0, PAGE);
    let found = recorded::body("mistral", "get-full")?;
    let result = recorded::body("mistral", "call-tool-full")?;
    let list = Operation("list", json!({}));
    let get = Operation("get", json!({"connector_id_or_name": "wiki_search"}));
    let arguments = json!({"q": "how to file expenses", "n": 10, "filter": {"space": "finance"}});
    let call = json!({
        "connector_id_or_name": "wiki_search", "tool_name": "search", "arguments": arguments,
    });
    let call = Operation("call_tool", call);
    let tool = format!("{one}/tools/search/call");
    Ok(vec![
        Case::get("mistral", "list", list, ALL, page).with_query(&[("page_size", "100")]),
        Case::get("mistral", "get", get, one, found).with_query(&[("fetch_user_data", "false")]),
        Case::get("mistral", "call_tool", call, tool, result)
            .with_body(json!({ "arguments": arguments })),
    ])
}

fn cohere() -> Result<Vec<Case>> {
    const ALL: &str = "/v1/connectors";
    let page = recorded::page(recorded::body("cohere", "list-min")?, "connectors", 0, PAGE);
    let found = recorded::body("cohere", "get")?;
    let list = Operation("list", json!({}));
    let get = Operation("get", json!({"id": "intranet-9kx2"}));
    let one = format!("{ALL}/intranet-9kx2");
    Ok(vec![
        Case::get("cohere", "list", list, ALL, page),
        Case::get("cohere", "get", get, one, found),
    ])
}

fn agentstack() -> Result<Vec<Case>> {
    const ALL: &str = "/api/v1/connectors";
    let one = format!("{ALL}/{}", id(0));
    let relay = format!("{one}/mcp");
    let page = recorded::page(recorded::body("agentstack", "list-two")?, "items", 0, PAGE);
    let found = recorded::body("agentstack", "get-by-object")?;
    let result = recorded::body("agentstack", "srv-mcp-tools-call")?;
    let list = Operation("list", json!({}));
    let get = Operation("get", json!({ "connector": id(0) }));
    let arguments = json!({"text": "how to file expenses"});
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "echo", "arguments": arguments},
    });
    let relayed = json!({"connector": id(0), "method": "POST", "content_json": call});
    let relayed = Operation("mcp_proxy", relayed);
    let tool = Tool("echo", arguments);
    Ok(vec![
        Case::get("agentstack", "list", list, ALL, page),
        Case::get("agentstack", "get", get, one, found),
        Case::get(
            "agentstack",
            "call_tool",
            relayed,
            relay.clone(),
            result.clone(),
        )
        .with_body(call),
        Case::get("agentstack", "call_in_session", tool, relay, result),
    ])
}

fn airbyte() -> Result<Vec<Case>> {
    const ALL: &str = "/api/v1/integrations/connectors";
    let one = format!("{ALL}/{}", id(0));
    let execution = format!("{one}/execute");
    let page = recorded::body("airbyte", "list-default-workspace")?;
    let page = recorded::page(page, "data", 0, PAGE);
    let found = recorded::body("airbyte", "get-connector-rest")?;
    let result = recorded::body("airbyte", "execute-full")?;
    let list = Operation("list_connectors", json!({}));
    let get = Operation("get_connector_detail", json!({ "connector_id": id(0) }));
    let action = json!({
        "entity": "customers", "action": "list", "skip_truncation": true,
        "params": {"limit": 10, "cursor": "c=="}, "select_fields": ["id", "billing.city"],
    });
    let mut execute = action.clone();
    execute["connector_id"] = json!(id(0));
    let execute = Operation("execute", execute);
    Ok(vec![
        Case::get("airbyte", "list", list, ALL, page).with_query(&[("workspace_name", "default")]),
        Case::get("airbyte", "get", get, one, found),
        Case::get("airbyte", "call_tool", execute, execution, result).with_body(action),
    ])
}

fn tenex() -> Result<Vec<Case>> {
    const ALL: &str = "/api/v1/connectors";
    let page = recorded::page(recorded::body("tenex", "list-three")?, "items", 0, PAGE);
    let found = recorded::body("tenex", "get")?;
    let list = Operation("list", json!({}));
    let get = Operation("get", json!({"id": "con_1"}));
    Ok(vec![
        Case::get("tenex", "list", list, ALL, page),
        Case::get("tenex", "get", get, format!("{ALL}/con_1"), found),
    ])
}
