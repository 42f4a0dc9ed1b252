//! Parses resources and prompts; a malformed one does not affect the others.

use patchbay_http::text;
use patchbay_model::{
    Content, FilledPrompt, Prompt, PromptArgument, PromptMessage, Resource, clean_text,
};
use serde_json::{Value, json};

use super::{UriTemplate, content, non_empty_line, non_empty_lines};

const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 20_000;

/// The parts of a result of `resources/read`, as embedded resources.
///
/// Source: MCP 2026-07-28, `ReadResourceResult`.
pub(super) fn contents(result: &Value) -> Vec<Content> {
    let part = |part: &Value| content::content(&json!({ "type": "resource", "resource": part }));
    items(result, "contents").map(part).collect()
}

/// Parses the result of `prompts/get`.
///
/// Source: MCP 2026-07-28, `GetPromptResult`.
pub(super) fn parse_prompt(result: &Value) -> FilledPrompt {
    let message = |message: &Value| PromptMessage {
        role: clean_text(message["role"].as_str().unwrap_or("user"), NAME_LIMIT),
        content: content::content(&message["content"]),
    };
    FilledPrompt {
        description: description(result),
        messages: items(result, "messages").map(message).collect(),
    }
}

/// Parses an entry of `resources/list`; `None` without a URI.
///
/// Source: MCP 2026-07-28, `Resource`.
pub(super) fn resource(entry: &Value) -> Option<Resource> {
    resource_at(text::non_empty(&entry["uri"])?, entry)
}

/// Parses an entry of `resources/templates/list`; `None` without a URI, or with an invalid one.
///
/// Source: MCP 2026-07-28, `ResourceTemplate`.
pub(super) fn template(entry: &Value) -> Option<Resource> {
    let uri = text::non_empty(&entry["uriTemplate"])?;
    Some(Resource {
        variables: Some(UriTemplate::parse(uri)?.variables()),
        ..resource_at(uri, entry)?
    })
}

fn resource_at(uri: &str, entry: &Value) -> Option<Resource> {
    let name = text::non_empty(&entry["name"]).unwrap_or(uri);
    Some(Resource {
        uri: uri.to_owned(),
        name: clean_text(name, NAME_LIMIT),
        title: title(entry),
        description: description(entry),
        mime_type: text::non_empty(&entry["mimeType"]).map(|kind| clean_text(kind, NAME_LIMIT)),
        variables: None,
        annotations: content::annotations(entry),
    })
}

/// Parses an entry of `prompts/list`; `None` without a name.
///
/// Source: MCP 2026-07-28, `Prompt`.
pub(super) fn prompt(entry: &Value) -> Option<Prompt> {
    let argument = |entry: &Value| {
        Some(PromptArgument {
            name: text::non_empty(&entry["name"])?.to_owned(),
            description: description(entry),
            is_required: entry["required"].as_bool() == Some(true),
        })
    };
    Some(Prompt {
        name: text::non_empty(&entry["name"])?.to_owned(),
        title: title(entry),
        description: description(entry),
        arguments: items(entry, "arguments").filter_map(argument).collect(),
    })
}

fn title(entry: &Value) -> Option<String> {
    non_empty_line(entry["title"].as_str()?, NAME_LIMIT)
}

fn description(entry: &Value) -> Option<String> {
    non_empty_lines(entry["description"].as_str()?, DESCRIPTION_LIMIT)
}

pub(super) fn items<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value[member].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use patchbay_model::Audience;

    use super::*;

    #[test]
    fn a_malformed_entry_hides_itself_only() {
        let page = json!({ "resources": [
            { "uri": "a://b", "name": "b", "mimeType": "text/plain", "title": "T\u{202e}",
                "annotations": { "audience": ["user"] } },
            { "name": "no address" }, 7,
            { "uri": "a://c" },
        ]});
        let read: Vec<_> = items(&page, "resources").filter_map(resource).collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].title.as_deref(), Some("T"));
        let annotations = read[0].annotations.as_ref().unwrap();
        assert_eq!(annotations.audience, [Audience::User]);
        assert_eq!(read[1].name, "a://c");
        let page = json!({ "resourceTemplates": [
            { "uriTemplate": "a://{b}", "name": "b" },
            { "uriTemplate": "a://{b", "name": "broken" }, { "uri": "a://c" },
        ]});
        let read: Vec<_> = items(&page, "resourceTemplates")
            .filter_map(template)
            .collect();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].variables.as_ref().unwrap()[0].name, "b");
        let page = json!({ "prompts": [
            { "name": "greet", "arguments": [{ "name": "who", "required": true }, {}] },
            { "title": "nameless" },
        ]});
        let read: Vec<_> = items(&page, "prompts").filter_map(prompt).collect();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].arguments.len(), 1);
        assert!(read[0].arguments[0].is_required);
    }

    #[test]
    fn what_is_read_is_text_or_bytes() {
        let result = json!({ "contents": [
            { "uri": "a://b", "text": "hello" },
            { "uri": "a://c", "blob": "AAAA", "mimeType": "image/png" },
            { "uri": "a://d" },
        ]});
        let read = contents(&result);
        assert!(matches!(&read[0], Content::Resource { text: Some(text), .. } if text == "hello"));
        assert!(matches!(&read[1], Content::Resource { blob: Some(_), .. }));
        assert!(matches!(&read[2], Content::Other { .. }));
    }

    #[test]
    fn messages_of_a_prompt_keep_their_order_and_role() {
        let result = json!({ "description": "d", "messages": [
            { "role": "user", "content": { "type": "text", "text": "one" } },
            { "role": "assistant", "content": { "type": "text", "text": "two" } },
        ]});
        let filled = parse_prompt(&result);
        let roles: Vec<_> = filled
            .messages
            .iter()
            .map(|one| one.role.as_str())
            .collect();
        assert_eq!(roles, ["user", "assistant"]);
    }
}
