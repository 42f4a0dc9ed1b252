//! Adding a connector to this computer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use patchbay_http::Network;
use patchbay_model::{
    AccountId, Authentication, AuthenticationMethod, Connector, Json, NetworkSettings, OauthGrant,
    Redirect, TimeLimits, Transport, WalletEntry, WalletEntryId, WalletKind, clean_text,
};
use patchbay_platforms::PlainHttp;
use patchbay_platforms::mcp::McpLimits;
use serde::Deserialize;
use serde_json::json;
use specta::Type;

use crate::SecretInput;
use crate::address::{free_name, name_of, plain_http, read_address, title_of};
use crate::connectors::blank_connector::blank_connector;
use crate::connectors::client_certificate::{ensure_https, read_file};
use crate::connectors::inspect_address::inspect_address_over;
use crate::connectors::network::{self, NetworkChanges};
use crate::connectors::time_limits::{connect_limit, validate_limits};
use crate::connectors::{list_connectors, status};
use crate::context::Context;
use crate::credentials::edit::{add_wallet_entry, free_entry_name};
use crate::credentials::find_wallet_entry;
use crate::credentials::secret::{AddWalletEntry, SecretValue, WalletSecret};
use crate::error::Error;
use crate::secrets;

/// A connector to be added to this computer.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddConnector {
    /// Absolute URL of the MCP server.
    pub url: String,
    /// Short name, unique; `None` to derive one from the address.
    pub name: Option<String>,
    /// Name for people; `None` for what the server calls itself.
    pub title: Option<String>,
    /// How it signs in; `None` to find out.
    pub authentication: Option<AuthenticationChoice>,
    /// Whether its credentials may go over plain http, unencrypted.
    #[serde(default)]
    #[specta(optional)]
    pub allow_plain_http: bool,
}

/// How a connector is to sign in.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum AuthenticationChoice {
    /// Not at all.
    None,
    /// By click-through consent.
    Oauth {
        /// An OAuth app of the user's own: a wallet entry, or typed in.
        client: Option<OAuthClientInput>,
        /// Fixed port of the loopback redirect.
        callback_port: Option<u16>,
        /// `127.0.0.1` or `localhost`.
        callback_host: Option<String>,
        /// How the browser comes back.
        redirect: Redirect,
        /// Scopes in place of those the server names.
        scopes: Vec<String>,
        /// As whom: the app itself needs to be the user's own, with a secret.
        #[serde(default)]
        #[specta(optional)]
        grant: OauthGrant,
    },
    /// By a token.
    Bearer {
        /// A wallet entry, or typed in.
        token: SecretInput,
    },
    /// By headers.
    Headers {
        /// A wallet entry of kind `headers`; or `None` and `values`.
        entry: Option<WalletEntryId>,
        /// Header name to value, saved as a new wallet entry.
        values: BTreeMap<String, SecretValue>,
    },
}

/// An OAuth app of the user's own.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum OAuthClientInput {
    /// One that the wallet has.
    Entry {
        /// A wallet entry of kind `oauth_client`.
        entry: WalletEntryId,
    },
    /// One typed in, saved as a new wallet entry.
    New {
        /// The client id that the provider gave.
        client_id: String,
        /// The client secret, where there is one.
        client_secret: Option<SecretValue>,
    },
}

/// Adds a connector, as a draft until it first works. Secrets that were typed in become wallet
/// entries.
///
/// # Errors
/// [`Error::Usage`] when the address or a secret cannot be used; [`Error::AddressSecret`];
/// [`Error::Platform`] when a credential would go unencrypted; [`Error::Store`] when the name is taken;
/// [`Error::Vault`].
pub async fn add_connector(cx: &Context, request: AddConnector) -> Result<Connector, Error> {
    add_connector_with(cx, request, ConnectionOptions::default()).await
}

/// How a new connector connects, where that is not as all others do.
#[derive(Clone, Debug, Default)]
pub struct ConnectionOptions {
    /// How long its server is waited for.
    pub time_limits: TimeLimits,
    /// Its proxy, and what it trusts.
    pub network: NetworkChanges,
    /// A file with the certificate that its server sees, and its key.
    pub client_certificate: Option<PathBuf>,
}

