//! Parses the questions of servers into forms.
//!
//! Servers send more than the protocol's subset of JSON Schema: known keywords are used, and a field without any is
//! entered as JSON. Patterns are validated by the server only.
//!
//! Source: MCP 2025-11-25 and 2026-07-28, "Elicitation".

use patchbay_http::text;
use patchbay_model::{
    Form, Json, Question, QuestionForm, Secret, clean_text, has_user_info, is_loopback, json_texts,
};
use serde_json::{Map, Value, json};
use url::Url;

use super::non_empty_line;

const MESSAGE_LIMIT: usize = 4_000;
const NAME_LIMIT: usize = 200;
const DESCRIPTION_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 4_000;
const ADDRESS_LIMIT: usize = 2_000;
const ID_LIMIT: usize = 1_000;

/// A question with more fields or choices is not shown to a person.
const MAX_FIELDS: usize = 50;
const MAX_CHOICES: usize = 300;

/// Maximum number of references that lead to a definition, and of alternatives that may each be one.
const MAX_REFERENCES: usize = 4;

/// Words in the name of a field that asks for a secret.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "key",
    "apikey",
    "credential",
    "credentials",
    "card",
    "cvv",
    "cvc",
    "pin",
    "otp",
];

#[derive(Debug)]
pub(super) struct ParsedQuestion {
    pub(super) question: Question,
    /// By which a server of the older era notifies that the person is done on a page.
    pub(super) page_id: Option<String>,
    /// Fields that are sent as `null` if left empty.
    null_if_missing: Vec<String>,
}

impl ParsedQuestion {
    /// A question whose answer is sent unchanged.
    pub(super) fn plain(question: Question) -> Self {
        Self {
            question,
            page_id: None,
            null_if_missing: Vec::new(),
        }
    }

    /// The same question; a page is answered once the person is done there.
    pub(super) fn awaiting_done(mut self) -> Self {
        if let Question::Page { awaits_done, .. } = &mut self.question {
            *awaits_done = true;
        }
        self
    }

    /// The texts and numbers in secret fields.
    pub(super) fn secrets_among(&self, values: &Value) -> Vec<Secret> {
        let Question::Form(form) = &self.question else {
            return Vec::new();
        };
        let fields = form.form.schema["properties"].as_object();
        let secret = fields
            .into_iter()
            .flatten()
            .filter(|(_, schema)| schema["writeOnly"] == true);
        let given = secret.filter_map(|(name, _)| values.get(name));
        given.flat_map(json_texts).map(Secret::new).collect()
    }

    /// The values to send.
    pub(super) fn complete(&self, values: Json) -> Value {
        let Value::Object(mut values) = values.0 else {
            return json!({});
        };
        for name in &self.null_if_missing {
            values.entry(name).or_insert(Value::Null);
        }
        Value::Object(values)
    }
}

/// Parses the parameters of `elicitation/create`; `None` if a person can't be asked for it.
pub(super) fn read(params: &Value) -> Option<ParsedQuestion> {
    let message = params["message"].as_str().unwrap_or_default();
    let message = text::clean_lines(message, MESSAGE_LIMIT);
    match params["mode"].as_str() {
        None | Some("form") => read_form(message, &params["requestedSchema"]),
        Some("url") => page(message, params),
        Some(_) => None,
    }
}

/// The pages that an error requires to be visited first.
///
/// Source: MCP 2025-11-25, "Elicitation", "URL Elicitation Required Error".
pub(super) fn parse_required_pages(data: Option<&Value>) -> Vec<ParsedQuestion> {
    let listed = data.and_then(|data| data["elicitations"].as_array());
    let pages = listed.into_iter().flatten().filter_map(read);
    pages
        .filter(|parsed| matches!(parsed.question, Question::Page { .. }))
        .map(ParsedQuestion::awaiting_done)
        .collect()
}

