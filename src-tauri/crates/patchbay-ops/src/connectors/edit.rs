//! Changing, removing and restoring connectors.

use std::time::Duration;

use patchbay_model::{
    Authentication, CaptureLevel, ChosenDeviations, Code, Connector, ConnectorId, Explain,
    LogLevel, ServerCommand, TimeLimits, WalletEntryId, clean_text,
};
use patchbay_store::Changed;
use serde::Deserialize;
use specta::Type;
use url::Url;

use crate::abilities::abilities;
use crate::address::{NewName, clean_title, endpoint_of, no_address, plain_http, read_address};
use crate::authorizations::own_sign_in::{drop_own_sign_in, ensure_own_sign_in_readable};
use crate::authorizations::scope_upgrade;
use crate::backend::for_connector;
use crate::connectors::add::{
    AuthenticationChoice, ensure_name_is_free, resolve_authentication, validate_name,
};
use crate::connectors::add_program::{native, no_program, validate_command};
use crate::connectors::network::{self, NetworkChanges};
use crate::context::Context;
use crate::credentials::forget::discard_unless_ok;
use crate::credentials::users::{drop_gone_credentials, refresh_identity};
use crate::error::Error;
use crate::events::Event;
use crate::networks::client_certificate;
use crate::servers;
use crate::servers::sessions::settings::is_outdated;
use crate::stored_connectors::find_connector;
use crate::stored_connectors::roots::validate_roots;
use crate::stored_connectors::status::{self, Change};
use crate::stored_connectors::time_limits::validate_limits;
use crate::variable_names::is_same_variable;

/// Changes to a connector; `None` leaves a setting unchanged.
#[derive(Clone, Debug, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectorChanges {
    /// Unique short name.
    pub name: Option<String>,
    /// Display name.
    pub title: Option<String>,
    /// Absolute URL; a different origin drops the sign-in.
    pub url: Option<String>,
    /// Command that starts the server; a new command must be allowed before it is run.
    pub command: Option<ServerCommand>,
    pub authentication: Option<AuthenticationChoice>,
    pub tags: Option<Vec<String>>,
    /// Whether the connector is pinned to the top of lists.
    pub favourite: Option<bool>,
    pub enabled: Option<bool>,
    /// Whether credentials may be sent over plain http; a different origin resets this.
    pub allow_plain_http: Option<bool>,
    pub time_limits: Option<TimeLimits>,
    /// All folders that the server is told about.
    pub roots: Option<Vec<String>>,
    /// Whether the server may request completions from a language model.
    pub sampling: Option<bool>,
    /// Least severe log messages that the server is asked for.
    pub log_level: Option<LogLevel>,
    /// Whether system notifications are suppressed.
    pub muted: Option<bool>,
    /// How much of future runs is saved.
    pub capture: Option<CaptureLevel>,
    /// All chosen deviations of the sign-in from the standards.
    pub oauth_deviations: Option<ChosenDeviations>,
    /// Proxy and trusted certificates.
    pub network: Option<NetworkChanges>,
}

/// Applies the given changes to a connector.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] when a value cannot be used; [`Error::AddressSecret`];
/// [`Error::Platform`] when a credential would go unencrypted; [`Error::Store`] when the name is taken;
/// [`Error::Vault`].
pub async fn update_connector(
    cx: &Context,
    id: &ConnectorId,
    changes: ConnectorChanges,
) -> Result<Connector, Error> {
    let ends_sign_in =
        changes.url.is_some() || changes.authentication.is_some() || changes.enabled == Some(false);
    if ends_sign_in {
        // Its tokens would be those of another address or setting.
        cx.running_authorizations().cancel_and_wait(id).await;
    }
    let connector = find_connector(cx, id).await?;
    ensure_editable_here(&connector, &changes)?;
    refuse_plain_http(&connector, &changes)?;
    if changes.url.is_some() || changes.authentication.is_some() {
        ensure_own_sign_in_readable(cx, &connector).await?;
    }
    let (change, created) = prepare_change(cx, changes, &connector).await?;
    let changed = status::update(cx, id, change).await;
    let Changed { before, mut after } = discard_unless_ok(cx, created.as_ref(), changed).await?;
    if is_outdated(&before, &after) {
        // The session belongs to the former address and credential.
        servers::sessions::over_http::end_for_connector(cx, &before).await;
        servers::sessions::end_session(cx, id).await;
    }
    if after.authentication.entry() != before.authentication.entry() {
        after = refresh_identity(cx, after).await?;
        drop_own_sign_in(cx, &before).await?;
    }
    // Needed until here, by the network settings with which the former sign-in is revoked.
    let had_certificate = before.network.client_certificate.is_some();
    if had_certificate && after.network.client_certificate.is_none() {
        client_certificate::forget(cx.vault(), id).await?;
    }
    Ok(after)
}