/// As [`add_connector`], with these connection options from the first request on.
///
/// # Errors
/// As [`add_connector`]; [`Error::Usage`] for a limit or a certificate that cannot be kept.
pub async fn add_connector_with(
    cx: &Context,
    request: AddConnector,
    options: ConnectionOptions,
) -> Result<Connector, Error> {
    let time_limits = validate_limits(options.time_limits)?;
    let mut network = network::apply_changes(NetworkSettings::default(), &options.network)?;
    let url = read_address(&request.url)?;
    let shown = match &options.client_certificate {
        Some(file) => {
            ensure_https(&url)?;
            Some(read_file(file).await?)
        }
        None => None,
    };
    network.client_certificate = shown.as_ref().map(|(_, it)| it.facts().clone());
    let Suggestion {
        choice,
        title: own_title,
        methods,
    } = match request.authentication {
        Some(choice) => Suggestion {
            choice,
            title: title_of(&url),
            methods: METHODS.to_vec(),
        },
        None => {
            let shown = shown.as_ref().map(|(_, certificate)| (&url, certificate));
            let by = cx.networks().with(&network, shown)?;
            suggest_authentication(cx, url.as_str(), time_limits, &by).await?
        }
    };
    let title = clean_title(request.title).unwrap_or(own_title);
    let name = resolve_name(cx, request.name, &title).await?;
    let plain_http = plain_http(request.allow_plain_http, &url);
    if !matches!(choice, AuthenticationChoice::None) {
        // Before a secret is saved for it.
        plain_http.check(&url)?;
    }
    let (authentication, entry) = authentication(cx, choice, &title).await?;
    let connector = Connector {
        endpoint: Some(url.to_string()),
        identity: status::identity(entry.as_ref()),
        authentication,
        authentication_methods: methods,
        allows_plain_http: request.allow_plain_http && PlainHttp::is_needed_for(&url),
        time_limits,
        network,
        draft: true,
        native: Json(json!({ "url": url.as_str(), "transport": Transport::StreamableHttp })),
        ..blank_connector(cx, AccountId::local(), name, title)
    };
    if let Some((pem, _)) = &shown {
        secrets::client_certificate::save(cx.vault(), &connector.id, pem).await?;
    }
    status::save(cx, &connector).await?;
    Ok(connector)
}

/// How one can sign in to an MCP server, as far as nobody knows better.
const METHODS: [AuthenticationMethod; 4] = [
    AuthenticationMethod::Oauth,
    AuthenticationMethod::Bearer,
    AuthenticationMethod::Headers,
    AuthenticationMethod::None,
];

/// What a look at an address says of it.
struct Suggestion {
    choice: AuthenticationChoice,
    title: String,
    methods: Vec<AuthenticationMethod>,
}

/// How the server wants to be signed in to, and what it calls itself.
async fn suggest_authentication(
    cx: &Context,
    address: &str,
    time_limits: TimeLimits,
    network: &Network,
) -> Result<Suggestion, Error> {
    let connect = connect_limit(time_limits, McpLimits::DEFAULT.connect);
    let found = inspect_address_over(cx, address, connect, network).await?;
    let is_best = found.methods.first() == Some(&AuthenticationMethod::Oauth);
    let mut methods = METHODS.to_vec();
    if found.needs_authorization && !is_best {
        // It tells nowhere how to sign in by a browser: what it wants is a token.
        methods.retain(|method| *method != AuthenticationMethod::Oauth);
    }
    let choice = if is_best {
        AuthenticationChoice::Oauth {
            client: None,
            callback_port: None,
            callback_host: None,
            redirect: Redirect::default(),
            scopes: Vec::new(),
            grant: OauthGrant::default(),
        }
    } else {
        AuthenticationChoice::None
    };
    Ok(Suggestion {
        choice,
        title: found.title,
        methods,
    })
}

