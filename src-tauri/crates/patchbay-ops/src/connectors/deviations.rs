//! Deviations of a connector's sign-in from the OAuth standards.

use patchbay_model::{Authentication, Connector, ConnectorId, OauthDeviation};
use patchbay_oauth::{Deviations, source_of_deviation};
use serde::Serialize;
use specta::Type;

use crate::context::Context;
use crate::error::Error;
use crate::stored_connectors::find_connector;

/// A deviation and its setting for one connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviationView {
    pub deviation: OauthDeviation,
    /// Short description.
    pub words: String,
    /// Whether it skips a security check, so that only the user can turn it on.
    pub weakens: bool,
    /// Whether it applies to the next sign-in.
    pub is_on: bool,
    /// The user's choice; `None` follows the known behavior of the provider.
    pub chosen: Option<bool>,
    /// Page that documents that the provider needs it.
    pub source: Option<String>,
}

/// Lists all deviations and whether they apply to a connector; empty if it does not use OAuth here. The provider is
/// only known after the first sign-in.
pub async fn list_deviations(cx: &Context, id: &ConnectorId) -> Result<Vec<DeviationView>, Error> {
    deviations_of(cx, &find_connector(cx, id).await?).await
}

pub(crate) async fn deviations_of(
    cx: &Context,
    connector: &Connector,
) -> Result<Vec<DeviationView>, Error> {
    let Authentication::Oauth { client, entry, .. } = &connector.authentication else {
        return Ok(Vec::new());
    };
    let mut issuer = None;
    for entry in [entry, client].into_iter().flatten() {
        let entry = cx.store().find_wallet_entry(entry).await?;
        issuer = issuer.or(entry.and_then(|entry| entry.issuer));
    }
    let issuer = issuer.unwrap_or_default();
    let chosen = &connector.oauth_deviations;
    let applied = Deviations::of(&issuer, chosen);
    let view = |deviation: OauthDeviation| DeviationView {
        deviation,
        words: deviation.words().to_owned(),
        weakens: deviation.weakens(),
        is_on: applied.has(deviation),
        chosen: chosen.get(&deviation).copied(),
        source: source_of_deviation(&issuer, deviation).map(str::to_owned),
    };
    Ok(OauthDeviation::ALL.into_iter().map(view).collect())
}
