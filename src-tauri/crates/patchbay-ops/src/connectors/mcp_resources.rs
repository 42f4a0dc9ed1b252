//! Resources, prompts and completions of connectors.

use patchbay_model::{
    CompletionRequest, Connector, ConnectorId, Content, FilledPrompt, Json, Prompt, Resource,
    clean_text,
};
use patchbay_platforms::mcp::UriTemplate;

use crate::authorizations::scope_upgrade;
use crate::backend::for_connector;
use crate::context::Context;
use crate::error::Error;
use crate::json_object::members;
use crate::stored_connectors::{find_connector, status};

/// Lists the resources and resource templates of a connector's server; empty if it does not support resources.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::SwitchedOff`]; [`Error::Platform`], also if the platform does not support resources.
pub async fn list_resources(cx: &Context, id: &ConnectorId) -> Result<Vec<Resource>, Error> {
    let connector = find_enabled(cx, id).await?;
    let listed = for_connector(cx, &connector).list_resources().await;
    record_scopes_on_refusal(cx, id, listed).await
}

/// Reads a resource, which may have several parts.
///
/// # Errors
/// As [`list_resources`]; the server's error for an unknown resource.
pub async fn read_resource(
    cx: &Context,
    id: &ConnectorId,
    uri: &str,
) -> Result<Vec<Content>, Error> {
    let connector = find_enabled(cx, id).await?;
    let read = for_connector(cx, &connector).read_resource(uri).await;
    record_scopes_on_refusal(cx, id, read).await
}

/// Whether the address has variables to fill in.
pub fn is_resource_template(address: &str) -> bool {
    UriTemplate::parse(address).is_some_and(|template| !template.variables().is_empty())
}

/// Expands a resource template to a URI. `values` is a JSON object of strings.
///
/// # Errors
/// [`Error::Usage`] for an invalid template, and for unknown values; [`Error::MissingValue`].
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
    let names: Vec<&str> = variables.iter().map(|it| it.name.as_str()).collect();
    if let Some(unknown) = values.keys().find(|name| !names.contains(&name.as_str())) {
        let hint = match names.as_slice() {
            [] => "Leave it out.".to_owned(),
            names => format!("It takes {}.", names.join(", ")),
        };
        let what = format!(
            "value {} isn't part of the address",
            clean_text(unknown, 200)
        );
        return Err(Error::usage(what, hint));
    }
    for variable in variables.iter().filter(|it| it.is_required) {
        let value = values.get(&variable.name).and_then(|value| value.as_str());
        if value.is_none_or(str::is_empty) {
            let name = variable.name.clone();
            return Err(Error::MissingValue { name });
        }
    }
    Ok(template.fill(&values))
}

/// Lists the prompts of a connector's server; empty if it does not support prompts.
pub async fn list_prompts(cx: &Context, id: &ConnectorId) -> Result<Vec<Prompt>, Error> {
    let connector = find_enabled(cx, id).await?;
    let listed = for_connector(cx, &connector).list_prompts().await;
    record_scopes_on_refusal(cx, id, listed).await
}

/// Fills in a prompt. `arguments` is a JSON object of strings, or null for none.
///
/// # Errors
/// As [`list_resources`]; [`Error::Usage`] for other arguments; the server's error for an unknown prompt.
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

/// Returns up to 100 completions for a text that is being typed; empty if the server does not support completions.
pub async fn complete(
    cx: &Context,
    id: &ConnectorId,
    request: CompletionRequest,
) -> Result<Vec<String>, Error> {
    let connector = find_enabled(cx, id).await?;
    for_connector(cx, &connector).complete(request).await
}

/// Records the scopes that a refusal names, so that the next sign-in requests them, and returns the result.
pub(super) async fn record_scopes_on_refusal<T>(
    cx: &Context,
    id: &ConnectorId,
    result: Result<T, Error>,
) -> Result<T, Error> {
    if let Err(error) = &result {
        scope_upgrade::record_refused_scopes(cx, id, error).await?;
    }
    result
}

pub(super) async fn find_enabled(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let connector = find_connector(cx, id).await?;
    status::ensure_enabled(&connector)?;
    Ok(connector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn scopes_named_by_a_refusal_are_requested_at_the_next_sign_in() {
        let (_home, cx) = open_temporary().await;
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
