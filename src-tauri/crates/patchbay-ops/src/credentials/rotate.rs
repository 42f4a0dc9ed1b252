//! Rotating a wallet entry: replacing its secret everywhere.
//!
//! Local connectors and accounts read the wallet at each use. Hosted platforms that store the secret get the new one
//! pushed. The old secret stays in the vault until the rotation is finished or rolled back, so that no location is left
//! with a secret that nobody has.

use std::path::PathBuf;
use std::time::Duration;

use patchbay_model::{
    AccountId, Code, ConnectorId, Explain, FieldProblem, Form, Level, Problem, Secret,
    SecretHolder, SecretLocation, SecretReference, WalletEntry, WalletEntryId, pointer,
};
use patchbay_platforms::CredentialToSave;
use patchbay_vault::SecretName;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::abilities::abilities;
use crate::accounts::platform::finish_call;
use crate::accounts::remote_call::HostedConnector;
use crate::argument_check::check_arguments;
use crate::context::Context;
use crate::credentials::check::check_replacement;
use crate::credentials::edit::{replace_stored, save_replacement};
use crate::credentials::find_wallet_entry;
use crate::credentials::forget::{forget_previous, previous_reference_name, previous_secret_name};
use crate::credentials::secret::WalletSecret;
use crate::credentials::users::reload_users;
use crate::error::Error;
use crate::events::Event;
use crate::forms::{not_single, put, single_secret};
use crate::lock::FileLock;
use crate::secrets::{self, SavedValues};
use crate::stored_connectors::find_connector;

/// Where a wallet entry is used, and whether a rotation has reached it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rotation {
    pub entry: WalletEntry,
    /// All places, those that read the wallet at each use first.
    pub targets: Vec<RotationTarget>,
    /// Whether the old secret is still saved, so that the rotation can be rolled back.
    pub can_go_back: bool,
    /// Whether the wallet has the old secret again; places with a problem may still have the new one.
    pub is_rolled_back: bool,
}

/// One place where a wallet entry is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RotationTarget {
    /// Title of the connector or label of the account.
    pub title: String,
    /// Label of the account.
    pub account: String,
    pub connector: Option<ConnectorId>,
    pub account_id: Option<AccountId>,
    /// Which part of a hosted connector holds the secret; `None` where the wallet is read at each use.
    pub holder: Option<SecretHolder>,
    /// Why the last push failed.
    pub problem: Option<Problem>,
}

/// Returns where a rotation of this entry would go.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn plan_rotation(cx: &Context, id: &WalletEntryId) -> Result<Rotation, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let mut targets = own_targets(cx, &entry).await?;
    for location in cx.store().list_secret_locations(id).await? {
        targets.push(to_target(cx, location).await?);
    }
    let previous = read_previous(cx, id).await?;
    let is_rolled_back = match &previous {
        Some(previous) => is_current(cx, &entry, previous).await?,
        None => false,
    };
    Ok(Rotation {
        entry,
        targets,
        can_go_back: previous.is_some(),
        is_rolled_back,
    })
}

/// Saves a new secret in the wallet and pushes it to every platform that stores the old one. Calls `each` after every
/// push. Places whose push fails, or is not tried because the process ends, keep the old secret and a problem.
///
/// # Errors
/// As for [`replace_wallet_secret`](crate::credentials::replace_wallet_secret); [`Error::Usage`] when the last rotation
/// is neither finished nor rolled back, or is in progress, or when platforms store the old secret and the new one is not
/// a single secret.
pub async fn rotate_wallet_entry(
    cx: &Context,
    id: &WalletEntryId,
    secret: WalletSecret,
    each: impl FnMut(&RotationTarget),
) -> Result<Rotation, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let turn = take_turn(cx, &entry).await?;
    let secret_locations = cx.store().list_secret_locations(id).await?;
    let open = secret_locations.iter().any(|one| one.problem.is_some());
    if open && read_previous(cx, id).await?.is_some() {
        return Err(Error::usage(
            format!("credential {} is still being rotated", entry.name),
            "Retry, finish or roll back that rotation first.",
        ));
    }
    if !secret_locations.is_empty() && !secret.is_single() {
        return Err(not_single(&entry));
    }
    let next = check_replacement(cx, id, secret).await?;
    let rotating = async {
        // First: without it, a roll-back would restore the secret before.
        save_previous(cx, id).await?;
        mark_pending(cx, &secret_locations).await?;
        save_replacement(cx, next).await?;
        push(cx, id, secret_locations, Direction::Forward, each).await
    };
    in_progress(cx, id, turn, rotating).await
}

