//! Adding a connector to this computer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use patchbay_http::{ClientCertificate, Network};
use patchbay_model::{
    AccountId, Authentication, AuthenticationMethod, Connector, ConnectorId, Json, NetworkSettings,
    OauthGrant, Problem, Redirect, Secret, TimeLimits, Transport, WalletEntry, WalletEntryId,
    WalletKind,
};
use patchbay_platforms::PlainHttp;
use patchbay_platforms::mcp::McpLimits;
use serde::Deserialize;
use serde_json::json;
use specta::Type;
use url::Url;

use crate::SecretInput;
use crate::address::{NewName, clean_title, plain_http, read_address, short_name_of, title_of};
use crate::connectors::client_certificate::{ensure_https, read_file};
use crate::connectors::inspect_address::{inspect_address_over, titles_at};
use crate::connectors::network::{self, NetworkChanges};
use crate::context::Context;
use crate::credentials::check::check_form;
use crate::credentials::edit::add_derived_entry;
use crate::credentials::find_wallet_entry;
use crate::credentials::forget::discard_unless_ok;
use crate::credentials::secret::{SecretValue, WalletSecret};
use crate::error::Error;
use crate::events::Event;
use crate::networks::client_certificate;
use crate::stored_connectors::blank_connector::blank_connector;
use crate::stored_connectors::time_limits::{connect_limit, validate_limits};
use crate::stored_connectors::{list_connectors, status};

/// A connector to be added to this computer.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AddConnector {
    /// Absolute URL of the MCP server.
    pub url: String,
    /// Unique short name; `None` derives one from the title.
    pub name: Option<String>,
    /// Display name; `None` uses the name that the server reports.
    pub title: Option<String>,
    /// `None` detects the method from the server.
    pub authentication: Option<AuthenticationChoice>,
    /// Whether credentials may be sent over plain http.
    #[serde(default)]
    #[specta(optional)]
    pub allow_plain_http: bool,
    /// Those for connecting apply to the look at the address too.
    #[serde(default)]
    #[specta(optional)]
    pub time_limits: TimeLimits,
    /// Whether it is added turned off.
    #[serde(default)]
    #[specta(optional)]
    pub is_off: bool,
}

impl AddConnector {
    /// A connector whose names are derived from what the server reports.
    pub fn new(url: impl Into<String>, authentication: Option<AuthenticationChoice>) -> Self {
        Self {
            url: url.into(),
            name: None,
            title: None,
            authentication,
            allow_plain_http: false,
            time_limits: TimeLimits::default(),
            is_off: false,
        }
    }
}

/// How a connector signs in.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum AuthenticationChoice {
    None,
    Oauth {
        /// The user's own OAuth app.
        client: Option<OAuthClientInput>,
        /// Fixed port of the loopback redirect.
        callback_port: Option<u16>,
        /// `127.0.0.1` or `localhost`.
        callback_host: Option<String>,
        redirect: Redirect,
        /// Scopes that replace those the server advertises.
        scopes: Vec<String>,
        /// Client credentials need the user's own app with a secret.
        #[serde(default)]
        #[specta(optional)]
        grant: OauthGrant,
    },
    Bearer {
        token: SecretInput,
    },
    Headers {
        /// A wallet entry of kind `headers`; or `None` and `values`.
        entry: Option<WalletEntryId>,
        /// Header name to value, saved as a new wallet entry.
        values: BTreeMap<String, SecretValue>,
    },
}

/// The user's own OAuth app.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum OAuthClientInput {
    Entry {
        /// A wallet entry of kind `oauth_client`.
        entry: WalletEntryId,
    },
    /// Saved as a new wallet entry.
    New {
        client_id: String,
        client_secret: Option<SecretValue>,
    },
}

