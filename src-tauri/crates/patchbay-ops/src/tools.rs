//! Tools: from the cache, from the server, and whether arguments fit them.

use patchbay_model::{Code, Connector, ConnectorId, Explain, FieldProblem, Json, Status, Tool};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;
use tokio_util::sync::CancellationToken;

use crate::backend::{Backend, ListedTools, for_connector};
use crate::list_connectors::{self, find_connector};
use crate::schema::{comes_to_an_end, is_checked_soon};
use crate::{Context, Error, Event, status};

/// A tool and the connector that offers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorTool {
    /// The connector.
    pub connector: ConnectorId,
    /// The tool.
    pub tool: Tool,
}

/// The tools of one connector, or of all, from the cache.
///
/// # Errors
/// [`Error::Store`].
pub async fn list_tools(
    cx: &Context,
    connector: Option<&ConnectorId>,
) -> Result<Vec<ConnectorTool>, Error> {
    let tools = cx.store().list_tools(connector).await?;
    let named = |(connector, tool)| ConnectorTool { connector, tool };
    Ok(tools.into_iter().map(named).collect())
}

/// Asks the server for its tools and keeps them; the connector's status follows.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; what kept the tools from being listed.
pub async fn refresh_tools(cx: &Context, id: &ConnectorId) -> Result<Vec<Tool>, Error> {
    let connector = find_connector(cx, id).await?;
    refresh(cx, &connector, cx.ending()).await
}

/// As [`refresh_tools`], until `cancel`.
pub(crate) async fn refresh(
    cx: &Context,
    connector: &Connector,
    cancel: &CancellationToken,
) -> Result<Vec<Tool>, Error> {
    if connector.status.status == Status::Disabled {
        return Err(Error::SwitchedOff {
            connector: connector.title.clone(),
        });
    }
    let backend = for_connector(cx, connector);
    match backend.list_tools(cancel).await {
        // What is said of the connector is kept already, and all that there is.
        Ok(None) => Ok(Vec::new()),
        Ok(Some(listed)) => keep(cx, connector, &*backend, listed).await,
        Err(error) => {
            status::note_failure(cx, &connector.id, &error).await?;
            if error.code() == Code::NotFound {
                backend.look_for_missing().await;
            }
            Err(error)
        }
    }
}

/// Keeps tools that were listed, and how their connector is by that.
async fn keep(
    cx: &Context,
    connector: &Connector,
    backend: &dyn Backend,
    ListedTools { tools, server }: ListedTools,
) -> Result<Vec<Tool>, Error> {
    let status = backend.status_after_listing().await;
    let count = u32::try_from(tools.len()).ok();
    let change = move |connector: &mut Connector| {
        connector.server = server;
        connector.tool_count = count;
        if let Some(status) = status {
            status(connector);
        }
    };
    let kept = status::change(cx, &connector.id, change).await?;
    kept.ok_or_else(|| list_connectors::not_found(connector.id.as_str()))?;
    let now = cx.now();
    cx.store().replace_tools(&connector.id, &tools, now).await?;
    cx.emit(Event::ConnectorsChanged);
    Ok(tools)
}

/// Whether one can choose for each run with which of its platform's credentials a connector acts; nothing
/// is sent.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Vault`], [`Error::Reference`].
pub async fn names_credentials(cx: &Context, id: &ConnectorId) -> Result<bool, Error> {
    let connector = find_connector(cx, id).await?;
    for_connector(cx, &connector).takes_credential().await
}

/// What is wrong with these arguments by the tool's own schema; empty when nothing is.
///
/// # Errors
/// [`Error::NotFound`] when connector or tool are not there; [`Error::Store`].
pub async fn validate_arguments(
    cx: &Context,
    connector: &ConnectorId,
    tool: &str,
    arguments: &Json,
) -> Result<Vec<FieldProblem>, Error> {
    let tool = find_tool(cx, connector, tool).await?;
    Ok(check_arguments(&tool.input_schema, arguments))
}

