//! Detection of changed authorization servers.
//!
//! A compromised MCP server could name an attacker's authorization server, and a user who trusts the MCP server would
//! sign in there. So an authorization server other than before is not contacted until the user has accepted it. Nor does
//! one get the secret of the user's own OAuth app before the user has seen its name, on its page or here. Nor does one
//! get the code of a page that another host shows, unless that page names the server in its answer: it may be the page
//! of an honest server, borrowed for an app that is registered there.
//!
//! Source: RFC 9700, section 4.4; RFC 9207; MCP requirement R14.

use patchbay_http::host_of;
use patchbay_model::{Connector, IssuerChange, WalletEntry, clean_text};
use patchbay_oauth::Discovery;
use url::Url;

use super::find_grant;
use crate::address::shares_domain;
use crate::context::Context;
use crate::context::running_authorizations::RunningAuthorization;
use crate::error::Error;
use crate::secrets;

/// Maximum characters of an issuer that is shown.
const SHOWN: usize = 256;

/// Fails for another authorization server than before, for the first one of the user's own app whose host no page
/// shows, and for one with the page of another, unless the user accepted it.
pub(super) async fn ensure_issuer_accepted(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
    running: &RunningAuthorization,
) -> Result<(), Error> {
    let issuer = &discovery.issuer;
    let granted = granted_issuer(cx, connector, discovery).await?;
    let is_known = granted.as_ref() == Some(issuer);
    let former = match granted {
        None => registered_issuer(cx, discovery).await?,
        granted => granted,
    };
    let (former, page) = match former {
        Some(former) if former != *issuer => (Some(former), None),
        _ if first_gets_secret(cx, connector, discovery).await? => (None, None),
        _ => match borrowed_page(discovery) {
            Some(page) if !is_known => (None, Some(host_of(page))),
            _ => return Ok(()),
        },
    };
    if running.accepted_issuer.as_ref() == Some(issuer) {
        return Ok(());
    }
    let change = IssuerChange {
        page,
        ..describe_change(former.as_deref(), issuer)
    };
    running.change(cx, |now| now.issuer_change = Some(change.clone()));
    Err(Error::IssuerChanged {
        connector: connector.title.clone(),
        former: change.former,
        page: change.page,
        current: change.current,
    })
}

/// The sign-in page where neither the authorization server nor who gets the code is on its host, and its answer does not
/// name the server. A page that redirects to that of an honest server cannot be told from its own.
fn borrowed_page(discovery: &Discovery) -> Option<&Url> {
    let issuer = Url::parse(&discovery.issuer).ok();
    let page = discovery.authorization_endpoint.as_ref()?;
    let is_own = issuer.is_some_and(|issuer| shares_domain(&issuer, page))
        || shares_domain(&discovery.token_endpoint, page);
    (!is_own && !discovery.iss_required).then_some(page)
}

/// Whether the next server would be the first to get the secret of the connector's app, with no page that shows its
/// host.
async fn first_gets_secret(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<bool, Error> {
    let Some(app) = connector.authentication.app() else {
        return Ok(false);
    };
    // The page may be that of the provider that the app belongs to, while the code and the secret go elsewhere.
    let issuer = Url::parse(&discovery.issuer).ok();
    let page = discovery.authorization_endpoint.as_ref();
    let is_shown = page.is_some_and(|page| issuer.is_some_and(|it| host_of(&it) == host_of(page)));
    let app = cx.store().find_wallet_entry(app).await?;
    match app.filter(|app| !is_shown && app.issuer.is_none()) {
        Some(app) => {
            let app = secrets::read_oauth_app(cx.vault(), &app).await?;
            Ok(app.client_secret.is_some())
        }
        None => Ok(false),
    }
}

/// Returns the issuer of the last completed sign-in to that server.
async fn granted_issuer(
    cx: &Context,
    connector: &Connector,
    discovery: &Discovery,
) -> Result<Option<String>, Error> {
    let grant = find_grant(cx, connector).await?;
    let grant = grant.filter(|entry| is_for(entry, &discovery.server));
    Ok(grant.and_then(|entry| entry.issuer))
}

/// Returns the issuer of the last sign-in to that server that was started.
async fn registered_issuer(cx: &Context, discovery: &Discovery) -> Result<Option<String>, Error> {
    let server = discovery.server.as_str();
    let registrations = cx.store().list_registrations(server).await?;
    Ok(registrations.into_iter().next().map(|known| known.issuer))
}

/// Whether the entry is for that server: the connector's address may have changed since.
fn is_for(entry: &WalletEntry, server: &Url) -> bool {
    let resource = entry.resource.as_deref().map(Url::parse);
    match resource {
        Some(Ok(resource)) => resource.origin() == server.origin(),
        _ => true,
    }
}

/// Describes the change by both hosts, or by both URLs if the hosts are the same.
fn describe_change(former: Option<&str>, issuer: &str) -> IssuerChange {
    let host = |issuer: &str| Url::parse(issuer).ok().map(|url| host_of(&url));
    let (former_host, current) = (former.and_then(host), host(issuer));
    let (former, current) = match (former, former_host, current) {
        (None, _, Some(current)) => (None, current),
        (_, Some(former), Some(current)) if former != current => (Some(former), current),
        _ => (
            former.map(|it| clean_text(it, SHOWN)),
            clean_text(issuer, SHOWN),
        ),
    };
    IssuerChange {
        former,
        current,
        page: None,
        issuer: issuer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_change_names_the_differing_part() {
        let of = |former, issuer| {
            let change = describe_change(Some(former), issuer);
            (change.former.unwrap(), change.current)
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
        let first = describe_change(None, "https://one.example/a");
        assert_eq!(
            (first.former, first.current),
            (None, "one.example".to_owned())
        );
    }
}
