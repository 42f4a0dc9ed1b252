//! Which tools of a connector may be used, and which ask first, as chosen when it is switched on.
//!
//! Source: Mistral contract, sections 4 and 9, tool configuration.

use patchbay_model::{Fact, clean_text, json_parts_mut};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::level;
use crate::actions::fact;
use crate::form;
use crate::mistral::operations::Scope;
use crate::mistral::wire::{Joint, Preference, ToolChoice, ToolConfiguration};

const LABEL_LIMIT: usize = 200;

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

// Some of the tools. The operation takes nested choices, but one level is enough for a form.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(transform = make_exclusive)]
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
#[schemars(transform = make_exclusive)]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Simple {
    #[schemars(title = "By name")]
    Names(Vec<String>),
    #[schemars(title = "By effect")]
    Effect(ByEffect),
}

/// Nothing is two of the alternatives.
fn make_exclusive(schema: &mut Schema) {
    if let Some(alternatives) = schema.remove("anyOf") {
        schema.insert("oneOf".to_owned(), alternatives);
    }
}

/// Of more tools, the user types the names.
const MAX_CHOICES: usize = 200;

/// The input schema, with the choices `tools` and those already set.
pub(super) fn configuration(tools: &[String], set: &ToolConfiguration) -> Value {
    let mut schema = form::schema_of::<Configuration>();
    if (1..=MAX_CHOICES).contains(&tools.len()) {
        let mut tools: Vec<&str> = tools.iter().map(String::as_str).collect();
        // The form must show tools that are set but no longer exist.
        for name in names(set) {
            if !tools.contains(&name) {
                tools.push(name);
            }
        }
        add_choices(&mut schema, &tools);
    }
    schema
}

fn names(set: &ToolConfiguration) -> impl Iterator<Item = &str> {
    let lists = [&set.include, &set.exclude].into_iter().flatten().flatten();
    let choices = [&set.requires_confirmation, &set.skip_confirmation];
    let choices = choices.into_iter().flatten().flat_map(names_of);
    lists.map(String::as_str).chain(choices)
}

fn names_of(choice: &ToolChoice) -> Vec<&str> {
    match choice {
        ToolChoice::Names(names) => names.iter().map(String::as_str).collect(),
        ToolChoice::Joined(joined) => joined.expressions.iter().flat_map(names_of).collect(),
        ToolChoice::Effect(_) => Vec::new(),
    }
}

pub(super) fn configuration_at(preferences: &[Preference], scope: Scope) -> ToolConfiguration {
    let is_of = |preference: &&Preference| {
        preference.consumer_type.as_deref().map(level) == Some(scope.as_str())
    };
    let preference = preferences.iter().find(is_of);
    let set = preference.and_then(|preference| preference.tool_configuration.clone());
    set.unwrap_or_default()
}

/// Turns lists of names into choices; the schema has no other lists of texts.
fn add_choices(schema: &mut Value, tools: &[&str]) {
    let items = schema.get_mut("items");
    if let Some(items) = items.filter(|items| items["type"] == "string") {
        *items = json!({"type": "string", "enum": tools});
        schema["uniqueItems"] = true.into();
    }
    json_parts_mut(schema).for_each(|part| add_choices(part, tools));
}

/// The tool settings, a fact for each level.
pub(super) fn facts(preferences: &[Preference]) -> impl Iterator<Item = Option<Fact>> {
    preferences.iter().map(|preference| {
        let words = describe_configuration(preference.tool_configuration.as_ref()?);
        let label = match preference.consumer_type.as_deref().map(level) {
            Some(level) => clean_text(&format!("Tools for the {level}"), LABEL_LIMIT),
            None => "Tools".to_owned(),
        };
        fact(&label, Some(&words))
    })
}

fn describe_configuration(set: &ToolConfiguration) -> String {
    let names = |names: &Option<Vec<String>>| names.as_ref().map(|names| names.join(", "));
    let choice = |choice: &Option<ToolChoice>| choice.as_ref().map(describe_condition);
    let parts = [
        ("Only", names(&set.include)),
        ("Not", names(&set.exclude)),
        ("Ask before", choice(&set.requires_confirmation)),
        ("Never ask before", choice(&set.skip_confirmation)),
    ];
    let parts = parts.into_iter().filter_map(|(verb, tools)| {
        let tools = tools.filter(|tools| !tools.is_empty())?;
        Some(format!("{verb} {tools}"))
    });
    let parts: Vec<String> = parts.collect();
    parts.join(". ")
}

fn describe_condition(choice: &ToolChoice) -> String {
    match choice {
        ToolChoice::Names(names) => names.join(", "),
        ToolChoice::Effect(effect) => match effect.read_only {
            Some(true) => "tools that only read".to_owned(),
            Some(false) => "tools that change something".to_owned(),
            None => String::new(),
        },
        ToolChoice::Joined(joined) => {
            let each: Vec<String> = joined.expressions.iter().map(describe_condition).collect();
            each.join(match joined.r#type {
                Joint::And => " and ",
                Joint::Or => " or ",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_said_for_each_level() {
        let preferences: Vec<Preference> = serde_json::from_value(json!([
            {"consumer_type": "user", "tool_configuration": {
                "include": ["search", "read"], "exclude": [],
                "requires_confirmation": {"type": "or", "expressions": [{"read_only": false}, ["erase"]]},
                "skip_confirmation": ["search"],
            }},
            {"consumer_type": "org", "tool_configuration": {"exclude": ["erase"]}},
            {"consumer_type": "workspace", "tool_configuration": {}},
            {"tool_configuration": {"include": "odd", "skip_confirmation": {"read_only": true}}},
        ]))
        .unwrap();
        let facts: Vec<(String, String)> = facts(&preferences)
            .flatten()
            .map(|fact| (fact.label, fact.value))
            .collect();
        let expected = [
            (
                "Tools for the user",
                "Only search, read. Ask before tools that change something or erase. Never ask before search",
            ),
            ("Tools for the organization", "Not erase"),
            ("Tools", "Never ask before tools that only read"),
        ];
        assert_eq!(
            facts,
            expected.map(|(label, value)| (label.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn names_are_chosen_where_the_tools_are_known() {
        let set = json!({"include": ["search", "gone"], "skip_confirmation": {"read_only": true}});
        let is_set: ToolConfiguration = serde_json::from_value(set.clone()).unwrap();
        let schema = configuration(&["search".to_owned(), "erase".to_owned()], &is_set);
        assert_eq!(
            schema["properties"]["include"]["items"]["enum"],
            json!(["search", "erase", "gone"])
        );
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&set));
        assert!(validator.is_valid(&json!({"requires_confirmation": ["erase"]})));
        assert!(!validator.is_valid(&json!({"skip_confirmation": ["other"]})));
        assert!(configuration(&[], &is_set)["properties"]["include"]["items"]["enum"].is_null());
    }
}