/// The name that was asked for, or a free one made of the title.
pub(crate) async fn resolve_name(
    cx: &Context,
    name: Option<String>,
    title: &str,
) -> Result<String, Error> {
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        let taken = list_connectors(cx).await?;
        let is_taken = |name: &str| taken.iter().any(|connector| connector.name == name);
        return Ok(free_name(&name_of(title), "-", is_taken));
    };
    validate_name(&name)
}

/// A name as the command line can take it.
pub(crate) fn validate_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(Error::Usage {
            what: "this short name can't be used".to_owned(),
            hint: "Use up to 64 letters, digits, hyphens, dots and underscores.".to_owned(),
        });
    }
    Ok(name.to_owned())
}

/// A title as it can be shown; `None` where none was given.
pub(crate) fn clean_title(title: Option<String>) -> Option<String> {
    let title = clean_text(&title?, 100);
    (!title.is_empty()).then_some(title)
}

/// The choice as the connector keeps it, and the wallet entry that it uses.
pub(crate) async fn authentication(
    cx: &Context,
    choice: AuthenticationChoice,
    title: &str,
) -> Result<(Authentication, Option<WalletEntry>), Error> {
    match choice {
        AuthenticationChoice::None => Ok((Authentication::None, None)),
        AuthenticationChoice::Oauth {
            client,
            callback_port,
            callback_host,
            redirect,
            scopes,
            grant,
        } => {
            ensure_app(client.as_ref(), grant)?;
            let client = oauth_client(cx, client, title).await?;
            let authentication = Authentication::Oauth {
                client,
                entry: None,
                callback_port,
                callback_host: validate_callback_host(callback_host)?,
                redirect,
                scopes,
                grant,
            };
            Ok((authentication, None))
        }
        AuthenticationChoice::Bearer { token } => {
            let entry = bearer(cx, token, title).await?;
            let authentication = Authentication::Bearer {
                entry: entry.id.clone(),
            };
            Ok((authentication, Some(entry)))
        }
        AuthenticationChoice::Headers { entry, values } => {
            let entry = match entry {
                Some(id) => find_entry_of_kind(cx, &id, WalletKind::Headers).await?,
                None => new_entry(cx, title, WalletSecret::Headers { values }).await?,
            };
            let authentication = Authentication::Headers {
                entry: entry.id.clone(),
            };
            Ok((authentication, Some(entry)))
        }
    }
}

/// Only an app of the user's own can sign in as itself.
fn ensure_app(client: Option<&OAuthClientInput>, grant: OauthGrant) -> Result<(), Error> {
    let has_secret = match client {
        None => false,
        Some(OAuthClientInput::New { client_secret, .. }) => client_secret.is_some(),
        // Whether it has one is known when the vault is open, at the sign-in.
        Some(OAuthClientInput::Entry { .. }) => true,
    };
    if grant == OauthGrant::AuthorizationCode || has_secret {
        return Ok(());
    }
    Err(Error::Usage {
        what: "signing in as an app needs its client ID and client secret".to_owned(),
        hint: "Add both, or sign in with a browser.".to_owned(),
    })
}

async fn oauth_client(
    cx: &Context,
    client: Option<OAuthClientInput>,
    title: &str,
) -> Result<Option<WalletEntryId>, Error> {
    let entry = match client {
        None => return Ok(None),
        Some(OAuthClientInput::Entry { entry }) => {
            find_entry_of_kind(cx, &entry, WalletKind::OauthClient).await?
        }
        Some(OAuthClientInput::New {
            client_id,
            client_secret,
        }) => {
            let secret = WalletSecret::OauthClient {
                client_id,
                client_secret,
            };
            new_entry(cx, &format!("{title} OAuth app"), secret).await?
        }
    };
    Ok(Some(entry.id))
}

async fn bearer(cx: &Context, token: SecretInput, title: &str) -> Result<WalletEntry, Error> {
    match token {
        SecretInput::Entry { entry } => find_entry_of_kind(cx, &entry, WalletKind::Bearer).await,
        SecretInput::New { secret } => {
            new_entry(cx, title, WalletSecret::Bearer { token: secret }).await
        }
        SecretInput::Reference { reference } => {
            new_entry(cx, title, WalletSecret::Reference { reference }).await
        }
    }
}