/// Pushes the secret again to the places that the last rotation did not reach.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] while a rotation is in progress.
pub async fn retry_rotation(
    cx: &Context,
    id: &WalletEntryId,
    each: impl FnMut(&RotationTarget),
) -> Result<Rotation, Error> {
    let turn = take_turn(cx, &find_wallet_entry(cx, id).await?).await?;
    let mut secret_locations = cx.store().list_secret_locations(id).await?;
    secret_locations.retain(|location| location.problem.is_some());
    in_progress(
        cx,
        id,
        turn,
        push(cx, id, secret_locations, Direction::Forward, each),
    )
    .await
}

/// Restores the old secret in the wallet and every place.
///
/// # Errors
/// [`Error::Usage`] when the old secret is no longer saved; as for [`retry_rotation`].
pub async fn roll_back_rotation(
    cx: &Context,
    id: &WalletEntryId,
    each: impl FnMut(&RotationTarget),
) -> Result<Rotation, Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let turn = take_turn(cx, &entry).await?;
    let old = read_previous(cx, id).await?;
    let old = old.ok_or_else(|| {
        Error::usage(
            format!("the old {} is no longer stored", entry.name),
            "Rotate to the credential you want.",
        )
    })?;
    let rolling_back = async {
        let reached = locations_to_roll_back(cx, id).await?;
        mark_pending(cx, &reached).await?;
        restore_previous(cx, &entry, old).await?;
        push(cx, id, reached, Direction::Back, each).await
    };
    in_progress(cx, id, turn, rolling_back).await
}

/// How long to wait for a rotation that is in progress, or while somebody looks whether one is.
const TURN_TIMEOUT: Duration = Duration::from_secs(1);

/// Keeps every process from changing the rotation until the lock is dropped: each goes by its own list of the places that
/// are left.
async fn take_turn(cx: &Context, entry: &WalletEntry) -> Result<FileLock, Error> {
    match FileLock::take_within(turn_file(cx, &entry.id), TURN_TIMEOUT).await {
        Err(Error::Busy) => Err(Error::usage(
            format!("credential {} is being rotated right now", entry.name),
            "Wait until that is done.",
        )),
        turn => turn,
    }
}

/// Whether any process rotates the credential.
pub(crate) async fn is_rotating(cx: &Context, id: &WalletEntryId) -> bool {
    let taken = FileLock::is_taken(turn_file(cx, id)).await;
    taken.is_ok_and(|taken| taken)
}

fn turn_file(cx: &Context, id: &WalletEntryId) -> PathBuf {
    cx.paths().locks().join(format!("{id}.rotation.lock"))
}

