//! Sign-ins of connectors.

use patchbay_model::{AccountId, Authorization, AuthorizationId, ConnectorId, Form, Secret};
use patchbay_ops::{self as ops, ProviderSignIn, StartAuthorization, StartProviderSignIn};
use tauri::AppHandle;

use super::app::copy;

commands! { cx =>
    /// Starts an authorization and opens the browser; progress is sent as events.
    fn start_authorization(request: StartAuthorization) -> Authorization =
        ops::start_authorization(&cx, request).await?;

    /// Lists the latest authorizations, newest first, including those in progress.
    fn list_authorizations() -> Vec<Authorization> = ops::list_authorizations(&cx).await?;

    /// Returns an authorization.
    fn find_authorization(authorization: AuthorizationId) -> Authorization =
        ops::find_authorization(&cx, &authorization).await?;

    /// Opens the sign-in page again.
    fn open_authorization_page(authorization: AuthorizationId) -> () =
        ops::open_authorization_page(&cx, &authorization).await?;

    /// Finishes an authorization with the URL at which the browser ended, pasted by the user.
    fn finish_authorization(authorization: AuthorizationId, address: Secret) -> () =
        ops::finish_authorization(&cx, &authorization, &address).await?;

    /// Extends the deadline by five minutes.
    fn extend_authorization(authorization: AuthorizationId) -> Authorization =
        ops::extend_authorization(&cx, &authorization).await?;

    /// Cancels an authorization.
    fn cancel_authorization(authorization: AuthorizationId) -> () =
        ops::cancel_authorization(&cx, &authorization).await?;

    /// Returns the form of options for a connector's authorization, if it has any.
    fn consent_form(connector: ConnectorId) -> Option<Form> =
        ops::consent_form(&cx, &connector).await?;

    /// Returns how a provider sign-in can fill in the form of a definition, if it can.
    fn provider_sign_in(account: AccountId, definition: String) -> Option<ProviderSignIn> =
        ops::provider_sign_in(&cx, &account, &definition).await?;

    /// Starts a provider sign-in, whose tokens become wallet entries.
    fn start_provider_sign_in(request: StartProviderSignIn) -> Authorization =
        ops::start_provider_sign_in(&cx, request).await?;

    /// Copies the URL of the sign-in page to the clipboard; the web view never gets it, because it contains the `state`.
    fn copy_authorization_page(app: AppHandle, authorization: AuthorizationId) -> () =
        copy(&app, ops::authorization_page(&cx, &authorization)?.into())?;
}
