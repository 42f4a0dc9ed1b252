//! What a connector offers beside tools: resources to be read, prompts to be filled in.

use patchbay_model::{
    CompletionRequest, Connector, ConnectorId, Content, FilledPrompt, Json, Prompt, Resource,
    clean_text,
};
use patchbay_platforms::mcp::UriTemplate;

use crate::authorizations::scope_upgrade;
use crate::backend::for_connector;
use crate::connectors::{find_connector, status};
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;

/// The resources of a connector and the templates of more, as its server lists them now; none where it has no such
/// thing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Platform`] when its platform knows no resources,
/// and for whatever kept them from being listed.
pub async fn list_resources(cx: &Context, id: &ConnectorId) -> Result<Vec<Resource>, Error> {
    let connector = find_enabled(cx, id).await?;
    let listed = for_connector(cx, &connector).list_resources().await;
    record_scopes_on_refusal(cx, id, listed).await
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
    let connector = find_enabled(cx, id).await?;
    let read = for_connector(cx, &connector).read_resource(uri).await;
    record_scopes_on_refusal(cx, id, read).await
}

/// The URI of a resource whose template is filled in. `values` is a JSON object of texts.
///
/// # Errors
/// [`Error::Usage`] when the template cannot be filled in with these values.
///
/// Source: MCP 2025-11-25, "Resource Templates"; RFC 6570.
pub fn fill_resource_template(template: &str, values: Json) -> Result<String, Error> {
    let values = members(values, "values")?;
    let template = UriTemplate::parse(template).ok_or_else(|| {
        Error::usage(
            "this address can't be filled in",
            "Enter the whole address instead.",
        )
    })?;
    let variables = template.variables();
    if let Some(unknown) = values
        .keys()
        .find(|name| variables.iter().all(|one| one.name != **name))
    {
        let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "Leave it out.".to_owned(),
            names => format!("It takes {}.", names.join(", ")),
        };
        let what = format!("{} isn't part of the address", clean_text(unknown, 200));
        return Err(Error::usage(what, hint));
    }
    for variable in variables.iter().filter(|one| one.is_required) {
        let given = values.get(&variable.name).and_then(|value| value.as_str());
        if given.is_none_or(str::is_empty) {
            let what = format!("{} is missing", variable.name);
            return Err(Error::usage(what, "Enter it as text."));
        }
    }
    Ok(template.fill(&values))
}

/// The prompts of a connector, as its server lists them now; none where it has no such thing.
///
/// # Errors
/// As [`list_resources`].
pub async fn list_prompts(cx: &Context, id: &ConnectorId) -> Result<Vec<Prompt>, Error> {
    let connector = find_enabled(cx, id).await?;
    let listed = for_connector(cx, &connector).list_prompts().await;
    record_scopes_on_refusal(cx, id, listed).await
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
    let connector = find_enabled(cx, id).await?;
    let arguments = members(arguments, "arguments")?;
    let backend = for_connector(cx, &connector);
    let filled = backend.fill_prompt(name, arguments).await;
    record_scopes_on_refusal(cx, id, filled).await
}

/// What the server of a connector suggests for a text that is being typed, at most a hundred; nothing where it does
/// not say that it can.
///
/// # Errors
/// As [`list_resources`].
pub async fn complete(
    cx: &Context,
    id: &ConnectorId,
    request: CompletionRequest,
) -> Result<Vec<String>, Error> {
    let connector = find_enabled(cx, id).await?;
    for_connector(cx, &connector).complete(request).await
}

/// Notes the scopes that a server named when it refused, so that the next sign-in asks for them.
pub(super) async fn record_scopes_on_refusal<T>(
    cx: &Context,
    id: &ConnectorId,
    answered: Result<T, Error>,
) -> Result<T, Error> {
    if let Err(error) = &answered {
        scope_upgrade::record_refused_scopes(cx, id, error).await?;
    }
    answered
}

pub(super) async fn find_enabled(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    status::ensure_enabled(&connector)?;
    Ok(connector)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{UNREACHABLE_URL, add, open};

    #[tokio::test]
    async fn scopes_that_a_refused_resource_names_are_asked_for_at_the_next_sign_in() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let refused = Error::Platform(patchbay_platforms::Error::Forbidden {
            scope: Some("resources:read".to_owned()),
            challenge: None,
            refusal: Box::default(),
        });
        let answered: Result<(), _> = record_scopes_on_refusal(&cx, &id, Err(refused)).await;
        assert!(answered.is_err());
        let connector = find_connector(&cx, &id).await.unwrap();
        let wanted = scope_upgrade::wanted_scopes(&connector);
        assert_eq!(wanted, ["resources:read"]);
    }
}
