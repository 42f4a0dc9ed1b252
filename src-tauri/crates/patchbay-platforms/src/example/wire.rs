//! Members of responses that Patchbay uses.

use patchbay_model::RemoteId;
use serde::Deserialize;

use crate::lenient;

#[derive(Clone, Debug, Deserialize)]
pub struct Connector {
    pub id: RemoteId,
    pub name: String,
    #[serde(default, deserialize_with = "lenient::text")]
    pub url: Option<String>,
    /// `ready`, or the reason why not.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state: Option<String>,
}

/// All connectors.
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    #[serde(deserialize_with = "lenient::objects")]
    pub connectors: Vec<Connector>,
}
