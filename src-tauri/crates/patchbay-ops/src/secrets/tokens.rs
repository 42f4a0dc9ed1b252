//! What to send as credentials: read from the vault at each request, renewed ahead of time and
//! after a 401, once for all tasks and processes.

mod refusals;
mod unsaved;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_model::{
    Authentication, Connector, Secret, Timestamp, WalletEntry, WalletEntryId, WalletKind,
};
use patchbay_oauth::{Grant, RefreshError, Tokens as RenewedTokens, Untraced};
use patchbay_platforms::{BoxError, Headers, NoToken, TokenSource};
use patchbay_store::Store;
use patchbay_vault::{Saved, SecretName, SpaceReservation, Vault};
use refusals::Refusals;
use tokio::sync::{OwnedMutexGuard, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use unsaved::Retry;
use url::Url;

use crate::clock::Clock;
use crate::context::networks::Networks;
use crate::error::Error;
use crate::events::Event;
use crate::lock::FileLock;
use crate::secrets;
use crate::secrets::programs::Occasion;
use crate::secrets::reference::References;
use crate::secrets::{SecretHeaders, StoredSecret};

/// How long before its end an access token is renewed, unless its life is short.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

/// How an access token is sent.
const SCHEME: &str = "Bearer ";

/// How often the wallet notes that an entry was used.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// Hands out credentials. Clones share one state.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<State>);

/// What [`Tokens`] works with.
pub(crate) struct Dependencies {
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) references: References,
    pub(crate) networks: Networks,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) locks: PathBuf,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) tasks: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

struct State {
    deps: Dependencies,
    refusals: Refusals,
    retry: Retry,
    locks_by_entry: Mutex<HashMap<WalletEntryId, Arc<tokio::sync::Mutex<()>>>>,
    touched: Mutex<HashMap<WalletEntryId, Timestamp>>,
    known: Mutex<HashMap<WalletEntryId, CachedSecrets>>,
}

/// The secrets that an entry had since the process began.
struct CachedSecrets {
    /// When the last of them was saved.
    replaced_at: Timestamp,
    /// Whether a reference is among them, for what it stands for may change without a word.
    may_change: bool,
    secrets: VecDeque<Secret>,
}

/// Exclusive access to the secret of an entry, across tasks and processes.
pub(crate) struct CredentialLock {
    // Dropped before the task lock, on which the next task of this process waits.
    _lock: FileLock,
    _task_lock: OwnedMutexGuard<()>,
}

/// How many secrets of one entry are kept; the oldest are dropped first.
const MAX_CACHED: usize = 32;

impl Tokens {
    pub(crate) fn new(deps: Dependencies) -> Self {
        Self(Arc::new(State {
            refusals: Refusals::new(deps.store.clone()),
            retry: Retry::default(),
            deps,
            locks_by_entry: Mutex::default(),
            touched: Mutex::default(),
            known: Mutex::default(),
        }))
    }

    /// What a connector sends, as it is set up now.
    pub(crate) fn source(&self, connector: &Connector) -> Arc<dyn TokenSource> {
        if connector.authentication == Authentication::None {
            return Arc::new(NoToken);
        }
        Arc::new(Source {
            tokens: self.clone(),
            title: connector.title.clone(),
            entry: entry_id(&connector.authentication).cloned(),
            endpoint: connector
                .endpoint
                .as_deref()
                .and_then(|url| Url::parse(url).ok()),
        })
    }

    /// Names of the secret headers that a connector sends.
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

    /// Every secret that belongs to a connector's credential, and those it had before, to be kept out of
    /// what is saved; those it had before alone when the vault cannot be read or a reference leads nowhere.
    pub(crate) async fn secrets_of(&self, connector: &Connector) -> Vec<Secret> {
        match self.try_secrets_of(connector).await {
            Ok(secrets) => secrets,
            Err(_) => self.cached_secrets(connector),
        }
    }

