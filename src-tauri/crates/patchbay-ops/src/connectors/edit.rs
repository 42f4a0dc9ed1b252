//! Changing, removing and restoring connectors.

use patchbay_model::{
    Authentication, CaptureLevel, ChosenDeviations, Code, Connector, ConnectorId, Explain,
    IdentityLine, NetworkSettings, ServerCommand, Status, TimeLimits, Timestamp, clean_text,
};
use patchbay_store::Changed;
use serde::Deserialize;
use specta::Type;
use url::Url;

use crate::abilities::abilities;
use crate::address::{plain_http, read_address};
use crate::backend::for_connector;
use crate::connectors::add::{AuthenticationChoice, authentication, clean_title, validate_name};
use crate::connectors::add_program::{native, no_program, validate_command};
use crate::connectors::network::{self, NetworkChanges};
use crate::connectors::roots::validate_roots;
use crate::connectors::time_limits::validate_limits;
use crate::connectors::{find_connector, not_found, status};
use crate::context::Context;
use crate::credentials::forget::forget;
use crate::credentials::users::refresh_identity;
use crate::error::Error;
use crate::events::Event;
use crate::secrets::client_certificate;
use crate::secrets::tokens::entry_id;
use crate::servers;

/// What is to change of a connector; what is `None` stays.
#[derive(Clone, Debug, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectorChanges {
    /// Short name, unique.
    pub name: Option<String>,
    /// Name for people.
    pub title: Option<String>,
    /// Absolute URL; another origin drops the sign-in.
    pub url: Option<String>,
    /// How its server is started; another one has to be allowed before it is.
    pub command: Option<ServerCommand>,
    /// How it signs in.
    pub authentication: Option<AuthenticationChoice>,
    /// The user's own words for it.
    pub tags: Option<Vec<String>>,
    /// Whether the user keeps it at the top.
    pub favourite: Option<bool>,
    /// Whether it is switched on.
    pub enabled: Option<bool>,
    /// Whether its credentials may go over plain http, unencrypted; another origin takes that back.
    pub allow_plain_http: Option<bool>,
    /// How long its server is waited for, both times.
    pub time_limits: Option<TimeLimits>,
    /// The folders that its server is told of, all of them.
    pub roots: Option<Vec<String>>,
    /// Whether its server may ask for what a language model would write.
    pub sampling: Option<bool>,
    /// Whether the system notifies nobody of it.
    pub muted: Option<bool>,
    /// How much of its runs is kept from now on.
    pub capture: Option<CaptureLevel>,
    /// Where its sign-in differs from the standards, all that is chosen.
    pub oauth_deviations: Option<ChosenDeviations>,
    /// What it trusts besides what the system trusts.
    pub network: Option<NetworkChanges>,
}

/// Changes what is given and leaves the rest.
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
    if ends_sign_in(&changes) {
        // Its tokens would be those of another address or setting.
        cx.running_authorizations().cancel_and_wait(id).await;
    }
    let connector = find_connector(cx, id).await?;
    ensure_editable_here(&connector, &changes)?;
    refuse_plain_http(&connector, &changes)?;
    let edit = Edit::read(cx, changes, &connector).await?;
    let changed = status::change(cx, id, |connector| edit.apply_to(connector)).await?;
    let Changed { before, after } = changed.ok_or_else(|| not_found(id.as_str()))?;
    let reconnects = after.endpoint != before.endpoint
        || after.command != before.command
        || after.allows_plain_http != before.allows_plain_http
        || after.authentication != before.authentication
        || after.time_limits != before.time_limits
        || after.roots != before.roots
        || after.sampling != before.sampling
        || after.network != before.network
        || after.status.status == Status::Disabled;
    if reconnects {
        // Where it was before, and as whom it was there.
        servers::sessions::over_http::end_for_connector(cx, &before).await;
        servers::sessions::end_session(cx, id).await;
    }
    let was_shown = before.network.client_certificate.is_some();
    if was_shown && after.network.client_certificate.is_none() {
        client_certificate::forget(cx.vault(), id).await?;
    }
    if entry_id(&after.authentication) == entry_id(&before.authentication) {
        return Ok(after);
    }
    let after = refresh_identity(cx, after).await?;
    drop_own_sign_in(cx, &before).await?;
    Ok(after)
}

/// Changes whose values can be used.
struct Edit {
    name: Option<String>,
    title: Option<String>,
    url: Option<Url>,
    command: Option<ServerCommand>,
    authentication: Option<(Authentication, IdentityLine)>,
    tags: Option<Vec<String>>,
    favourite: Option<bool>,
    enabled: Option<bool>,
    allow_plain_http: Option<bool>,
    time_limits: Option<TimeLimits>,
    roots: Option<Vec<String>>,
    sampling: Option<bool>,
    muted: Option<bool>,
    capture: Option<CaptureLevel>,
    oauth_deviations: Option<ChosenDeviations>,
    network: Option<NetworkSettings>,
    at: Timestamp,
}

