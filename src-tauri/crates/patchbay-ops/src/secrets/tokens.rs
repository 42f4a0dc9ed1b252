//! Credentials to send: read from the vault for each request, renewed ahead of expiry and after a 401, once for all
//! tasks and processes.

mod refusals;
mod unsaved;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use patchbay_model::{
    Authentication, Connector, Secret, Timestamp, WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_oauth::{Grant, RefreshError, Tokens as RenewedTokens, Untraced};
use patchbay_platforms::{BoxError, Headers, NoToken, TokenSource};
use patchbay_store::Store;
use patchbay_vault::{Saved, SecretName, SpaceReservation, Vault};
use refusals::{Refusal, Refusals};
use tokio::sync::{OwnedMutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::clock::Clock;
use crate::error::Error;
use crate::events::Event;
use crate::lock::FileLock;
use crate::networks::Networks;
use crate::secrets;
use crate::secrets::OAuthApp;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::References;
use crate::secrets::registrations::forget_registrations;

/// How long before its expiry an access token is renewed, unless its lifetime is short.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

const SCHEME: &str = "Bearer ";

/// Minimum time between two updates of when a wallet entry was last used.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// Provides credentials. Clones share one state.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<State>);

pub(crate) struct Dependencies {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) references: References,
    pub(crate) networks: Networks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) locks: PathBuf,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) tasks: TaskTracker,
    /// Requests whose response holds the only copy of tokens.
    pub(crate) exchanges: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

struct State {
    deps: Dependencies,
    refusals: Refusals,
    /// Whether a task retries to save a token that is in memory only.
    is_retrying: AtomicBool,
    locks_by_entry: Mutex<HashMap<WalletEntryId, Arc<tokio::sync::Mutex<()>>>>,
    touched: Mutex<HashMap<WalletEntryId, Timestamp>>,
    cache: Mutex<HashMap<WalletEntryId, CachedSecrets>>,
}

/// The secrets that an entry has had since the process started.
struct CachedSecrets {
    /// When the newest of them was saved.
    replaced_at: Timestamp,
    secrets: VecDeque<Secret>,
}

impl CachedSecrets {
    fn to_vec(&self) -> Vec<Secret> {
        self.secrets.iter().cloned().collect()
    }
}

/// Exclusive access to the secret of an entry, across tasks and processes.
pub(crate) struct CredentialLock {
    // Dropped before the task lock, which the next task of this process waits for.
    _lock: FileLock,
    _task_lock: OwnedMutexGuard<()>,
}

/// Maximum number of cached secrets of one entry; the oldest are dropped first.
const MAX_CACHED: usize = 32;

impl Tokens {
    pub(crate) fn new(deps: Dependencies) -> Self {
        Self(Arc::new(State {
            refusals: Refusals::new(deps.store.clone()),
            is_retrying: AtomicBool::new(false),
            deps,
            locks_by_entry: Mutex::default(),
            touched: Mutex::default(),
            cache: Mutex::default(),
        }))
    }

    /// Returns the source of the credential that a connector is set up with.
    pub(crate) fn source(&self, connector: &Connector) -> Arc<dyn TokenSource> {
        if connector.authentication == Authentication::None {
            return Arc::new(NoToken);
        }
        Arc::new(Source {
            tokens: self.clone(),
            title: connector.title.clone(),
            entry: connector.authentication.entry().cloned(),
            endpoint: connector
                .endpoint
                .as_deref()
                .and_then(|url| Url::parse(url).ok()),
        })
    }

    /// Returns the names of the secret headers that a connector sends.
    pub(crate) async fn header_names(&self, connector: &Connector) -> Result<Vec<String>, Error> {
        let Some(entry) = self.entry_of(connector).await? else {
            return Ok(Vec::new());
        };
        if entry.kind.has_named_values() {
            let headers = secrets::read_stored_values(&self.0.deps.vault, &entry).await?;
            return Ok(headers.into_keys().collect());
        }
        Ok(vec!["Authorization".to_owned()])
    }

    /// Returns every present and earlier secret of a connector's credential, for redaction: those that were sent, and
    /// what a reference stands for only where nothing was sent yet. Only returns the earlier ones when the vault cannot
    /// be read or a reference cannot be resolved.
    pub(crate) async fn secrets_of(&self, connector: &Connector) -> Vec<Secret> {
        if let Ok(secrets) = self.try_secrets_of(connector).await {
            return secrets;
        }
        let cache = self.0.cache.lock();
        let cached = connector
            .authentication
            .entry()
            .and_then(|entry| cache.get(entry));
        cached.map_or_else(Vec::new, CachedSecrets::to_vec)
    }