/// Validates the changes, then saves any secret that was typed in. Returns the function that applies them, and the
/// wallet entry that was created.
async fn prepare_change(
    cx: &Context,
    changes: ConnectorChanges,
    connector: &Connector,
) -> Result<(Change, Option<WalletEntryId>), Error> {
    let name = changes.name.map(|name| validate_name(&name)).transpose()?;
    if let Some(name) = &name {
        ensure_name_is_free(cx, &connector.account, name, Some(&connector.id)).await?;
    }
    let url = changes.url.map(|url| read_address(&url)).transpose()?;
    let title = clean_title(changes.title);
    let command = match changes.command {
        Some(command) => {
            let secrets = cx.tokens().header_names(connector).await?;
            let is_secret = |name: &&String| {
                let mut secrets = secrets.iter();
                secrets.any(|secret| is_same_variable(secret, name))
            };
            if let Some(name) = command.variables.keys().find(is_secret) {
                return Err(Error::usage(
                    format!(
                        "variable {name} is given twice: {} has it as a secret",
                        connector.title
                    ),
                    "Remove the secret first, or give it a new value as a secret.",
                ));
            }
            let secrets = secrets.iter().map(String::as_str);
            Some(validate_command(command, secrets.collect())?)
        }
        None => None,
    };
    let roots = match changes.roots {
        Some(roots) => Some(validate_roots(roots, &connector.roots).await?),
        None => None,
    };
    let time_limits = changes.time_limits.map(validate_limits).transpose()?;
    let network = changes.network.map(network::validate_changes);
    let network = network.transpose()?;
    let authentication = match changes.authentication {
        Some(choice) => {
            let title = title.as_deref().unwrap_or(&connector.title);
            Some(resolve_authentication(cx, choice, title).await?)
        }
        None => None,
    };
    let created = authentication.as_ref().and_then(|it| it.created.clone());
    let now = cx.now();
    let apply: Change = Box::new(move |connector: &mut Connector| {
        replace(&mut connector.name, name);
        replace(&mut connector.title, title);
        replace(&mut connector.tags, changes.tags.map(clean_tags));
        replace(&mut connector.favourite, changes.favourite);
        if let Some(url) = url {
            set_endpoint(connector, &url);
        }
        if let Some(command) = command
            && connector.command.as_ref() != Some(&command)
        {
            set_command(connector, command);
        }
        replace(&mut connector.allows_plain_http, changes.allow_plain_http);
        replace(&mut connector.time_limits, time_limits);
        replace(&mut connector.roots, roots);
        replace(&mut connector.sampling, changes.sampling);
        replace(&mut connector.log_level, changes.log_level);
        replace(&mut connector.muted, changes.muted);
        replace(&mut connector.capture, changes.capture);
        replace(&mut connector.oauth_deviations, changes.oauth_deviations);
        // After the endpoint, whose change of origin drops pins and the client certificate.
        if let Some(network) = network {
            let before = connector.network.clone();
            network.apply(&mut connector.network);
            if connector.network != before {
                status::clear_failure(connector);
            }
        }
        if let Some(resolved) = authentication {
            let chosen = retain_sign_in(resolved.authentication, &connector.authentication);
            if chosen.entry() != connector.authentication.entry() {
                connector.identity = status::identity(resolved.entry.as_ref());
            }
            connector.authentication = chosen;
            status::reset(connector);
        }
        if let Some(enabled) = changes.enabled {
            status::set_enabled(connector, enabled);
        }
        connector.updated_at = now;
    });
    Ok((apply, created))
}