fn page(message: String, params: &Value) -> Option<ParsedQuestion> {
    let address = params["url"].as_str()?;
    if address.len() > ADDRESS_LIMIT {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let is_open = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if !is_open || has_user_info(&url) {
        return None;
    }
    let id = params["elicitationId"].as_str();
    let id = id.filter(|id| !id.is_empty() && id.len() <= ID_LIMIT);
    Some(ParsedQuestion {
        page_id: id.map(str::to_owned),
        ..ParsedQuestion::plain(Question::Page {
            message,
            host: patchbay_http::host_of(&url),
            url: url.into(),
            // A server that asks by a request of its own goes on by itself.
            awaits_done: false,
        })
    })
}

fn read_form(message: String, schema: &Value) -> Option<ParsedQuestion> {
    let none = Map::new();
    let members = schema["properties"].as_object().unwrap_or(&none);
    if members.len() > MAX_FIELDS {
        return None;
    }
    let required = schema["required"].as_array();
    let (mut properties, mut values) = (Map::new(), Map::new());
    let (mut required_names, mut null_if_missing) = (Vec::new(), Vec::new());
    let mut secrets = Vec::new();
    for (name, member) in members {
        let field = Field::read(name, &resolve(member, schema))?;
        if required.is_some_and(|all| all.iter().any(|one| one == name)) {
            match field.is_nullable {
                true => null_if_missing.push(name.clone()),
                false => required_names.push(name.clone()),
            }
        }
        if let Some(value) = field.default {
            values.insert(name.clone(), value);
        }
        if field.is_secret {
            secrets.push(field.title);
        }
        properties.insert(name.clone(), field.schema);
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required_names });
    Some(ParsedQuestion {
        question: Question::Form(QuestionForm {
            message,
            form: Form {
                schema: Json(schema),
                values: Json(Value::Object(values)),
                kept: Vec::new(),
            },
            secrets,
        }),
        page_id: None,
        null_if_missing,
    })
}

struct Field {
    title: String,
    schema: Value,
    default: Option<Value>,
    is_nullable: bool,
    is_secret: bool,
}

impl Field {
    /// Parses the known keywords; `None` if there are too many choices.
    fn read(name: &str, raw: &Value) -> Option<Self> {
        let (raw, is_nullable) = strip_null_type(raw);
        let own_title = raw["title"].as_str();
        let title = own_title
            .and_then(|title| non_empty_line(title, NAME_LIMIT))
            .or_else(|| non_empty_line(name, NAME_LIMIT))
            .unwrap_or_else(|| "?".to_owned());
        let is_secret = raw["format"] == "password" || is_secret(name) || is_secret(&title);
        let mut schema = value_schema(&raw, is_secret)?;
        if let Some(default) = raw.get("default")
            && let Some(default) = fit_default(default, &schema)
        {
            schema.insert("default".to_owned(), default);
        }
        let default = schema.get("default").cloned();
        schema.insert("title".to_owned(), title.clone().into());
        if is_secret {
            // Neither shown nor stored, whatever its type.
            schema.insert("writeOnly".to_owned(), true.into());
        }
        if let Some(words) = raw["description"].as_str() {
            let words = text::clean_lines(words, DESCRIPTION_LIMIT);
            schema.insert("description".to_owned(), words.into());
        }
        Some(Self {
            title,
            schema: Value::Object(schema),
            default,
            is_nullable,
            is_secret,
        })
    }
}

/// The schema for the value of a field; empty for any value, `None` if there are too many choices.
fn value_schema(raw: &Value, is_secret: bool) -> Option<Map<String, Value>> {
    if let Some(choices) = choices(raw) {
        return Some(Map::from_iter([("oneOf".to_owned(), choices?.into())]));
    }
    let bounds = |names: [&str; 2]| {
        let bounds = names.into_iter().filter_map(|name| {
            let value = raw.get(name).filter(|value| value.is_number())?;
            Some((name.to_owned(), value.clone()))
        });
        bounds.collect::<Map<_, _>>()
    };
    let kind = raw["type"].as_str().unwrap_or_default();
    let mut schema = match kind {
        "string" => bounds(["minLength", "maxLength"]),
        "number" | "integer" => bounds(["minimum", "maximum"]),
        "boolean" => Map::new(),
        "array" => {
            let mut schema = bounds(["minItems", "maxItems"]);
            let items = match choices(&raw["items"]) {
                Some(choices) => json!({ "oneOf": choices? }),
                None => return Some(Map::new()),
            };
            schema.insert("items".to_owned(), items);
            schema.insert("uniqueItems".to_owned(), true.into());
            schema
        }
        _ => return Some(Map::new()),
    };
    schema.insert("type".to_owned(), kind.into());
    if kind == "string" {
        let format = raw["format"].as_str();
        let known =
            format.filter(|format| matches!(*format, "email" | "uri" | "date" | "date-time"));
        // A value with this format is neither shown nor stored.
        let format = if is_secret { Some("password") } else { known };
        if let Some(format) = format {
            schema.insert("format".to_owned(), format.into());
        }
    }
    Some(schema)
}

