//! What one gives to save a credential, by the ways to sign in that the connector has.

use patchbay_model::RemoteId;
use serde_json::{Map, Value, json};

use super::super::forms;
use super::super::operations::Scope;
use super::super::quirks::surface::Surface;
use super::super::wire::AuthMethod;
use crate::form::{Members, secret, text};
use crate::variants::{one_of, variant};
use crate::{CredentialToSave, Error};

/// The schema of the form.
///
/// # Errors
/// [`Error::NotSupported`] where one signs in on a page only.
pub(super) fn schema(surface: Surface, methods: &[AuthMethod<'_>]) -> Result<Value, Error> {
    let variants: Vec<Value> = methods
        .iter()
        .filter_map(|method| typed(surface, *method))
        .collect();
    if variants.is_empty() && !methods.is_empty() {
        return Err(Error::NotSupported(
            "typing in a credential where one signs in on a page".to_owned(),
        ));
    }
    let variants = match variants.as_slice() {
        [] => vec![token(Members::default())],
        _ => variants,
    };
    let credential = one_of("Credential", "What the connector signs in with.", variants);
    let members = match surface {
        Surface::Current => Members::default().with("title", forms::title("Name for people.")),
        Surface::Seed => Members::default(),
    };
    Ok(members.needs("credential", credential).closed())
}

/// The alternative for a way to sign in; `None` where there is nothing to type in.
fn typed(surface: Surface, method: AuthMethod<'_>) -> Option<Value> {
    let headers = headers(method);
    let with_headers = |members: Members| match &headers {
        Some((schema, true)) => members.needs("headers", schema.clone()),
        Some((schema, false)) => members.with("headers", schema.clone()),
        None => members,
    };
    let grant = method.member("grant_type").and_then(Value::as_str);
    match (method.method_type(), surface) {
        ("bearer", _) => Some(token(with_headers(Members::default()))),
        ("none", _) => {
            headers.as_ref()?;
            Some(variant("none", "Headers", with_headers))
        }
        ("oauth2", Surface::Current) if grant != Some("authorization_code") => Some(variant(
            "client_credentials",
            "Client credentials",
            |members| with_headers(client(members)),
        )),
        ("oauth2", Surface::Seed) => Some(variant("oauth_token", "Stored token", |members| {
            with_headers(stored_token(members))
        })),
        ("github_app", Surface::Seed) => Some(variant("github_app", "GitHub app", |members| {
            let help = "Number of the app's installation, as the page of the installation has it.";
            with_headers(members.needs("github_installation_id", text("Installation", help)))
        })),
        _ => None,
    }
}

fn token(members: Members) -> Value {
    let kind = json!({"type": "string", "const": "bearer"});
    let mut schema = members
        .needs("kind", kind)
        .needs("bearer_token", secret("Token", "Sent with each request."))
        .closed();
    schema["title"] = "Token".into();
    schema
}

fn client(members: Members) -> Members {
    members
        .needs("client_id", text("Client ID", "Id of the app."))
        .with(
            "client_secret",
            secret("Client secret", "Secret of the app."),
        )
        .folds(
            "client_certificate",
            secret("Certificate", "Certificate of the app, in PEM."),
        )
        .folds(
            "client_private_key",
            secret("Private key", "Key of the certificate, in PEM."),
        )
}

fn stored_token(members: Members) -> Members {
    members
        .needs("access_token", secret("Access token", "The token itself."))
        .with(
            "refresh_token",
            secret("Refresh token", "Renews it, where there is one."),
        )
        .folds("token_type", text("Token type", "Mostly Bearer."))
        .folds("scope", text("Scopes", "What it is good for."))
        .folds(
            "expires_in",
            json!({
                "type": "integer", "minimum": 0, "title": "Lapses in",
                "description": "Seconds until it lapses.",
            }),
        )
}

/// The headers that a way to sign in wants, and whether one of them has to be there.
fn headers(method: AuthMethod<'_>) -> Option<(Value, bool)> {
    let (mut members, mut is_needed, mut is_any) = (Members::default(), false, false);
    for header in method.asked_headers() {
        let help = "Sent with each request.";
        let schema = if header.is_secret() {
            secret(header.name(), help)
        } else {
            text(header.name(), help)
        };
        is_any = true;
        members = if header.is_required() {
            is_needed = true;
            members.needs(header.name(), schema)
        } else {
            members.with(header.name(), schema)
        };
    }
    let mut schema = members.closed();
    schema["title"] = "Headers".into();
    is_any.then_some((schema, is_needed))
}

/// The credential as the wire of the current surface has it.
pub(super) fn current_body(id: &RemoteId, scope: Scope, given: &CredentialToSave) -> Value {
    let mut body = named(id, given);
    body["consumer_scope"] = scope.as_str().into();
    if let Some(title) = given.values.get("title") {
        body["title"] = title.clone();
    }
    if let Some(mut credential) = parts(given) {
        if credential.remove("kind") == Some("client_credentials".into()) {
            let headers = credential.remove("headers");
            let mut oauth = credential;
            oauth.insert("grant_type".to_owned(), "client_credentials".into());
            credential = Map::from_iter([("oauth".to_owned(), oauth.into())]);
            credential.extend(headers.map(|headers| ("headers".to_owned(), headers)));
        }
        body["credentials"] = credential.into();
    }
    body
}

/// The credential as the wire of the older surface has it.
pub(super) fn seed_body(id: &RemoteId, given: &CredentialToSave) -> Value {
    let mut body = named(id, given);
    if let Some(mut credential) = parts(given) {
        if credential.remove("kind") == Some("oauth_token".into()) {
            let headers = credential.remove("headers");
            credential = Map::from_iter([("oauth".to_owned(), credential.into())]);
            credential.extend(headers.map(|headers| ("headers".to_owned(), headers)));
        }
        body["credentials"] = credential.into();
    }
    body
}

fn named(id: &RemoteId, given: &CredentialToSave) -> Value {
    let mut body = json!({"connector_id_or_name": id.as_str(), "name": given.name});
    if let Some(is_default) = given.is_default {
        body["is_default"] = is_default.into();
    }
    body
}

fn parts(given: &CredentialToSave) -> Option<Map<String, Value>> {
    given.values.get("credential")?.as_object().cloned()
}

/// The pointer into the form's values for one that the platform gave into the body.
pub(super) fn place(path: &str) -> String {
    let inner = path.strip_prefix("/credentials");
    match inner {
        Some(inner) => format!(
            "/credential{}",
            inner.strip_prefix("/oauth").unwrap_or(inner)
        ),
        None => path.to_owned(),
    }
}
