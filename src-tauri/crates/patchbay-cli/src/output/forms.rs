//! Platform forms, and differences between two values.

use patchbay_model::{Difference, Form, Json, inert_json, pointer};
use serde_json::Value;

use super::table::{Cell, Table, Tone};
use super::{Screen, text};
use crate::cli::Cli;
use crate::failure::Failure;

/// Outputs the fields of a form.
pub(crate) fn describe(cli: &Cli, form: &Form) -> Result<(), Failure> {
    cli.out.answer(form, |screen| fields(form, screen))
}

fn fields(form: &Form, screen: Screen) -> String {
    let mut rows = Vec::new();
    members(form, &form.schema, "", &mut rows);
    if rows.is_empty() {
        return "No fields.\n".to_owned();
    }
    Table::new(["FIELD", "TYPE", "CURRENT", "DESCRIPTION"], rows).render(screen)
}

/// Adds a row for each member; nested members are named by JSON pointer.
fn members(form: &Form, schema: &Value, at: &str, rows: &mut Vec<[Cell; 4]>) {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.contains(&name.into()));
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    for (name, member) in properties {
        let path = pointer::member(at, name);
        let shown = if at.is_empty() { name } else { &path };
        rows.push(row(form, member, shown, &path, is_required(name)));
        members(form, member, &path, rows);
        let other = &member["additionalProperties"];
        if other["writeOnly"] == true {
            let path = pointer::member(&path, "NAME");
            rows.push(row(form, other, &path, &path, false));
        }
        for option in member["oneOf"].as_array().into_iter().flatten() {
            members(form, option, &path, rows);
        }
    }
}

fn row(form: &Form, member: &Value, shown: &str, pointer: &str, is_required: bool) -> [Cell; 4] {
    let is_secret = member["writeOnly"] == true;
    let mut kind = type_of(member);
    if is_secret {
        "secret".clone_into(&mut kind);
    }
    if is_required {
        kind.push_str(", required");
    }
    let current = match form.values.pointer(pointer) {
        _ if form.kept.iter().any(|kept| kept == pointer) => "saved".to_owned(),
        None | Some(Value::Object(_)) => String::new(),
        Some(value) => short(value),
    };
    let description = member["description"].as_str().or(member["title"].as_str());
    [
        Cell::from(shown),
        Cell::from(kind),
        Cell::from(current),
        Cell::from(description.unwrap_or_default()),
    ]
}

/// Renders the arguments that a schema takes, a line for each.
pub(crate) fn arguments(schema: &Value, screen: Screen) -> String {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.contains(&name.into()));
    let properties = schema["properties"].as_object();
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        return "No arguments.\n".to_owned();
    };
    let rows = properties.iter().map(|(name, property)| {
        let need = match property.get("default") {
            _ if is_required(name) => "required".to_owned(),
            Some(default) => format!("default {}", short(default)),
            None => String::new(),
        };
        let kind = Some(type_of(property)).filter(|kind| !kind.is_empty());
        [
            Cell::from(name),
            Cell::from(kind.unwrap_or_else(|| "any".to_owned())),
            Cell::from(need),
            Cell::from(property["description"].as_str().unwrap_or_default()),
        ]
    });
    Table::new(["ARGUMENT", "TYPE", "", "DESCRIPTION"], rows).render(screen)
}

/// Whether an argument is more than one plain value, which [`arguments`] doesn't show whole.
pub(crate) fn has_nested(schema: &Value) -> bool {
    let is_plain = |kind: &Value| {
        let kind = kind.as_str();
        kind.is_some_and(|kind| !matches!(kind, "object" | "array"))
    };
    let is_nested = |property: &Value| match &property["type"] {
        Value::Array(kinds) => !kinds.iter().all(is_plain),
        kind => !is_plain(kind) && property["enum"].is_null(),
    };
    let properties = schema["properties"].as_object();
    properties.is_some_and(|properties| properties.values().any(is_nested))
}

/// The type of a value, or the values that it may have.
fn type_of(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return short(value);
    }
    if let Some(options) = schema["enum"].as_array() {
        let options: Vec<_> = options.iter().map(short).collect();
        return options.join(" | ");
    }
    if let Some(alternatives) = alternatives(schema) {
        return alternatives;
    }
    match &schema["type"] {
        Value::String(one) if one == "array" && schema["items"]["enum"].is_array() => {
            format!("array of {}", type_of(&schema["items"]))
        }
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let several: Vec<_> = several.iter().filter_map(Value::as_str).collect();
            several.join(" | ")
        }
        _ if schema["oneOf"].is_array() => "one of".to_owned(),
        _ => String::new(),
    }
}

