//! Discovery: finds out how to sign in to an MCP server.
//!
//! Source: MCP authorization, "Authorization Server Discovery"; RFC 9728, section 3; RFC 8414, section 3.

use patchbay_http::{Reach, host_of};
use patchbay_model::{ChosenDeviations, OauthDeviation, OauthGrant, clean_text, has_user_info};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::discovery::OFFLINE_ACCESS;
use crate::metadata::{
    ResourceMetadata, ServerMetadata, at, resource_metadata_urls, server_metadata_urls,
};
use crate::{Challenge, Deviations, Discovery, DiscoverySource, Error, OAuthClient, Trace, union};

const RESOURCE_METADATA: &str = "protected resource metadata";
const SERVER_METADATA: &str = "authorization server metadata";

/// Maximum number of authorization servers of a resource that are tried.
const SERVER_LIMIT: usize = 4;

impl OAuthClient {
    /// Finds out how to sign in to the MCP server at that absolute URL.
    ///
    /// `challenge` is that of its 401; without one the well-known URLs are requested. A `grant` without a browser needs
    /// neither an authorization endpoint nor PKCE. `chosen` are the deviations from the standards that the person
    /// turned on or off.
    ///
    /// # Errors
    /// Network errors; [`Error::Metadata`] and [`Error::MetadataLacks`] if documents are unusable;
    /// [`Error::ResourceMismatch`], [`Error::IssuerMismatch`], [`Error::NoPkce`], [`Error::NotHttps`],
    /// [`Error::UnsafeUrl`] and [`Error::PrivateAddress`] if they are not safe to follow.
    pub async fn discover(
        &self,
        server: &Url,
        challenge: Option<&Challenge>,
        grant: OauthGrant,
        chosen: &ChosenDeviations,
        trace: &dyn Trace,
    ) -> Result<Discovery, Error> {
        let mut server = server.clone();
        server.set_fragment(None);
        let search = Search {
            client: self,
            reach: Reach::of(&server),
            server,
            grant,
            chosen,
            trace,
        };
        let named = challenge.and_then(|challenge| challenge.resource_metadata.as_ref());
        let resource = search.resource(named).await?;
        let scopes = challenge.map(|challenge| challenge.scopes.as_slice());
        let scopes = scopes.unwrap_or_default();
        match resource {
            // Both members are optional. Source: RFC 9728, section 2, and MCP authorization, where the server itself is
            // the authorization server unless it names another.
            Some(resource) if resource.authorization_servers.is_some() => {
                search.discover_by_resource(resource, scopes).await
            }
            _ => search.discover_by_host(scopes).await,
        }
    }
}

struct Search<'a> {
    client: &'a OAuthClient,
    server: Url,
    reach: Reach,
    grant: OauthGrant,
    chosen: &'a ChosenDeviations,
    trace: &'a dyn Trace,
}

