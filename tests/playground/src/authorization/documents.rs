//! Client-id metadata documents: a client whose id is the URL of its own description.
//!
//! Source: draft-ietf-oauth-client-id-metadata-document, sections 3 to 5, as MCP 2026-07-28 uses it.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::clients::{Client, ClientAuthentication, Origin, is_loopback};
use crate::shared::Shared;

/// The largest document read, in bytes; the draft suggests 5 KB.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024;

/// How long a document may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Finds the client `id`: a known one, or by the document at `id` when that is switched on.
///
/// # Errors
/// Why there is no such client, in words for the page the browser shows.
pub(crate) async fn find_client(shared: &Shared, id: &str) -> Result<Client, String> {
    if let Some(client) = shared.clients.find(id) {
        return Ok(client);
    }
    if !shared.switches().client_id_documents || !id.contains("://") {
        return Err("The app is not registered here.".to_owned());
    }
    let document = match shared.clients.documents.get(id) {
        Some(document) => document.clone(),
        None => read(id).await?,
    };
    client_of(id, &document)
}

async fn read(id: &str) -> Result<Value, String> {
    let url = Url::parse(id).map_err(|_| "The client id is not a URL.".to_owned())?;
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !allowed || url.path() == "/" || url.fragment().is_some() {
        return Err("The client id is not an https URL with a path.".to_owned());
    }
    let unreadable = |error: reqwest::Error| {
        format!(
            "The client's document could not be read: {}.",
            error.without_url()
        )
    };
    let client = reqwest::Client::builder()
        .timeout(LIMIT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(unreadable)?;
    let mut response = client.get(url).send().await.map_err(unreadable)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(format!(
            "The client's document answered {}.",
            response.status()
        ));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreadable)? {
        if body.len() + chunk.len() > MAX_DOCUMENT_BYTES {
            return Err("The client's document is too large.".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| "The client's document is not JSON.".to_owned())
}

/// Makes a client of a document; its `client_id` must be the URL it was read from.
fn client_of(id: &str, document: &Value) -> Result<Client, String> {
    if document.get("client_id").and_then(Value::as_str) != Some(id) {
        return Err("The client's document names another client id.".to_owned());
    }
    if document.get("client_secret").is_some() {
        return Err("The client's document holds a secret.".to_owned());
    }
    let method = document
        .get("token_endpoint_auth_method")
        .and_then(Value::as_str);
    if method.is_some_and(|method| method != "none") {
        return Err("The client's document asks for an authentication other than none.".to_owned());
    }
    let redirect_uris: Vec<String> = document
        .get("redirect_uris")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|uri| uri.as_str().map(str::to_owned))
        .collect();
    if redirect_uris.is_empty() {
        return Err("The client's document names no redirect URI.".to_owned());
    }
    Ok(Client {
        id: id.to_owned(),
        name: document
            .get("client_name")
            .and_then(Value::as_str)
            .unwrap_or(id)
            .to_owned(),
        redirect_uris,
        authentication: ClientAuthentication::None,
        secret: None,
        origin: Origin::Document,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_of_another_client_is_refused() {
        let document = json!({"client_id": "https://b.example/c", "redirect_uris": ["x://y"]});
        assert!(client_of("https://a.example/c", &document).is_err());
        assert!(client_of("https://b.example/c", &document).is_ok());
    }
}