/// Marks the rotation as running during `work`, so that pending locations are not reported as needs, and emits the
/// change whatever its outcome.
async fn in_progress(
    cx: &Context,
    id: &WalletEntryId,
    turn: FileLock,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<Rotation, Error> {
    let in_progress = cx.rotations().register(id, cx.shutdown().child_token());
    let done = work.await;
    drop((in_progress, turn));
    cx.emit(Event::WalletChanged);
    done?;
    plan_rotation(cx, id).await
}

/// Returns the locations that may hold the new secret. One that does not support replacing still holds the old one.
async fn locations_to_roll_back(
    cx: &Context,
    id: &WalletEntryId,
) -> Result<Vec<SecretLocation>, Error> {
    let mut reached = Vec::new();
    for location in cx.store().list_secret_locations(id).await? {
        let problem = location.problem.as_ref();
        if problem.is_some_and(|problem| problem.code == Code::PlatformNotSupported) {
            let location = SecretLocation {
                problem: None,
                ..location
            };
            cx.store().save_secret_location(&location).await?;
        } else {
            reached.push(location);
        }
    }
    Ok(reached)
}

/// The secret before the last rotation.
enum Previous {
    Secret(Secret),
    Reference(SecretReference),
}

/// Saves the present secret as the one to roll back to, in place of an earlier one.
async fn save_previous(cx: &Context, id: &WalletEntryId) -> Result<(), Error> {
    let vault = cx.vault();
    let _lock = cx.tokens().lock_credential(id).await?;
    // It may have been deleted meanwhile, and the vault must not hold a secret without an entry.
    let entry = find_wallet_entry(cx, id).await?;
    if let Some(reference) = &entry.reference {
        let text = Secret::new(reference.to_string());
        // Before the reference, as it is read first.
        vault.remove(&previous_secret_name(id)).await?;
        vault.write(&previous_reference_name(id), &text).await?;
        return Ok(());
    }
    match vault.read(&SecretName::wallet(id)).await? {
        Some(secret) => vault.write(&previous_secret_name(id), &secret).await?,
        None => drop(vault.remove(&previous_secret_name(id)).await?),
    }
    vault.remove(&previous_reference_name(id)).await?;
    Ok(())
}

async fn read_previous(cx: &Context, id: &WalletEntryId) -> Result<Option<Previous>, Error> {
    let vault = cx.vault();
    if let Some(secret) = vault.read(&previous_secret_name(id)).await? {
        return Ok(Some(Previous::Secret(secret)));
    }
    let reference = vault.read(&previous_reference_name(id)).await?;
    let reference = reference.and_then(|text| SecretReference::parse(text.expose()).ok());
    Ok(reference.map(Previous::Reference))
}

/// Whether the wallet has this secret.
async fn is_current(cx: &Context, entry: &WalletEntry, previous: &Previous) -> Result<bool, Error> {
    let previous = match previous {
        Previous::Reference(reference) => return Ok(entry.reference.as_ref() == Some(reference)),
        Previous::Secret(_) if entry.reference.is_some() => return Ok(false),
        Previous::Secret(secret) => secret,
    };
    let current = cx.vault().read(&SecretName::wallet(&entry.id)).await?;
    Ok(current.is_some_and(|current| current.expose() == previous.expose()))
}

/// Restores the old secret in the wallet.
async fn restore_previous(cx: &Context, entry: &WalletEntry, old: Previous) -> Result<(), Error> {
    let id = &entry.id;
    let lock = cx.tokens().lock_credential(id).await?;
    // As above.
    find_wallet_entry(cx, id).await?;
    let (secret, reference) = match old {
        Previous::Secret(secret) => (Some(secret), None),
        Previous::Reference(reference) => (None, Some(reference)),
    };
    let names = match (&secret, entry.kind.has_named_values()) {
        (Some(secret), true) => secrets::decode_values(secret).unwrap_or_default(),
        _ => SavedValues::new(),
    };
    let now = cx.now();
    let change = move |known: &mut WalletEntry| {
        known.reference = reference;
        known.header_names = names.into_keys().collect();
        known.replaced_at = now;
    };
    let entry = replace_stored(cx, id, secret, change).await?;
    drop(lock);
    reload_users(cx, &entry).await
}

/// Deletes the old secret, after which the rotation cannot be rolled back.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] while a rotation is in progress.
pub async fn finish_rotation(cx: &Context, id: &WalletEntryId) -> Result<Rotation, Error> {
    let _turn = take_turn(cx, &find_wallet_entry(cx, id).await?).await?;
    forget_previous(cx, id).await?;
    plan_rotation(cx, id).await
}

/// Returns the local connectors and accounts, which read the wallet at each use.
async fn own_targets(cx: &Context, entry: &WalletEntry) -> Result<Vec<RotationTarget>, Error> {
    let mut targets = Vec::new();
    for user in &entry.used_by {
        let connector = find_connector(cx, &user.connector).await?;
        if abilities(&connector).signs_in_here {
            targets.push(RotationTarget {
                title: connector.title,
                account: connector.identity.account,
                connector: Some(connector.id),
                account_id: None,
                holder: None,
                problem: None,
            });
        }
    }
    for account in cx.store().list_accounts().await? {
        if account.entries.contains(&entry.id) {
            targets.push(RotationTarget {
                title: account.label.clone(),
                account: account.label,
                connector: None,
                account_id: Some(account.id),
                holder: None,
                problem: None,
            });
        }
    }
    Ok(targets)
}

async fn to_target(cx: &Context, location: SecretLocation) -> Result<RotationTarget, Error> {
    let connector = find_connector(cx, &location.connector).await?;
    Ok(RotationTarget {
        title: connector.title,
        account: connector.identity.account,
        connector: Some(location.connector),
        account_id: None,
        holder: Some(location.holder),
        problem: location.problem,
    })
}

/// Which secret is pushed.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    /// The new one.
    Forward,
    /// The old one.
    Back,
}

