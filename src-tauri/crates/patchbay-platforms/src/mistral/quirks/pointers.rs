//! From the places that the platform names to those of its forms.

use serde_json::Value;

/// Words that the platform puts between the members of a body: which alternative it took it for, and
/// objects that a form does not have.
const BETWEEN: [&str; 7] = [
    "auth_data",
    "authorization_code",
    "bearer",
    "client_credentials",
    "none",
    "oauth2",
    "oauth2_metadata_secrets",
];

/// The pointer into the form's `values` for one that the platform gave into the body.
pub(in crate::mistral) fn form_pointer(values: &Value, path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').skip(1).collect();
    if matches!(parts.first(), Some(&("mcp" | "http"))) {
        parts.remove(0);
    }
    let moved = match parts.as_slice() {
        ["auth_methods", number, rest @ ..] => {
            let method = number
                .parse()
                .ok()
                .and_then(|index: usize| values["auth_methods"].get(index));
            let below = within_method(method.unwrap_or(&Value::Null), rest);
            let mut all = vec!["auth_methods".to_owned(), (*number).to_owned()];
            all.extend(below);
            all
        }
        ["auth_data", rest @ ..] => below("oauth_app", rest),
        rest => top(values, rest),
    };
    moved.iter().map(|part| format!("/{part}")).collect()
}

fn within_method(method: &Value, rest: &[&str]) -> Vec<String> {
    let is_tag = |part: &&str| {
        let is_class = part.starts_with(|sign: char| sign.is_ascii_uppercase());
        BETWEEN.contains(part) || is_class
    };
    let rest: Vec<&str> = rest.iter().copied().skip_while(is_tag).collect();
    match rest.as_slice() {
        ["method_type" | "grant_type"] if method["kind"] != "other" => vec!["kind".to_owned()],
        rest => top(method, rest),
    }
}

fn top(values: &Value, parts: &[&str]) -> Vec<String> {
    match parts {
        ["oauth2_server_metadata_url"] => below("authorization_server", &["url"]),
        ["oauth2_server_metadata", rest @ ..] => below("authorization_server", rest),
        ["global_headers", name, ..] => {
            let lists = ["global_headers", "secret_global_headers"];
            let mut found = lists.iter().filter_map(|list| in_list(values, list, name));
            found.next().unwrap_or_else(|| below("global_headers", &[]))
        }
        ["headers", name, ..] => {
            let found = in_list(values, "headers", name);
            found.unwrap_or_else(|| below("headers", &parts[1..]))
        }
        parts => parts.iter().map(|part| (*part).to_owned()).collect(),
    }
}

/// The value of a header in a list of names with values.
fn in_list(values: &Value, list: &str, name: &str) -> Option<Vec<String>> {
    let entries = values[list].as_array()?;
    let index = entries.iter().position(|entry| entry["name"] == name)?;
    Some(below(list, &[&index.to_string(), "value"]))
}

fn below(first: &str, rest: &[&str]) -> Vec<String> {
    let rest = rest.iter().map(|part| (*part).to_owned());
    std::iter::once(first.to_owned()).chain(rest).collect()
}

#[cfg(test)]
mod tests;