impl Edit {
    /// Reads the changes of a connector.
    ///
    /// # Errors
    /// [`Error::Usage`] when a value cannot be used; [`Error::Vault`], [`Error::Store`].
    async fn read(
        cx: &Context,
        changes: ConnectorChanges,
        connector: &Connector,
    ) -> Result<Self, Error> {
        let name = changes.name.map(|name| validate_name(&name)).transpose()?;
        let url = changes.url.map(|url| read_address(&url)).transpose()?;
        let wanted = clean_title(changes.title);
        let command = match changes.command {
            Some(command) => {
                let secrets = cx.tokens().header_names(connector).await?;
                let secrets = secrets.iter().map(String::as_str);
                Some(validate_command(command, secrets.collect())?)
            }
            None => None,
        };
        let roots = match changes.roots {
            Some(roots) => Some(validate_roots(roots, &connector.roots).await?),
            None => None,
        };
        let authentication = match changes.authentication {
            Some(choice) => {
                let title = wanted.as_deref().unwrap_or(&connector.title);
                let (chosen, entry) = authentication(cx, choice, title).await?;
                Some((chosen, status::identity(entry.as_ref())))
            }
            None => None,
        };
        Ok(Self {
            name,
            title: wanted,
            url,
            command,
            authentication,
            tags: changes.tags.map(clean_tags),
            favourite: changes.favourite,
            enabled: changes.enabled,
            allow_plain_http: changes.allow_plain_http,
            time_limits: changes.time_limits.map(validate_limits).transpose()?,
            roots,
            sampling: changes.sampling,
            muted: changes.muted,
            capture: changes.capture,
            oauth_deviations: changes.oauth_deviations,
            network: match &changes.network {
                Some(changes) => Some(network::apply_changes(connector.network.clone(), changes)?),
                None => None,
            },
            at: cx.now(),
        })
    }

    fn apply_to(self, connector: &mut Connector) {
        replace(&mut connector.name, self.name);
        replace(&mut connector.title, self.title);
        replace(&mut connector.tags, self.tags);
        replace(&mut connector.favourite, self.favourite);
        if let Some(url) = self.url {
            set_endpoint(connector, &url);
        }
        if let Some(command) = self.command
            && connector.command.as_ref() != Some(&command)
        {
            set_command(connector, command);
        }
        replace(&mut connector.allows_plain_http, self.allow_plain_http);
        replace(&mut connector.time_limits, self.time_limits);
        replace(&mut connector.roots, self.roots);
        replace(&mut connector.sampling, self.sampling);
        replace(&mut connector.muted, self.muted);
        replace(&mut connector.capture, self.capture);
        replace(&mut connector.oauth_deviations, self.oauth_deviations);
        if let Some(network) = self.network
            && connector.network != network
        {
            connector.network = network;
            status::clear_failure(connector);
        }
        if let Some((chosen, identity)) = self.authentication {
            connector.authentication = retain_sign_in(chosen, &connector.authentication);
            connector.identity = identity;
            connector.status = status::unchecked_status();
        }
        if let Some(enabled) = self.enabled {
            set_enabled(connector, enabled);
        }
        connector.updated_at = self.at;
    }
}

/// What the former program said of itself says nothing of another one, which may have to be downloaded first.
fn set_command(connector: &mut Connector, command: ServerCommand) {
    connector.native = native(&command);
    connector.command = Some(command);
    connector.server = None;
    if connector.status.status != Status::Disabled {
        connector.status = status::unchecked_status();
    }
}

fn replace<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

/// Tags, favourites, notifications and what is kept of runs are ours; everything else may be the platform's.
fn ensure_editable_here(connector: &Connector, changes: &ConnectorChanges) -> Result<(), Error> {
    let needs_address = changes.url.is_some()
        || changes.authentication.is_some()
        || changes.oauth_deviations.is_some()
        || changes.network.is_some();
    if connector.command.is_some() && needs_address {
        return Err(Error::Usage {
            what: format!("{} is a program and has no address", connector.title),
            hint: "Add the address as another connector.".to_owned(),
        });
    }
    if connector.command.is_none() && changes.command.is_some() {
        return Err(no_program(connector));
    }
    let ours = changes.name.is_none()
        && changes.title.is_none()
        && changes.url.is_none()
        && changes.authentication.is_none()
        && changes.allow_plain_http.is_none()
        && changes.time_limits.is_none()
        && changes.roots.is_none()
        && changes.sampling.is_none()
        && changes.oauth_deviations.is_none()
        && changes.network.is_none()
        && changes.enabled.is_none();
    if ours || abilities(connector).configured_here {
        return Ok(());
    }
    Err(Error::Usage {
        what: format!(
            "{} is edited on {}",
            connector.title, connector.identity.account
        ),
        hint: "Edit it on the platform or use its API.".to_owned(),
    })
}