    fn cached_secrets(&self, connector: &Connector) -> Vec<Secret> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = entry_id(&connector.authentication).and_then(|entry| known.get(entry));
        known.map_or_else(Vec::new, |known| known.secrets.iter().cloned().collect())
    }

    async fn try_secrets_of(&self, connector: &Connector) -> Result<Vec<Secret>, Error> {
        let Some(entry) = self.entry_of(connector).await? else {
            return Ok(Vec::new());
        };
        if let Some(known) = self.find_cached(&entry) {
            return Ok(known);
        }
        let Dependencies {
            vault, references, ..
        } = &self.0.deps;
        let mut may_change = entry.reference.is_some();
        let secrets = match entry.kind {
            WalletKind::Oauth => grant_secrets(self.read_grant(&entry).await?),
            WalletKind::Headers | WalletKind::Variables => {
                let saved = secrets::read_stored_values(vault, &entry).await?;
                may_change |= saved.values().any(StoredSecret::is_reference);
                let headers = secrets::resolve_values(references, &saved, Occasion::Needed).await?;
                headers.into_values().collect()
            }
            WalletKind::Bearer | WalletKind::OauthClient => {
                vec![secrets::read(vault, references, &entry).await?]
            }
        };
        Ok(self.cache_secrets(&entry, secrets, may_change))
    }

    /// What is known of an entry, unless its secret was or may have been replaced since.
    fn find_cached(&self, entry: &WalletEntry) -> Option<Vec<Secret>> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&entry.id)?;
        let holds = known.replaced_at == entry.replaced_at && !known.may_change;
        holds.then(|| known.secrets.iter().cloned().collect())
    }

    fn cache_secrets(
        &self,
        entry: &WalletEntry,
        secrets: Vec<Secret>,
        may_change: bool,
    ) -> Vec<Secret> {
        let mut all = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all
            .entry(entry.id.clone())
            .or_insert_with(|| CachedSecrets {
                replaced_at: entry.replaced_at,
                may_change,
                secrets: VecDeque::new(),
            });
        known.replaced_at = entry.replaced_at;
        known.may_change = may_change;
        for secret in secrets {
            let is_new = |known: &Secret| known.expose() != secret.expose();
            if known.secrets.iter().all(is_new) {
                known.secrets.push_back(secret);
            }
        }
        let surplus = known.secrets.len().saturating_sub(MAX_CACHED);
        known.secrets.drain(..surplus);
        known.secrets.iter().cloned().collect()
    }

    async fn entry_of(&self, connector: &Connector) -> Result<Option<WalletEntry>, Error> {
        match entry_id(&connector.authentication) {
            Some(id) => Ok(self.0.deps.store.find_wallet_entry(id).await?),
            None => Ok(None),
        }
    }

    /// The grant of an `oauth` entry, renewed when it is about to lapse or was `refused`.
    ///
    /// # Errors
    /// [`Error::SignInLapsed`] when a person has to sign in again; [`Error::OAuth`] when renewing
    /// failed for now and the token cannot be used meanwhile; [`Error::Vault`], [`Error::Store`].
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
        // The answer holds the only copy of a rotated token: a caller that gives up must not end
        // the exchange between the server's answer and our disk.
        let tokens = self.clone();
        let (entry, title) = (entry.clone(), title.to_owned());
        let renewing = async move { tokens.renew(&entry, &title, refused).await };
        let task = self.0.deps.tasks.spawn(renewing);
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
        let asking = self.with_app_secret(entry, grant.clone()).await?;
        if let Some(refusal) = self.0.refusals.find(&entry.id, &asking).await {
            return Err(self.require_sign_in(entry, title, refusal.detail).await);
        }
        let name = SecretName::wallet(&entry.id);
        let bytes = grant.to_secret().expose().len();
        // A rotated token makes the old one worthless: no server is asked for what could not be saved.
        let reservation = match self.0.deps.vault.reserve_space(&name, bytes).await {
            Ok(reservation) => reservation,
            Err(error) if is_usable => {
                tracing::warn!(%error, "a token is not renewed while it could not be saved");
                return Ok(grant);
            }
            Err(error) => return Err(error.into()),
        };
        let Dependencies {
            networks, store, ..
        } = &self.0.deps;
        let oauth = networks.oauth_of(store, entry).await?;
        match oauth.refresh(&asking, &Untraced).await {
            Ok(tokens) => {
                self.save_renewed(entry, title, (grant, tokens), reservation)
                    .await
            }
            Err(RefreshError::Transient(error)) => {
                if is_usable {
                    Ok(grant)
                } else {
                    Err(error.into())
                }
            }
            Err(RefreshError::SignInAgain { detail }) => {
                self.0.refusals.record(&entry.id, &asking, &detail).await;
                Err(self.require_sign_in(entry, title, detail).await)
            }
            Err(_) if is_usable => Ok(grant),
            Err(_) => Err(self.require_sign_in(entry, title, None).await),
        }
    }

    /// The grant of an entry with the secret that the user's own OAuth app has now, where one of the
    /// connectors that use it signs in as that app.
    ///
    /// Whatever else a grant holds came from an authorization server and is sent back as it is, however it
    /// may be spelled: only the wallet, where a person entered it, has a reference.
    pub(crate) async fn with_app_secret(
        &self,
        entry: &WalletEntry,
        mut grant: Grant,
    ) -> Result<Grant, Error> {
        let Dependencies {
            store,
            vault,
            references,
            ..
        } = &self.0.deps;
        for user in &entry.used_by {
            let connector = store.find_connector(&user.connector).await?;
            let Some(Authentication::Oauth {
                client: Some(client),
                ..
            }) = connector.map(|connector| connector.authentication)
            else {
                continue;
            };
            let Some(app) = store.find_wallet_entry(&client).await? else {
                continue;
            };
            // No other provider gets to see its secret.
            if app.issuer.as_ref() != Some(&grant.issuer) {
                continue;
            }
            let app = secrets::read_oauth_app(vault, &app).await?;
            if app.client_id == grant.client_id {
                grant.client_secret = app.client_secret(references, Occasion::Needed).await?;
                break;
            }
        }
        Ok(grant)
    }

    /// Saves a renewed grant: on disk before anybody uses it, or in memory where it cannot be saved. The lock keeps
    /// other writers out, except an older Patchbay and a vault that was reset: their changes stand.
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
            // The tokens cannot be had twice, whatever ails the database.
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
        let expires_at = grant.expires_at;
        let renewed = move |known: &mut WalletEntry| {
            known.expires_at = expires_at;
            known.replaced_at = now;
            known.needs_authorization = false;
        };
        if let Err(error) = self.change(entry, renewed).await {
            tracing::warn!(%error, "that a token was renewed could not be noted");
        }
        Ok(grant)
    }

    /// Notes that a person has to sign in again. The tokens stay: they may still be taken back.
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

    /// Lets a refused refresh token be sent again, or forgets it with its entry: a sign-in brought another one.
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

    /// Waits until nobody renews, writes or deletes the secret of an entry, in this process or another, and
    /// keeps everybody from it until the answer is dropped. One holds a single entry at a time.
    ///
    /// # Errors
    /// [`Error::File`] when the lock cannot be had.
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

    async fn headers_of(&self, entry: &WalletEntry) -> Result<SecretHeaders, Error> {
        let Dependencies {
            vault, references, ..
        } = &self.0.deps;
        secrets::headers(vault, references, entry).await
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
        let mut locks_by_entry = self
            .0
            .locks_by_entry
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks_by_entry.entry(entry.clone()).or_default())
    }

    fn now(&self) -> Timestamp {
        self.0.deps.clock.now()
    }

    /// Notes that an entry was sent, once a minute at most.
    async fn touch(&self, entry: &WalletEntryId) -> Result<(), Error> {
        let now = self.now();
        {
            let touched = self.0.touched.lock();
            let mut touched = touched.unwrap_or_else(PoisonError::into_inner);
            if touched
                .get(entry)
                .is_some_and(|last| now < *last + TOUCH_EVERY)
            {
                return Ok(());
            }
            touched.insert(entry.clone(), now);
        }
        self.0.deps.store.touch_wallet_entry(entry, now).await?;
        Ok(())
    }
}

