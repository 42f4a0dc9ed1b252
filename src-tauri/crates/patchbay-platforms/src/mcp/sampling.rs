//! Sampling: a server requests text of a language model. There is none here, so the person writes it.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Sampling".

use patchbay_http::text;
use patchbay_model::{
    Content, Json, Question, QuestionAnswer, SamplingMessage, SamplingRequest, SamplingRole,
    clean_text,
};
use serde_json::{Value, json};

use super::content::content;
use super::questions::ParsedQuestion;
use super::{non_empty_line, non_empty_lines};

/// Maximum length of a request, which a person has to read, in characters.
const TEXT_LIMIT: usize = 50_000;
const MAX_MESSAGES: usize = 100;

/// Maximum parts of all messages of a request.
const MAX_PARTS: usize = 200;

const MAX_MODELS: usize = 10;
const NAME_LIMIT: usize = 200;

/// Parses the parameters of `sampling/createMessage`; `None` if it is too long, has no messages, or offers tools, for
/// which support wasn't declared.
pub(super) fn read(params: &Value) -> Option<ParsedQuestion> {
    if params["tools"]
        .as_array()
        .is_some_and(|tools| !tools.is_empty())
    {
        return None;
    }
    let all = params["messages"].as_array()?;
    if all.is_empty() || all.len() > MAX_MESSAGES {
        return None;
    }
    let system_prompt = params["systemPrompt"].as_str();
    let contents = all.iter().flat_map(|one| parts(&one["content"]));
    let length: usize = contents.clone().map(text_length).sum();
    if contents.count() > MAX_PARTS
        || length + system_prompt.map_or(0, |text| text.chars().count()) > TEXT_LIMIT
    {
        return None;
    }
    let messages: Option<Vec<_>> = all.iter().map(message).collect();
    let messages = messages?;
    let hints = params["modelPreferences"]["hints"].as_array();
    let hints = hints.into_iter().flatten();
    let names = hints.filter_map(|hint| non_empty_line(hint["name"].as_str()?, NAME_LIMIT));
    let max_tokens = params["maxTokens"].as_u64();
    Some(ParsedQuestion::plain(Question::Sampling(SamplingRequest {
        system_prompt: system_prompt.and_then(|prompt| non_empty_lines(prompt, TEXT_LIMIT)),
        messages,
        max_tokens: max_tokens.and_then(|max| u32::try_from(max).ok()),
        models: names.take(MAX_MODELS).collect(),
    })))
}

fn message(raw: &Value) -> Option<SamplingMessage> {
    let role = match raw["role"].as_str()? {
        "user" => SamplingRole::User,
        "assistant" => SamplingRole::Assistant,
        _ => return None,
    };
    Some(SamplingMessage {
        role,
        content: parts(&raw["content"]).iter().map(part).collect(),
    })
}

/// The parts of a message: one, or a list of them.
fn parts(raw: &Value) -> &[Value] {
    match raw {
        Value::Array(several) => several,
        one => std::slice::from_ref(one),
    }
}

/// Length of what a person has to read of a part, in characters.
fn text_length(raw: &Value) -> usize {
    match raw["type"].as_str() {
        Some("text") => raw["text"].as_str().map_or(0, |text| text.chars().count()),
        Some("image" | "audio") if raw["data"].is_string() && raw["mimeType"].is_string() => 0,
        _ => raw.to_string().len(),
    }
}

/// A part, with its texts cleaned. There are only texts, images and sounds: others are kept as raw JSON.
fn part(raw: &Value) -> Content {
    let mut part = content(raw);
    match &mut part {
        Content::Text { text, .. } => *text = text::clean_lines(text, TEXT_LIMIT),
        Content::Image { mime_type, .. } | Content::Audio { mime_type, .. } => {
            *mime_type = clean_text(mime_type, NAME_LIMIT);
        }
        _ => {
            return Content::Other {
                value: Json(raw.clone()),
            };
        }
    }
    part
}