impl Search<'_> {
    /// The server's protected resource metadata; `None` if it publishes none.
    async fn resource(&self, named: Option<&Url>) -> Result<Option<ResourceMetadata>, Error> {
        if let Some(url) = named {
            match self.resource_at(url).await {
                Ok(None) => {}
                // A challenge with an address that must not be requested, or is known only where the server is, is
                // ignored.
                Err(
                    Error::UnsafeUrl { .. }
                    | Error::NotHttps { .. }
                    | Error::PrivateAddress { .. }
                    | Error::Dns { .. },
                ) => {}
                found => return found,
            }
        }
        for url in resource_metadata_urls(&self.server) {
            match self.resource_at(&url).await {
                // A portal in front of a server leads from any unknown address to its own page.
                Ok(None) | Err(Error::Redirect { .. }) => {}
                found => return found,
            }
        }
        Ok(None)
    }

    async fn resource_at(&self, url: &Url) -> Result<Option<ResourceMetadata>, Error> {
        match self.document(RESOURCE_METADATA, url).await? {
            Some(document) => read(RESOURCE_METADATA, url, document).map(Some),
            None => Ok(None),
        }
    }

    /// Tries the authorization servers that the resource names. `scopes` are those of the challenge.
    async fn discover_by_resource(
        &self,
        resource: ResourceMetadata,
        scopes: &[String],
    ) -> Result<Discovery, Error> {
        let host = host_of(&self.server);
        let Some(published) = resource.resource else {
            return Err(Error::MetadataLacks {
                host,
                field: "resource",
            });
        };
        if !covers(&published, &self.server) {
            return Err(Error::ResourceMismatch {
                resource: clean_text(&published, 256),
            });
        }
        let issuers = resource.authorization_servers.unwrap_or_default();
        let mut first_error = Error::MetadataLacks {
            host,
            field: "authorization_servers",
        };
        for (nth, issuer) in issuers.iter().take(SERVER_LIMIT).enumerate() {
            match self.issuer(issuer).await {
                Ok((metadata, issuer)) => {
                    let name = resource.resource_name.as_deref();
                    let found = DiscoveredServer {
                        source: DiscoverySource::ResourceMetadata,
                        resource: published,
                        resource_name: name.map(|name| clean_text(name, 128)),
                        issuer,
                        scopes: match scopes.is_empty() {
                            true => resource.scopes_supported.unwrap_or_default(),
                            false => scopes.to_vec(),
                        },
                    };
                    return self.check_metadata(found, metadata);
                }
                Err(error) if nth == 0 => first_error = error,
                Err(_) => {}
            }
        }
        Err(first_error)
    }

    /// The metadata of an issuer that the resource names, and the issuer in it.
    async fn issuer(&self, issuer: &str) -> Result<(ServerMetadata, String), Error> {
        const WHAT: &str = "authorization server";
        let url = Url::parse(issuer).ok().filter(|_| is_plain(issuer));
        let url = url.ok_or(Error::UnsafeUrl { what: WHAT })?;
        self.reach.check_url(WHAT, &url)?;
        let mut names = vec![issuer];
        let with_slash = format!("{issuer}/");
        if self.chosen.get(&OauthDeviation::IssuerSlash) == Some(&true) {
            names.push(issuer.strip_suffix('/').unwrap_or(&with_slash));
        }
        let found = self.server_metadata(&url, &names).await?;
        found.ok_or_else(|| Error::Metadata {
            what: SERVER_METADATA,
            host: host_of(&url),
            status: None,
        })
    }

    /// The first metadata document of an issuer, whose `issuer` has to be one of `names`.
    async fn server_metadata(
        &self,
        issuer: &Url,
        names: &[&str],
    ) -> Result<Option<(ServerMetadata, String)>, Error> {
        for url in server_metadata_urls(issuer) {
            let Some(document) = self.document(SERVER_METADATA, &url).await? else {
                continue;
            };
            let metadata: ServerMetadata = read(SERVER_METADATA, &url, document)?;
            let Some(name) = metadata.issuer.clone() else {
                return Err(Error::MetadataLacks {
                    host: host_of(&url),
                    field: "issuer",
                });
            };
            if !names.contains(&name.as_str()) {
                return Err(Error::IssuerMismatch {
                    expected: names
                        .first()
                        .map(|name| clean_text(name, 256))
                        .unwrap_or_default(),
                    found: clean_text(&name, 256),
                });
            }
            return Ok(Some((metadata, name)));
        }
        Ok(None)
    }

    /// For servers without resource metadata: the host itself is the authorization server. `scopes` are those of the
    /// challenge.
    ///
    /// Source: MCP authorization, revision 2025-03-26, "Server Metadata Discovery" and "Fallbacks".
    async fn discover_by_host(&self, scopes: &[String]) -> Result<Discovery, Error> {
        let root = at(&self.server, "/", None);
        let with_slash = root.as_str();
        let without = with_slash.trim_end_matches('/');
        let found = self.server_metadata(&root, &[without, with_slash]).await;
        let found = found.map_err(|error| match error {
            // Only guessed, and led elsewhere as any unknown address.
            Error::Redirect { host } => Error::NoSignIn { host },
            error => error,
        })?;
        let (source, metadata, issuer) = match found {
            Some((metadata, issuer)) => (DiscoverySource::ServerMetadata, metadata, issuer),
            None => (
                DiscoverySource::LegacyEndpointFallback,
                default_metadata(&root),
                without.to_owned(),
            ),
        };
        let found = DiscoveredServer {
            source,
            resource: canonical_resource(&self.server),
            resource_name: None,
            issuer,
            scopes: scopes.to_vec(),
        };
        self.check_metadata(found, metadata)
    }

    /// Checks every address that will be requested or opened later.
    fn check_metadata(
        &self,
        found: DiscoveredServer,
        metadata: ServerMetadata,
    ) -> Result<Discovery, Error> {
        let issuer = found.issuer;
        let has_page = self.grant == OauthGrant::AuthorizationCode;
        let deviations = Deviations::of(&issuer, self.chosen);
        let has_pkce = match &metadata.code_challenge_methods_supported {
            Some(methods) => methods.iter().any(|method| method == "S256"),
            None => deviations.has(OauthDeviation::UnpublishedPkce),
        };
        let is_guessed = found.source == DiscoverySource::LegacyEndpointFallback;
        if has_page && !is_guessed && !has_pkce {
            return Err(Error::NoPkce {
                issuer: clean_text(&issuer, 256),
                is_unpublished: metadata.code_challenge_methods_supported.is_none(),
            });
        }
        deviations.report(&issuer, self.trace);
        let endpoint = |what, url: Option<String>| self.endpoint(what, url);
        // Optional: what is no address counts as absent (RFC 8414, section 2), but one that isn't safe is refused.
        let optional = |what, url: Option<String>| {
            self.endpoint(what, url.filter(|url| Url::parse(url).is_ok()))
        };
        let missing = |field| Error::MetadataLacks {
            host: clean_text(&issuer, 256),
            field,
        };
        let scopes_supported = union(&metadata.scopes_supported.unwrap_or_default(), &[]);
        let token_endpoint = endpoint("token endpoint", metadata.token_endpoint)?
            .ok_or_else(|| missing("token_endpoint"))?;
        // Optional: one that must not be requested is ignored.
        let userinfo_endpoint = endpoint("userinfo endpoint", metadata.userinfo_endpoint)
            .unwrap_or_default()
            .filter(|url| url.origin() == token_endpoint.origin());
        let authorization_endpoint = match has_page {
            true => Some(
                endpoint("authorization endpoint", metadata.authorization_endpoint)?
                    .ok_or_else(|| missing("authorization_endpoint"))?,
            ),
            false => None,
        };
        Ok(Discovery {
            authorization_endpoint,
            token_endpoint,
            userinfo_endpoint,
            registration_endpoint: optional(
                "registration endpoint",
                metadata.registration_endpoint,
            )?,
            revocation_endpoint: optional("revocation endpoint", metadata.revocation_endpoint)?,
            initial_scopes: with_offline_access(&found.scopes, &scopes_supported),
            scopes_supported,
            token_auth_methods: metadata.token_endpoint_auth_methods_supported,
            iss_required: metadata.authorization_response_iss_parameter_supported,
            supports_metadata_document: metadata.client_id_metadata_document_supported,
            server: self.server.clone(),
            source: found.source,
            resource: found.resource,
            resource_name: found.resource_name,
            issuer,
            deviations,
            reach: self.reach.clone(),
        })
    }

    fn endpoint(&self, what: &'static str, url: Option<String>) -> Result<Option<Url>, Error> {
        let Some(url) = url else { return Ok(None) };
        let url = Url::parse(&url).map_err(|_| Error::UnsafeUrl { what })?;
        self.reach.check_url(what, &url)?;
        Ok(Some(url))
    }

    async fn document(&self, what: &'static str, url: &Url) -> Result<Option<Value>, Error> {
        self.client
            .document(what, url, &self.reach, self.trace)
            .await
    }
}