/// Replaces the command and clears the facts of the former server.
pub(crate) fn set_command(connector: &mut Connector, command: ServerCommand) {
    connector.native = native(&command);
    connector.command = Some(command);
    connector.server = None;
    status::reset(connector);
}

fn replace<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}

/// Tags, favourites, notifications and capture are always ours; the platform may own everything else.
fn ensure_editable_here(connector: &Connector, changes: &ConnectorChanges) -> Result<(), Error> {
    let needs_address = changes.url.is_some()
        || changes.authentication.is_some()
        || changes.allow_plain_http.is_some()
        || changes.oauth_deviations.is_some()
        || changes.network.is_some();
    if connector.command.is_some() && needs_address {
        return Err(no_address(connector));
    }
    if connector.command.is_none() && changes.command.is_some() {
        return Err(no_program(connector));
    }
    let may_be_platforms = needs_address
        || changes.name.is_some()
        || changes.title.is_some()
        || changes.time_limits.is_some()
        || changes.roots.is_some()
        || changes.sampling.is_some()
        || changes.log_level.is_some()
        || changes.enabled.is_some();
    if may_be_platforms && !abilities(connector).configured_here {
        let (title, account) = (&connector.title, &connector.identity.account);
        return Err(Error::usage(
            format!("connector {title} is edited on {account}"),
            "Edit it on the platform or use its API.",
        ));
    }
    Ok(())
}

/// A change of address or sign-in must not send a credential unencrypted unless the user allows it.
fn refuse_plain_http(connector: &Connector, changes: &ConnectorChanges) -> Result<(), Error> {
    let before = endpoint_of(connector).ok();
    let after = changes.url.as_deref().map(read_address).transpose()?;
    let keeps_origin = after.as_ref().is_none_or(|after| {
        before
            .as_ref()
            .is_some_and(|before| before.origin() == after.origin())
    });
    let signs_in = match &changes.authentication {
        Some(choice) => !matches!(choice, AuthenticationChoice::None),
        None => connector.authentication != Authentication::None,
    };
    let is_affected = changes.url.is_some() || changes.authentication.is_some();
    let Some(url) = after.or(before).filter(|_| signs_in && is_affected) else {
        return Ok(());
    };
    let is_allowed = changes
        .allow_plain_http
        .unwrap_or(keeps_origin && connector.allows_plain_http);
    Ok(plain_http(is_allowed, &url).check(&url)?)
}

/// Removes a connector from the lists; [`restore_connector`] brings it back until Patchbay next starts.
///
/// Connectors of hosted platforms are refused: see [`delete_connector`].
pub async fn remove_connector(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if abilities(&connector).deletes_for_good {
        let (title, account) = (&connector.title, &connector.identity.account);
        return Err(Error::usage(
            format!("connector {title} is hosted on {account}"),
            "Delete it instead; you can't undo that.",
        ));
    }
    cx.running_authorizations().cancel_and_wait(id).await;
    // Ending a session at its server needs the settings of the connector.
    servers::sessions::over_http::end_for_connector(cx, &connector).await;
    cx.store().remove_connector(id).await?;
    servers::sessions::end_session(cx, id).await;
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

/// Deletes a connector on its platform, for everyone who uses it. This cannot be undone.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::ConfirmationNeeded`] unless `confirmed`; [`Error::Platform`], also when it
/// was gone already.
pub async fn delete_connector(
    cx: &Context,
    id: &ConnectorId,
    confirmed: bool,
) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if !confirmed {
        return Err(Error::ConfirmationNeeded {
            what: format!("Deleting {}", connector.title),
        });
    }
    let deleted = for_connector(cx, &connector).delete().await;
    if let Err(error) = &deleted
        && error.code() != Code::NotFound
    {
        return deleted;
    }
    // "Not found" is still reported, but the connector leaves our lists too.
    cx.running_authorizations().cancel_and_wait(id).await;
    cx.store().remove_connector(id).await?;
    cx.emit(Event::ConnectorsChanged);
    deleted
}