/// The choices with their titles; `None` if the field has none, `Some(None)` if there are too many.
fn choices(raw: &Value) -> Option<Option<Vec<Value>>> {
    let choice = |value: &Value, title: Option<&str>| {
        let own = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let title = clean_text(title.unwrap_or(&own), NAME_LIMIT);
        json!({ "const": value, "title": title })
    };
    let is_plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let choices: Vec<Value> = if let Some(values) = raw["enum"].as_array() {
        let name = |at: usize| raw["enumNames"][at].as_str();
        let plain = values
            .iter()
            .enumerate()
            .filter(|(_, value)| is_plain(value));
        plain.map(|(at, value)| choice(value, name(at))).collect()
    } else {
        let listed = raw["oneOf"].as_array().or(raw["anyOf"].as_array())?;
        let is_choice = |option: &Value| option.get("const").is_some_and(is_plain);
        if listed.is_empty() || !listed.iter().all(is_choice) {
            return None;
        }
        let option = |option: &Value| choice(&option["const"], option["title"].as_str());
        listed.iter().map(option).collect()
    };
    Some((choices.len() <= MAX_CHOICES).then_some(choices))
}

/// Replaces references to definitions of a form: in a field, its alternatives and its items.
///
/// Source: JSON Schema 2020-12, 8.2.3.1. Pydantic writes an enumeration, and an optional one, that way.
fn resolve(field: &Value, form: &Value) -> Value {
    let mut field = follow_reference(field, form);
    for keyword in ["anyOf", "oneOf"] {
        let options = field.get_mut(keyword).and_then(Value::as_array_mut);
        for option in options
            .filter(|options| options.len() <= MAX_REFERENCES)
            .into_iter()
            .flatten()
        {
            *option = follow_reference(option, form);
        }
    }
    if let Some(items) = field.get_mut("items") {
        *items = follow_reference(items, form);
    }
    field
}

/// What a reference names, with the keywords beside it.
fn follow_reference(schema: &Value, form: &Value) -> Value {
    let mut schema = schema.clone();
    for _ in 0..MAX_REFERENCES {
        let Some(members) = schema.as_object_mut() else {
            break;
        };
        // Older generators wrap a reference so that keywords may stand beside it.
        let wrapped = members.get("allOf").and_then(|all| match all.as_array() {
            Some(all) if all.len() == 1 => all[0]["$ref"].as_str(),
            _ => None,
        });
        let reference = members.get("$ref").and_then(Value::as_str).or(wrapped);
        let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
        let Some(Value::Object(named)) = pointer.and_then(|pointer| form.pointer(pointer)) else {
            break;
        };
        members.remove("$ref");
        members.remove("allOf");
        for (name, value) in named {
            members.entry(name).or_insert_with(|| value.clone());
        }
    }
    schema
}

/// Removes `null` from the types of a field; returns whether it was one of them.
fn strip_null_type(raw: &Value) -> (Value, bool) {
    let is_null = |option: &Value| option["type"] == "null";
    let mut outer = raw.clone();
    if let Some(types) = raw["type"].as_array() {
        let others: Vec<_> = types.iter().filter(|one| *one != "null").collect();
        if let [only] = others.as_slice() {
            outer["type"] = (*only).clone();
            return (outer, types.len() > 1);
        }
    }
    for keyword in ["anyOf", "oneOf"] {
        let Some(options) = raw[keyword].as_array() else {
            continue;
        };
        let mut others = options.iter().filter(|option| !is_null(option));
        if let (Some(Value::Object(only)), None) = (others.next(), others.next())
            && let Some(outer) = outer.as_object_mut()
        {
            outer.remove(keyword);
            for (name, value) in only {
                outer.entry(name).or_insert_with(|| value.clone());
            }
            return (Value::Object(outer.clone()), options.len() > 1);
        }
    }
    (outer, false)
}