    async fn try_secrets_of(&self, connector: &Connector) -> Result<Vec<Secret>, Error> {
        let Some(entry) = self.entry_of(connector).await? else {
            return Ok(Vec::new());
        };
        if let Some(cached) = self.find_cached(&entry) {
            return Ok(cached);
        }
        let (vault, references) = (&self.0.deps.vault, &self.0.deps.references);
        let secrets = match entry.kind {
            WalletKind::Oauth => grant_secrets(self.read_grant(&entry).await?),
            WalletKind::Headers | WalletKind::Variables => {
                let saved = secrets::read_stored_values(vault, &entry).await?;
                let headers = secrets::resolve_values(references, &saved, Occasion::Needed).await?;
                headers.into_values().collect()
            }
            WalletKind::Bearer | WalletKind::OauthClient => {
                vec![secrets::read(vault, references, &entry).await?]
            }
        };
        Ok(self.cache_secrets(&entry, secrets))
    }

    /// Returns the cached secrets of an entry, unless its secret was replaced since.
    fn find_cached(&self, entry: &WalletEntry) -> Option<Vec<Secret>> {
        let cache = self.0.cache.lock();
        let cached = cache.get(&entry.id)?;
        (cached.replaced_at == entry.replaced_at).then(|| cached.to_vec())
    }

    fn cache_secrets(
        &self,
        entry: &WalletEntry,
        secrets: impl IntoIterator<Item = Secret>,
    ) -> Vec<Secret> {
        let mut cache = self.0.cache.lock();
        let cached = cache
            .entry(entry.id.clone())
            .or_insert_with(|| CachedSecrets {
                replaced_at: entry.replaced_at,
                secrets: VecDeque::new(),
            });
        cached.replaced_at = entry.replaced_at;
        for secret in secrets {
            let is_new = |other: &Secret| other.expose() != secret.expose();
            if cached.secrets.iter().all(is_new) {
                cached.secrets.push_back(secret);
            }
        }
        let surplus = cached.secrets.len().saturating_sub(MAX_CACHED);
        cached.secrets.drain(..surplus);
        cached.to_vec()
    }

    async fn entry_of(&self, connector: &Connector) -> Result<Option<WalletEntry>, Error> {
        match connector.authentication.entry() {
            Some(id) => Ok(self.0.deps.store.find_wallet_entry(id).await?),
            None => Ok(None),
        }
    }

    /// Returns the grant of an `oauth` entry, renewed when it is about to expire or its access token is `refused`, the
    /// token that the server rejected.
    ///
    /// # Errors
    /// [`Error::SignInLapsed`] or [`Error::AppRefused`] when a person has to sign in again; [`Error::RenewalFailed`]
    /// when renewing failed for now and the old token has expired.
    pub(crate) async fn grant(
        &self,
        entry: &WalletEntry,
        title: &str,
        refused: Option<Secret>,
    ) -> Result<Grant, Error> {
        let grant = self.read_grant(entry).await?;
        if !self.must_renew(&grant, refused.as_ref()) {
            return Ok(grant);
        }
        // The response holds the only copy of a rotated token: a caller that gives up must not cancel the exchange
        // between the response and our disk, nor may the end of the process.
        let tokens = self.clone();
        let (entry, title) = (entry.clone(), title.to_owned());
        let renewing = async move { tokens.renew(&entry, &title, refused).await };
        let task = self.0.deps.exchanges.spawn(renewing);
        task.await.unwrap_or(Err(Error::Cancelled))
    }

