//! Maps the platform's terms to the model.

use patchbay_model::{AuthenticationMethod, Json, Status, Visibility, clean_text};
use serde_json::Value;

use super::wire::Connector;
use crate::RemoteConnector;

const TEXT_LIMIT: usize = 200;

pub(super) fn connector(wire: &Connector, native: Value) -> RemoteConnector {
    let word = wire
        .state
        .as_deref()
        .map(|word| clean_text(word, TEXT_LIMIT));
    RemoteConnector {
        name: clean_text(&wire.name, TEXT_LIMIT),
        endpoint: wire.url.clone(),
        visibility: Visibility::Organization,
        status: match word.as_deref() {
            Some("ready") => Status::Ready,
            _ => Status::Unknown,
        },
        reason: word.clone().filter(|word| word != "ready"),
        word,
        methods: vec![AuthenticationMethod::None],
        ..RemoteConnector::new(wire.id.clone(), Json(native))
    }
}