/// The alternatives of a value; `None` if one of them is an object or unknown.
fn alternatives(schema: &Value) -> Option<String> {
    let mut all = ["oneOf", "anyOf"].into_iter().map(|name| &schema[name]);
    let all = all.find_map(Value::as_array)?.iter().map(|one| {
        let kind = Some(type_of(one)).filter(|kind| !kind.is_empty());
        kind.filter(|_| one["type"] != "object" && !one["oneOf"].is_array())
    });
    let mut kinds: Vec<String> = all.collect::<Option<_>>()?;
    kinds.dedup();
    Some(kinds.join(" | "))
}

/// Renders differences, with a line for each old and each new value.
pub(crate) fn differences(differences: &[Difference], screen: Screen) -> String {
    let mut lines = String::new();
    for one in differences {
        let path = text::line(&one.path);
        let path = if path.is_empty() { "/" } else { &path };
        lines.push_str(&format!("{path}\n"));
        for (sign, value, tone) in [("-", &one.before, Tone::Bad), ("+", &one.after, Tone::Good)] {
            if let Some(Json(value)) = value {
                let line = format!("  {sign} {}", text::line(&inert_json(value)));
                lines.push_str(&format!("{}\n", tone.paint(&line, screen)));
            }
        }
    }
    lines
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_value_has_its_line() {
        let form = Form {
            schema: Json(
                json!({ "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string", "description": "What it is called" },
                "auth": { "type": "object", "properties": {
                    "token": { "type": "string", "writeOnly": true },
                } },
                "level": { "enum": ["user", "workspace"] },
            } }),
            ),
            values: Json(json!({ "name": "wiki" })),
            kept: vec!["/auth/token".to_owned()],
        };
        let expected = "\
FIELD        TYPE              CURRENT  DESCRIPTION
name         string, required  wiki     What it is called
auth         object
/auth/token  secret            saved
level        user | workspace
";
        let mut shown: Vec<_> = fields(&form, Screen::PLAIN)
            .lines()
            .map(str::to_owned)
            .collect();
        let mut expected: Vec<_> = expected.lines().map(str::to_owned).collect();
        // JSON objects have no order.
        shown.sort();
        expected.sort();
        assert_eq!(shown, expected);
    }

    #[test]
    fn secrets_of_any_names_have_a_line_that_says_where_they_go() {
        let secret = json!({ "type": "string", "writeOnly": true });
        let keys = json!({ "type": "object", "additionalProperties": secret });
        let form = Form {
            schema: Json(json!({ "properties": { "keys": keys } })),
            ..Form::default()
        };
        let shown = fields(&form, Screen::PLAIN);
        assert!(shown.contains("\n/keys/NAME  secret"), "{shown}");
    }

    #[test]
    fn each_argument_has_its_line() {
        let schema = json!({ "type": "object", "required": ["text"], "properties": {
            "text": { "type": "string", "description": "What\u{1b} to say" },
            "times": { "type": ["integer", "null"], "default": 1 },
        } });
        assert_eq!(
            arguments(&schema, Screen::PLAIN),
            "\
ARGUMENT  TYPE                       DESCRIPTION
text      string          required   What\u{fffd} to say
times     integer | null  default 1
"
        );
        assert!(!has_nested(&schema));
        for nested in [json!({ "type": "array" }), json!({ "$ref": "#/x" })] {
            assert!(has_nested(&json!({ "properties": { "a": nested } })));
        }
        assert_eq!(arguments(&json!({}), Screen::PLAIN), "No arguments.\n");
    }

    #[test]
    fn alternatives_are_named() {
        for (schema, expected) in [
            (json!({ "const": 3 }), "3"),
            (
                json!({ "type": "string", "oneOf": [{ "const": "a" }, { "const": "b" }] }),
                "a | b",
            ),
            (
                json!({ "anyOf": [{ "enum": ["a", "b"] }, { "type": "null" }] }),
                "a | b | null",
            ),
            (
                json!({ "type": "array", "items": { "enum": ["a", "b"] } }),
                "array of a | b",
            ),
            (
                json!({ "oneOf": [{ "type": "object" }, { "type": "null" }] }),
                "one of",
            ),
            (
                json!({ "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] }),
                "",
            ),
        ] {
            assert_eq!(type_of(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn what_is_gone_and_what_is_new_have_one_line() {
        let changes = [
            Difference {
                path: "/name".to_owned(),
                before: Some(Json(json!("a"))),
                after: Some(Json(json!("b"))),
            },
            Difference {
                path: "/note".to_owned(),
                before: None,
                after: Some(Json(json!({ "x": 1 }))),
            },
        ];
        assert_eq!(
            differences(&changes, Screen::PLAIN),
            "/name\n  - \"a\"\n  + \"b\"\n/note\n  + {\"x\":1}\n"
        );
    }
}
