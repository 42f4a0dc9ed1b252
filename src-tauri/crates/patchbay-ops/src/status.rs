//! How a connector is, after something was tried with it.

use patchbay_model::{
    Code, Connector, ConnectorStatus, Explain, IdentityLine, Level, Platform, Status, WalletEntry,
};

use crate::{Context, Error, Event};

/// The label of the one account that needs no sign-in.
pub(crate) const THIS_COMPUTER: &str = "This computer";

/// The status of a connector that nobody has looked at.
pub(crate) fn unchecked() -> ConnectorStatus {
    ConnectorStatus {
        status: Status::Unknown,
        word: None,
        reason: Some("not checked yet".to_owned()),
        code: None,
        checked_at: None,
        last_ok_at: None,
    }
}

/// Notes that tools were listed.
pub(crate) fn note_ready(cx: &Context, connector: &mut Connector) {
    let now = cx.now();
    connector.draft = false;
    connector.status = ConnectorStatus {
        status: Status::Ready,
        // The platform's own word for it still holds; a server of ours has none.
        word: platforms_word(connector),
        reason: None,
        code: None,
        checked_at: Some(now),
        last_ok_at: Some(now),
    };
}

fn platforms_word(connector: &mut Connector) -> Option<String> {
    let is_hosted = connector.remote_id.is_some();
    connector.status.word.take().filter(|_| is_hosted)
}

/// Notes that something failed. What says nothing of the connector itself changes nothing.
pub(crate) fn note_failure(cx: &Context, connector: &mut Connector, error: &Error) {
    let Some(status) = status_after(error.code()) else {
        return;
    };
    connector.status = ConnectorStatus {
        status,
        word: platforms_word(connector),
        reason: Some(error.to_string()),
        code: Some(error.code()),
        checked_at: Some(cx.now()),
        last_ok_at: connector.status.last_ok_at,
    };
}

fn status_after(code: Code) -> Option<Status> {
    match code {
        Code::AuthNeeded | Code::AuthExpired | Code::AuthForbidden => {
            Some(Status::NeedsAuthorization)
        }
        Code::AuthDenied | Code::AuthTimedOut => Some(Status::NeedsAuthorization),
        Code::NetworkUnreachable
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
        | Code::VaultReference => Some(Status::Failing),
        _ => None,
    }
}

/// As who a connector of this computer acts with that wallet entry.
pub(crate) fn identity(entry: Option<&WalletEntry>) -> IdentityLine {
    IdentityLine {
        platform: Platform::Local,
        account: THIS_COMPUTER.to_owned(),
        credential: entry.map(|entry| entry.name.clone()),
        level: entry.map(|_| Level::User),
        // What renews itself does not lapse for the person who looks at it.
        expires_at: entry
            .filter(|entry| !entry.renews)
            .and_then(|entry| entry.expires_at),
    }
}

/// Saves a connector and says so.
///
/// # Errors
/// [`Error::Store`].
pub(crate) async fn save(cx: &Context, connector: &Connector) -> Result<(), Error> {
    cx.store().save_connector(connector).await?;
    cx.tell(Event::ConnectorsChanged);
    Ok(())
}