/// Restores a removed connector; its name gets a number if it was taken meanwhile.
///
/// # Errors
/// [`Error::NotFound`] when it was not removed, or too long ago.
pub async fn restore_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let free_name = |name, taken: &_| NewName::Derived(name).among("-", taken);
    cx.store().restore_connector(id, free_name).await?;
    cx.emit(Event::ConnectorsChanged);
    drop_gone_credentials(cx, find_connector(cx, id).await?).await
}

/// Minimum time for which a removed connector can be restored, even by another process.
const UNDO: Duration = Duration::from_secs(600);

/// Deletes connectors that were removed more than [`UNDO`] ago, with their sign-ins, certificates and files. Those whose
/// tokens cannot be read now, and so not revoked, are left for the next time.
pub(crate) async fn purge_removed(cx: &Context) -> Result<(), Error> {
    let before = cx.now() - UNDO;
    let mut kept = Vec::new();
    for connector in cx.store().list_removed(before).await? {
        if let Err(error) = ensure_own_sign_in_readable(cx, &connector).await {
            tracing::warn!(%error, "the sign-in of a removed connector is forgotten later");
            kept.push(connector.id);
        }
    }
    for connector in cx.store().purge_removed(before, &kept).await? {
        if let Err(error) = drop_own_sign_in(cx, &connector).await {
            tracing::warn!(%error, "the sign-in of a removed connector could not be forgotten");
        }
        if let Err(error) = client_certificate::forget(cx.vault(), &connector.id).await {
            tracing::warn!(%error, "the client certificate of a removed connector could not be forgotten");
        }
        if let Err(error) = servers::remove_own_files(cx, &connector.id).await {
            tracing::warn!(%error, "the folder of a removed connector could not be deleted");
        }
    }
    Ok(())
}

fn set_endpoint(connector: &mut Connector, url: &Url) {
    let before = endpoint_of(connector).ok();
    if before.as_ref() == Some(url) {
        return;
    }
    if before.is_none_or(|before| before.origin() != url.origin()) {
        connector.allows_plain_http = false;
        connector.oauth_deviations.clear();
        connector.network.pins.clear();
        connector.network.client_certificate = None;
        connector.tools_lacking_access.clear();
        scope_upgrade::clear_wanted_scopes(connector);
        // A secret belongs to the origin that it was given for.
        match &mut connector.authentication {
            Authentication::Oauth { entry, .. } => *entry = None,
            other => *other = Authentication::None,
        }
    }
    connector.native["url"] = url.as_str().into();
    connector.endpoint = Some(url.to_string());
    connector.server = None;
    status::reset(connector);
}

/// Keeps the tokens unless the OAuth app or the grant changes; a new callback port or scope keeps them.
fn retain_sign_in(mut chosen: Authentication, before: &Authentication) -> Authentication {
    if let Authentication::Oauth {
        client,
        grant,
        entry: entry @ None,
        ..
    } = &mut chosen
        && let Authentication::Oauth {
            client: former_client,
            grant: former_grant,
            entry: former_entry,
            ..
        } = before
        && client == former_client
        && grant == former_grant
    {
        entry.clone_from(former_entry);
    }
    chosen
}

