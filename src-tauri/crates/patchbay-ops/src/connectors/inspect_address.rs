//! Inspecting an address before a connector is added for it.

use std::time::Duration;

use patchbay_http::{Network, host_of};
use patchbay_model::{
    AuthenticationMethod, ChosenDeviations, Explain, InspectionId, OauthGrant, Problem,
    ServerFacts, Transport, has_secret_query,
};
use patchbay_oauth::{
    CALLBACK_PATH, Challenge, DEFAULT_PORT, DiscoverySource, OAuthClient, Untraced,
};
use patchbay_platforms::PlainHttp;
use patchbay_platforms::mcp::{self, McpLimits, McpSession, McpTarget};
use serde::{Deserialize, Serialize};
use specta::Type;
use url::Url;

use crate::address::{read_address, short_name_of, title_of};
use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::{free_connector_name, list_connectors};

/// Result of inspecting an address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressInspection {
    /// Normalized absolute URL.
    pub url: String,
    /// Host and port, for display.
    pub host: String,
    /// `None` when no server was recognized.
    pub transport: Option<Transport>,
    /// Whether the server refuses requests without a credential.
    pub needs_authorization: bool,
    /// Possible sign-in methods, the best first.
    pub methods: Vec<AuthenticationMethod>,
    /// Issuer of the tokens, absolute URL.
    pub issuer: Option<String>,
    /// Scopes that a sign-in will request.
    pub scopes: Vec<String>,
    /// Whether Patchbay can register itself as an OAuth client.
    pub registers_itself: bool,
    /// Redirect URI to enter in the user's own OAuth app.
    pub redirect_uri: String,
    /// Facts about the server, when it accepted an anonymous connection.
    pub server: Option<ServerFacts>,
    /// Number of tools, when it accepted an anonymous connection.
    pub tool_count: Option<u32>,
    /// Suggested short name, not used by any connector yet.
    pub name: String,
    /// Suggested display name.
    pub title: String,
    /// Titles of the connectors that have this address already.
    pub already: Vec<String>,
    /// Whether requests would go unencrypted to another computer, so that credentials are refused unless the
    /// user allows plain http.
    pub plain_http: bool,
    /// Whether a query parameter looks like a key; it is saved and shown with the address.
    pub has_secret_query: bool,
    /// What the user should know before signing in.
    pub warning: Option<String>,
    /// Why the address does not work now; a connector can be added all the same.
    pub problem: Option<Problem>,
}

/// Like [`inspect_address`], cancelled by [`cancel_inspection`] with `id`.
pub async fn inspect_address_until_cancelled(
    cx: &Context,
    address: &str,
    id: &InspectionId,
) -> Result<AddressInspection, Error> {
    let cancel = cx.shutdown().child_token();
    let _guard = cx.inspections().register(id, cancel.clone());
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        found = inspect_address(cx, address) => found,
    }
}

/// Cancels an inspection and its requests; does nothing if it has ended.
pub fn cancel_inspection(cx: &Context, id: &InspectionId) {
    cx.inspections().cancel(id);
}

/// Finds out whether an MCP server is at an address, whether it accepts anonymous connections and how to sign in.
/// Sends no credential and saves nothing.
///
/// # Errors
/// [`Error::Usage`] for a malformed address; [`Error::Store`]. Problems with the server itself are returned in
/// `problem`.
pub async fn inspect_address(cx: &Context, address: &str) -> Result<AddressInspection, Error> {
    inspect_address_over(cx, address, McpLimits::DEFAULT.connect, cx.network()).await
}

/// Like [`inspect_address`], with a connect timeout and the HTTP clients to use.
pub(crate) async fn inspect_address_over(
    cx: &Context,
    address: &str,
    connect: Duration,
    network: &Network,
) -> Result<AddressInspection, Error> {
    let url = read_address(address)?;
    let mut found = empty_inspection(cx, &url).await?;
    let target = McpTarget::anonymous(url.clone());
    let limits = McpLimits {
        connect,
        ..McpLimits::DEFAULT
    };
    // The user entered this address.
    cx.addresses().allow_host(&url);
    match mcp::connect(network.client_for(&url), target, limits, cx.shutdown()).await {
        Ok(session) => {
            add_server_facts(cx, &mut found, &session).await;
            session.close().await;
        }
        Err(
            patchbay_platforms::Error::Unauthorized { challenge, .. }
            | patchbay_platforms::Error::Forbidden {
                challenge: challenge @ Some(_),
                ..
            },
        ) => {
            found.transport = Some(Transport::StreamableHttp);
            found.needs_authorization = true;
            add_sign_in_methods(network, &mut found, &url, challenge.as_deref()).await;
        }
        Err(error) => found.problem = Some(error.problem()),
    }
    found.name = free_connector_name(cx, &short_name_of(&found.title)).await?;
    Ok(found)
}

