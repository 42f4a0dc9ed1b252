//! Hosted platforms, signed in to by their accounts.

mod observations;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use patchbay_http::{
    AddressPolicy, CallOptions, ClientSettings, Clients, Clock as PlatformClock, Retries,
};
use patchbay_model::{Account, AccountId, Explain, Secret, Timestamp};
use patchbay_platforms::{
    Error as PlatformError, PlainHttp, Platform, SignIn, allows_plain_http, hosted,
};
use serde_json::{Map, Value};
use url::Url;

use crate::address::plain_http;
use crate::clock::Clock;
use crate::{Context, Error, Event, account_errors, accounts};

pub(crate) use observations::{delete_observations, save_observations};

/// How long the read may take that tells whose sign-in was refused.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// How long is waited where a platform asks for a pause: whoever asked for something waits meanwhile, and
/// would rather be told.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Sign-ins that were used, so that connections and tokens of a platform are kept between calls.
pub(crate) struct Hosted {
    /// Made when the first account needs them: most of what they take is the system's certificates.
    clients: OnceLock<Clients>,
    clock: Arc<dyn PlatformClock>,
    addresses: AddressPolicy,
    open: Mutex<HashMap<AccountId, SignedIn>>,
    shared: observations::Shared,
}

/// A sign-in that was used.
#[derive(Clone)]
struct SignedIn {
    platform: Arc<dyn Platform>,
    /// What it was made of: where a reference led once, it may not lead again.
    secrets: Vec<Secret>,
}

impl Hosted {
    pub(crate) fn new(clock: Arc<dyn Clock>, addresses: AddressPolicy) -> Self {
        Self {
            clients: OnceLock::new(),
            clock: Arc::new(TurnedClock(clock)),
            addresses,
            open: Mutex::default(),
            shared: observations::Shared::default(),
        }
    }

    fn clients(&self) -> Result<Clients, Error> {
        if let Some(clients) = self.clients.get() {
            return Ok(clients.clone());
        }
        let made = Clients::build(&ClientSettings {
            addresses: self.addresses.clone(),
            ..ClientSettings::default()
        })?;
        Ok(self.clients.get_or_init(|| made).clone())
    }

    /// Lets go of a sign-in, for its secrets changed.
    pub(crate) fn forget(&self, account: &AccountId) {
        self.lock().remove(account);
    }