/// Checks what [`add_connector`] refuses before it sends or saves anything. No reference is resolved.
///
/// # Errors
/// [`Error::Usage`], [`Error::AddressSecret`]; [`Error::Platform`] when a credential would go unencrypted.
pub fn check_add_connector(request: &AddConnector) -> Result<(), Error> {
    let url = read_address(&request.url)?;
    validate_limits(request.time_limits)?;
    let secret = match request.authentication.clone() {
        None | Some(AuthenticationChoice::None) => return Ok(()),
        Some(AuthenticationChoice::Bearer {
            token: SecretInput::New { secret },
        }) => Some(WalletSecret::Bearer { token: secret }),
        Some(AuthenticationChoice::Headers {
            entry: None,
            values,
        }) => Some(WalletSecret::Headers { values }),
        Some(_) => None,
    };
    plain_http(request.allow_plain_http, &url).check(&url)?;
    secret.map_or(Ok(()), check_form)
}

/// Adds a connector, which is a draft until it first works. Typed-in secrets become wallet entries.
///
/// # Errors
/// [`Error::Usage`] when the address, a secret or a time limit cannot be used; [`Error::AddressSecret`];
/// [`Error::Platform`] when a credential would go unencrypted; [`Error::Store`] when the name is taken;
/// [`Error::Vault`].
pub async fn add_connector(cx: &Context, request: AddConnector) -> Result<Connector, Error> {
    let added = add_connector_with(cx, request, ConnectionOptions::default()).await?;
    Ok(added.connector)
}

/// A connector that was added, and what the look at its address found.
#[derive(Clone, Debug)]
pub struct AddedConnector {
    pub connector: Connector,
    /// Titles of other connectors with its address.
    pub already: Vec<String>,
    /// What the user should know before signing in.
    pub warning: Option<String>,
    /// Why the address does not work now.
    pub problem: Option<Problem>,
}

impl From<Connector> for AddedConnector {
    fn from(connector: Connector) -> Self {
        Self {
            connector,
            already: Vec::new(),
            warning: None,
            problem: None,
        }
    }
}

/// Connection options of a new connector.
#[derive(Clone, Debug, Default)]
pub struct ConnectionOptions {
    pub network: NetworkChanges,
    /// PEM file with the client certificate and its private key.
    pub client_certificate: Option<PathBuf>,
}

/// Like [`add_connector`], using these connection options from the first request on.
///
/// # Errors
/// As [`add_connector`]; [`Error::Usage`] for an invalid proxy or certificate.
pub async fn add_connector_with(
    cx: &Context,
    request: AddConnector,
    options: ConnectionOptions,
) -> Result<AddedConnector, Error> {
    let url = read_address(&request.url)?;
    let time_limits = validate_limits(request.time_limits)?;
    let ReadOptions {
        network,
        certificate,
    } = read_options(options, &url).await?;
    let Suggestion {
        choice,
        title,
        methods,
        warning,
        problem,
    } = match request.authentication {
        Some(choice) => Suggestion {
            choice,
            title: title_of(&url),
            methods: METHODS.to_vec(),
            warning: None,
            problem: None,
        },
        None => {
            let identity = certificate.as_ref().map(|(_, it)| (&url, it));
            let clients = cx.networks().with(&network, identity)?;
            suggest_authentication(cx, url.as_str(), time_limits, &clients).await?
        }
    };
    let title = clean_title(request.title).unwrap_or(title);
    let already = titles_at(cx, &url).await?;
    let name = resolve_name(cx, request.name, &title).await?;
    let plain_http = plain_http(request.allow_plain_http, &url);
    if !matches!(choice, AuthenticationChoice::None) {
        // Refuse before any secret is saved.
        plain_http.check(&url)?;
    }
    let resolved = resolve_authentication(cx, choice, &title).await?;
    let mut connector = Connector {
        endpoint: Some(url.to_string()),
        identity: status::identity(resolved.entry.as_ref()),
        authentication: resolved.authentication,
        authentication_methods: methods,
        allows_plain_http: request.allow_plain_http && PlainHttp::is_needed_for(&url),
        time_limits,
        network,
        draft: true,
        native: Json(json!({ "url": url.as_str(), "transport": Transport::StreamableHttp })),
        ..blank_connector(cx, AccountId::local(), name.as_str().to_owned(), title)
    };
    status::set_enabled(&mut connector, !request.is_off);
    let pem = certificate.as_ref().map(|(pem, _)| pem);
    let added = add_with_certificate(cx, connector, name, pem).await;
    let connector = discard_unless_ok(cx, resolved.created.as_ref(), added).await?;
    Ok(AddedConnector {
        connector,
        already,
        warning,
        problem,
    })
}

