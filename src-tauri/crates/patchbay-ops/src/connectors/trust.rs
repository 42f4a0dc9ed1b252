//! Pinning an untrusted server certificate after the user compared its fingerprint.

use patchbay_model::{Code, Connector, ConnectorId, Explain as _, Pin, UntrustedCertificate};
use patchbay_oauth::{Error as OAuthError, Untraced};
use patchbay_platforms::Error as PlatformError;

use crate::abilities::abilities;
use crate::authorizations::discover;
use crate::context::Context;
use crate::error::Error;
use crate::servers;
use crate::stored_connectors::{find_connector, status};

/// Finds the untrusted certificate that prevents a connection to the server or to its authorization server; `None` if
/// there is none. Sends no credential and changes nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Usage`] for a program or a hosted connector; [`Error::Store`]; [`Error::Usage`] or
/// [`Error::Vault`] if its client certificate can't be read.
pub async fn find_untrusted_certificate(
    cx: &Context,
    id: &ConnectorId,
) -> Result<Option<UntrustedCertificate>, Error> {
    let connector = find_connector(cx, id).await?;
    if connector.command.is_some() || !abilities(&connector).configured_here {
        let what = format!(
            "connector {} has no certificate of its own",
            connector.title
        );
        return Err(Error::usage(what, "Choose a connector with an address."));
    }
    match discover(cx, &connector, &Untraced).await {
        Err(
            Error::Platform(PlatformError::Untrusted(certificate))
            | Error::OAuth(OAuthError::Untrusted(certificate)),
        ) => Ok(Some(*certificate)),
        // Nothing was looked at.
        Err(error @ (Error::Vault(_) | Error::Usage { .. })) => Err(error),
        Err(error) if is_unanswered(error.code()) => Err(error),
        _ => Ok(None),
    }
}

/// Whether no certificate was seen.
fn is_unanswered(code: Code) -> bool {
    matches!(
        code,
        Code::NetworkUnreachable | Code::NetworkDns | Code::TimedOut
    )
}

/// Trusts the certificate with a fingerprint, for the host and port that present it now and for this connector only.
///
/// # Errors
/// [`Error::Usage`] if a different certificate is presented, or a trusted one; as [`find_untrusted_certificate`].
pub async fn trust_certificate(
    cx: &Context,
    id: &ConnectorId,
    sha256: &str,
) -> Result<Connector, Error> {
    let found = find_untrusted_certificate(cx, id).await?;
    let UntrustedCertificate { place, facts, .. } = found.ok_or_else(|| {
        let hint = "Check the connector to see what else is wrong.";
        Error::usage("there is no certificate to trust", hint)
    })?;
    if digits(&facts.sha256) != digits(sha256) {
        let found = &facts.sha256;
        return Err(Error::usage(
            format!("{place} shows another certificate, with SHA-256 {found}"),
            "Compare it with the fingerprint that its operator has.",
        ));
    }
    let pin = Pin { place, facts };
    let now = cx.now();
    let trust = move |connector: &mut Connector| {
        connector.network.pins.retain(|it| it.place != pin.place);
        connector.network.pins.push(pin);
        status::reset(connector);
        connector.updated_at = now;
    };
    let changed = status::update(cx, id, trust).await?;
    servers::sessions::end_session(cx, id).await;
    Ok(changed.after)
}

/// Normalizes a fingerprint to uppercase digits.
fn digits(sha256: &str) -> String {
    let digits = sha256.chars().filter(char::is_ascii_hexdigit);
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}
