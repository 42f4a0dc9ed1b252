//! Changing connectors and their status.

use patchbay_model::{
    Code, Connector, ConnectorId, ConnectorStatus, Explain, IdentityLine, Platform, Status,
    Timestamp, WalletEntry,
};
use patchbay_store::Changed;

use crate::abilities::abilities;
use crate::address::NewName;
use crate::context::Context;
use crate::error::Error;
use crate::events::Event;
use crate::stored_connectors::view::emit_changed;

/// A change of the connector as it is in the database at that time.
pub(crate) type Change = Box<dyn FnOnce(&mut Connector) + Send>;

/// Label of the local account.
pub(crate) const THIS_COMPUTER: &str = "This computer";

/// Status of a connector that was never checked.
pub(crate) fn unchecked_status() -> ConnectorStatus {
    ConnectorStatus {
        reason: Some("not checked yet".to_owned()),
        ..ConnectorStatus::default()
    }
}

/// Sets a status, unless the connector is turned off: only its user or platform turns it on again, not work that was
/// under way.
pub(crate) fn set(connector: &mut Connector, status: ConnectorStatus) {
    if connector.status.status != Status::Disabled {
        connector.status = status;
    }
}

/// Clears the status after the settings changed.
pub(crate) fn reset(connector: &mut Connector) {
    set(connector, unchecked_status());
}

/// Clears a failure after the settings changed.
pub(crate) fn clear_failure(connector: &mut Connector) {
    if connector.status.status == Status::Failing {
        connector.status = unchecked_status();
    }
}

/// Sets the status after tools were listed.
pub(crate) fn mark_ready(connector: &mut Connector, now: Timestamp) {
    connector.draft = false;
    let status = ConnectorStatus {
        status: Status::Ready,
        // The platform's own status still holds.
        word: platform_word(connector),
        checked_at: Some(now),
        last_ok_at: Some(now),
        ..ConnectorStatus::default()
    };
    set(connector, status);
}

fn platform_word(connector: &Connector) -> Option<String> {
    let reports_status = abilities(connector).reports_status;
    connector.status.word.clone().filter(|_| reports_status)
}

/// Records a failure in the status of a connector, unless the error is not about the connector itself.
pub(crate) async fn record_failure(
    cx: &Context,
    id: &ConnectorId,
    error: &Error,
) -> Result<(), Error> {
    if matches!(error, Error::Platform(error) if error.is_own_stop()) {
        return Ok(());
    }
    let (code, reason, now) = (error.code(), error.to_string(), cx.now());
    let Some(status) = status_after(code) else {
        return Ok(());
    };
    let record = move |connector: &mut Connector| {
        // The account was synced after the first error, and the connector refreshed after the second, which may be about
        // the account. The others are about the account's key.
        let is_not_its_own = matches!(
            code,
            Code::NotFound | Code::AuthForbidden | Code::VaultReference | Code::ReferenceNotAllowed
        );
        if is_not_its_own && !abilities(connector).configured_here {
            return;
        }
        // The sign-in that it needs is under way.
        let is_authorizing = connector.status.status == Status::Authorizing;
        if is_authorizing && status == Status::NeedsAuthorization {
            return;
        }
        let status = ConnectorStatus {
            status,
            word: platform_word(connector),
            reason: Some(reason),
            code: Some(code),
            checked_at: Some(now),
            last_ok_at: connector.status.last_ok_at,
        };
        set(connector, status);
    };
    change(cx, id, record).await.map(drop)
}

fn status_after(code: Code) -> Option<Status> {
    match code {
        Code::AuthNeeded
        | Code::AuthRefused
        | Code::AuthExpired
        | Code::AuthDenied
        | Code::AuthTimedOut => Some(Status::NeedsAuthorization),
        // A forbidden request does not mean that the sign-in is invalid.
        Code::AuthForbidden
        | Code::NetworkUnreachable
        | Code::NetworkDns
        | Code::NetworkTls
        | Code::NetworkRedirect
        | Code::NetworkTooLarge
        | Code::TimedOut
        | Code::McpNotAServer
        | Code::McpProtocol
        | Code::PlatformFailed
        | Code::PlatformAnswer
        | Code::NotFound
        | Code::AuthDiscovery
        | Code::AuthUnsafeUrl
        | Code::AuthClientNeeded
        | Code::AuthExchange
        | Code::VaultReference
        | Code::ReferenceNotAllowed
        | Code::ProgramNotFound
        | Code::ProgramNotAllowed
        | Code::ProgramNotStarted
        | Code::ProgramEnded => Some(Status::Failing),
        _ => None,
    }
}

/// Turns a connector on or off.
pub(crate) fn set_enabled(connector: &mut Connector, enabled: bool) {
    let is_on = connector.status.status != Status::Disabled;
    if enabled == is_on {
        return;
    }
    let last_ok_at = connector.status.last_ok_at;
    connector.status = unchecked_status();
    connector.status.last_ok_at = last_ok_at;
    if !enabled {
        connector.status.status = Status::Disabled;
        connector.status.reason = Some("you turned it off".to_owned());
    }
}

