//! Discovery: what the resource and the authorization server say about themselves.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{OFFLINE_ACCESS, SCOPES, paths};
use crate::shared::Shared;
use crate::switches::{Document, IssuerParameter, Switches};

/// The protected-resource metadata of `/mcp`.
///
/// Source: RFC 9728, section 2; MCP 2026-07-28, "Authorization server discovery".
pub(crate) async fn resource(State(shared): State<Arc<Shared>>) -> Response {
    let switches = shared.switches();
    let published = json!({
        "resource": shared.resource(),
        "resource_name": "Patchbay Playground",
        "authorization_servers": [shared.issuer()],
        "scopes_supported": ["read", "write"],
        "bearer_methods_supported": ["header"],
    });
    serve(published, &switches.resource_metadata)
}

/// The authorization server metadata.
///
/// Source: RFC 8414, section 2; RFC 9207, section 3; RFC 8707 has no field of its own.
pub(crate) async fn server(State(shared): State<Arc<Shared>>) -> Response {
    let switches = shared.switches();
    serve(published(&shared, &switches), &switches.server_metadata)
}

fn published(shared: &Shared, switches: &Switches) -> Value {
    let at = |path: &str| shared.at(path.trim_start_matches('/'));
    let scopes: Vec<&str> = SCOPES
        .iter()
        .map(|(scope, _)| *scope)
        .filter(|scope| *scope != OFFLINE_ACCESS || switches.offers_offline_access())
        .collect();
    let methods = ["none", "client_secret_post", "client_secret_basic"];
    let mut document = json!({
        "issuer": shared.issuer(),
        "authorization_endpoint": at(paths::AUTHORIZE),
        "token_endpoint": at(paths::TOKEN),
        "revocation_endpoint": at(paths::REVOKE),
        "userinfo_endpoint": at(paths::USERINFO),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
    });
    if switches.registration {
        document["registration_endpoint"] = at(paths::REGISTER).into();
    }
    if switches.client_id_documents {
        document["client_id_metadata_document_supported"] = true.into();
    }
    if switches.issuer_parameter != IssuerParameter::Absent {
        document["authorization_response_iss_parameter_supported"] = true.into();
    }
    document
}

fn serve(mut published: Value, document: &Document) -> Response {
    if let Document::Patched(patch) = document {
        merge(&mut published, patch);
    }
    Json(published).into_response()
}

/// Lays a JSON merge patch over `target` (RFC 7396, section 2).
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.remove(key);
            } else {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_removes_replaces_and_descends() {
        let mut target = json!({"a": 1, "b": {"c": 1, "d": 2}, "e": [1]});
        merge(
            &mut target,
            &json!({"a": null, "b": {"c": 3}, "e": [], "f": {"g": null}}),
        );
        assert_eq!(target, json!({"b": {"c": 3, "d": 2}, "e": [], "f": {}}));
    }
}