/// Another address, or another way to sign in, must not send a credential unencrypted unless that is wanted.
fn refuse_plain_http(connector: &Connector, changes: &ConnectorChanges) -> Result<(), Error> {
    let before = connector.endpoint.as_deref();
    let before = before.and_then(|address| read_address(address).ok());
    let after = changes.url.as_deref().map(read_address).transpose()?;
    let stays = after.as_ref().is_none_or(|after| {
        before
            .as_ref()
            .is_some_and(|before| before.origin() == after.origin())
    });
    let signs_in = match &changes.authentication {
        Some(choice) => !matches!(choice, AuthenticationChoice::None),
        None => connector.authentication != Authentication::None,
    };
    let is_looked_at = changes.url.is_some() || changes.authentication.is_some();
    let Some(url) = after.or(before).filter(|_| signs_in && is_looked_at) else {
        return Ok(());
    };
    let is_allowed = changes
        .allow_plain_http
        .unwrap_or(stays && connector.allows_plain_http);
    Ok(plain_http(is_allowed, &url).check(&url)?)
}

fn ends_sign_in(changes: &ConnectorChanges) -> bool {
    changes.url.is_some() || changes.authentication.is_some() || changes.enabled == Some(false)
}

/// Takes a connector out of the lists. It can be restored until Patchbay starts the next time.
///
/// A connector of a hosted platform is not removed here: see [`delete_connector`].
pub async fn remove_connector(cx: &Context, id: &ConnectorId) -> Result<(), Error> {
    let connector = find_connector(cx, id).await?;
    if abilities(&connector).deletes_for_good {
        return Err(Error::Usage {
            what: format!(
                "{} is hosted on {}",
                connector.title, connector.identity.account
            ),
            hint: "Delete it instead; you can't undo that.".to_owned(),
        });
    }
    cx.running_authorizations().cancel_and_wait(id).await;
    // As long as the server can be told.
    servers::sessions::over_http::end_for_connector(cx, &connector).await;
    cx.store().remove_connector(id).await?;
    servers::sessions::end_session(cx, id).await;
    cx.emit(Event::ConnectorsChanged);
    Ok(())
}

/// Deletes a connector at its platform, for everybody who uses it. There is no way back.
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
    // What somebody else deleted is out of our lists too, before that is told.
    cx.running_authorizations().cancel_and_wait(id).await;
    cx.store().remove_connector(id).await?;
    cx.emit(Event::ConnectorsChanged);
    deleted
}

/// Puts a removed connector back.
///
/// # Errors
/// [`Error::NotFound`] when it was not removed, or too long ago; [`Error::Store`] when its name was
/// taken meanwhile.
pub async fn restore_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    cx.store().restore_connector(id).await?;
    cx.emit(Event::ConnectorsChanged);
    find_connector(cx, id).await
}

/// How long a removed connector can be restored at least, even by another process.
const UNDO: std::time::Duration = std::time::Duration::from_secs(600);

/// Really deletes what was removed a while ago, its sign-in and the folder of its program too.
pub(crate) async fn purge_removed(cx: &Context) -> Result<(), Error> {
    let now = cx.now().unix_millis();
    let undo = i64::try_from(UNDO.as_millis()).unwrap_or(i64::MAX);
    let Some(before) = Timestamp::from_unix_millis(now.saturating_sub(undo)) else {
        return Ok(());
    };
    for gone in cx.store().purge_removed(before).await? {
        // A vault that is locked now keeps the tokens; they are forgotten with the entry later.
        if let Err(error) = drop_own_sign_in(cx, &gone).await {
            tracing::warn!(%error, "the sign-in of a removed connector could not be forgotten");
        }
        if gone.network.client_certificate.is_some()
            && let Err(error) = client_certificate::forget(cx.vault(), &gone.id).await
        {
            tracing::warn!(%error, "the client certificate of a removed connector could not be forgotten");
        }
        if let Err(error) = servers::remove_own_files(cx, &gone.id).await {
            tracing::warn!(%error, "the folder of a removed connector could not be deleted");
        }
    }
    Ok(())
}

