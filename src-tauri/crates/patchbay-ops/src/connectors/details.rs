//! What only one platform has: its facts, switches and buttons for a connector.

use patchbay_model::{Action, Connector, ConnectorId, Json, PlatformDetails, RemoteId};
use patchbay_platforms::Platform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specta::Type;

use crate::accounts::platform::options;
use crate::argument_check::check_arguments;
use crate::connectors::find_connector;
use crate::connectors::remote::{platform_for, refresh_status};
use crate::connectors::remote_call::finish_connector_call;
use crate::connectors::view::{ConnectorView, view_connector};
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;

/// An action to be carried out.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RunAction {
    /// The connector.
    pub connector: ConnectorId,
    /// Name of one of its actions.
    pub action: String,
    /// The arguments that the action asks for: a JSON object.
    pub values: Json,
    /// Whether the user has confirmed what comes of it.
    pub confirmed: bool,
}

/// What came of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ActionOutcome {
    /// The platform's own answer.
    pub answer: Json,
    /// The connector as it is then.
    pub connector: ConnectorView,
}

/// The facts and actions of a hosted connector, as it is now; none where its platform has nothing of its own.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a connector of this computer; [`Error::Platform`];
/// [`Error::Vault`], [`Error::Reference`].
pub async fn connector_details(cx: &Context, id: &ConnectorId) -> Result<PlatformDetails, Error> {
    let connector = find_connector(cx, id).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    fetch_details(cx, &connector, &*platform, &remote).await
}

/// None where the platform has nothing of its own.
async fn fetch_details(
    cx: &Context,
    connector: &Connector,
    platform: &dyn Platform,
    remote: &RemoteId,
) -> Result<PlatformDetails, Error> {
    match platform.details() {
        Some(details) => {
            let read = details.platform_details(remote, &options(cx)).await;
            finish_connector_call(cx, connector, platform, read).await
        }
        None => Ok(PlatformDetails::default()),
    }
}

/// Carries out an action and reads the connector again.
///
/// # Errors
/// [`Error::NotFound`] when the connector has no such action now; [`Error::ConfirmationNeeded`] when something
/// comes of it that cannot be undone or that one should know before; [`Error::Fields`], [`Error::Usage`]
/// when the values do not fit; as [`connector_details`].
pub async fn run_action(cx: &Context, request: RunAction) -> Result<ActionOutcome, Error> {
    let connector = find_connector(cx, &request.connector).await?;
    let (platform, remote) = platform_for(cx, &connector).await?;
    let details = fetch_details(cx, &connector, &*platform, &remote).await?;
    let action = details.find(&request.action).ok_or(Error::NotFound {
        kind: "action",
        name: request.action,
    })?;
    if action.needs_confirmation && !request.confirmed {
        return Err(Error::ConfirmationNeeded {
            what: action.title.clone(),
        });
    }
    let arguments = merge_arguments(action, request.values)?;
    let answer = platform
        .call(&action.operation, arguments, &options(cx))
        .await;
    let answer = finish_connector_call(cx, &connector, &*platform, answer).await?;
    refresh_status(cx, &connector, &*platform, &remote).await?;
    let connector = find_connector(cx, &connector.id).await?;
    Ok(ActionOutcome {
        answer: Json(answer),
        connector: view_connector(cx, connector).await?,
    })
}

/// What is settled, with what was asked for.
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
            return Err(Error::Usage {
                what: format!("{} takes no arguments", action.name),
                hint: "Run it without arguments.".to_owned(),
            });
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
    fn what_is_settled_cannot_be_given_otherwise() {
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