/// Refuses a connector that is turned off.
pub(crate) fn ensure_enabled(connector: &Connector) -> Result<(), Error> {
    if connector.status.status != Status::Disabled {
        return Ok(());
    }
    let is_off_there = !abilities(connector).configured_here;
    Err(Error::SwitchedOff {
        connector: connector.title.clone(),
        account: is_off_there.then(|| connector.identity.account.clone()),
    })
}

/// Whether a successful call does not change the status.
pub(crate) fn is_settled(status: Status) -> bool {
    matches!(
        status,
        Status::Ready | Status::Disabled | Status::Authorizing
    )
}

/// Builds the identity line of a local connector that uses a wallet entry.
pub(crate) fn identity(entry: Option<&WalletEntry>) -> IdentityLine {
    IdentityLine {
        platform: Platform::Local,
        account: THIS_COMPUTER.to_owned(),
        credential: entry.map(|entry| entry.name.clone()),
        user: entry.and_then(|entry| entry.user.clone()),
        // Wallet entries have no levels.
        level: None,
        // An entry that renews itself does not expire for the user.
        expires_at: entry
            .filter(|entry| !entry.renews)
            .and_then(|entry| entry.expires_at),
    }
}

/// Applies `change` to the stored connector, which may be newer than the caller's copy, and emits an event if anything
/// changed; `None` if the connector is gone.
pub(crate) async fn change(
    cx: &Context,
    id: &ConnectorId,
    change: impl FnOnce(&mut Connector) + Send + 'static,
) -> Result<Option<Changed>, Error> {
    let changed = cx.store().change_connector(id, change).await?;
    if changed.as_ref().is_some_and(|it| it.before != it.after) {
        emit_changed(cx, id).await?;
    }
    Ok(changed)
}

/// Like [`change`], for a connector that must exist.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Store`].
pub(crate) async fn update(
    cx: &Context,
    id: &ConnectorId,
    apply: impl FnOnce(&mut Connector) + Send + 'static,
) -> Result<Changed, Error> {
    let changed = change(cx, id, apply).await?;
    changed.ok_or_else(|| Error::not_found("connector", id))
}

/// Saves a new connector under that name and emits an event.
pub(crate) async fn add(
    cx: &Context,
    connector: Connector,
    name: NewName,
) -> Result<Connector, Error> {
    let adding = cx
        .store()
        .add_connector(connector, |taken| name.among("-", taken));
    let added = adding.await?;
    cx.emit(Event::ConnectorsChanged);
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{UNREACHABLE_URL, add, open_temporary};

    #[tokio::test]
    async fn a_server_that_patchbay_ended_is_not_failing() {
        let (_home, cx) = open_temporary().await;
        let connector = add(&cx, UNREACHABLE_URL).await;
        let stopped = patchbay_platforms::Error::ProgramStopped {
            program: "node".to_owned(),
        };
        let recorded = record_failure(&cx, &connector.id, &stopped.into()).await;
        recorded.unwrap();
        let found = cx.store().find_connector(&connector.id).await.unwrap();
        assert_eq!(found.unwrap().status, connector.status);
        cx.close().await;
    }

    #[tokio::test]
    async fn a_reference_that_leads_nowhere_is_a_failure_of_whose_secret_it_is() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        for (platform, status) in [
            (Platform::Mistral, connector.status.status),
            (Platform::Local, Status::Failing),
        ] {
            connector.identity.platform = platform;
            cx.store().save_connector(&connector).await.unwrap();
            let failed = Error::Reference {
                reference: "env://GONE".to_owned(),
                why: "not set".to_owned(),
                is_program: false,
            };
            record_failure(&cx, &connector.id, &failed).await.unwrap();
            let found = cx.store().find_connector(&connector.id).await.unwrap();
            assert_eq!(found.unwrap().status.status, status);
        }
        cx.close().await;
    }

    #[tokio::test]
    async fn a_sign_in_under_way_is_not_asked_for_again() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        connector.status.status = Status::Authorizing;
        cx.store().save_connector(&connector).await.unwrap();
        let needed = Error::SignInNeeded {
            connector: connector.title.clone(),
        };
        record_failure(&cx, &connector.id, &needed).await.unwrap();
        let found = cx.store().find_connector(&connector.id).await.unwrap();
        assert_eq!(found.unwrap().status, connector.status);
        cx.close().await;
    }

    #[tokio::test]
    async fn what_ends_late_does_not_turn_a_connector_on() {
        let (_home, cx) = open_temporary().await;
        let mut connector = add(&cx, UNREACHABLE_URL).await;
        connector.status.status = Status::Disabled;
        cx.store().save_connector(&connector).await.unwrap();
        let refused = Error::SignInNeeded {
            connector: connector.title.clone(),
        };
        record_failure(&cx, &connector.id, &refused).await.unwrap();
        let now = cx.now();
        let ready = move |connector: &mut Connector| mark_ready(connector, now);
        let changed = update(&cx, &connector.id, ready).await.unwrap();
        assert_eq!(changed.after.status, connector.status);
        cx.close().await;
    }
}
