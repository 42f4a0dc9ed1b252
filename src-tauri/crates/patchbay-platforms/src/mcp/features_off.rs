//! Client features that are off for a connector, and whether its server asks for them all the same.

use std::sync::atomic::{AtomicU32, Ordering};

use super::ClientFeatures;
use crate::{ClientFeature, Error};
use patchbay_http::{TEXT_LIMIT, text};
use patchbay_model::{Content, ToolResult};
use rmcp::model::{
    ConstString as _, CreateMessageRequestMethod, ErrorCode, ListRootsRequestMethod,
};

const MISSING_CAPABILITY: i64 = ErrorCode::MISSING_REQUIRED_CLIENT_CAPABILITY.0 as i64;

/// The start of the messages with which frameworks refuse to send a request to a client that did not declare it.
///
/// Source: TypeScript SDK, `Server.assertCapabilityForMethod`; FastMCP, `Context.sample`.
const NOT_DECLARED: &str = "client does not support ";

/// The features that are off, and how often the server asked for each.
pub(super) struct FeaturesOff {
    off: Vec<(ClientFeature, AtomicU32)>,
}

/// How often a server had asked for each feature at some time.
pub(super) struct AskedBefore(Vec<u32>);

impl FeaturesOff {
    pub(super) fn new(client_features: &ClientFeatures) -> Self {
        let is_on = |feature: &ClientFeature| match feature {
            ClientFeature::Sampling => client_features.sampling,
            ClientFeature::Roots => client_features.roots_result().is_some(),
        };
        let off = ClientFeature::ALL.into_iter().filter(|it| !is_on(it));
        Self {
            off: off.map(|feature| (feature, AtomicU32::new(0))).collect(),
        }
    }

    /// Notes a request that is refused, as its feature was not declared.
    pub(super) fn note_request(&self, method: &str) {
        if let Some((_, count)) = self.off.iter().find(|(it, _)| method_of(*it) == method) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn asked(&self) -> AskedBefore {
        let counts = self.off.iter();
        AskedBefore(counts.map(|(_, it)| it.load(Ordering::Relaxed)).collect())
    }

    /// The error for a method that the server requires an answer to.
    pub(super) fn error_for(&self, method: &str) -> Error {
        let mut off = self.off.iter().map(|(feature, _)| *feature);
        match off.find(|feature| method_of(*feature) == method) {
            Some(feature) => Error::FeatureOff {
                feature,
                said: None,
            },
            None => Error::InputRequired,
        }
    }

    /// Replaces an error of the server that a feature explains which is off.
    pub(super) fn explain(&self, error: Error, before: &AskedBefore) -> Error {
        let Error::ServerError {
            code,
            message,
            data,
        } = &error
        else {
            return error;
        };
        let required = data.as_ref().map(|data| &data["requiredCapabilities"]);
        let is_required = |feature| {
            let required = required.filter(|_| *code == MISSING_CAPABILITY);
            required.is_some_and(|required| required.get(capability_of(feature)).is_some())
        };
        match self.find(message, before, is_required) {
            Some(feature) => Error::FeatureOff {
                feature,
                said: Some(message.clone()).filter(|said| !said.is_empty()),
            },
            None if *code == MISSING_CAPABILITY
                && required.is_some_and(|it| it.get("elicitation").is_some()) =>
            {
                Error::InputRequired
            }
            None => error,
        }
    }

    /// The error for a failure that a tool reports, if a feature explains it which is off.
    pub(super) fn explain_result(
        &self,
        result: &ToolResult,
        before: &AskedBefore,
    ) -> Option<Error> {
        if !result.is_error {
            return None;
        }
        let texts = result.content.iter().filter_map(|part| match part {
            Content::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        let said = text::clean_lines(&texts.collect::<Vec<_>>().join("\n"), TEXT_LIMIT);
        let feature = self.find(&said, before, |_| false)?;
        Some(Error::FeatureOff {
            feature,
            said: Some(said).filter(|said| !said.is_empty()),
        })
    }

    /// The feature for which the server asked since, or which its message names. The protocol doesn't say to which call
    /// a request belongs: that it failed is what connects them.
    fn find(
        &self,
        message: &str,
        AskedBefore(before): &AskedBefore,
        is_required: impl Fn(ClientFeature) -> bool,
    ) -> Option<ClientFeature> {
        let message = message.to_lowercase();
        let refuses = message.contains(NOT_DECLARED);
        let mut off = self.off.iter().zip(before);
        let found = off.find(|((feature, count), before)| {
            count.load(Ordering::Relaxed) != **before
                || is_required(*feature)
                || (refuses && message.contains(capability_of(*feature)))
        });
        found.map(|((feature, _), _)| *feature)
    }
}

fn method_of(feature: ClientFeature) -> &'static str {
    match feature {
        ClientFeature::Sampling => CreateMessageRequestMethod::VALUE,
        ClientFeature::Roots => ListRootsRequestMethod::VALUE,
    }
}

/// Name of the capability, which is declared for the feature.
fn capability_of(feature: ClientFeature) -> &'static str {
    match feature {
        ClientFeature::Sampling => "sampling",
        ClientFeature::Roots => "roots",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn server_error(code: i64, message: &str, data: Value) -> Error {
        Error::ServerError {
            code,
            message: message.to_owned(),
            data: Some(data),
        }
    }

    fn feature(error: &Error) -> Option<ClientFeature> {
        match error {
            Error::FeatureOff { feature, .. } => Some(*feature),
            _ => None,
        }
    }

    #[test]
    fn an_error_is_explained_by_what_the_server_asked_for_requires_or_names() {
        use ClientFeature::{Roots, Sampling};
        let off = FeaturesOff::new(&ClientFeatures::default());
        let explain = |code, message: &str, data| {
            feature(&off.explain(server_error(code, message, data), &off.asked()))
        };
        let required = |name: &str| json!({ "requiredCapabilities": { name: {} } });
        assert_eq!(explain(-32021, "", required("sampling")), Some(Sampling));
        assert_eq!(explain(-32021, "", required("roots")), Some(Roots));
        assert_eq!(explain(-32603, "", required("roots")), None);
        let says = "Client does not support sampling (required for sampling/createMessage)";
        assert_eq!(explain(-32603, says, json!(null)), Some(Sampling));
        let other = "this model does not support sampling parameters";
        assert_eq!(explain(-32603, other, json!(null)), None);

        let before = off.asked();
        off.note_request("roots/list");
        off.note_request("elicitation/create");
        let failed = server_error(-32603, "no folder", json!(null));
        let explained = off.explain(failed, &before);
        assert_eq!(feature(&explained), Some(Roots));
        assert!(
            matches!(&explained, Error::FeatureOff { said: Some(said), .. } if said == "no folder")
        );
        assert_eq!(explain(-32603, "no folder", json!(null)), None);

        let elicitation = server_error(-32021, "", required("elicitation"));
        let elicitation = off.explain(elicitation, &off.asked());
        assert!(matches!(elicitation, Error::InputRequired));
    }

    #[test]
    fn nothing_is_explained_by_what_is_on() {
        let on = FeaturesOff::new(&ClientFeatures {
            sampling: true,
            ..ClientFeatures::default()
        });
        let before = on.asked();
        on.note_request("sampling/createMessage");
        let failed = server_error(-1, "client does not support sampling", json!(null));
        assert_eq!(feature(&on.explain(failed, &before)), None);
        assert!(matches!(
            on.error_for("sampling/createMessage"),
            Error::InputRequired
        ));
        assert_eq!(
            feature(&on.error_for("roots/list")),
            Some(ClientFeature::Roots)
        );
    }
}