    async fn renew(
        &self,
        entry: &WalletEntry,
        title: &str,
        refused: Option<Secret>,
    ) -> Result<Grant, Error> {
        let _lock = self.lock_credential(&entry.id).await?;
        self.save_unsaved(entry).await;
        let grant = self.read_grant(entry).await?;
        if !self.must_renew(&grant, refused.as_ref()) {
            return Ok(grant);
        }
        let is_usable = refused.is_none() && !has_expired(&grant, self.now());
        let request = self.with_app_secret(entry, None, grant.clone()).await?;
        if let Some(refusal) = self.0.refusals.find(&entry.id, &request).await {
            return Err(self.refused(entry, title, refusal).await);
        }
        let name = SecretName::wallet(&entry.id);
        let bytes = grant.to_secret().expose().len();
        // A rotated token invalidates the old one: none is requested that could not be saved.
        let reservation = match self.0.deps.vault.reserve_space(&name, bytes).await {
            Ok(reservation) => reservation,
            Err(error) if is_usable => {
                tracing::warn!(%error, "a token is not renewed while it could not be saved");
                return Ok(grant);
            }
            Err(error) => return Err(error.into()),
        };
        let deps = &self.0.deps;
        let oauth = deps.networks.oauth_of(&deps.store, entry).await?;
        match oauth.refresh(&request, &Untraced).await {
            Ok(tokens) => {
                self.save_renewed(entry, title, (grant, tokens), reservation)
                    .await
            }
            Err(RefreshError::Transient(error)) => {
                if is_usable {
                    Ok(grant)
                } else {
                    Err(Error::RenewalFailed {
                        connector: title.to_owned(),
                        source: error,
                    })
                }
            }
            Err(RefreshError::SignInAgain {
                detail,
                is_client_refused,
            }) => {
                let app = self.find_app(entry, None, &request).await;
                let is_app_refused = is_client_refused && matches!(app, Ok(Some(_)));
                let refusal = Refusal::new(&request, detail, is_app_refused);
                self.0.refusals.record(&entry.id, &refusal).await;
                if is_client_refused && let Err(error) = self.forget_client(&request).await {
                    tracing::warn!(%error, "a refused registration could not be forgotten");
                }
                Err(self.refused(entry, title, refusal).await)
            }
            Err(_) if is_usable => Ok(grant),
            Err(_) => Err(self.require_sign_in(entry, title, None).await),
        }
    }

    /// Fills in the current secret of the user's own OAuth app, where a connector that uses the entry signs in as that
    /// app, or one that no longer uses it signed in as `app`.
    ///
    /// Everything else in a grant came from an authorization server and is sent as it is, even where it looks like a
    /// reference: only a person can enter a reference, in the wallet.
    pub(crate) async fn with_app_secret(
        &self,
        entry: &WalletEntry,
        app: Option<&WalletEntryId>,
        mut grant: Grant,
    ) -> Result<Grant, Error> {
        if let Some(app) = self.find_app(entry, app, &grant).await? {
            let references = &self.0.deps.references;
            grant.client_secret = app.client_secret(references, Occasion::Needed).await?;
        }
        Ok(grant)
    }

    /// Finds the user's own OAuth app to which a grant was issued.
    async fn find_app(
        &self,
        entry: &WalletEntry,
        app: Option<&WalletEntryId>,
        grant: &Grant,
    ) -> Result<Option<OAuthApp>, Error> {
        let deps = &self.0.deps;
        let mut apps: Vec<_> = app.cloned().into_iter().collect();
        for user in &entry.used_by {
            let connector = deps.store.find_connector(&user.connector).await?;
            apps.extend(connector.and_then(|it| it.authentication.app().cloned()));
        }
        for app in apps {
            let Some(app) = deps.store.find_wallet_entry(&app).await? else {
                continue;
            };
            // Its secret is never sent to another provider.
            if app.issuer.as_ref() != Some(&grant.issuer) {
                continue;
            }
            let app = secrets::read_oauth_app(&deps.vault, &app).await?;
            if app.client_id == grant.client_id {
                return Ok(Some(app));
            }
        }
        Ok(None)
    }

