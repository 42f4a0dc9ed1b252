//! How the tools of a connector may be used, asked when it is switched on.
//!
//! Source: Mistral contract, sections 4 and 9, tool configuration.

use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::form;

/// What is asked, every member of which may be left out.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Configuration {
    /// Left empty, all of them.
    #[schemars(title = "Only these tools")]
    include: Option<Vec<String>>,
    /// They are not offered.
    #[schemars(title = "Without these tools")]
    exclude: Option<Vec<String>>,
    /// Tools that ask before they run.
    #[schemars(title = "Ask before")]
    requires_confirmation: Option<Choice>,
    /// Tools that run without asking.
    #[schemars(title = "Never ask before")]
    skip_confirmation: Option<Choice>,
}

// Some of the tools. The operation takes choices of choices; nobody has to think in those.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(transform = told_apart)]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Choice {
    #[schemars(title = "By name")]
    Names(Vec<String>),
    #[schemars(title = "By what they do")]
    Effect(ByEffect),
    #[schemars(title = "Several of these")]
    Joined(Joined),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct ByEffect {
    /// Those that change nothing, or those that do.
    #[schemars(title = "Read only")]
    read_only: bool,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Joined {
    #[schemars(title = "Joined", extend("oneOf" = [
        {"const": "and", "title": "In all of them"},
        {"const": "or", "title": "In any of them"},
    ]))]
    r#type: String,
    /// What is joined.
    #[schemars(title = "Choices")]
    expressions: Vec<Simple>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(transform = told_apart)]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Simple {
    #[schemars(title = "By name")]
    Names(Vec<String>),
    #[schemars(title = "By what they do")]
    Effect(ByEffect),
}

/// Nothing is two of the alternatives.
fn told_apart(schema: &mut Schema) {
    if let Some(alternatives) = schema.remove("anyOf") {
        schema.insert("oneOf".to_owned(), alternatives);
    }
}

/// The schema of what is asked.
pub(super) fn configuration() -> Value {
    form::schema_of::<Configuration>()
}
