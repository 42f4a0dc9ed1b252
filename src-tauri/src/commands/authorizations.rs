//! Click-through consents.

use patchbay_model::{
    AccountId, Authorization, AuthorizationId, ConnectorId, Form, Problem, Secret,
};
use patchbay_ops::{Context, ProviderSignIn, StartAuthorization, StartProviderSignIn};
use tauri::{AppHandle, Runtime, State};

use super::app::copy;

/// Starts a consent and opens the browser; its steps come as events.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_authorization(
    cx: State<'_, Context>,
    request: StartAuthorization,
) -> Result<Authorization, Problem> {
    Ok(patchbay_ops::start_authorization(&cx, request).await?)
}

/// The latest consents, newest first, those under way among them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_authorizations(
    cx: State<'_, Context>,
) -> Result<Vec<Authorization>, Problem> {
    Ok(patchbay_ops::list_authorizations(&cx).await?)
}

/// One consent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_authorization(
    cx: State<'_, Context>,
    authorization: AuthorizationId,
) -> Result<Authorization, Problem> {
    Ok(patchbay_ops::find_authorization(&cx, &authorization).await?)
}

/// Opens the consent page once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_authorization_page(
    cx: State<'_, Context>,
    authorization: AuthorizationId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::open_authorization_page(&cx, &authorization).await?)
}

/// Puts the address of the consent page on the clipboard. The page never has it: it holds the `state`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_authorization_page<R: Runtime>(
    app: AppHandle<R>,
    cx: State<'_, Context>,
    authorization: AuthorizationId,
) -> Result<(), Problem> {
    let page = patchbay_ops::authorization_page(&cx, &authorization)?;
    copy(&app, page.into())
}

/// Takes the address on which the browser ended, pasted by the user.
#[tauri::command]
#[specta::specta]
pub(crate) async fn finish_authorization(
    cx: State<'_, Context>,
    authorization: AuthorizationId,
    address: Secret,
) -> Result<(), Problem> {
    Ok(patchbay_ops::finish_authorization(&cx, &authorization, &address).await?)
}

/// Gives the user five minutes more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn extend_authorization(
    cx: State<'_, Context>,
    authorization: AuthorizationId,
) -> Result<Authorization, Problem> {
    Ok(patchbay_ops::extend_authorization(&cx, &authorization).await?)
}

/// Stops a consent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_authorization(
    cx: State<'_, Context>,
    authorization: AuthorizationId,
) -> Result<(), Problem> {
    Ok(patchbay_ops::cancel_authorization(&cx, &authorization).await?)
}

/// What a person may choose before a connector's consent starts.
#[tauri::command]
#[specta::specta]
pub(crate) async fn consent_form(
    cx: State<'_, Context>,
    connector: ConnectorId,
) -> Result<Option<Form>, Problem> {
    Ok(patchbay_ops::consent_form(&cx, &connector).await?)
}

/// How the form of a definition can be filled by a sign-in to its provider.
#[tauri::command]
#[specta::specta]
pub(crate) async fn provider_sign_in(
    cx: State<'_, Context>,
    account: AccountId,
    definition: String,
) -> Result<Option<ProviderSignIn>, Problem> {
    Ok(patchbay_ops::provider_sign_in(&cx, &account, &definition).await?)
}

/// Starts that sign-in; its tokens become wallet entries.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_provider_sign_in(
    cx: State<'_, Context>,
    request: StartProviderSignIn,
) -> Result<Authorization, Problem> {
    Ok(patchbay_ops::start_provider_sign_in(&cx, request).await?)
}