    /// Lets go of all sign-ins, for what they were made of may have changed.
    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    /// What an account is signed in with; `None` where no sign-in is kept.
    pub(crate) fn secrets(&self, account: &AccountId) -> Option<Vec<Secret>> {
        let open = self.lock();
        open.get(account).map(|used| used.secrets.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, SignedIn>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The platform of an account, signed in.
///
/// # Errors
/// [`Error::SignedOutHere`]; [`Error::Usage`] for "This computer"; [`Error::Vault`], [`Error::Reference`];
/// [`Error::Platform`] when a field cannot be used.
pub(crate) async fn platform_of(
    cx: &Context,
    account: &Account,
) -> Result<Arc<dyn Platform>, Error> {
    if account.is_signed_out {
        return Err(Error::SignedOutHere {
            account: account.label.clone(),
        });
    }
    let open = cx.hosted().lock().get(&account.id).cloned();
    if let Some(used) = open {
        return Ok(used.platform);
    }
    let secrets = accounts::secrets_of(cx, account).await?;
    let signed_in = SignedIn {
        secrets: secrets.values().cloned().collect(),
        platform: sign_in(cx, account, secrets)?,
    };
    observations::restore(cx, &account.id, &*signed_in.platform).await;
    let mut open = cx.hosted().lock();
    let used = open.entry(account.id.clone()).or_insert(signed_in);
    Ok(Arc::clone(&used.platform))
}

/// Signs in with secrets that are not kept yet; sends nothing.
///
/// # Errors
/// As [`platform_of`].
pub(crate) fn sign_in(
    cx: &Context,
    account: &Account,
    secrets: BTreeMap<String, Secret>,
) -> Result<Arc<dyn Platform>, Error> {
    let hosted = hosted(account.platform).ok_or_else(|| Error::Usage {
        what: format!("{} is not a hosted platform", account.label),
        hint: "Choose an account of a hosted platform.".to_owned(),
    })?;
    let settings = match &account.settings.0 {
        Value::Object(settings) => settings.clone(),
        _ => Map::new(),
    };
    let mut clients = cx.hosted().clients()?;
    clients.plain_http = plain_http_of(&settings);
    Ok((hosted.sign_in)(SignIn {
        settings,
        secrets,
        clients,
        clock: Arc::clone(&cx.hosted().clock),
    })?)
}

/// Whether the key of an account may go over plain http: to the address that its settings name, where they
/// say so.
fn plain_http_of(settings: &Map<String, Value>) -> PlainHttp {
    let base = settings.get("base_url").and_then(Value::as_str);
    match base.and_then(|base| Url::parse(base).ok()) {
        Some(base) => plain_http(allows_plain_http(settings), &base),
        None => PlainHttp::Refused,
    }
}

/// Gives every platform that is signed in to what other processes found out meanwhile.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn merge_saved_observations(cx: &Context) -> Result<(), Error> {
    let open = cx.hosted().lock().clone();
    for (account, used) in open {
        observations::merge_saved(cx, &account, &*used.platform).await?;
    }
    Ok(())
}

/// Ends a call to a platform: saves what the platform observed meanwhile, and turns its error into ours.
///
/// # Errors
/// [`Error::SignedOut`] when the account's key is not accepted; else what the platform said, as it is.
pub(crate) async fn finish_call<T>(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
    outcome: Result<T, PlatformError>,
) -> Result<T, Error> {
    save_observations(cx, account, platform).await;
    match outcome {
        Err(error @ PlatformError::Unauthorized { .. }) => {
            Err(classify_unauthorized(cx, account, platform, error).await?)
        }
        outcome => Ok(outcome?),
    }
}

/// What a 401 speaks of: the account's key, or one connector's own sign-in. A light read tells which.
async fn classify_unauthorized(
    cx: &Context,
    account: &AccountId,
    platform: &dyn Platform,
    error: PlatformError,
) -> Result<Error, Error> {
    let read = CallOptions {
        timeout: Some(READ_LIMIT),
        retries: Some(Retries::Times(0)),
        ..options(cx)
    };
    let Err(PlatformError::Unauthorized { .. }) = platform.check(&read).await else {
        return Ok(error.into());
    };
    let account = accounts::find_account(cx, account).await?;
    let error = signed_out(&account, error);
    account_errors::record(cx, &account, Some(&error)).await;
    emit_asked(cx, &account, Some(&error));
    Ok(error)
}

/// Tells how asking an account went, where the window did not ask for its list.
pub(crate) fn emit_asked(cx: &Context, account: &Account, error: Option<&Error>) {
    cx.emit(Event::AccountAsked {
        account: account.id.clone(),
        problem: error.map(|error| Box::new(error.problem())),
    });
}

/// The failure of what speaks of nothing but the account itself.
pub(crate) fn signed_out(account: &Account, error: PlatformError) -> Error {
    match error {
        PlatformError::Unauthorized { .. } => Error::SignedOut {
            account: account.label.clone(),
            source: Box::new(error),
        },
        error => error.into(),
    }
}

/// Has the platform say whether it takes the sign-in; nobody else may say it in its place.
pub(crate) async fn verify(cx: &Context, platform: &dyn Platform) -> Result<(), PlatformError> {
    let options = CallOptions {
        same_origin_only: true,
        ..options(cx)
    };
    platform.check(&options).await
}

/// Options of a call that ends when the process does.
pub(crate) fn options(cx: &Context) -> CallOptions {
    CallOptions {
        max_retry_wait: Some(LONGEST_PAUSE),
        cancel: Some(cx.ending().child_token()),
        ..CallOptions::default()
    }
}

/// Our clock in the form that platforms take.
struct TurnedClock(Arc<dyn Clock>);

#[async_trait]
impl PlatformClock for TurnedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn chance(&self) -> f64 {
        patchbay_http::SystemClock.chance()
    }
}