/// The result to send.
///
/// # Errors
/// The error message to send if there is no text.
pub(super) fn to_wire(answer: QuestionAnswer) -> Result<Value, &'static str> {
    match answer {
        QuestionAnswer::Accept { values } => match values.0["text"].as_str() {
            Some(text) => Ok(json!({
                "role": "assistant",
                "content": { "type": "text", "text": text },
                // A server must not mistake it for the output of a model.
                "model": "human",
                "stopReason": "endTurn",
            })),
            None => Err(NOBODY),
        },
        QuestionAnswer::Decline | QuestionAnswer::DeclineAll => {
            Err("User rejected sampling request")
        }
        QuestionAnswer::Cancel => Err(NOBODY),
    }
}

const NOBODY: &str = "Nobody answered the sampling request";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sampling(params: &Value) -> SamplingRequest {
        match read(params).unwrap().question {
            Question::Sampling(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn says(words: &str) -> Value {
        json!({ "role": "user", "content": { "type": "text", "text": words } })
    }

    #[test]
    fn a_conversation_is_read_with_its_words_cleaned() {
        let request = sampling(&json!({
            "systemPrompt": "Be\u{202e} kind\u{1b}[2J",
            "messages": [
                says("Who\u{200b} are you?\n<img src=x>"),
                { "role": "assistant", "content": [
                    { "type": "text", "text": "Ada" },
                    { "type": "image", "data": "AAAA", "mimeType": "image/p\u{1b}ng" },
                    { "type": "audio", "data": "AAAA", "mimeType": "audio/wav" },
                    { "type": "hologram" },
                ] },
            ],
            "maxTokens": 300,
            "modelPreferences": { "hints": [{ "name": "so\nnnet" }, {}, 7] },
        }));
        assert_eq!(request.system_prompt.as_deref(), Some("Be kind [2J"));
        assert_eq!(request.max_tokens, Some(300));
        assert_eq!(request.models, ["so nnet"]);
        assert_eq!(request.messages[0].role, SamplingRole::User);
        assert_eq!(request.messages[0].text(), "Who are you?\n<img src=x>");
        let [_, image, audio, other] = &request.messages[1].content[..] else {
            panic!("{request:?}");
        };
        assert!(matches!(image, Content::Image { data, .. } if data == "AAAA"));
        assert!(matches!(audio, Content::Audio { data, .. } if data == "AAAA"));
        assert!(matches!(other, Content::Other { value } if value["type"] == "hologram"));
        assert_eq!(
            Question::Sampling(request).message(),
            "Ada\n[image: image/p ng]\n[audio: audio/wav]\n[other content]"
        );
    }

    #[test]
    fn what_nobody_could_look_through_is_not_asked() {
        let half = "x".repeat(TEXT_LIMIT / 2);
        assert!(read(&json!({ "messages": [says(&half)], "systemPrompt": half })).is_some());
        assert!(
            read(&json!({ "messages": [says(&half), says("y")], "systemPrompt": half })).is_none()
        );
        assert!(read(&json!({ "messages": vec![says("x"); MAX_MESSAGES + 1] })).is_none());
        let parts = |count| json!({ "role": "user", "content": vec![json!({ "type": "image", "data": "", "mimeType": "image/png" }); count] });
        assert!(read(&json!({ "messages": [parts(MAX_PARTS)] })).is_some());
        assert!(read(&json!({ "messages": [parts(MAX_PARTS), says("x")] })).is_none());
        assert!(read(&json!({ "messages": [] })).is_none());
        assert!(read(&json!({ "messages": [{ "role": "root", "content": {} }] })).is_none());
        // These were not declared.
        assert!(read(&json!({ "messages": [says("x")], "tools": [{ "name": "t" }] })).is_none());
        assert!(read(&json!({ "messages": [says("x")], "tools": [] })).is_some());
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_left(words in "\\PC{0,200}", number in any::<f64>()) {
            for odd in [json!(words), json!(number), json!([words]), json!({ "type": words })] {
                drop(read(&json!({ "messages": odd })));
                drop(read(&json!({ "messages": [{ "role": "user", "content": odd }], "systemPrompt": odd, "maxTokens": odd, "modelPreferences": { "hints": odd } })));
            }
        }
    }
}