    /// Saves a renewed grant before anybody uses it: to disk, or in memory where that fails. The lock keeps other
    /// writers out, except an older Patchbay and a reset of the vault, whose changes win.
    async fn save_renewed(
        &self,
        entry: &WalletEntry,
        title: &str,
        (sent, tokens): (Grant, RenewedTokens),
        reservation: SpaceReservation,
    ) -> Result<Grant, Error> {
        match self.0.deps.store.find_wallet_entry(&entry.id).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                return Err(Error::SignInNeeded {
                    connector: title.to_owned(),
                });
            }
            // The tokens cannot be obtained twice, so a database error must not lose them.
            Err(error) => tracing::warn!(%error, "a renewed token is saved unseen"),
        }
        match self.read_grant(entry).await {
            Ok(saved) if saved.to_secret().expose() != sent.to_secret().expose() => {
                return Ok(saved);
            }
            Err(error @ Error::SecretLost { .. }) => return Err(error),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a renewed token is saved unseen"),
        }
        let now = self.now();
        let grant = sent.renew(tokens, now);
        if let Saved::InMemory(error) = reservation.save(&grant.to_secret()).await {
            self.emit_unsaved(entry, &error);
        }
        let (expires_at, scopes) = (grant.expires_at, grant.scopes.clone());
        let renewed = move |known: &mut WalletEntry| {
            known.expires_at = expires_at;
            known.scopes = scopes;
            known.replaced_at = now;
            known.needs_authorization = false;
        };
        if let Err(error) = self.change(entry, renewed).await {
            tracing::warn!(%error, "that a token was renewed could not be noted");
        }
        Ok(grant)
    }

    /// The error for a token that the provider refused to renew.
    async fn refused(&self, entry: &WalletEntry, title: &str, refusal: Refusal) -> Error {
        if refusal.is_app_refused {
            // With another client secret the token may be renewed.
            return Error::AppRefused {
                connector: title.to_owned(),
                detail: refusal.detail,
            };
        }
        self.require_sign_in(entry, title, refusal.detail).await
    }

    /// Takes back that a person has to sign in again, after the server accepted the token.
    pub(crate) async fn note_accepted(&self, connector: &Connector) {
        let noting = async {
            let entry = self.entry_of(connector).await?;
            match entry.filter(|entry| entry.needs_authorization) {
                Some(entry) => {
                    self.change(&entry, |it| it.needs_authorization = false)
                        .await
                }
                None => Ok(()),
            }
        };
        if let Err(error) = noting.await {
            tracing::warn!(%error, "that a sign-in works again could not be noted");
        }
    }

    /// Records that a person has to sign in again. The tokens are kept, because they can still be revoked.
    async fn require_sign_in(
        &self,
        entry: &WalletEntry,
        title: &str,
        detail: Option<String>,
    ) -> Error {
        if !entry.needs_authorization {
            let noted = self.change(entry, |known| known.needs_authorization = true);
            if let Err(error) = noted.await {
                tracing::warn!(%error, "that a sign-in lapsed could not be noted");
            }
        }
        Error::SignInLapsed {
            connector: title.to_owned(),
            detail,
        }
    }

    /// Forgets the registration of the client that a grant was issued to, unless there is a newer one: at the next
    /// sign-in its provider would say only to the person that it does not know the client.
    async fn forget_client(&self, grant: &Grant) -> Result<(), Error> {
        let (store, vault) = (&self.0.deps.store, &self.0.deps.vault);
        let (server, issuer) = (grant.server.as_str(), grant.issuer.as_str());
        let known = store.find_registrations(server, issuer).await?;
        // The newest comes first.
        if known
            .first()
            .is_some_and(|it| it.client_id == grant.client_id)
        {
            forget_registrations(store, vault, server, issuer).await?;
        }
        Ok(())
    }

    /// Forgets a refused refresh token after another sign-in or the removal of its entry.
    pub(crate) async fn forget_refusal(&self, entry: &WalletEntryId) {
        self.0.refusals.forget(entry).await;
    }

    async fn change(
        &self,
        entry: &WalletEntry,
        change: impl FnOnce(&mut WalletEntry) + Send + 'static,
    ) -> Result<(), Error> {
        let store = &self.0.deps.store;
        store.change_wallet_entry(&entry.id, change).await?;
        drop(self.0.deps.events.send(Event::WalletChanged));
        Ok(())
    }

    /// Waits for exclusive access to the secret of an entry, across tasks and processes. A task must not lock two
    /// entries at a time.
    pub(crate) async fn lock_credential(
        &self,
        entry: &WalletEntryId,
    ) -> Result<CredentialLock, Error> {
        let turn = self.lock_of(entry).lock_owned().await;
        let lock = self.0.deps.locks.join(format!("{entry}.lock"));
        Ok(CredentialLock {
            _lock: FileLock::take(lock).await?,
            _task_lock: turn,
        })
    }

    async fn read_grant(&self, entry: &WalletEntry) -> Result<Grant, Error> {
        let secret = secrets::read_stored(&self.0.deps.vault, entry).await?;
        Ok(Grant::from_secret(&secret)?)
    }

    fn must_renew(&self, grant: &Grant, refused: Option<&Secret>) -> bool {
        let refused = refused.is_some_and(|token| token.expose() == grant.access_token.expose());
        refused || expires_soon(grant, self.now())
    }

    fn lock_of(&self, entry: &WalletEntryId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.locks_by_entry.lock();
        Arc::clone(locks.entry(entry.clone()).or_default())
    }

    fn now(&self) -> Timestamp {
        self.0.deps.clock.now()
    }

    /// Records that an entry was sent, at most once a minute.
    async fn touch(&self, entry: &WalletEntryId) -> Result<(), Error> {
        let now = self.now();
        {
            let mut touched = self.0.touched.lock();
            let last = touched.get(entry);
            if last.is_some_and(|last| now < *last + TOUCH_EVERY) {
                return Ok(());
            }
            touched.insert(entry.clone(), now);
        }
        self.0.deps.store.touch_wallet_entry(entry, now).await?;
        Ok(())
    }
}