/// The tool of that name, from the cache.
pub(crate) async fn find_tool(
    cx: &Context,
    connector: &ConnectorId,
    name: &str,
) -> Result<Tool, Error> {
    let tool = cx.store().find_tool(connector, name).await?;
    tool.ok_or_else(|| not_found(name))
}

/// That a connector has no tool of that name.
pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "tool",
        name: name.to_owned(),
    }
}

/// What is wrong with a value by a JSON Schema, as [`ArgumentCheck`] says.
pub(crate) fn check_arguments(schema: &Value, arguments: &Value) -> Vec<FieldProblem> {
    ArgumentCheck::new(schema).problems(arguments)
}

/// A JSON Schema (draft 2020-12 unless it names another), ready to check values by; references to other
/// documents are not followed. One that is broken itself forbids nothing: then the server has the last
/// word.
pub(crate) struct ArgumentCheck(Option<Ready>);

struct Ready {
    validator: jsonschema::Validator,
    /// To find out how long a value would take.
    schema: Value,
}

impl ArgumentCheck {
    /// Makes a schema ready, which takes longer than a check.
    pub(crate) fn new(schema: &Value) -> Self {
        if !comes_to_an_end(schema) {
            return Self(None);
        }
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(schema);
        Self(validator.ok().map(|validator| Ready {
            validator,
            schema: schema.clone(),
        }))
    }

    /// What is wrong with the value; empty when nothing is, or when it would take too long to find out.
    pub(crate) fn problems(&self, value: &Value) -> Vec<FieldProblem> {
        let ready = self.0.iter();
        let soon = ready.filter(|ready| is_checked_soon(&ready.schema, value));
        let errors = soon.flat_map(|ready| ready.validator.iter_errors(value));
        errors
            .map(|error| FieldProblem {
                path: pointer_of(&error),
                message: words_of(&error),
            })
            .collect()
    }
}

/// Where the problem is to be shown: a missing or unwelcome member at itself, not at its parent.
fn pointer_of(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind as Kind;
    let parent = error.instance_path.to_string();
    let member = match &error.kind {
        Kind::Required { property } => property.as_str().map(ToOwned::to_owned),
        Kind::AdditionalProperties { unexpected } => unexpected.first().cloned(),
        _ => None,
    };
    member.map_or(parent.clone(), |name| {
        format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
    })
}

fn words_of(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind as Kind;
    match &error.kind {
        Kind::Required { .. } => "is required".to_owned(),
        Kind::AdditionalProperties { .. } => "is not an argument of this tool".to_owned(),
        // The value may be secret: the schema's own words say enough.
        _ => error.masked().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(schema: Value, arguments: Value) -> Vec<(String, String)> {
        check_arguments(&schema, &arguments)
            .into_iter()
            .map(|problem| (problem.path, problem.message))
            .collect()
    }

    #[test]
    fn a_missing_argument_is_shown_at_itself() {
        let schema = json!({ "type": "object", "required": ["a/b"] });
        assert_eq!(
            problems(schema, json!({})),
            [("/a~1b".to_owned(), "is required".to_owned())]
        );
    }

    #[test]
    fn a_wrong_value_is_named_without_being_repeated() {
        let schema = json!({ "properties": { "pin": { "type": "integer" } } });
        let problems = problems(schema, json!({ "pin": "hunter2" }));
        assert_eq!(problems[0].0, "/pin");
        assert!(!problems[0].1.contains("hunter2"), "{}", problems[0].1);
    }

    #[test]
    fn formats_count() {
        let schema = json!({ "properties": { "mail": { "type": "string", "format": "email" } } });
        assert_eq!(problems(schema.clone(), json!({ "mail": "lena" })).len(), 1);
        assert!(problems(schema, json!({ "mail": "lena@example.com" })).is_empty());
    }

    #[test]
    fn a_broken_schema_forbids_nothing() {
        assert!(problems(json!({ "type": 7 }), json!({})).is_empty());
        assert!(problems(json!({ "$ref": "https://example.com/x" }), json!({})).is_empty());
    }
}