/// Warning of a sign-in whose place is guessed.
pub const GUESSED_SIGN_IN: &str = "This server doesn't say how to sign in. Use a token if you have one: browser sign-in may fail, and Patchbay can't verify that it's protected.";

/// Redirect URI of connectors without a callback port or host of their own.
pub fn default_redirect_uri() -> String {
    format!("http://127.0.0.1:{DEFAULT_PORT}{CALLBACK_PATH}")
}

/// Returns the titles of the connectors with that address.
pub(super) async fn titles_at(cx: &Context, url: &Url) -> Result<Vec<String>, Error> {
    let connectors = list_connectors(cx).await?.into_iter();
    let known = connectors.filter(|known| known.endpoint.as_deref() == Some(url.as_str()));
    Ok(known.map(|known| known.title).collect())
}

async fn empty_inspection(cx: &Context, url: &Url) -> Result<AddressInspection, Error> {
    let already = titles_at(cx, url).await?;
    Ok(AddressInspection {
        url: url.to_string(),
        host: host_of(url),
        methods: vec![
            AuthenticationMethod::None,
            AuthenticationMethod::Bearer,
            AuthenticationMethod::Headers,
        ],
        redirect_uri: default_redirect_uri(),
        title: title_of(url),
        already,
        plain_http: PlainHttp::is_needed_for(url),
        has_secret_query: has_secret_query(url),
        ..AddressInspection::default()
    })
}

/// Adds what a server reports that accepts anonymous connections.
async fn add_server_facts(cx: &Context, found: &mut AddressInspection, session: &McpSession) {
    let facts = session.facts().clone();
    found.transport = Some(facts.transport);
    if !facts.name.is_empty() {
        found.title.clone_from(&facts.name);
    }
    found.server = Some(facts);
    match session.list_tools(cx.shutdown()).await {
        Ok(tools) => found.tool_count = u32::try_from(tools.len()).ok(),
        Err(error) => found.problem = Some(error.problem()),
    }
}

/// Adds how to sign in to a server that requires it.
async fn add_sign_in_methods(
    network: &Network,
    found: &mut AddressInspection,
    url: &Url,
    challenge: Option<&str>,
) {
    let challenge = challenge.map(Challenge::parse);
    found.methods = vec![AuthenticationMethod::Bearer, AuthenticationMethod::Headers];
    let oauth = OAuthClient::new(network.clone());
    let (challenge, deviations) = (challenge.as_ref(), ChosenDeviations::new());
    let grant = OauthGrant::AuthorizationCode;
    let discovered = oauth.discover(url, challenge, grant, &deviations, &Untraced);
    match discovered.await {
        Ok(discovery) => {
            found.registers_itself = discovery.registration_endpoint.is_some();
            let is_guessed = discovery.source == DiscoverySource::LegacyEndpointFallback;
            let place = if is_guessed { found.methods.len() } else { 0 };
            found.methods.insert(place, AuthenticationMethod::Oauth);
            if is_guessed {
                found.warning = Some(GUESSED_SIGN_IN.to_owned());
            }
            if let Some(name) = &discovery.resource_name {
                found.title.clone_from(name);
            }
            found.scopes = discovery.initial_scopes;
            found.issuer = Some(discovery.issuer);
        }
        Err(error) => {
            let place = match &error {
                patchbay_oauth::Error::NoSignIn { .. } => None,
                // The metadata was found, but is refused until the user allows its deviation.
                error if error.deviation().is_some() => Some(0),
                // It may work the next time.
                _ => Some(found.methods.len()),
            };
            if let Some(place) = place {
                found.methods.insert(place, AuthenticationMethod::Oauth);
            }
            found.problem = Some(error.problem());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::testing::{open_temporary, receive_message};

    #[tokio::test]
    async fn a_server_that_forbids_strangers_and_says_how_to_sign_in_is_signed_in_to() {
        let (_home, cx) = open_temporary().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                receive_message(&mut stream).await;
                let response = "HTTP/1.1 403 Forbidden\r\nwww-authenticate: Bearer scope=\"a\"\r\n\
                                content-length: 0\r\nconnection: close\r\n\r\n";
                drop(stream.write_all(response.as_bytes()).await);
            }
        });
        let found = inspect_address(&cx, &url).await.unwrap();
        assert!(found.needs_authorization && found.problem.is_none());
        assert!(found.methods.contains(&AuthenticationMethod::Oauth));
        assert_eq!(found.scopes, ["a"]);
    }
}
