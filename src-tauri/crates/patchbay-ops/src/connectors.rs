//! Connectors, wherever they are.

pub(crate) mod add;
pub(crate) mod add_program;
pub(crate) mod blank_connector;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod client_certificate;
pub(crate) mod create;
pub(crate) mod details;
pub(crate) mod deviations;
pub(crate) mod disconnect;
pub(crate) mod edit;
pub(crate) mod icon;
pub(crate) mod inspect_address;
pub(crate) mod mcp_resources;
pub(crate) mod network;
pub(crate) mod other_apps;
pub(crate) mod pasted;
pub(crate) mod refresh;
pub(crate) mod related;
pub(crate) mod remote;
pub(crate) mod remote_call;
pub(crate) mod report;
pub(crate) mod resource_watch;
pub(crate) mod roots;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod time_limits;
pub(crate) mod tool_changes;
pub(crate) mod tools;
pub(crate) mod trust;
pub(crate) mod view;

use patchbay_http::Reach;
use patchbay_model::{Connector, ConnectorId};
use patchbay_platforms::hosted;
use serde::Serialize;
use specta::Type;
use url::Url;

use crate::connectors::status::THIS_COMPUTER;
use crate::connectors::view::{ConnectorView, view_connectors};
use crate::context::Context;
use crate::error::Error;

/// Every connector, from the cache, by title.
pub async fn list_connectors(cx: &Context) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connectors().await?)
}

/// How many connectors a list begins with: more than the tallest window shows.
const FIRST: u32 = 100;

/// The beginning of the list of connectors.
#[derive(Clone, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FirstConnectors {
    /// Those that wait for a person, then the others, favourites first among both, each by title.
    pub connectors: Vec<ConnectorView>,
    /// How many there are in all.
    pub total: u32,
}

/// The beginning of the list of every connector, from the cache: there at once, however long the list
/// is. As in [`list_connector_rows`], `native` is left out.
pub async fn first_connectors(cx: &Context) -> Result<FirstConnectors, Error> {
    let (connectors, total) = cx.store().first_connectors(FIRST).await?;
    let connectors = view_connectors(cx, connectors).await?;
    Ok(FirstConnectors { connectors, total })
}

/// Every connector, from the cache, by title, with `null` for `native`: the platforms' own JSON is most
/// of a long list, and no list shows it. Never save what this gives.
pub async fn list_connector_rows(cx: &Context) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connector_rows().await?)
}

/// The connector of that id.
pub async fn find_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let found = cx.store().find_connector(id).await?;
    found.ok_or_else(|| not_found(id.as_str()))
}

/// The connector that a person means: by its id, by `ACCOUNT/NAME`, by a name or title that only one has, or by a
/// kind that only one is of, as the documents of its platform call it (`stripe`).
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Ambiguous`] when several have the name; [`Error::Store`].
pub async fn resolve_connector(cx: &Context, text: &str) -> Result<Connector, Error> {
    let connectors = list_connectors(cx).await?;
    let by = |fits: &dyn Fn(&Connector) -> bool| -> Vec<&Connector> {
        connectors
            .iter()
            .filter(|connector| fits(connector))
            .collect()
    };
    let found = [
        by(&|connector| connector.id.as_str() == text),
        by(&|connector| is_account_and_name(connector, text)),
        by(&|connector| connector.name == text),
        by(&|connector| connector.title.eq_ignore_ascii_case(text)),
    ];
    let named = found.into_iter().find(|found| !found.is_empty());
    let meant = named.unwrap_or_else(|| by(&|connector| is_of_kind(connector, text)));
    match meant.as_slice() {
        [] => Err(not_found(text)),
        [connector] => Ok((*connector).clone()),
        several => Err(Error::Ambiguous {
            name: text.to_owned(),
            count: several.len(),
        }),
    }
}

/// Whether the documents of its platform call its kind so, alone or with the account in front.
fn is_of_kind(connector: &Connector, text: &str) -> bool {
    let rules = hosted(connector.identity.platform).map(|hosted| hosted.rules);
    let kind = rules.and_then(|rules| (rules.kind_of)(&connector.native));
    kind.is_some_and(|kind| match text.split_once('/') {
        Some((account, text)) => is_of_account(connector, account) && kind == text,
        None => kind == text,
    })
}

fn is_of_account(connector: &Connector, account: &str) -> bool {
    account == connector.account.as_str()
        || account == connector.identity.account
        || (account == "local" && connector.identity.account == THIS_COMPUTER)
}

fn is_account_and_name(connector: &Connector, text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(account, name)| connector.name == name && is_of_account(connector, account))
}

/// That there is no connector of that name.
pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "connector",
        name: name.to_owned(),
    }
}

/// What the server of a connector of this computer may name: what is public, and what is of its own kind of place.
pub(crate) fn reach_of(cx: &Context, connector: &Connector) -> Reach {
    let own = match (&connector.command, &connector.endpoint) {
        // A program of this computer may lead to a page of this computer.
        (Some(_), _) => Url::parse("http://127.0.0.1/").ok(),
        (None, endpoint) => endpoint.as_deref().and_then(|it| Url::parse(it).ok()),
    };
    own.map_or_else(Reach::public, |own| cx.addresses().reach(&own))
}
