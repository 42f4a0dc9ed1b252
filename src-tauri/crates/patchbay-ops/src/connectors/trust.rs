//! Trusting the certificate of a server that nobody vouches for, after a person compared it.

use patchbay_model::{Connector, ConnectorId, Pin, UntrustedCertificate};
use patchbay_oauth::{Error as OAuthError, Untraced};
use patchbay_platforms::Error as PlatformError;

use crate::abilities::abilities;
use crate::authorizations::discover;
use crate::connectors::{find_connector, not_found, status};
use crate::context::Context;
use crate::error::Error;
use crate::servers;

/// Looks which certificate keeps a connector from its server, or from where that has it sign in; `None` where none
/// does. Sends no credential and changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a connector without an address of its own; [`Error::Store`].
pub async fn find_untrusted_certificate(
    cx: &Context,
    id: &ConnectorId,
) -> Result<Option<UntrustedCertificate>, Error> {
    let connector = find_connector(cx, id).await?;
    if connector.command.is_some() || !abilities(&connector).configured_here {
        return Err(Error::Usage {
            what: format!("{} has no certificate of its own", connector.title),
            hint: "Choose a connector with an address.".to_owned(),
        });
    }
    Ok(match discover(cx, &connector, &Untraced).await {
        Err(
            Error::Platform(PlatformError::Untrusted(certificate))
            | Error::OAuth(OAuthError::Untrusted(certificate)),
        ) => Some(*certificate),
        _ => None,
    })
}

/// Trusts the certificate with that fingerprint, for the host and port that show it now and for this connector
/// alone. One that is shown in its place later is asked about anew.
///
/// # Errors
/// [`Error::Usage`] when another certificate is shown, or none that has to be trusted; as
/// [`find_untrusted_certificate`].
pub async fn trust_certificate(
    cx: &Context,
    id: &ConnectorId,
    sha256: &str,
) -> Result<Connector, Error> {
    let shown = find_untrusted_certificate(cx, id).await?;
    let shown = shown.ok_or_else(|| Error::Usage {
        what: "there is no certificate to trust".to_owned(),
        hint: "Check the connector to see what else is wrong.".to_owned(),
    })?;
    if digits(&shown.facts.sha256) != digits(sha256) {
        return Err(Error::Usage {
            what: format!(
                "{} shows another certificate, with SHA-256 {}",
                shown.place, shown.facts.sha256
            ),
            hint: "Compare it with the fingerprint that its operator has.".to_owned(),
        });
    }
    let pin = Pin {
        place: shown.place,
        facts: shown.facts,
    };
    let now = cx.now();
    let trust = move |connector: &mut Connector| {
        connector.network.pins.retain(|it| it.place != pin.place);
        connector.network.pins.push(pin);
        connector.status = status::unchecked_status();
        connector.updated_at = now;
    };
    let changed = status::change(cx, id, trust).await?;
    let changed = changed.ok_or_else(|| not_found(id.as_str()))?;
    servers::sessions::end_session(cx, id).await;
    Ok(changed.after)
}

/// The digits of a fingerprint, however it is written.
fn digits(sha256: &str) -> String {
    let digits = sha256.chars().filter(char::is_ascii_hexdigit);
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}
