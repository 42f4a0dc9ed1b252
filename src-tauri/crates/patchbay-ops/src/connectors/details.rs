//! Platform-specific facts and actions of hosted connectors.

use patchbay_model::{Action, ConnectorId, Json, PlatformDetails};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::accounts::remote_call::HostedConnector;
use crate::argument_check::check_arguments;
use crate::connector_view::ConnectorView;
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;
use crate::stored_connectors::find_connector;
use crate::stored_connectors::view::view_connector;

/// Request to run an action.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunAction {
    pub connector: ConnectorId,
    /// Name of one of the connector's actions.
    pub action: String,
    /// Arguments: a JSON object.
    pub values: Json,
    /// Whether the user has confirmed the action's consequences.
    pub confirmed: bool,
}

/// Result of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActionOutcome {
    /// The platform's response.
    pub answer: Json,
    /// The connector after the action.
    pub connector: ConnectorView,
}

/// Fetches the platform-specific facts and actions of a hosted connector; empty if its platform has none.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a local connector; [`Error::Platform`]; [`Error::Vault`],
/// [`Error::Reference`].
pub async fn connector_details(cx: &Context, id: &ConnectorId) -> Result<PlatformDetails, Error> {
    fetch_details(&HostedConnector::find(cx, id).await?).await
}

async fn fetch_details(hosted: &HostedConnector<'_>) -> Result<PlatformDetails, Error> {
    match hosted.platform.details() {
        Some(details) => {
            let read = details.platform_details(&hosted.remote, &hosted.options);
            hosted.finish(read.await).await
        }
        None => Ok(PlatformDetails::default()),
    }
}

/// Runs an action and refreshes the connector.
///
/// # Errors
/// [`Error::NotFound`] if the connector has no such action now; [`Error::ConfirmationNeeded`] for an unconfirmed action
/// with consequences; [`Error::Fields`], [`Error::Usage`] for invalid values; as [`connector_details`].
pub async fn run_action(cx: &Context, request: RunAction) -> Result<ActionOutcome, Error> {
    let hosted = HostedConnector::find(cx, &request.connector).await?;
    let details = fetch_details(&hosted).await?;
    let action = details.find(&request.action);
    let action = action.ok_or_else(|| Error::not_found("action", &request.action))?;
    if action.needs_confirmation && !request.confirmed {
        return Err(Error::ConfirmationNeeded {
            what: action.title.clone(),
        });
    }
    let arguments = merge_arguments(action, request.values)?;
    let platform = &hosted.platform;
    let answer = platform.call(&action.operation, arguments, &hosted.options);
    let answer = hosted.finish(answer.await).await?;
    hosted.refresh_after_change().await?;
    let connector = find_connector(cx, &hosted.connector.id).await?;
    Ok(ActionOutcome {
        answer: Json(answer),
        connector: view_connector(cx, connector).await?,
    })
}

/// Validates the arguments of the user and adds the action's fixed ones, which take precedence.
fn merge_arguments(action: &Action, values: Json) -> Result<Value, Error> {
    let mut given = members(values, "arguments")?;
    match &action.input_schema {
        Some(schema) => {
            let fields = check_arguments(schema, &Value::Object(given.clone()));
            if !fields.is_empty() {
                return Err(Error::Fields { fields });
            }
        }
        None if given.is_empty() => {}
        None => {
            let what = format!("action {} takes no arguments", action.name);
            return Err(Error::usage(what, "Run it without arguments."));
        }
    }
    if let Value::Object(fixed) = &action.fixed.0 {
        given.extend(fixed.clone());
    }
    Ok(Value::Object(given))
}

#[cfg(test)]
mod tests {
    use patchbay_model::OperationEffect;
    use serde_json::json;

    use super::*;

    fn action() -> Action {
        Action {
            name: "make-source".to_owned(),
            title: "Make it a source".to_owned(),
            operation: "update".to_owned(),
            fixed: Json(json!({ "id": "c1", "role": "source" })),
            input_schema: None,
            values: Json::default(),
            effect: OperationEffect::Write,
            warning: None,
            needs_confirmation: false,
        }
    }

    #[test]
    fn fixed_arguments_take_precedence() {
        let asking = Action {
            input_schema: Some(Json(
                json!({ "type": "object", "properties": { "note": {} } }),
            )),
            ..action()
        };
        let given = Json(json!({ "note": "x", "id": "other" }));
        assert_eq!(
            merge_arguments(&asking, given).unwrap(),
            json!({ "note": "x", "id": "c1", "role": "source" })
        );
        assert!(merge_arguments(&action(), Json(json!({ "note": "x" }))).is_err());
    }
}
