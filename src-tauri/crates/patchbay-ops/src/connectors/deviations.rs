//! Where the sign-in of a connector differs from the standards.

use patchbay_model::{Authentication, Connector, ConnectorId, OauthDeviation};
use patchbay_oauth::{Deviations, source_of_deviation};
use serde::Serialize;
use specta::Type;

use crate::connectors::find_connector;
use crate::context::Context;
use crate::error::Error;

/// A deviation as it is for one connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviationView {
    /// Which.
    pub deviation: OauthDeviation,
    /// What is done differently, in a few words.
    pub words: String,
    /// Whether a check is left out by it: then it is on only where a person chose so.
    pub weakens: bool,
    /// Whether it applies to the next sign-in.
    pub is_on: bool,
    /// What a person chose; `None` to follow what is known of the provider.
    pub chosen: Option<bool>,
    /// The page that tells that the provider needs it; `None` where that isn't known.
    pub source: Option<String>,
}

/// Every deviation, and whether it applies to a connector's sign-in; none where it doesn't sign in by OAuth here. Which
/// provider that is, is known from the first sign-in on.
pub async fn list_deviations(cx: &Context, id: &ConnectorId) -> Result<Vec<DeviationView>, Error> {
    deviations_of(cx, &find_connector(cx, id).await?).await
}

/// As [`list_deviations`].
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
