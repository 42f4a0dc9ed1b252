//! Completions: a server's suggestions for a text that is being typed.

use std::time::Duration;

use patchbay_model::{CompletionRequest, CompletionTarget, clean_text};
use rmcp::model::{
    ArgumentInfo, CompleteRequest, CompleteRequestParams, CompletionContext, Reference,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::McpSession;
use super::pending::Timeouts;
use crate::Error;

/// Maximum number of suggestions, which is that of the protocol.
const MAX_SUGGESTIONS: usize = 100;

/// Maximum length of a suggestion, in characters.
const MAX_SUGGESTION_CHARS: usize = 1_000;

/// Short, since the person goes on typing.
const SUGGESTION_TIMEOUT: Duration = Duration::from_secs(5);

impl McpSession {
    /// Requests suggestions for a text that is being typed; none if the server does not declare completions.
    ///
    /// # Errors
    /// [`Error::TimedOut`] after a few seconds; those of every request, as in [`McpSession::list_tools`].
    ///
    /// Source: MCP 2026-07-28, `completion/complete`.
    pub async fn complete(
        &self,
        request: CompletionRequest,
        cancel: &CancellationToken,
    ) -> Result<Vec<String>, Error> {
        if !self.0.offers.completions {
            return Ok(Vec::new());
        }
        let timeouts = Timeouts::within(SUGGESTION_TIMEOUT);
        let request = CompleteRequest::new(params_of(request)).into();
        let response = self.request(request, timeouts, cancel).await?;
        Ok(suggestions(&response.result))
    }
}

fn params_of(request: CompletionRequest) -> CompleteRequestParams {
    let reference = match request.target {
        CompletionTarget::Prompt { name } => Reference::for_prompt(name),
        CompletionTarget::Template { uri } => Reference::for_resource(uri),
    };
    let argument = ArgumentInfo::new(request.argument, request.value);
    let params = CompleteRequestParams::new(reference, argument);
    if request.others.is_empty() {
        return params;
    }
    let others = request.others.into_iter().collect();
    params.with_context(CompletionContext::with_arguments(others))
}

/// The suggestions that need no cleaning, so that what is shown is what would be sent, each once.
fn suggestions(result: &Value) -> Vec<String> {
    let values = result["completion"]["values"].as_array();
    let mut found: Vec<String> = Vec::new();
    for text in values.into_iter().flatten().take(MAX_SUGGESTIONS) {
        let Some(text) = text.as_str().filter(|text| !text.is_empty()) else {
            continue;
        };
        if clean_text(text, MAX_SUGGESTION_CHARS) == text && found.iter().all(|known| known != text)
        {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_can_be_shown_as_it_is_sent_is_suggested() {
        let values = json!([
            "a",
            "a",
            "",
            7,
            "b\u{202e}c",
            "x\ny",
            "long ".repeat(1_000),
            "two words"
        ]);
        let result = json!({ "completion": { "values": values } });
        assert_eq!(suggestions(&result), ["a", "two words"]);
        let many: Vec<_> = (0..1_000).map(|number| number.to_string()).collect();
        let result = json!({ "completion": { "values": many } });
        assert_eq!(suggestions(&result).len(), MAX_SUGGESTIONS);
        for odd in [json!(null), json!({ "completion": [] })] {
            assert!(suggestions(&odd).is_empty());
        }
    }
}