/// Cleans tags for display and keeps at most 50.
fn clean_tags(tags: Vec<String>) -> Vec<String> {
    let tags = tags.iter().map(|tag| clean_text(tag, 50));
    tags.filter(|tag| !tag.is_empty()).take(50).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::{
        CertificateFacts, OauthGrant, Pin, ProxyChoice, Redirect, Secret, Status, Timestamp,
    };

    use super::*;
    use crate::SecretInput;
    use crate::clock::{Clock, SystemClock};
    use crate::connectors::disconnect::disconnect_connector;
    use crate::credentials::edit::remove_wallet_entry;
    use crate::testing::{
        UNREACHABLE_URL, add, add_app, add_signed_in, lapsed_grant, open, open_temporary,
        receive_revocation, revocable_grant,
    };
    use crate::vault::{choose_passphrase, unlock_vault};

    fn bearer(token: &str) -> AuthenticationChoice {
        let secret = Secret::new(token);
        AuthenticationChoice::Bearer {
            token: SecretInput::New { secret },
        }
    }

    #[tokio::test]
    async fn a_restored_connector_gets_a_number_if_its_name_was_taken() {
        let (_home, cx) = open_temporary().await;
        let first = add(&cx, UNREACHABLE_URL).await;
        remove_connector(&cx, &first.id).await.unwrap();
        let second = add(&cx, UNREACHABLE_URL).await;
        assert_eq!(second.name, first.name);
        let restored = restore_connector(&cx, &first.id).await.unwrap();
        assert_eq!(restored.name, format!("{}-2", first.name));
        assert_eq!(restored.title, first.title);
        cx.close().await;
    }

    #[tokio::test]
    async fn a_restored_connector_does_without_a_credential_that_was_deleted() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let changes = ConnectorChanges {
            authentication: Some(bearer("t0ken-of-the-wiki")),
            ..ConnectorChanges::default()
        };
        let signed_in = update_connector(&cx, &id, changes).await.unwrap();
        remove_connector(&cx, &id).await.unwrap();
        let restored = restore_connector(&cx, &id).await.unwrap();
        assert_eq!(restored.identity, signed_in.identity);

        remove_connector(&cx, &id).await.unwrap();
        let entry = signed_in.authentication.entry().unwrap();
        remove_wallet_entry(&cx, entry, false).await.unwrap();
        let restored = restore_connector(&cx, &id).await.unwrap();
        assert_eq!(restored.identity.credential, None);
        assert_eq!(restored.status.status, Status::NeedsAuthorization);
        cx.close().await;
    }

    #[tokio::test]
    async fn concurrent_edits_are_all_saved() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let favourite = ConnectorChanges {
            favourite: Some(true),
            ..ConnectorChanges::default()
        };
        let tags = ConnectorChanges {
            tags: Some(vec!["work".to_owned()]),
            ..ConnectorChanges::default()
        };
        let title = ConnectorChanges {
            title: Some(" Wiki ".to_owned()),
            ..ConnectorChanges::default()
        };
        let (first, second, third) = tokio::join!(
            update_connector(&cx, &id, favourite),
            update_connector(&cx, &id, tags),
            update_connector(&cx, &id, title),
        );
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        let saved = find_connector(&cx, &id).await.unwrap();
        assert!(saved.favourite);
        assert_eq!(
            (saved.tags, saved.title),
            (vec!["work".to_owned()], "Wiki".to_owned())
        );
    }

    #[tokio::test]
    async fn certificates_stay_with_their_origin_even_if_the_proxy_changes_too() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, "https://one.example/mcp").await.id;
        let facts = CertificateFacts {
            subject: "CN=one.example".to_owned(),
            issuer: "CN=one.example".to_owned(),
            expires_at: None,
            sha256: "AA".to_owned(),
        };
        let pin = Pin {
            place: "one.example:443".to_owned(),
            facts: facts.clone(),
        };
        status::update(&cx, &id, move |connector: &mut Connector| {
            connector.network.pins.push(pin);
            connector.network.client_certificate = Some(facts);
        })
        .await
        .unwrap();
        let moved = ConnectorChanges {
            url: Some("https://two.example/mcp".to_owned()),
            network: Some(NetworkChanges {
                proxy: Some(ProxyChoice::Direct),
                ..NetworkChanges::default()
            }),
            ..ConnectorChanges::default()
        };
        let network = update_connector(&cx, &id, moved).await.unwrap().network;
        assert_eq!(network.proxy, ProxyChoice::Direct);
        assert_eq!((network.pins, network.client_certificate), (vec![], None));
        cx.close().await;
    }

    #[tokio::test]
    async fn a_taken_name_is_refused_before_a_secret_is_saved() {
        let (_home, cx) = open_temporary().await;
        let one = add(&cx, UNREACHABLE_URL).await;
        let two = add(&cx, UNREACHABLE_URL).await;
        let changes = ConnectorChanges {
            name: Some(one.name),
            authentication: Some(bearer("t0ken-of-the-second")),
            ..ConnectorChanges::default()
        };
        let refused = update_connector(&cx, &two.id, changes).await.unwrap_err();
        assert_eq!(refused.code(), Code::Conflict);
        assert!(
            crate::credentials::list_wallet(&cx)
                .await
                .unwrap()
                .is_empty()
        );
        cx.close().await;
    }

    #[tokio::test]
    async fn a_change_that_is_refused_leaves_no_credential() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let changes = ConnectorChanges {
            authentication: Some(bearer("t0ken-of-the-wiki")),
            time_limits: Some(TimeLimits {
                connect_seconds: Some(0),
                run_seconds: None,
            }),
            ..ConnectorChanges::default()
        };
        let refused = update_connector(&cx, &id, changes).await.unwrap_err();
        assert_eq!(refused.code(), Code::UsageInvalid);
        let wallet = crate::credentials::list_wallet(&cx).await.unwrap();
        assert!(wallet.is_empty());
    }

    #[tokio::test]
    async fn titles_and_tags_are_cleaned() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let changes = ConnectorChanges {
            title: Some(format!(" Wiki\u{202e} {}", "i".repeat(2_000_000))),
            tags: Some(vec![" work\n".to_owned(), String::new()]),
            ..ConnectorChanges::default()
        };
        update_connector(&cx, &id, changes).await.unwrap();
        let saved = find_connector(&cx, &id).await.unwrap();
        assert_eq!(saved.tags, ["work"]);
        assert_eq!(saved.title, format!("Wiki {}…", "i".repeat(94)));
    }

    /// A clock that is an hour ahead.
    struct LateClock;

    impl Clock for LateClock {
        fn now(&self) -> Timestamp {
            SystemClock.now() + Duration::from_secs(3600)
        }
    }

    #[tokio::test]
    async fn a_removed_connector_is_signed_out_once_its_tokens_can_be_read() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let (grant, provider) = revocable_grant().await;
        let id = add_signed_in(&cx, &grant, None).await.id;
        let passphrase = Secret::new("four words are enough");
        choose_passphrase(&cx, passphrase.clone()).await.unwrap();
        remove_connector(&cx, &id).await.unwrap();
        cx.close().await;
        drop(cx);

        let cx = open(home.path(), Arc::new(LateClock)).await;
        let removed = async || cx.store().list_removed(cx.now()).await.unwrap().len();
        assert_eq!(removed().await, 1);
        assert_eq!(cx.store().list_wallet().await.unwrap().len(), 1);
        unlock_vault(&cx, passphrase).await.unwrap();
        receive_revocation(&provider, "refresh-token-1").await;
        assert_eq!(removed().await, 0);
        assert_eq!(cx.store().list_wallet().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_former_sign_in_is_revoked_with_the_secret_of_its_app() {
        let (_home, cx) = open_temporary().await;
        let (mut grant, provider) = revocable_grant().await;
        grant.auth_method = patchbay_oauth::TokenAuth::Post;
        let secret = Secret::new("s3cret-of-the-app").into();
        let app = add_app(&cx, &grant.issuer, secret).await;
        let id = add_signed_in(&cx, &grant, Some(&app)).await.id;
        let changes = ConnectorChanges {
            authentication: Some(AuthenticationChoice::None),
            ..ConnectorChanges::default()
        };
        update_connector(&cx, &id, changes).await.unwrap();
        let request = receive_revocation(&provider, "refresh-token-1").await;
        assert!(
            request.contains("client_secret=s3cret-of-the-app"),
            "{request}"
        );
    }

    #[tokio::test]
    async fn a_sign_in_is_revoked_though_its_client_certificate_goes_too() {
        const PEM: &str = concat!(
            include_str!("../../../../../tests/playground/src/self_signed/certificate.pem"),
            include_str!("../../../../../tests/playground/src/self_signed/key.pem"),
        );
        let (_home, cx) = open_temporary().await;
        let (grant, provider) = revocable_grant().await;
        let id = add_signed_in(&cx, &grant, None).await.id;
        let pem = Secret::new(PEM);
        let certificate = patchbay_http::ClientCertificate::read(&pem).unwrap();
        client_certificate::save(cx.vault(), &id, &pem)
            .await
            .unwrap();
        let facts = certificate.facts().clone();
        let show = move |it: &mut Connector| it.network.client_certificate = Some(facts);
        status::update(&cx, &id, show).await.unwrap();
        let moved = ConnectorChanges {
            url: Some("https://two.example/mcp".to_owned()),
            ..ConnectorChanges::default()
        };
        let moved = update_connector(&cx, &id, moved).await.unwrap();
        assert_eq!(moved.network.client_certificate, None);
        let revoked = receive_revocation(&provider, "refresh-token-1");
        tokio::time::timeout(Duration::from_secs(10), revoked)
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn another_setting_of_a_sign_in_keeps_whose_it_is() {
        let (_home, cx) = open_temporary().await;
        let grant = lapsed_grant("first-token-1", UNREACHABLE_URL);
        let id = add_signed_in(&cx, &grant, None).await.id;
        let before = find_connector(&cx, &id).await.unwrap();
        let before = refresh_identity(&cx, before).await.unwrap();
        assert!(before.identity.credential.is_some());
        let changes = ConnectorChanges {
            authentication: Some(AuthenticationChoice::Oauth {
                client: None,
                callback_port: Some(27_300),
                callback_host: None,
                redirect: Redirect::Loopback,
                scopes: vec!["read".to_owned()],
                grant: OauthGrant::AuthorizationCode,
            }),
            ..ConnectorChanges::default()
        };
        let changed = update_connector(&cx, &id, changes).await.unwrap();
        assert_eq!(
            changed.authentication.entry(),
            before.authentication.entry()
        );
        assert_eq!(changed.identity, before.identity);
    }

    #[tokio::test]
    async fn another_server_is_not_asked_for_what_the_former_one_wanted() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, "https://one.example/mcp").await.id;
        let refused = patchbay_platforms::Error::Forbidden {
            scope: Some("admin".to_owned()),
            challenge: None,
            refusal: Box::default(),
        };
        let refused = Error::from(refused);
        scope_upgrade::record_refused_scopes(&cx, &id, &refused)
            .await
            .unwrap();
        let connector = find_connector(&cx, &id).await.unwrap();
        scope_upgrade::record_tool_access(&cx, &connector, "report", true)
            .await
            .unwrap();
        let moved = |url: &str| ConnectorChanges {
            url: Some(url.to_owned()),
            ..ConnectorChanges::default()
        };
        let same = update_connector(&cx, &id, moved("https://one.example/v2")).await;
        let same = same.unwrap();
        assert_eq!(scope_upgrade::wanted_scopes(&same), ["admin"]);
        assert_eq!(same.tools_lacking_access, ["report"]);
        let other = update_connector(&cx, &id, moved("https://two.example/mcp")).await;
        let other = other.unwrap();
        assert!(scope_upgrade::wanted_scopes(&other).is_empty());
        assert!(other.tools_lacking_access.is_empty());
    }

    #[tokio::test]
    async fn tokens_that_cannot_be_read_are_not_deleted() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let (grant, _provider) = revocable_grant().await;
        let id = add_signed_in(&cx, &grant, None).await.id;
        let passphrase = Secret::new("four words are enough");
        choose_passphrase(&cx, passphrase).await.unwrap();
        cx.close().await;
        drop(cx);

        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let changes = ConnectorChanges {
            authentication: Some(AuthenticationChoice::None),
            ..ConnectorChanges::default()
        };
        let refused = update_connector(&cx, &id, changes).await.unwrap_err();
        assert_eq!(refused.code(), Code::VaultLocked);
        let wallet = cx.store().list_wallet().await.unwrap();
        let refused = remove_wallet_entry(&cx, &wallet[0].id, true).await;
        assert_eq!(refused.unwrap_err().code(), Code::VaultLocked);
        assert_eq!(cx.store().list_wallet().await.unwrap(), wallet);
        assert_eq!(wallet[0].used_by.len(), 1);
    }

    #[tokio::test]
    async fn what_has_no_sign_in_is_not_disconnected() {
        let (_home, cx) = open_temporary().await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let changes = ConnectorChanges {
            authentication: Some(bearer("t0ken-of-the-wiki")),
            ..ConnectorChanges::default()
        };
        let before = update_connector(&cx, &id, changes).await.unwrap();
        let refused = disconnect_connector(&cx, &id).await.unwrap_err();
        assert_eq!(refused.code(), Code::UsageInvalid);
        assert_eq!(find_connector(&cx, &id).await.unwrap(), before);
    }
}
