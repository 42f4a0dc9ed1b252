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
    /// Default: all
    #[schemars(title = "Include tools")]
    include: Option<Vec<String>>,
    #[schemars(title = "Exclude tools")]
    exclude: Option<Vec<String>>,
    #[schemars(title = "Ask before running")]
    requires_confirmation: Option<Choice>,
    #[schemars(title = "Never ask")]
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
    #[schemars(title = "By effect")]
    Effect(ByEffect),
    #[schemars(title = "Combination")]
    Joined(Joined),
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct ByEffect {
    #[schemars(title = "Read only")]
    read_only: bool,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Joined {
    #[schemars(title = "Match", extend("oneOf" = [
        {"const": "and", "title": "All"},
        {"const": "or", "title": "Any"},
    ]))]
    r#type: String,
    #[schemars(title = "Conditions")]
    expressions: Vec<Simple>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(transform = told_apart)]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Simple {
    #[schemars(title = "By name")]
    Names(Vec<String>),
    #[schemars(title = "By effect")]
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