/// Marks these locations as pending before the wallet changes: if the process dies while pushing, the remaining ones do
/// not count as updated.
async fn mark_pending(cx: &Context, secret_locations: &[SecretLocation]) -> Result<(), Error> {
    for location in secret_locations.iter().filter(|one| one.problem.is_none()) {
        let waiting = Problem::new(Code::Cancelled, "not updated yet");
        let location = SecretLocation {
            problem: Some(waiting.with_hint("Retry.")),
            ..location.clone()
        };
        cx.store().save_secret_location(&location).await?;
    }
    Ok(())
}

/// Pushes the secret of the wallet to these locations, one after the other.
async fn push(
    cx: &Context,
    id: &WalletEntryId,
    secret_locations: Vec<SecretLocation>,
    direction: Direction,
    mut each: impl FnMut(&RotationTarget),
) -> Result<(), Error> {
    let entry = find_wallet_entry(cx, id).await?;
    let secret = if secret_locations.is_empty() {
        None
    } else {
        Some(single_secret(cx, &entry).await?)
    };
    for (location, secret) in secret_locations.into_iter().zip(secret.iter().cycle()) {
        let mut pushed = push_one(cx, &location, secret).await;
        if direction == Direction::Back && location.problem.is_some() && is_manual_only(&pushed) {
            // It does not support replacing, so it still has the old one.
            pushed = Ok(());
        }
        let location = SecretLocation {
            placed_at: if pushed.is_ok() {
                cx.now()
            } else {
                location.placed_at
            },
            problem: pushed.err().map(|error| error.problem()),
            ..location
        };
        cx.store().save_secret_location(&location).await?;
        each(&to_target(cx, location).await?);
    }
    Ok(())
}

async fn push_one(cx: &Context, location: &SecretLocation, secret: &Secret) -> Result<(), Error> {
    let mut hosted = HostedConnector::find(cx, &location.connector).await?;
    hosted.options.secrets = vec![secret.clone()];
    let pushed = match push_secret(&hosted, location, secret).await {
        Err(Error::Platform(error)) => {
            let account = &hosted.connector.account;
            finish_call(cx, account, &*hosted.platform, Err(error)).await
        }
        pushed => pushed,
    };
    // The platform may have dropped the former secret.
    let is_dropped = |error: &Error| error.code() == Code::AuthDenied;
    if pushed.as_ref().err().is_none_or(is_dropped) {
        hosted.refresh_after_change().await?;
    }
    pushed
}

async fn push_secret(
    hosted: &HostedConnector<'_>,
    location: &SecretLocation,
    secret: &Secret,
) -> Result<(), Error> {
    match &location.holder {
        SecretHolder::Credential { level, name } => {
            let form = credential_form(hosted, *level).await?;
            let values = with_secret(location, &form, secret)?;
            save_credential(hosted, *level, name, values).await
        }
        SecretHolder::Settings | SecretHolder::Creation => {
            match change_setting(hosted, location, secret).await? {
                true => Ok(()),
                false => save_unnamed(hosted, location, secret).await,
            }
        }
    }
}

/// Replaces a credential.
async fn save_credential(
    hosted: &HostedConnector<'_>,
    level: Level,
    name: &str,
    values: Map<String, Value>,
) -> Result<(), Error> {
    let credentials = hosted.platform.credentials();
    let credential = CredentialToSave {
        name: name.to_owned(),
        level,
        values,
        is_default: None,
        is_replacement: true,
    };
    Ok(credentials
        .ok_or_else(manual_only_error)?
        .save_credential(&hosted.remote, credential, &hosted.options)
        .await?)
}

