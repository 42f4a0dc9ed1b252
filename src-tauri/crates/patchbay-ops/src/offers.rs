//! What a connector offers beside tools: resources to be read, prompts to be filled in.

use patchbay_model::{
    Connector, ConnectorId, Content, FilledPrompt, Json, Prompt, Resource, Status,
};
use patchbay_platforms::{Platform, Prompts, Resources};
use serde_json::Value;

use crate::hosted::{judged, options};
use crate::hosted_connectors::platform_for;
use crate::list_connectors::find_connector;
use crate::sessions::session;
use crate::{Context, Error};

/// The resources of a connector, as its server lists them now; none where it has no such thing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Platform`] when its platform knows no resources,
/// and for whatever kept them from being listed.
pub async fn list_resources(cx: &Context, id: &ConnectorId) -> Result<Vec<Resource>, Error> {
    let connector = switched_on(cx, id).await?;
    if connector.remote_id.is_none() {
        let (live, _) = session(cx, &connector, cx.ending()).await?;
        return Ok(live.list_resources(cx.ending()).await?);
    }
    let (platform, remote) = platform_for(cx, &connector).await?;
    let listed = resources(&*platform)?
        .list_resources(&remote, &options(cx))
        .await;
    judged(cx, &connector.account, &*platform, listed).await
}

/// Reads a resource of a connector: its parts, each with its own URI.
///
/// # Errors
/// As [`list_resources`]; the server's own error when there is no such resource.
pub async fn read_resource(
    cx: &Context,
    id: &ConnectorId,
    uri: &str,
) -> Result<Vec<Content>, Error> {
    let connector = switched_on(cx, id).await?;
    if connector.remote_id.is_none() {
        let (live, _) = session(cx, &connector, cx.ending()).await?;
        return Ok(live.read_resource(uri, cx.ending()).await?);
    }
    let (platform, remote) = platform_for(cx, &connector).await?;
    let read = resources(&*platform)?
        .read_resource(&remote, uri, &options(cx))
        .await;
    judged(cx, &connector.account, &*platform, read).await
}

/// The prompts of a connector, as its server lists them now; none where it has no such thing.
///
/// # Errors
/// As [`list_resources`].
pub async fn list_prompts(cx: &Context, id: &ConnectorId) -> Result<Vec<Prompt>, Error> {
    let connector = switched_on(cx, id).await?;
    if connector.remote_id.is_none() {
        let (live, _) = session(cx, &connector, cx.ending()).await?;
        return Ok(live.list_prompts(cx.ending()).await?);
    }
    let (platform, remote) = platform_for(cx, &connector).await?;
    let listed = prompts(&*platform)?
        .list_prompts(&remote, &options(cx))
        .await;
    judged(cx, &connector.account, &*platform, listed).await
}

/// Has a connector fill a prompt in. `arguments` is a JSON object of texts, or null for none.
///
/// # Errors
/// As [`list_resources`]; [`Error::Usage`] when the arguments are something else; the server's own error
/// when there is no such prompt.
pub async fn fill_prompt(
    cx: &Context,
    id: &ConnectorId,
    name: &str,
    arguments: Json,
) -> Result<FilledPrompt, Error> {
    let connector = switched_on(cx, id).await?;
    let arguments = match arguments.0 {
        Value::Object(arguments) => arguments,
        Value::Null => serde_json::Map::new(),
        _ => {
            return Err(Error::Usage {
                what: "the arguments are no JSON object".to_owned(),
                hint: "Give them as an object such as {\"name\": \"value\"}.".to_owned(),
            });
        }
    };
    if connector.remote_id.is_none() {
        let (live, _) = session(cx, &connector, cx.ending()).await?;
        return Ok(live.fill_prompt(name, arguments, cx.ending()).await?);
    }
    let (platform, remote) = platform_for(cx, &connector).await?;
    let filled = prompts(&*platform)?
        .fill_prompt(&remote, name, arguments, &options(cx))
        .await;
    judged(cx, &connector.account, &*platform, filled).await
}

async fn switched_on(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    match connector.status.status {
        Status::Disabled => Err(Error::SwitchedOff {
            connector: connector.title,
        }),
        _ => Ok(connector),
    }
}

fn resources(platform: &dyn Platform) -> Result<&dyn Resources, Error> {
    platform
        .resources()
        .ok_or_else(|| not_offered("resources of its connectors"))
}

fn prompts(platform: &dyn Platform) -> Result<&dyn Prompts, Error> {
    platform
        .prompts()
        .ok_or_else(|| not_offered("prompts of its connectors"))
}

fn not_offered(what: &str) -> Error {
    patchbay_platforms::Error::NotSupported(what.to_owned()).into()
}
