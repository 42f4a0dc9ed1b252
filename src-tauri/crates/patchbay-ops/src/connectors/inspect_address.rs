//! Finding out what is at an address, before anything is added.

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

use crate::address::{free_name, name_of, read_address, title_of};
use crate::connectors::list_connectors;
use crate::context::Context;
use crate::error::Error;

/// How long a short name is at most that nobody chose.
const MAX_NAME: usize = 40;

/// What was found at an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddressInspection {
    /// The address as it will be kept, absolute URL.
    pub url: String,
    /// Host and port, for people.
    pub host: String,
    /// How the server is reached; `None` when that could not be found out.
    pub transport: Option<Transport>,
    /// Whether the server lets nobody in without a credential.
    pub needs_authorization: bool,
    /// How one can sign in, the best first.
    pub methods: Vec<AuthenticationMethod>,
    /// Who hands out the tokens, absolute URL.
    pub issuer: Option<String>,
    /// Scopes that will be asked for.
    pub scopes: Vec<String>,
    /// Whether Patchbay can register itself, so that no OAuth app of one's own is needed.
    pub registers_itself: bool,
    /// The redirect address to enter in an OAuth app of one's own, absolute URL.
    pub redirect_uri: String,
    /// What the server said of itself, when it let us in.
    pub server: Option<ServerFacts>,
    /// Number of tools, when it let us in.
    pub tool_count: Option<u32>,
    /// A name for it, free in this account.
    pub name: String,
    /// A name for people.
    pub title: String,
    /// Connectors that have this address already.
    pub already: Vec<String>,
    /// Whether what is sent goes unencrypted to another computer, so that credentials are refused unless the
    /// user insists.
    pub plain_http: bool,
    /// Whether a parameter of the address seems to hold a key: it is kept and shown with the address.
    pub has_secret_query: bool,
    /// What the user has to know before signing in.
    pub warning: Option<String>,
    /// Why it cannot be used as it is; the address may still be added when this is set.
    pub problem: Option<Problem>,
}

/// As [`inspect_address`], until [`cancel_inspection`] is called with `id`.
///
/// # Errors
/// As [`inspect_address`]; [`Error::Cancelled`].
pub async fn inspect_address_until_cancelled(
    cx: &Context,
    address: &str,
    id: &InspectionId,
) -> Result<AddressInspection, Error> {
    let cancel = cx.shutdown().child_token();
    let _guard = cx.inspections().register(id, cancel.clone());
    // Whatever is asked at that moment ends with its future.
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        found = inspect_address(cx, address) => found,
    }
}

/// Stops a look at an address, and with it every request that it makes; nothing when it is over.
pub fn cancel_inspection(cx: &Context, id: &InspectionId) {
    cx.inspections().cancel(id);
}

/// Looks at an address: is there an MCP server, does it let us in, and how does one sign in? Sends no
/// credential and keeps nothing.
///
/// # Errors
/// [`Error::Usage`] when it is no address; [`Error::Store`]. What is wrong at the address itself stands
/// in the answer's `problem`.
pub async fn inspect_address(cx: &Context, address: &str) -> Result<AddressInspection, Error> {
    inspect_address_over(cx, address, McpLimits::DEFAULT.connect, cx.network()).await
}

/// As [`inspect_address`], with that time for the server to be connected to, and by those clients.
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
    // A person gave it.
    cx.addresses().allow_host(&url);
    match mcp::connect(network.client_for(&url), target, limits, cx.shutdown()).await {
        Ok(session) => {
            add_server_facts(cx, &mut found, &session).await;
            session.close().await;
        }
        Err(patchbay_platforms::Error::Unauthorized { challenge, .. }) => {
            found.transport = Some(Transport::StreamableHttp);
            found.needs_authorization = true;
            add_sign_in_methods(network, &mut found, &url, challenge.as_deref()).await;
        }
        Err(error) => found.problem = Some(error.problem()),
    }
    found.name = default_name(cx, &found.title).await?;
    Ok(found)
}

/// A short name after what the server calls itself, or after its address where it does not.
async fn default_name(cx: &Context, title: &str) -> Result<String, Error> {
    let connectors = list_connectors(cx).await?;
    let is_taken = |name: &str| connectors.iter().any(|connector| connector.name == name);
    let mut name = name_of(title);
    name.truncate(MAX_NAME);
    Ok(free_name(name.trim_end_matches('-'), "-", is_taken))
}

/// The redirect address to enter in an OAuth app of one's own, absolute URL, unless the connector has a
/// port or a host of its own.
pub fn default_redirect_uri() -> String {
    format!("http://127.0.0.1:{DEFAULT_PORT}{CALLBACK_PATH}")
}

async fn empty_inspection(cx: &Context, url: &Url) -> Result<AddressInspection, Error> {
    let connectors = list_connectors(cx).await?;
    let already = connectors
        .iter()
        .filter(|connector| connector.endpoint.as_deref() == Some(url.as_str()));
    let title = title_of(url);
    Ok(AddressInspection {
        url: url.to_string(),
        host: host_of(url),
        transport: None,
        needs_authorization: false,
        methods: vec![
            AuthenticationMethod::None,
            AuthenticationMethod::Bearer,
            AuthenticationMethod::Headers,
        ],
        issuer: None,
        scopes: Vec::new(),
        registers_itself: false,
        redirect_uri: default_redirect_uri(),
        server: None,
        tool_count: None,
        name: String::new(),
        title,
        already: already.map(|connector| connector.title.clone()).collect(),
        plain_http: PlainHttp::is_needed_for(url),
        has_secret_query: has_secret_query(url),
        warning: None,
        problem: None,
    })
}

/// What a server says that lets everybody in.
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

/// How one signs in to a server that lets nobody in without.
async fn add_sign_in_methods(
    network: &Network,
    found: &mut AddressInspection,
    url: &Url,
    challenge: Option<&str>,
) {
    let challenge = challenge.map(Challenge::parse);
    let typed_in = [AuthenticationMethod::Bearer, AuthenticationMethod::Headers];
    found.methods = typed_in.to_vec();
    let oauth = OAuthClient::with_network(network.clone());
    let grant = OauthGrant::AuthorizationCode;
    match oauth
        .discover(
            url,
            challenge.as_ref(),
            grant,
            &ChosenDeviations::new(),
            &Untraced,
        )
        .await
    {
        Ok(discovery) => {
            found.registers_itself = discovery.registration_endpoint.is_some();
            let is_guessed = discovery.source == DiscoverySource::LegacyEndpointFallback;
            let place = if is_guessed { found.methods.len() } else { 0 };
            found.methods.insert(place, AuthenticationMethod::Oauth);
            if is_guessed {
                found.warning = Some(
                    "This server doesn't say how to sign in. Use a token if you have one: browser sign-in may fail, and Patchbay can't verify that it's protected."
                        .to_owned(),
                );
            }
            if let Some(name) = &discovery.resource_name {
                found.title.clone_from(name);
            }
            found.scopes = discovery.initial_scopes;
            found.issuer = Some(discovery.issuer);
        }
        Err(error) => {
            if error.deviation().is_some() {
                // It tells how to sign in, which is refused until a person allows what is wrong with it.
                found.methods.insert(0, AuthenticationMethod::Oauth);
            }
            found.problem = Some(error.problem());
        }
    }
}