struct DiscoveredServer {
    source: DiscoverySource,
    resource: String,
    resource_name: Option<String>,
    issuer: String,
    scopes: Vec<String>,
}

fn read<T: DeserializeOwned>(what: &'static str, url: &Url, document: Value) -> Result<T, Error> {
    serde_json::from_value(document).map_err(|_| Error::Metadata {
        what,
        host: host_of(url),
        status: None,
    })
}

/// The default endpoints of a server that publishes no metadata.
fn default_metadata(root: &Url) -> ServerMetadata {
    let endpoint = |path| Some(at(root, path, None).into());
    ServerMetadata {
        authorization_endpoint: endpoint("/authorize"),
        token_endpoint: endpoint("/token"),
        registration_endpoint: endpoint("/register"),
        ..ServerMetadata::default()
    }
}

/// Whether a published resource is the server, or a part of its origin that contains the server.
fn covers(resource: &str, server: &Url) -> bool {
    let Some(resource) = Url::parse(resource).ok().filter(|_| is_plain(resource)) else {
        return false;
    };
    let path = resource.path().trim_end_matches('/');
    let below = server.path().strip_prefix(path);
    resource.origin() == server.origin()
        && !has_user_info(&resource)
        && resource.fragment().is_none()
        && (resource.query().is_none() || resource.query() == server.query())
        && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the text of an address is unambiguous. Our parser converts backslashes and drops white space, but the text
/// is sent and compared unchanged, so another party may take it for a different address.
fn is_plain(url: &str) -> bool {
    let is_odd = |sign: char| sign == '\\' || sign.is_whitespace() || sign.is_control();
    !url.contains(is_odd)
}

/// The resource for a server that names none: its address, without the slash of an empty path.
///
/// Source: MCP authorization, "Canonical Server URI".
fn canonical_resource(server: &Url) -> String {
    match (server.path(), server.query()) {
        ("/", None) => server.as_str().trim_end_matches('/').to_owned(),
        _ => server.as_str().to_owned(),
    }
}

/// Adds `offline_access` if it is supported: servers that follow OpenID issue refresh tokens only for this scope. It is
/// never requested alone, since requesting no scope means the server's default ones.
fn with_offline_access(scopes: &[String], supported: &[String]) -> Vec<String> {
    let offline = OFFLINE_ACCESS.to_owned();
    match !scopes.is_empty() && supported.contains(&offline) {
        true => union(scopes, &[offline]),
        false => union(scopes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_covers_itself_and_what_lies_below() {
        let server = Url::parse("https://h.example/a/mcp?x=1").unwrap();
        for resource in [
            "https://h.example/a/mcp",
            "https://h.example/a/mcp/",
            "https://h.example/a",
            "https://h.example",
            "https://h.example/",
            "https://h.example:443/a/mcp?x=1",
        ] {
            assert!(covers(resource, &server), "{resource}");
        }
        for resource in [
            "https://evil.example/a/mcp",
            "http://h.example/a/mcp",
            "https://h.example:8443/a/mcp",
            "https://h.example/a/mc",
            "https://h.example/a/mcp/more",
            "https://h.example/a/mcp?x=2",
            "https://h.example/a/mcp#f",
            "h.example",
            "",
            "https://me@h.example/a/mcp",
            "https://:pw@h.example/a/mcp",
            "https:\\\\h.example\\a\\mcp",
            "https://h.example/a\\mcp",
            "https://h.example/a/m\tcp",
            "https://h.example/a/mcp\n",
            " https://h.example/a/mcp",
            "https://h.example/a/mcp\u{7f}",
        ] {
            assert!(!covers(resource, &server), "{resource}");
        }
    }

    #[test]
    fn canonical_resource_has_no_lonely_slash() {
        let of = |url: &str| canonical_resource(&Url::parse(url).unwrap());
        assert_eq!(of("https://h.example/"), "https://h.example");
        assert_eq!(of("https://h.example/mcp"), "https://h.example/mcp");
        assert_eq!(of("https://h.example/mcp/"), "https://h.example/mcp/");
    }

    #[test]
    fn offline_access_is_never_asked_for_alone() {
        let words = |list: &str| crate::parse_scopes(list);
        assert_eq!(
            with_offline_access(&[], &words("a offline_access")),
            Vec::<String>::new()
        );
        assert_eq!(
            with_offline_access(&words("a"), &words("a offline_access")),
            words("a offline_access")
        );
        assert_eq!(with_offline_access(&words("a"), &words("a b")), words("a"));
    }
}