/// Changes the setting that holds the secret. Returns `false` when there is none.
async fn change_setting(
    hosted: &HostedConnector<'_>,
    location: &SecretLocation,
    secret: &Secret,
) -> Result<bool, Error> {
    let Some(settings) = hosted.platform.settings() else {
        return Ok(false);
    };
    let now = settings.settings(&hosted.remote, &hosted.options).await?;
    let member = member_of(location);
    if !has_member(&now.form, &member) {
        return Ok(false);
    }
    let mut values = with_secret(location, &now.form, secret)?;
    values.retain(|name, _| *name == member);
    settings
        .change_settings(&hosted.remote, values, &hosted.options)
        .await?;
    Ok(true)
}

/// Replaces the unnamed credential, if its form has the secret at the same path.
async fn save_unnamed(
    hosted: &HostedConnector<'_>,
    location: &SecretLocation,
    secret: &Secret,
) -> Result<(), Error> {
    let (remote, options) = (&hosted.remote, &hosted.options);
    let credentials = hosted.platform.credentials();
    let credentials = credentials.ok_or_else(manual_only_error)?;
    let levels = credentials.credential_levels(remote, options).await?;
    let level = levels.into_iter().find(|level| !level.is_named);
    let level = level.ok_or_else(manual_only_error)?.level;
    let form = credential_form(hosted, level).await?;
    if !has_member(&form, &member_of(location)) {
        return Err(manual_only_error());
    }
    save_credential(hosted, level, "", with_secret(location, &form, secret)?).await
}

async fn credential_form(hosted: &HostedConnector<'_>, level: Level) -> Result<Form, Error> {
    let credentials = hosted.platform.credentials();
    let credentials = credentials.ok_or_else(manual_only_error)?;
    let form = credentials.credential_form(&hosted.remote, level, &hosted.options);
    Ok(form.await?)
}

/// Returns the member of the form's values that holds the secret.
fn member_of(location: &SecretLocation) -> String {
    pointer::unescape(location.path.split('/').nth(1).unwrap_or_default())
}

fn has_member(form: &Form, member: &str) -> bool {
    let member = pointer::member("/properties", member);
    form.schema.pointer(&member).is_some()
}

/// Returns the current values of the form with the secret, so that nothing else changes. The values that were recorded
/// with the location replace what the platform does not return: a member that the form does not show, and what its
/// schema misses beside the secret.
fn with_secret(
    location: &SecretLocation,
    form: &Form,
    secret: &Secret,
) -> Result<Map<String, Value>, Error> {
    let (mut values, recorded) = (form.values.0.clone(), &location.values.0);
    let member = member_of(location);
    let is_shown = |shown: &Value| shown["kind"] != Form::KEPT_KIND;
    if !values.get(&member).is_some_and(is_shown)
        && let Some(known) = recorded.get(&member)
    {
        put(&mut values, &pointer::member("", &member), known.clone())?;
    }
    put(&mut values, &location.path, Value::from(secret.expose()))?;
    let missing = check_arguments(&form.schema, &values).into_iter();
    for FieldProblem { path, .. } in missing.filter(|missing| !missing.path.is_empty()) {
        let Some(known) = recorded.pointer(&path) else {
            continue;
        };
        match values.pointer_mut(&path) {
            Some(shown) => add_missing(shown, known),
            None => put(&mut values, &path, known.clone())?,
        }
    }
    match values {
        Value::Object(values) => Ok(values),
        _ => Err(manual_only_error()),
    }
}

fn add_missing(shown: &mut Value, known: &Value) {
    let (Value::Object(shown), Value::Object(known)) = (shown, known) else {
        return;
    };
    for (name, value) in known {
        match shown.get_mut(name) {
            Some(shown) => add_missing(shown, value),
            None => drop(shown.insert(name.clone(), value.clone())),
        }
    }
}

fn is_manual_only(pushed: &Result<(), Error>) -> bool {
    let code = pushed.as_ref().err().map(Error::code);
    code == Some(Code::PlatformNotSupported)
}

fn manual_only_error() -> Error {
    Error::not_supported("replacing this credential without creating the connector again")
}

#[cfg(test)]
mod tests;