/// Converts a default to the type of its field; `None` if it does not fit.
fn fit_default(default: &Value, schema: &Map<String, Value>) -> Option<Value> {
    let one_of = |schema: &Value, value: &Value| {
        let choices = schema["oneOf"].as_array();
        choices.is_some_and(|all| all.iter().any(|choice| choice["const"] == *value))
    };
    if schema.contains_key("oneOf") {
        return one_of(&Value::Object(schema.clone()), default).then(|| default.clone());
    }
    match schema.get("type").and_then(Value::as_str)? {
        // Invisible characters must not be sent as if the person had typed them.
        "string" => {
            let text = default.as_str()?;
            let is_shown = text.chars().count() <= DEFAULT_LIMIT
                && !text.chars().any(|sign| {
                    patchbay_model::is_invisible(sign) || (sign.is_control() && sign != '\n')
                });
            is_shown.then(|| text.into())
        }
        "integer" => match default.as_i64() {
            Some(whole) => Some(whole.into()),
            // Some servers write an integer as 3.0.
            None => {
                let number = default.as_f64()?;
                let is_whole = number.fract() == 0.0 && number.abs() < 9e15;
                is_whole.then(|| Value::from(number as i64))
            }
        },
        "number" => default.is_number().then(|| default.clone()),
        "boolean" => default.is_boolean().then(|| default.clone()),
        "array" => {
            let fits = |value: &Value| one_of(&schema["items"], value);
            let all = default.as_array()?;
            all.iter().all(fits).then(|| default.clone())
        }
        _ => None,
    }
}