async fn find_entry_of_kind(
    cx: &Context,
    id: &WalletEntryId,
    kind: WalletKind,
) -> Result<WalletEntry, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    if entry.kind == kind {
        return Ok(entry);
    }
    Err(Error::Usage {
        what: format!("{} is a different type of credential", entry.name),
        hint: "Choose another one or enter a new one.".to_owned(),
    })
}

pub(crate) async fn new_entry(
    cx: &Context,
    name: &str,
    secret: WalletSecret,
) -> Result<WalletEntry, Error> {
    let name = free_entry_name(cx, name).await?;
    add_wallet_entry(cx, AddWalletEntry { name, secret }).await
}

fn validate_callback_host(host: Option<String>) -> Result<Option<String>, Error> {
    match host.as_deref() {
        None | Some("") => Ok(None),
        Some("127.0.0.1" | "localhost") => Ok(host),
        Some(_) => Err(Error::Usage {
            what: "the redirect host must be this computer".to_owned(),
            hint: "Use 127.0.0.1 or localhost.".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::{Code, Explain, Secret};

    use super::*;
    use crate::SecretInput;
    use crate::clock::SystemClock;
    use crate::connectors::edit::{ConnectorChanges, update_connector};
    use crate::credentials::list_wallet;
    use crate::testing;

    fn with_token(url: &str, allow_plain_http: bool) -> AddConnector {
        let token = SecretInput::New {
            secret: Secret::new("hunter2-hunter2"),
        };
        AddConnector {
            url: url.to_owned(),
            name: None,
            title: None,
            authentication: Some(AuthenticationChoice::Bearer { token }),
            allow_plain_http,
        }
    }

    #[tokio::test]
    async fn a_credential_for_plain_http_is_refused_before_it_is_saved() {
        let home = tempfile::tempdir().unwrap();
        let cx = testing::open(home.path(), Arc::new(SystemClock)).await;
        let nas = "http://nas.example:8080/mcp";
        let refused = add_connector(&cx, with_token(nas, false))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), Code::NetworkPlainHttp, "{refused}");
        assert!(refused.hint().is_some());
        assert!(list_wallet(&cx).await.unwrap().is_empty());

        let local = add_connector(&cx, with_token("http://127.0.0.1:9/mcp", true))
            .await
            .unwrap();
        assert!(!local.allows_plain_http, "nothing to insist on");
        let insisted = add_connector(&cx, with_token(nas, true)).await.unwrap();
        assert!(insisted.allows_plain_http);

        let moved = |url: &str| ConnectorChanges {
            url: Some(url.to_owned()),
            ..ConnectorChanges::default()
        };
        let elsewhere =
            update_connector(&cx, &insisted.id, moved("http://other.example/mcp")).await;
        assert_eq!(elsewhere.unwrap_err().code(), Code::NetworkPlainHttp);
        let within = update_connector(&cx, &insisted.id, moved("http://nas.example:8080/v2")).await;
        assert!(within.unwrap().allows_plain_http);
        let safe = update_connector(&cx, &insisted.id, moved("https://nas.example/mcp")).await;
        assert!(
            !safe.unwrap().allows_plain_http,
            "it belongs to one address"
        );
        cx.close().await;
    }

    #[tokio::test]
    async fn an_address_with_a_password_is_refused_and_says_where_it_belongs() {
        let home = tempfile::tempdir().unwrap();
        let cx = testing::open(home.path(), Arc::new(SystemClock)).await;
        let request = with_token("https://ada:hunter2@a.example/mcp", false);
        let problem = add_connector(&cx, request).await.unwrap_err().problem();
        assert_eq!(problem.code, Code::UsageInvalid);
        assert!(problem.hint.unwrap().contains("header"));
        assert!(!problem.message.contains("hunter2"));
        cx.close().await;
    }
}