fn grant_secrets(grant: Grant) -> Vec<Secret> {
    let others = [grant.refresh_token, grant.client_secret];
    let mut secrets = vec![grant.access_token];
    secrets.extend(others.into_iter().flatten());
    secrets
}

fn without_scheme(header: &Secret) -> Secret {
    let value = header.expose();
    Secret::new(value.strip_prefix(SCHEME).unwrap_or(value))
}

fn has_expired(grant: &Grant, now: Timestamp) -> bool {
    grant.expires_at.is_some_and(|end| end <= now)
}

/// Whether it expires within [`RENEW_AHEAD`], or within a fifth of its lifetime if that is shorter.
fn expires_soon(grant: &Grant, now: Timestamp) -> bool {
    let Some(end) = grant.expires_at else {
        return false;
    };
    let life = end
        .unix_millis()
        .saturating_sub(grant.obtained_at.unix_millis());
    let life = Duration::from_millis(u64::try_from(life).unwrap_or(0));
    now + RENEW_AHEAD.min(life / 5) >= end
}

/// The credential of one connector.
struct Source {
    tokens: Tokens,
    title: String,
    entry: Option<WalletEntryId>,
    endpoint: Option<Url>,
}

impl Source {
    fn sign_in_needed(&self) -> Error {
        Error::SignInNeeded {
            connector: self.title.clone(),
        }
    }

    async fn entry(&self) -> Result<WalletEntry, Error> {
        let id = self.entry.as_ref().ok_or_else(|| self.sign_in_needed())?;
        let found = self.tokens.0.deps.store.find_wallet_entry(id).await?;
        found.ok_or_else(|| self.sign_in_needed())
    }

    async fn current(&self) -> Result<Vec<(String, Secret)>, Error> {
        let entry = self.entry().await?;
        if let Err(error) = self.tokens.touch(&entry.id).await {
            tracing::warn!(%error, "that a credential was used could not be noted");
        }
        if entry.kind != WalletKind::Oauth {
            let deps = &self.tokens.0.deps;
            let headers = secrets::headers(&deps.vault, &deps.references, &entry).await?;
            // What a reference stands for may change unnoticed: what is sent is what has to be redacted.
            self.tokens
                .cache_secrets(&entry, headers.values().map(without_scheme));
            return Ok(headers.into_iter().collect());
        }
        let grant = self.tokens.grant(&entry, &self.title, None).await?;
        // A token is never sent to a host that it was not issued for, whatever the connector's settings say.
        let endpoint = self.endpoint.as_ref();
        if !endpoint.is_some_and(|url| grant.allows_url(url)) {
            return Err(self.sign_in_needed());
        }
        let value = Secret::new(format!("{SCHEME}{}", grant.access_token.expose()));
        Ok(vec![("Authorization".to_owned(), value)])
    }

    async fn renew_after(&self, sent: &[(String, Secret)]) -> Result<bool, Error> {
        let entry = self.entry().await?;
        // Of many calls that are rejected together one renews the token; the others find it renewed.
        let token = sent
            .iter()
            .find_map(|(_, value)| value.expose().strip_prefix(SCHEME));
        let (WalletKind::Oauth, Some(token)) = (entry.kind, token) else {
            return Ok(false);
        };
        let refused = Secret::new(token);
        self.tokens
            .grant(&entry, &self.title, Some(refused))
            .await?;
        Ok(true)
    }
}

#[async_trait]
impl TokenSource for Source {
    async fn headers(&self) -> Result<Headers, BoxError> {
        let headers = self.current().await;
        let headers = headers.map_err(|error| Box::new(error) as BoxError)?;
        Ok(headers.into())
    }

    async fn on_unauthorized(
        &self,
        sent: &[(String, Secret)],
        _challenge: Option<String>,
    ) -> Result<bool, BoxError> {
        self.renew_after(sent)
            .await
            .map_err(|error| Box::new(error) as BoxError)
    }
}

#[cfg(test)]
mod tests;