/// Whether a name contains one of [`SECRET_WORDS`], split at signs and capital letters.
fn is_secret(name: &str) -> bool {
    let (mut words, mut last_is_small) = (String::new(), false);
    for sign in name.chars() {
        if !sign.is_alphanumeric() || (sign.is_uppercase() && last_is_small) {
            words.push(' ');
        }
        if sign.is_alphanumeric() {
            words.extend(sign.to_lowercase());
        }
        last_is_small = sign.is_lowercase();
    }
    words.split(' ').any(|word| {
        let singular = word.strip_suffix('s').unwrap_or(word);
        SECRET_WORDS.contains(&word) || SECRET_WORDS.contains(&singular)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(properties: Value) -> QuestionForm {
        let params = json!({ "message": "m", "requestedSchema": {
            "type": "object", "properties": properties, "required": ["a"],
        }});
        match read(&params).unwrap().question {
            Question::Form(form) => form,
            other => panic!("a form, not {other:?}"),
        }
    }

    fn field(schema: Value) -> Value {
        form(json!({ "a": schema })).form.schema.0["properties"]["a"].take()
    }

    #[test]
    fn the_fields_of_the_protocol_are_read_with_their_defaults() {
        let read = form(json!({
            "a": { "type": "string", "title": "Name", "minLength": 1, "maxLength": 9, "default": "Ada" },
            "mail": { "type": "string", "format": "email" },
            "count": { "type": "integer", "minimum": 0, "maximum": 9, "default": 3.0 },
            "share": { "type": "number", "default": 0.5 },
            "sure": { "type": "boolean", "default": true },
            "old": { "type": "string", "enum": ["s", "l"], "enumNames": ["Small", "Large"], "default": "l" },
            "new": { "type": "string", "oneOf": [{ "const": "r", "title": "Red" }], "default": "r" },
            "some": { "type": "array", "items": { "anyOf": [{ "const": "x", "title": "X" }] }, "maxItems": 2, "default": ["x"] },
        }));
        let schema = read.form.schema.0;
        assert_eq!(
            read.form.values.0,
            json!({ "a": "Ada", "count": 3, "share": 0.5, "sure": true, "old": "l", "new": "r", "some": ["x"] })
        );
        let names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            ["a", "mail", "count", "share", "sure", "old", "new", "some"]
        );
        assert_eq!(schema["required"], json!(["a"]));
        assert_eq!(schema["properties"]["old"]["oneOf"][1]["title"], "Large");
        assert_eq!(
            schema["properties"]["some"]["items"]["oneOf"][0]["const"],
            "x"
        );
        assert_eq!(schema["properties"]["mail"]["format"], "email");
        assert!(read.secrets.is_empty());
    }

    #[test]
    fn a_secret_is_marked_whatever_its_type() {
        for schema in [
            json!({ "type": "string", "title": "API key" }),
            json!({ "type": "integer", "title": "Your PIN code and password" }),
            json!({ "allOf": [{ "type": "string" }], "title": "API key" }),
        ] {
            assert_eq!(field(schema.clone())["writeOnly"], true, "{schema}");
        }
        assert!(field(json!({ "type": "string", "title": "Name" }))["writeOnly"].is_null());
    }

    #[test]
    fn what_is_outside_of_the_subset_is_read_as_far_as_it_goes() {
        let nullable = json!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "null" }], "title": "N", "default": null });
        let read = read(&json!({ "requestedSchema": {
            "properties": { "a": nullable }, "required": ["a"],
        }}))
        .unwrap();
        assert_eq!(read.complete(Json(json!({}))), json!({ "a": null }));
        let Question::Form(form) = &read.question else {
            panic!("a form");
        };
        assert_eq!(form.form.schema.0["required"], json!([]));
        let own = &form.form.schema.0["properties"]["a"];
        assert_eq!(
            *own,
            json!({ "minimum": 1, "type": "integer", "title": "N" })
        );
        assert_eq!(
            field(json!({ "type": ["string", "null"] }))["type"],
            "string"
        );
        // Nothing is known of these: they are asked for as JSON.
        for unknown in [
            json!({ "type": "object", "properties": { "deep": {} } }),
            json!({ "type": "array", "items": { "type": "string" } }),
            json!({ "$ref": "#/$defs/x" }),
            json!(true),
            json!(7),
        ] {
            assert_eq!(field(unknown), json!({ "title": "a" }));
        }
        assert!(form_is_empty(&json!({ "message": "Go on?" })));
        assert!(form_is_empty(
            &json!({ "requestedSchema": { "type": "object" } })
        ));
    }

    #[test]
    fn definitions_of_the_form_are_used() {
        let color = json!({ "type": "string", "title": "Color", "enum": ["red", "blue"] });
        let read = |field: Value| {
            let params = json!({ "requestedSchema": {
                "properties": { "a": field },
                "$defs": { "Color": color, "Same": { "$ref": "#/$defs/Same" } },
            }});
            match read(&params).unwrap().question {
                Question::Form(form) => form.form.schema.0["properties"]["a"].clone(),
                other => panic!("a form, not {other:?}"),
            }
        };
        let reference = json!({ "$ref": "#/$defs/Color" });
        let named =
            json!([{ "const": "red", "title": "red" }, { "const": "blue", "title": "blue" }]);
        for field in [
            reference.clone(),
            json!({ "allOf": [reference] }),
            json!({ "anyOf": [reference, { "type": "null" }], "default": null }),
        ] {
            let field = read(field);
            assert_eq!(field, json!({ "oneOf": named, "title": "Color" }));
        }
        let titled = read(json!({ "$ref": "#/$defs/Color", "title": "Own", "default": "blue" }));
        assert_eq!(
            (&titled["title"], &titled["default"]),
            (&json!("Own"), &json!("blue"))
        );
        let several = read(json!({ "type": "array", "items": reference }));
        assert_eq!(several["items"]["oneOf"], named);
        for unknown in ["#/$defs/None", "#/$defs/Same", "https://example.com/x", "#"] {
            assert!(
                read(json!({ "$ref": unknown })).get("oneOf").is_none(),
                "{unknown}"
            );
        }
    }

    fn form_is_empty(params: &Value) -> bool {
        match read(params).unwrap().question {
            Question::Form(form) => form.form.schema.0["properties"] == json!({}),
            _ => false,
        }
    }

    #[test]
    fn too_much_is_no_question() {
        let many = |count: usize| {
            let fields = (0..count).map(|n| (format!("f{n}"), json!({ "type": "string" })));
            let fields: Map<_, _> = fields.collect();
            json!({ "requestedSchema": { "properties": fields } })
        };
        assert!(read(&many(MAX_FIELDS)).is_some());
        assert!(read(&many(10_000)).is_none());
        let choices: Vec<_> = (0..10_000).collect();
        let long = json!({ "requestedSchema": { "properties": { "a": { "enum": choices } } } });
        assert!(read(&long).is_none());
        let message = "x".repeat(1_000_000);
        let read = read(&json!({ "message": message })).unwrap();
        assert!(read.question.message().chars().count() <= MESSAGE_LIMIT);
    }

    #[test]
    fn words_of_a_server_are_cleaned_and_values_stay_as_they_are() {
        let title = "Na\u{202e}me\u{1b}[2J";
        let read = form(json!({ "a": {
            "title": title, "description": "x\u{200b}y", "enum": ["b\u{202e}c"],
            "default": "b\u{202e}c",
        }}));
        let own = &read.form.schema.0["properties"]["a"];
        assert_eq!(own["title"], "Name [2J");
        assert_eq!(own["description"], "xy");
        assert_eq!(
            own["oneOf"][0],
            json!({ "const": "b\u{202e}c", "title": "bc" })
        );
        // What cannot be seen is not sent as if it had been typed.
        assert!(
            field(json!({ "type": "string", "default": "a\u{202e}b" }))
                .get("default")
                .is_none()
        );
        assert_eq!(field(json!({ "title": "\u{202e}" }))["title"], "a");
    }

    #[test]
    fn fields_that_ask_for_secrets_are_told_apart() {
        for name in [
            "password",
            "apiKey",
            "API_KEY",
            "card-number",
            "PIN",
            "New tokens",
            "cvv",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "name", "keyboard", "spin", "Monkey", "discard", "Postcard", "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
        let read = form(json!({ "a": { "type": "string", "title": "Your password" } }));
        assert_eq!(read.secrets, ["Your password"]);
        assert_eq!(read.form.schema.0["properties"]["a"]["format"], "password");
    }

    #[test]
    fn only_pages_that_a_browser_may_be_given_are_asked_about() {
        let page = |url: &str| read(&json!({ "mode": "url", "message": "m", "url": url }));
        let shown = page("https://bücher.example/a?b=c").unwrap();
        let Question::Page { url, host, .. } = shown.question else {
            panic!("a page");
        };
        assert_eq!(host, "xn--bcher-kva.example");
        assert_eq!(url, "https://xn--bcher-kva.example/a?b=c");
        assert!(page("http://127.0.0.1:80/x").is_some());
        for url in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://example.com/",
            "https://good.example@evil.example/",
            "patchbay://oauth/callback?code=x",
            "",
        ] {
            assert!(page(url).is_none(), "{url}");
        }
        assert!(read(&json!({ "mode": "hologram" })).is_none());
        let listed = json!({ "elicitations": [
            { "mode": "url", "url": "https://a.example/", "elicitationId": "1" }, { "mode": "form" }, 7,
        ]});
        assert_eq!(parse_required_pages(Some(&listed)).len(), 1);
    }

    proptest! {
        #[test]
        fn any_json_is_read_or_left(text in "\\PC{0,200}", number in any::<f64>()) {
            let texts = Value::from(text.clone());
            for odd in [texts, json!(number), json!([text]), json!({ "type": text })] {
                let params = json!({ "message": odd, "mode": odd, "requestedSchema": { "properties": { "a": odd }, "required": odd } });
                drop(read(&params));
                drop(read(&json!({ "requestedSchema": { "properties": { "a": { "default": odd, "type": "integer", "enum": odd } } } })));
            }
        }
    }
}
