//! The arguments of each operation.

use patchbay_http::SecretArgument;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Field;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListProviders {
    /// Most providers of the page, at most 200; left out: 50.
    pub(super) limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// Only this category, for example `email`, `ads`, `crm`.
    pub(super) category: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Only this provider, for example `gmail`.
    pub(super) provider: Option<String>,
    /// Only this role, for example `source`, `sink`, `both`.
    pub(super) role: Option<String>,
    /// Only this status, for example `connected`, `needs_reauth`.
    pub(super) status: Option<String>,
    /// Most connectors of a page, at most 200; left out: 50.
    pub(super) limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    /// Id of the connector.
    pub(super) id: String,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StartOauth {
    /// Provider to connect, for example `gmail`.
    pub(super) provider: String,
    /// Role of the connector, for example `source`, `sink`, `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    /// Connector to connect again; left out: a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connector_id: Option<String>,
    /// Absolute URL at which the browser should end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_url: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForGrant {
    /// Id of the connector, as the start of the consent gave it.
    pub(super) id: String,
    /// Seconds between two looks; left out: 2.
    pub(super) interval_s: Option<f64>,
    /// Longest wait in seconds; left out: 300.
    pub(super) limit_s: Option<f64>,
    /// When the consent lapses (RFC 3339), which ends the wait sooner.
    pub(super) expires_at: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitByok {
    /// Provider to connect, for example `apollo`.
    pub(super) provider: String,
    /// The provider's API key; 10ex never gives it back.
    pub(super) api_key: SecretArgument,
    /// Name of the connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Role of the connector, for example `source`, `sink`, `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    /// Further settings, for example `{"dataset": "prod"}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) settings: Option<Map<String, Value>>,
    /// Connector whose key is replaced; left out: a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connector_id: Option<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    /// Id of the connector.
    #[serde(skip_serializing)]
    pub(super) id: String,
    /// New name; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) name: Field<String>,
    /// New role, for example `source`, `crm_sink`; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) role: Field<String>,
    /// Whether it is the primary one of its role; the one before is demoted.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) is_primary: Field<bool>,
    /// Its settings, for example `{"sender_alias": "…"}`; left out: as they are.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) settings: Field<Map<String, Value>>,
    /// Whether it is switched on; left out: as it is.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub(super) enabled: Field<bool>,
}