/// Forgets the tokens that belonged to a connector alone. What the user saved in the wallet stays.
async fn drop_own_sign_in(cx: &Context, connector: &Connector) -> Result<(), Error> {
    let Authentication::Oauth {
        entry: Some(entry), ..
    } = &connector.authentication
    else {
        return Ok(());
    };
    let entry = cx.store().find_wallet_entry(entry).await?;
    if let Some(entry) = entry.filter(|entry| entry.used_by.is_empty()) {
        forget(cx, &entry.id).await?;
        cx.emit(Event::WalletChanged);
    }
    Ok(())
}

fn set_endpoint(connector: &mut Connector, url: &Url) {
    let before = connector.endpoint.as_deref();
    let before = before.and_then(|address| read_address(address).ok());
    if before.as_ref() == Some(url) {
        return;
    }
    if before.is_none_or(|before| before.origin() != url.origin()) {
        connector.allows_plain_http = false;
        connector.oauth_deviations.clear();
        connector.network.pins.clear();
        connector.network.client_certificate = None;
        // A secret belongs to the origin that it was given for.
        match &mut connector.authentication {
            Authentication::Oauth { entry, .. } => *entry = None,
            other => *other = Authentication::None,
        }
    }
    connector.native["url"] = url.as_str().into();
    connector.endpoint = Some(url.to_string());
    connector.server = None;
    connector.status = status::unchecked_status();
}

/// Another port or scope does not end a sign-in; another OAuth app does, and signing in as somebody else.
fn retain_sign_in(mut chosen: Authentication, before: &Authentication) -> Authentication {
    if let Authentication::Oauth {
        client,
        grant,
        entry: kept @ None,
        ..
    } = &mut chosen
        && let Authentication::Oauth {
            client: earlier,
            grant: former,
            entry,
            ..
        } = before
        && client == earlier
        && grant == former
    {
        kept.clone_from(entry);
    }
    chosen
}

fn set_enabled(connector: &mut Connector, enabled: bool) {
    let is_on = connector.status.status != Status::Disabled;
    if enabled == is_on {
        return;
    }
    let last_ok_at = connector.status.last_ok_at;
    connector.status = status::unchecked_status();
    connector.status.last_ok_at = last_ok_at;
    if !enabled {
        connector.status.status = Status::Disabled;
        connector.status.reason = Some("you turned it off".to_owned());
    }
}

/// Tags as they can be shown, the first fifty of them.
fn clean_tags(tags: Vec<String>) -> Vec<String> {
    let tags = tags.iter().map(|tag| clean_text(tag, 50));
    tags.filter(|tag| !tag.is_empty()).take(50).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use patchbay_model::WalletEntryId;

    use super::*;
    use crate::clock::SystemClock;
    use crate::testing::{UNREACHABLE_URL, add, open};

    #[tokio::test]
    async fn edits_that_come_together_are_all_kept() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
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
        let kept = find_connector(&cx, &id).await.unwrap();
        assert!(kept.favourite);
        assert_eq!(
            (kept.tags, kept.title),
            (vec!["work".to_owned()], "Wiki".to_owned())
        );
    }

    #[tokio::test]
    async fn a_title_and_tags_become_short_clean_lines() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let changes = ConnectorChanges {
            title: Some(format!(" Wiki\u{202e} {}", "i".repeat(2_000_000))),
            tags: Some(vec![" work\n".to_owned(), String::new()]),
            ..ConnectorChanges::default()
        };
        update_connector(&cx, &id, changes).await.unwrap();
        let kept = find_connector(&cx, &id).await.unwrap();
        assert_eq!(kept.tags, ["work"]);
        assert_eq!(kept.title, format!("Wiki {}…", "i".repeat(94)));
    }

    #[tokio::test]
    async fn a_secret_that_was_typed_for_one_origin_stays_behind() {
        let home = tempfile::tempdir().unwrap();
        let cx = open(home.path(), Arc::new(SystemClock)).await;
        let id = add(&cx, UNREACHABLE_URL).await.id;
        let entry = || WalletEntryId::new("cred_1");
        for typed in [
            Authentication::Bearer { entry: entry() },
            Authentication::Headers { entry: entry() },
        ] {
            let mut connector = find_connector(&cx, &id).await.unwrap();
            connector.authentication = typed.clone();
            let here = Url::parse(connector.endpoint.as_deref().unwrap()).unwrap();
            set_endpoint(&mut connector, &here.join("/other/path?tenant=2").unwrap());
            assert_eq!(connector.authentication, typed);
            let mut away = here;
            away.set_port(Some(4)).unwrap();
            set_endpoint(&mut connector, &away);
            assert_eq!(connector.authentication, Authentication::None);
        }
    }
}
