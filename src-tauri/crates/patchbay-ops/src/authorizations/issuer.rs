//! Whether a person has to agree to where a server sends them to sign in.
//!
//! A server that was taken over names a sign-in of its own, and whoever trusts the server signs in there.
//! So another authorization server than before is asked for nothing until a person has agreed to it.
//!
//! Source: RFC 9700, section 4.4; MCP requirement R14.

use patchbay_http::host_of;
use patchbay_model::{Authentication, Connector, IssuerChange, WalletEntry, clean_text};
use patchbay_oauth::Discovery;
use url::Url;

use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;

/// The longest address of an authorization server that is shown.
const SHOWN: usize = 256;

/// Stops a sign-in at another authorization server than before, unless it is the one that was agreed to.
pub(super) async fn ensure_issuer_accepted(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
    running: &RunningAuthorization,
) -> Result<(), Error> {
    let issuer = &discovery.issuer;
    let former = match former_issuer(cx, connector, discovery).await? {
        Some(former) if former != *issuer => former,
        _ => return Ok(()),
    };
    if running.accepted_issuer.as_ref() == Some(issuer) {
        return Ok(());
    }
    let change = describe_change(&former, issuer);
    running.change(cx, |now| now.issuer_change = Some(change.clone()));
    Err(Error::IssuerChanged {
        connector: connector.title.clone(),
        former: change.former,
        current: change.current,
    })
}

/// Where the last sign-in to that server was, or was begun; `None` before the first.
async fn former_issuer(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Option<String>, Error> {
    let entry = former_grant(cx, connector).await?;
    let of_grant = entry
        .filter(|entry| is_for(entry, &discovery.server))
        .and_then(|entry| entry.issuer);
    if of_grant.is_some() {
        return Ok(of_grant);
    }
    let server = discovery.server.as_str();
    let registrations = cx.store().list_registrations(server).await?;
    Ok(registrations.into_iter().next().map(|known| known.issuer))
}

/// The sign-in that the connector uses.
pub(super) async fn former_grant(
    cx: &Context,
    connector: &Connector,
) -> Result<Option<WalletEntry>, Error> {
    match &connector.authentication {
        Authentication::Oauth {
            entry: Some(entry), ..
        } => Ok(cx.store().find_wallet_entry(entry).await?),
        _ => Ok(None),
    }
}

/// Whether a sign-in is for that server: a connector may have been moved to another one since.
fn is_for(entry: &WalletEntry, server: &Url) -> bool {
    let resource = entry.resource.as_deref().map(Url::parse);
    match resource {
        Some(Ok(resource)) => resource.origin() == server.origin(),
        _ => true,
    }
}

/// A change as it is shown: both hosts, or both whole addresses where the host is the same.
fn describe_change(former: &str, issuer: &str) -> IssuerChange {
    let host = |issuer: &str| Url::parse(issuer).ok().map(|url| host_of(&url));
    let (former, current) = match (host(former), host(issuer)) {
        (Some(former), Some(current)) if former != current => (former, current),
        _ => (clean_text(former, SHOWN), clean_text(issuer, SHOWN)),
    };
    IssuerChange {
        former,
        current,
        issuer: issuer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_what_differs() {
        let of = |former, issuer| {
            let change = describe_change(former, issuer);
            (change.former, change.current)
        };
        let texts = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            of("https://one.example/", "https://two.example:8443/x"),
            texts("one.example", "two.example:8443")
        );
        assert_eq!(
            of("https://one.example/a", "https://one.example/b\u{202e}"),
            texts("https://one.example/a", "https://one.example/b")
        );
    }
}