/// The wallet entry that a connector uses.
pub(crate) fn entry_id(authentication: &Authentication) -> Option<&WalletEntryId> {
    match authentication {
        Authentication::None => None,
        Authentication::Oauth { entry, .. } => entry.as_ref(),
        Authentication::Bearer { entry }
        | Authentication::Headers { entry }
        | Authentication::Variables { entry } => Some(entry),
    }
}

fn grant_secrets(grant: Grant) -> Vec<Secret> {
    let others = [grant.refresh_token, grant.client_secret];
    let mut secrets = vec![grant.access_token];
    secrets.extend(others.into_iter().flatten());
    secrets
}

fn has_expired(grant: &Grant, now: Timestamp) -> bool {
    grant.expires_at.is_some_and(|end| end <= now)
}

/// Whether the end is nearer than a minute, or than a fifth of a life that is shorter than five.
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

/// The credentials of one connection.
struct Source {
    tokens: Tokens,
    title: String,
    entry: Option<WalletEntryId>,
    /// Where the connection leads.
    endpoint: Option<Url>,
}

impl Source {
    async fn entry(&self) -> Result<WalletEntry, Error> {
        let needed = || Error::SignInNeeded {
            connector: self.title.clone(),
        };
        let id = self.entry.as_ref().ok_or_else(needed)?;
        let found = self.tokens.0.deps.store.find_wallet_entry(id).await?;
        found.ok_or_else(needed)
    }

    async fn current(&self) -> Result<Vec<(String, Secret)>, Error> {
        let entry = self.entry().await?;
        if let Err(error) = self.tokens.touch(&entry.id).await {
            tracing::warn!(%error, "that a credential was used could not be noted");
        }
        if entry.kind != WalletKind::Oauth {
            let headers = self.tokens.headers_of(&entry).await?;
            return Ok(headers.into_iter().collect());
        }
        let grant = self.tokens.grant(&entry, &self.title, None).await?;
        // Whoever set it up: a token never goes to a host that it was not given for.
        if !self
            .endpoint
            .as_ref()
            .is_some_and(|url| grant.allows_url(url))
        {
            return Err(Error::SignInNeeded {
                connector: self.title.clone(),
            });
        }
        let value = Secret::new(format!("{SCHEME}{}", grant.access_token.expose()));
        Ok(vec![("Authorization".to_owned(), value)])
    }

    async fn renew_after(&self, sent: &[(String, Secret)]) -> Result<bool, Error> {
        let entry = self.entry().await?;
        // Of many calls that are refused together one renews the token; the others find it renewed.
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
