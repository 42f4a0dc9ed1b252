//! Metadata documents on the wire, and their URLs.
//!
//! Source: RFC 9728 (protected resource), RFC 8414 (authorization server), OpenID Connect Discovery.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

/// Protected resource metadata, as far as it is used here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResourceMetadata {
    #[serde(deserialize_with = "text")]
    pub(crate) resource: Option<String>,
    #[serde(deserialize_with = "texts")]
    pub(crate) authorization_servers: Option<Vec<String>>,
    #[serde(deserialize_with = "texts")]
    pub(crate) scopes_supported: Option<Vec<String>>,
    #[serde(deserialize_with = "text")]
    pub(crate) resource_name: Option<String>,
}

/// Authorization server metadata, as far as it is used here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServerMetadata {
    #[serde(deserialize_with = "text")]
    pub(crate) issuer: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) authorization_endpoint: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) token_endpoint: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) registration_endpoint: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) revocation_endpoint: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) userinfo_endpoint: Option<String>,
    #[serde(deserialize_with = "texts")]
    pub(crate) scopes_supported: Option<Vec<String>>,
    #[serde(deserialize_with = "texts")]
    pub(crate) code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(deserialize_with = "texts")]
    pub(crate) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(deserialize_with = "flag")]
    pub(crate) authorization_response_iss_parameter_supported: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) client_id_metadata_document_supported: bool,
}

// A member of the wrong type counts as absent: a broken optional member must not prevent a sign-in, and required ones
// are checked later.

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Array(all) => Some(
            all.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    })
}

fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    // Text counts, too: missing that callbacks contain `iss` would turn a check off.
    Ok(match Value::deserialize(from)? {
        Value::Bool(flag) => flag,
        Value::String(text) => text == "true",
        _ => false,
    })
}

/// Metadata URLs of an MCP server: for its path, then for the whole host.
pub(crate) fn resource_metadata_urls(server: &Url) -> Vec<Url> {
    let path = server.path().trim_end_matches('/');
    let mut urls = Vec::new();
    if !path.is_empty() {
        urls.push(at(
            server,
            &format!("/.well-known/oauth-protected-resource{path}"),
            server.query(),
        ));
    }
    urls.push(at(server, "/.well-known/oauth-protected-resource", None));
    urls
}

/// Metadata URLs of an issuer, in the order of the MCP specification: OAuth, then OpenID with the path inserted, then
/// OpenID with the path in front.
pub(crate) fn server_metadata_urls(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        paths.push(format!("{path}/.well-known/openid-configuration"));
    }
    paths.iter().map(|path| at(issuer, path, None)).collect()
}

/// The URL with that path and query on the same origin.
pub(crate) fn at(base: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(query);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts_of(urls: Vec<Url>) -> Vec<String> {
        urls.into_iter().map(String::from).collect()
    }

    #[test]
    fn resource_path_comes_before_root() {
        let server = Url::parse("https://h.example/a/mcp/").unwrap();
        assert_eq!(
            texts_of(resource_metadata_urls(&server)),
            [
                "https://h.example/.well-known/oauth-protected-resource/a/mcp",
                "https://h.example/.well-known/oauth-protected-resource",
            ]
        );
        let root = Url::parse("https://h.example").unwrap();
        assert_eq!(
            texts_of(resource_metadata_urls(&root)),
            ["https://h.example/.well-known/oauth-protected-resource"]
        );
    }

    #[test]
    fn issuer_path_is_inserted_then_put_in_front() {
        let issuer = Url::parse("https://h.example/tenant/").unwrap();
        assert_eq!(
            texts_of(server_metadata_urls(&issuer)),
            [
                "https://h.example/.well-known/oauth-authorization-server/tenant",
                "https://h.example/.well-known/openid-configuration/tenant",
                "https://h.example/tenant/.well-known/openid-configuration",
            ]
        );
        let root = Url::parse("https://h.example/").unwrap();
        assert_eq!(
            texts_of(server_metadata_urls(&root)),
            [
                "https://h.example/.well-known/oauth-authorization-server",
                "https://h.example/.well-known/openid-configuration",
            ]
        );
    }

    #[test]
    fn members_of_the_wrong_shape_count_as_absent() {
        let read: ServerMetadata = serde_json::from_str(
            r#"{"issuer": 5, "scopes_supported": "x", "code_challenge_methods_supported": ["S256", 1],
                "authorization_response_iss_parameter_supported": "true",
                "client_id_metadata_document_supported": 1}"#,
        )
        .unwrap();
        assert_eq!(read.issuer, None);
        assert_eq!(read.scopes_supported, None);
        assert_eq!(
            read.code_challenge_methods_supported,
            Some(vec!["S256".to_owned()])
        );
        assert!(read.authorization_response_iss_parameter_supported);
        assert!(!read.client_id_metadata_document_supported);
    }
}
