//! What the server offers beside tools: two things to read and any greeting, one message to fill in. The notes can be
//! read too, and tell when they change.

use rmcp::ErrorData;
use rmcp::model::{
    GetPromptRequestParams, GetPromptResult, Prompt, PromptArgument, PromptMessage,
    ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role,
};

const WELCOME: &str = "playground://welcome";
const DOT: &str = "playground://dot.png";
pub(super) const NOTES: &str = "playground://notes";
const GREETING: &str = "playground://greeting/";

/// A picture of one pixel, as base64.
const ONE_PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What can be read.
pub(super) fn resources() -> Vec<Resource> {
    vec![
        Resource::new(WELCOME, "welcome")
            .with_title("Welcome")
            .with_description("A line of text")
            .with_mime_type("text/plain"),
        Resource::new(DOT, "dot.png").with_mime_type("image/png"),
    ]
}

/// What can be read once it is filled in.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{GREETING}{{name}}"), "greeting")
            .with_title("Greeting")
            .with_description("A line for somebody")
            .with_mime_type("text/plain"),
    ]
}

pub(super) fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    Ok(match uri {
        WELCOME => text("Welcome to the playground.\n", uri),
        DOT => {
            let dot = ResourceContents::blob(ONE_PIXEL, uri).with_mime_type("image/png");
            ReadResourceResult::new(vec![dot])
        }
        _ if uri.starts_with(GREETING) => {
            text(&format!("Hello, {}.\n", &uri[GREETING.len()..]), uri)
        }
        _ => return Err(ErrorData::resource_not_found("resource not found", None)),
    })
}

/// What is read of a text.
pub(super) fn text(text: &str, uri: &str) -> ReadResourceResult {
    ReadResourceResult::new(vec![ResourceContents::text(text, uri)])
}

/// What can be filled in.
pub(super) fn prompts() -> Vec<Prompt> {
    let name = PromptArgument::new("name")
        .with_description("Who is greeted")
        .with_required(true);
    vec![Prompt::new(
        "greet",
        Some("A greeting to begin with"),
        Some(vec![name]),
    )]
}

pub(super) fn fill(request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    if request.name != "greet" {
        return Err(ErrorData::invalid_params("prompt not found", None));
    }
    let given = request.arguments.as_ref();
    let name = given.and_then(|given| given.get("name")?.as_str());
    let name = name.ok_or_else(|| ErrorData::invalid_params("name is missing", None))?;
    let message = PromptMessage::new_text(Role::User, format!("Greet {name}."));
    Ok(GetPromptResult::new(vec![message]).with_description("A greeting to begin with"))
}
