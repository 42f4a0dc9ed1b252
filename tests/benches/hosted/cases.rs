//! The calls that are measured: what Patchbay is asked, what goes over the wire, what is answered.

use anyhow::Result;
use serde_json::{Value, json};

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
    /// How Patchbay is asked for it.
    pub(crate) asked: CallSpec,
    /// The method on the wire.
    pub(crate) method: &'static str,
    /// The path on the wire.
    pub(crate) path: String,
    /// The query on the wire.
    pub(crate) query: &'static [(&'static str, &'static str)],
    /// The JSON body on the wire.
    pub(crate) body: Option<Value>,
    /// What is answered.
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

/// All of them.
///
/// # Errors
/// When a recorded answer is missing.
pub(crate) fn all() -> Result<Vec<Case>> {
    let all = [mistral()?, cohere()?, agentstack()?, airbyte()?, tenex()?];
    Ok(all.into_iter().flatten().collect())
}

fn get(
    platform: &'static str,
    what: &'static str,
    asked: CallSpec,
    path: &str,
    answer: Value,
) -> Case {
    Case {
        platform,
        what,
        asked,
        method: "GET",
        path: path.to_owned(),
        query: &[],
        body: None,
        answer,
    }
}

fn mistral() -> Result<Vec<Case>> {
    let page = recorded::page(recorded::body("mistral", "list-full")?, "items", 0, PAGE);
    let arguments = json!({"q": "how to file expenses", "n": 10, "filter": {"space": "finance"}});
    let call = json!({
        "connector_id_or_name": "wiki_search", "tool_name": "search", "arguments": arguments,
    });
    Ok(vec![
        Case {
            query: &[("page_size", "100")],
            ..get(
                "mistral",
                "list",
                CallSpec::Operation("list", json!({})),
                "/v1/connectors",
                page,
            )
        },
        Case {
            query: &[("fetch_user_data", "false")],
            ..get(
                "mistral",
                "get",
                CallSpec::Operation("get", json!({"connector_id_or_name": "wiki_search"})),
                "/v1/connectors/wiki_search",
                recorded::body("mistral", "get-full")?,
            )
        },
        Case {
            method: "POST",
            body: Some(json!({ "arguments": arguments })),
            ..get(
                "mistral",
                "call_tool",
                CallSpec::Operation("call_tool", call),
                "/v1/connectors/wiki_search/tools/search/call",
                recorded::body("mistral", "call-tool-full")?,
            )
        },
    ])
}

fn cohere() -> Result<Vec<Case>> {
    let page = recorded::page(recorded::body("cohere", "list-min")?, "connectors", 0, PAGE);
    Ok(vec![
        get(
            "cohere",
            "list",
            CallSpec::Operation("list", json!({})),
            "/v1/connectors",
            page,
        ),
        get(
            "cohere",
            "get",
            CallSpec::Operation("get", json!({"id": "intranet-9kx2"})),
            "/v1/connectors/intranet-9kx2",
            recorded::body("cohere", "get")?,
        ),
    ])
}

fn agentstack() -> Result<Vec<Case>> {
    let all = "/api/v1/connectors";
    let one = format!("{all}/{}", id(0));
    let page = recorded::page(recorded::body("agentstack", "list-two")?, "items", 0, PAGE);
    let arguments = json!({"text": "how to file expenses"});
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "echo", "arguments": arguments},
    });
    let relayed = json!({"connector": id(0), "method": "POST", "content_json": call});
    let answer = recorded::body("agentstack", "srv-mcp-tools-call")?;
    let relay = format!("{one}/mcp");
    Ok(vec![
        get(
            "agentstack",
            "list",
            CallSpec::Operation("list", json!({})),
            all,
            page,
        ),
        get(
            "agentstack",
            "get",
            CallSpec::Operation("get", json!({ "connector": id(0) })),
            &one,
            recorded::body("agentstack", "get-by-object")?,
        ),
        Case {
            method: "POST",
            body: Some(call),
            ..get(
                "agentstack",
                "call_tool",
                CallSpec::Operation("mcp_proxy", relayed),
                &relay,
                answer.clone(),
            )
        },
        get(
            "agentstack",
            "call_in_session",
            CallSpec::Tool("echo", arguments),
            &relay,
            answer,
        ),
    ])
}

fn airbyte() -> Result<Vec<Case>> {
    let all = "/api/v1/integrations/connectors";
    let one = format!("{all}/{}", id(0));
    let page = recorded::page(
        recorded::body("airbyte", "list-default-workspace")?,
        "data",
        0,
        PAGE,
    );
    let action = json!({
        "entity": "customers", "action": "list", "skip_truncation": true,
        "params": {"limit": 10, "cursor": "c=="}, "select_fields": ["id", "billing.city"],
    });
    let mut execute = action.clone();
    execute["connector_id"] = json!(id(0));
    Ok(vec![
        Case {
            query: &[("workspace_name", "default")],
            ..get(
                "airbyte",
                "list",
                CallSpec::Operation("list_connectors", json!({})),
                all,
                page,
            )
        },
        get(
            "airbyte",
            "get",
            CallSpec::Operation("get_connector_detail", json!({ "connector_id": id(0) })),
            &one,
            recorded::body("airbyte", "get-connector-rest")?,
        ),
        Case {
            method: "POST",
            body: Some(action),
            ..get(
                "airbyte",
                "call_tool",
                CallSpec::Operation("execute", execute),
                &format!("{one}/execute"),
                recorded::body("airbyte", "execute-full")?,
            )
        },
    ])
}

fn tenex() -> Result<Vec<Case>> {
    let page = recorded::page(recorded::body("tenex", "list-three")?, "items", 0, PAGE);
    Ok(vec![
        get(
            "tenex",
            "list",
            CallSpec::Operation("list", json!({})),
            "/api/v1/connectors",
            page,
        ),
        get(
            "tenex",
            "get",
            CallSpec::Operation("get", json!({"id": "con_1"})),
            "/api/v1/connectors/con_1",
            recorded::body("tenex", "get")?,
        ),
    ])
}