/// Checks the connection options of a connector at that address, as [`add_connector_with`] does.
///
/// # Errors
/// [`Error::Usage`] for an invalid address, proxy or certificate; [`Error::File`].
pub async fn check_connection_options(url: &str, options: ConnectionOptions) -> Result<(), Error> {
    read_options(options, &read_address(url)?).await.map(drop)
}

/// Valid connection options.
struct ReadOptions {
    network: NetworkSettings,
    /// The client certificate, with the text of its file.
    certificate: Option<(Secret, ClientCertificate)>,
}

/// Validates the options, with the file of the client certificate.
async fn read_options(options: ConnectionOptions, url: &Url) -> Result<ReadOptions, Error> {
    let mut network = NetworkSettings::default();
    network::validate_changes(options.network)?.apply(&mut network);
    let certificate = match &options.client_certificate {
        Some(file) => {
            ensure_https(url)?;
            Some(read_file(file).await?)
        }
        None => None,
    };
    network.client_certificate = certificate.as_ref().map(|(_, it)| it.facts().clone());
    Ok(ReadOptions {
        network,
        certificate,
    })
}

/// Saves the connector before its certificate: a connector that lacks it says so, a key that belongs to no connector
/// could not be deleted.
async fn add_with_certificate(
    cx: &Context,
    connector: Connector,
    name: NewName,
    pem: Option<&Secret>,
) -> Result<Connector, Error> {
    let added = status::add(cx, connector, name).await?;
    let Some(pem) = pem else {
        return Ok(added);
    };
    if let Err(error) = client_certificate::save(cx.vault(), &added.id, pem).await {
        cx.store().remove_connector(&added.id).await?;
        cx.emit(Event::ConnectorsChanged);
        return Err(error);
    }
    Ok(added)
}

/// Methods offered unless the server rules one out.
const METHODS: [AuthenticationMethod; 4] = [
    AuthenticationMethod::Oauth,
    AuthenticationMethod::Bearer,
    AuthenticationMethod::Headers,
    AuthenticationMethod::None,
];

/// What to add for an address, by the look at it.
struct Suggestion {
    choice: AuthenticationChoice,
    title: String,
    /// Methods to offer.
    methods: Vec<AuthenticationMethod>,
    warning: Option<String>,
    problem: Option<Problem>,
}

/// Inspects the server.
async fn suggest_authentication(
    cx: &Context,
    address: &str,
    time_limits: TimeLimits,
    network: &Network,
) -> Result<Suggestion, Error> {
    let connect = connect_limit(time_limits, McpLimits::DEFAULT.connect);
    let found = inspect_address_over(cx, address, connect, network).await?;
    let mut methods = METHODS.to_vec();
    let mut problem = found.problem;
    let choice = if found.methods.first() == Some(&AuthenticationMethod::Oauth) {
        AuthenticationChoice::Oauth {
            client: None,
            callback_port: None,
            callback_host: None,
            redirect: Redirect::default(),
            scopes: Vec::new(),
            grant: OauthGrant::default(),
        }
    } else {
        let has_failed = problem.is_some() && found.methods.contains(&AuthenticationMethod::Oauth);
        if found.needs_authorization && !has_failed {
            // Without discoverable OAuth metadata the server expects a token.
            methods.retain(|method| *method != AuthenticationMethod::Oauth);
            problem = None;
        }
        AuthenticationChoice::None
    };
    Ok(Suggestion {
        choice,
        title: found.title,
        methods,
        warning: found.warning,
        problem,
    })
}

