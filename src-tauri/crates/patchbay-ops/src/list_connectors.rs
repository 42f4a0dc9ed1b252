//! Finding connectors.

use patchbay_model::{Connector, ConnectorId};

use crate::status::THIS_COMPUTER;
use crate::{Context, Error};

/// Every connector, from the cache, by title.
///
/// # Errors
/// [`Error::Store`].
pub async fn list_connectors(cx: &Context) -> Result<Vec<Connector>, Error> {
    Ok(cx.store().list_connectors().await?)
}

/// The connector of that id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn find_connector(cx: &Context, id: &ConnectorId) -> Result<Connector, Error> {
    let found = cx.store().find_connector(id).await?;
    found.ok_or_else(|| not_found(id.as_str()))
}

/// The connector that a person means: by its id, by `ACCOUNT/NAME`, or by a name or title that only
/// one has.
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
    match found
        .iter()
        .find(|found| !found.is_empty())
        .map(Vec::as_slice)
    {
        None => Err(not_found(text)),
        Some([connector]) => Ok((*connector).clone()),
        Some(several) => Err(Error::Ambiguous {
            name: text.to_owned(),
            count: several.len(),
        }),
    }
}

fn is_account_and_name(connector: &Connector, text: &str) -> bool {
    text.split_once('/').is_some_and(|(account, name)| {
        connector.name == name
            && (account == connector.account.as_str()
                || account == connector.identity.account
                || (account == "local" && connector.identity.account == THIS_COMPUTER))
    })
}

/// That there is no connector of that name.
pub(crate) fn not_found(name: &str) -> Error {
    Error::NotFound {
        kind: "connector",
        name: name.to_owned(),
    }
}