/// Checks a short name for a new connector, as adding it does.
///
/// # Errors
/// [`Error::Usage`] for an invalid name; [`Error::Store`] when it is taken.
pub async fn check_short_name(cx: &Context, name: &str) -> Result<(), Error> {
    resolve_name(cx, Some(name.to_owned()), "").await.map(drop)
}

/// Returns the requested name, or one derived from the title.
///
/// # Errors
/// [`Error::Usage`] for an invalid name; [`Error::Store`] when it is taken, before any secret is saved.
pub(crate) async fn resolve_name(
    cx: &Context,
    name: Option<String>,
    title: &str,
) -> Result<NewName, Error> {
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        return Ok(NewName::Derived(short_name_of(title)));
    };
    let name = validate_name(&name)?;
    ensure_name_is_free(cx, &AccountId::local(), &name, None).await?;
    Ok(NewName::Entered(name))
}

/// Refuses a name that another connector of the account has. Saving it would fail too, but only after secrets were
/// saved.
pub(crate) async fn ensure_name_is_free(
    cx: &Context,
    account: &AccountId,
    name: &str,
    own: Option<&ConnectorId>,
) -> Result<(), Error> {
    let connectors = list_connectors(cx).await?;
    let is_taken = connectors
        .iter()
        .any(|other| &other.account == account && other.name == name && Some(&other.id) != own);
    match is_taken {
        true => Err(Error::Store(patchbay_store::Error::NameTaken {
            name: name.to_owned(),
        })),
        false => Ok(()),
    }
}

/// Checks that a name can be typed on the command line.
pub(crate) fn validate_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let what = "this short name can't be used";
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(fits) {
        let hint = "Use up to 64 letters, digits, hyphens, dots and underscores.";
        return Err(Error::usage(what, hint));
    }
    // A command would take it for an option.
    if name.starts_with('-') {
        return Err(Error::usage(what, "Begin it with a letter or digit."));
    }
    Ok(name.to_owned())
}

/// The authentication to store.
pub(crate) struct ResolvedAuthentication {
    pub(crate) authentication: Authentication,
    /// The wallet entry that the connector signs in with.
    pub(crate) entry: Option<WalletEntry>,
    /// The wallet entry that was created for it, to be deleted if the connector is not saved.
    pub(crate) created: Option<WalletEntryId>,
}

/// Saves typed-in secrets. Nothing else may fail between this and saving the connector.
pub(crate) async fn resolve_authentication(
    cx: &Context,
    choice: AuthenticationChoice,
    title: &str,
) -> Result<ResolvedAuthentication, Error> {
    let (authentication, used) = match choice {
        AuthenticationChoice::None => (Authentication::None, None),
        AuthenticationChoice::Oauth {
            client,
            callback_port,
            callback_host,
            redirect,
            scopes,
            grant,
        } => {
            ensure_client_secret(client.as_ref(), grant)?;
            let callback_host = validate_callback_host(callback_host)?;
            let client = oauth_client(cx, client, title).await?;
            let authentication = Authentication::Oauth {
                client: client.as_ref().map(|client| client.entry.id.clone()),
                entry: None,
                callback_port,
                callback_host,
                redirect,
                scopes,
                grant,
            };
            return Ok(ResolvedAuthentication {
                authentication,
                entry: None,
                created: client.and_then(UsedEntry::created),
            });
        }
        AuthenticationChoice::Bearer { token } => {
            let used = bearer(cx, token, title).await?;
            let entry = used.entry.id.clone();
            (Authentication::Bearer { entry }, Some(used))
        }
        AuthenticationChoice::Headers { entry, values } => {
            let used = match entry {
                Some(id) => saved_entry(cx, &id, WalletKind::Headers).await?,
                None => new_entry(cx, title, WalletSecret::Headers { values }).await?,
            };
            let entry = used.entry.id.clone();
            (Authentication::Headers { entry }, Some(used))
        }
    };
    Ok(ResolvedAuthentication {
        authentication,
        entry: used.as_ref().map(|used| used.entry.clone()),
        created: used.and_then(UsedEntry::created),
    })
}

/// A wallet entry that a connector is to use.
struct UsedEntry {
    entry: WalletEntry,
    is_new: bool,
}

impl UsedEntry {
    fn created(self) -> Option<WalletEntryId> {
        self.is_new.then_some(self.entry.id)
    }
}

/// Client credentials need the user's own OAuth app.
fn ensure_client_secret(client: Option<&OAuthClientInput>, grant: OauthGrant) -> Result<(), Error> {
    let has_secret = match client {
        None => false,
        Some(OAuthClientInput::New { client_secret, .. }) => client_secret.is_some(),
        // The vault, which knows, may be locked until the sign-in.
        Some(OAuthClientInput::Entry { .. }) => true,
    };
    if grant == OauthGrant::AuthorizationCode || has_secret {
        return Ok(());
    }
    Err(Error::usage(
        "signing in as an app needs its client ID and client secret",
        "Add both, or sign in with a browser.",
    ))
}

async fn oauth_client(
    cx: &Context,
    client: Option<OAuthClientInput>,
    title: &str,
) -> Result<Option<UsedEntry>, Error> {
    let used = match client {
        None => return Ok(None),
        Some(OAuthClientInput::Entry { entry }) => {
            saved_entry(cx, &entry, WalletKind::OauthClient).await?
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
    Ok(Some(used))
}

async fn bearer(cx: &Context, token: SecretInput, title: &str) -> Result<UsedEntry, Error> {
    let secret = match token {
        SecretInput::Entry { entry } => {
            return saved_entry(cx, &entry, WalletKind::Bearer).await;
        }
        SecretInput::New { secret } => WalletSecret::Bearer { token: secret },
        SecretInput::Reference { reference } => WalletSecret::Reference { reference },
    };
    new_entry(cx, title, secret).await
}

async fn saved_entry(
    cx: &Context,
    id: &WalletEntryId,
    kind: WalletKind,
) -> Result<UsedEntry, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    if entry.kind == kind {
        return Ok(UsedEntry {
            entry,
            is_new: false,
        });
    }
    Err(Error::usage(
        format!("credential {} is of another type", entry.name),
        "Choose another one or enter a new one.",
    ))
}

async fn new_entry(cx: &Context, name: &str, secret: WalletSecret) -> Result<UsedEntry, Error> {
    Ok(UsedEntry {
        entry: add_derived_entry(cx, name, secret).await?,
        is_new: true,
    })
}

fn validate_callback_host(host: Option<String>) -> Result<Option<String>, Error> {
    match host.as_deref() {
        None | Some("") => Ok(None),
        Some("127.0.0.1" | "localhost") => Ok(host),
        Some(_) => Err(Error::usage(
            "the redirect host must be this computer",
            "Use 127.0.0.1 or localhost.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_model::{Code, Explain, Status};

    use super::*;
    use crate::SecretInput;
    use crate::connectors::edit::{ConnectorChanges, update_connector};
    use crate::credentials::list_wallet;
    use crate::testing;

    fn with_token(url: &str, allow_plain_http: bool) -> AddConnector {
        let token = SecretInput::New {
            secret: Secret::new("hunter2-hunter2"),
        };
        AddConnector {
            allow_plain_http,
            ..AddConnector::new(url, Some(AuthenticationChoice::Bearer { token }))
        }
    }

    #[tokio::test]
    async fn a_credential_for_plain_http_is_refused_before_it_is_saved() {
        let (_home, cx) = testing::open_temporary().await;
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
    }

    #[tokio::test]
    async fn an_address_is_added_turned_off_and_with_its_time_limits() {
        let (_home, cx) = testing::open_temporary().await;
        let request = |seconds| AddConnector {
            time_limits: TimeLimits {
                run_seconds: Some(seconds),
                ..TimeLimits::default()
            },
            is_off: true,
            ..with_token(testing::UNREACHABLE_URL, false)
        };
        let refused = add_connector(&cx, request(0)).await.unwrap_err();
        assert_eq!(refused.code(), Code::UsageInvalid, "{refused}");
        assert!(list_wallet(&cx).await.unwrap().is_empty());
        let added = add_connector(&cx, request(90)).await.unwrap();
        assert_eq!(added.time_limits.run_seconds, Some(90));
        assert_eq!(added.status.status, Status::Disabled);
    }

    #[tokio::test]
    async fn a_connector_that_is_not_added_leaves_no_credential() {
        let (_home, cx) = testing::open_temporary().await;
        let client = OAuthClientInput::New {
            client_id: "app-1".to_owned(),
            client_secret: Some(Secret::new("hunter2-hunter2").into()),
        };
        let request = AddConnector {
            authentication: Some(AuthenticationChoice::Oauth {
                client: Some(client),
                callback_port: None,
                callback_host: Some("elsewhere.example".to_owned()),
                redirect: Redirect::default(),
                scopes: Vec::new(),
                grant: OauthGrant::default(),
            }),
            ..with_token(testing::UNREACHABLE_URL, false)
        };
        let refused = add_connector(&cx, request).await.unwrap_err();
        assert_eq!(refused.code(), Code::UsageInvalid, "{refused}");
        assert!(list_wallet(&cx).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_connector_whose_certificate_cannot_be_saved_is_not_added() {
        let (_home, cx) = testing::open_temporary().await;
        testing::block_vault(&cx).await;
        let account = AccountId::local();
        let blank = blank_connector(&cx, account, "wiki".to_owned(), "Wiki".to_owned());
        let name = NewName::Entered("wiki".to_owned());
        let pem = Secret::new("a certificate");
        let refused = add_with_certificate(&cx, blank, name, Some(&pem)).await;
        assert!(matches!(refused, Err(Error::Vault(_))), "{refused:?}");
        assert!(list_connectors(&cx).await.unwrap().is_empty());
    }

    #[test]
    fn a_short_name_is_a_word_that_commands_take() {
        for name in ["wiki", "9", "Büro-2", "_x.y-", &"語".repeat(64)] {
            assert_eq!(validate_name(name).unwrap(), name);
        }
        for name in ["", " ", "a b", "a/b", "-x", "--yes", &"n".repeat(65)] {
            assert!(validate_name(name).is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn derived_names_count_up_however_many_are_added_at_once() {
        let (_home, cx) = testing::open_temporary().await;
        let url = "https://wiki.example/mcp";
        let added = (0..4).map(|_| add_connector(&cx, with_token(url, false)));
        let added = futures::future::join_all(added).await.into_iter();
        let mut names: Vec<String> = added.map(|it| it.unwrap().name).collect();
        names.sort();
        assert_eq!(names, ["wiki", "wiki-2", "wiki-3", "wiki-4"]);
        cx.close().await;
    }

    #[tokio::test]
    async fn an_address_with_a_password_is_refused_with_a_hint() {
        let (_home, cx) = testing::open_temporary().await;
        let request = with_token("https://ada:hunter2@a.example/mcp", false);
        let problem = add_connector(&cx, request).await.unwrap_err().problem();
        assert_eq!(problem.code, Code::UsageInvalid);
        assert!(problem.hint.unwrap().contains("header"));
        assert!(!problem.message.contains("hunter2"));
    }
}
