//! Maps pointers into request bodies to pointers into form values.

use serde_json::Value;

/// Segments without counterpart in the form: names of alternatives that the platform inserts, and objects that the form
/// lacks.
const WIRE_ONLY_SEGMENTS: [&str; 7] = [
    "auth_data",
    "authorization_code",
    "bearer",
    "client_credentials",
    "none",
    "oauth2",
    "oauth2_metadata_secrets",
];

/// Maps a pointer into the request body to one into the form's `values`.
pub(crate) fn form_pointer(values: &Value, path: &str) -> String {
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
            let pointer = method_pointer(method.unwrap_or(&Value::Null), rest);
            let mut all = vec!["auth_methods".to_owned(), (*number).to_owned()];
            all.extend(pointer);
            all
        }
        ["auth_data", rest @ ..] => join_pointer("oauth_app", rest),
        rest => root_pointer(values, rest),
    };
    moved.iter().map(|part| format!("/{part}")).collect()
}

fn method_pointer(method: &Value, rest: &[&str]) -> Vec<String> {
    let is_tag = |part: &&str| {
        let is_class = part.starts_with(|sign: char| sign.is_ascii_uppercase());
        WIRE_ONLY_SEGMENTS.contains(part) || is_class
    };
    let rest: Vec<&str> = rest.iter().copied().skip_while(is_tag).collect();
    match rest.as_slice() {
        ["method_type" | "grant_type"] if method["kind"] != "other" => vec!["kind".to_owned()],
        rest => root_pointer(method, rest),
    }
}

fn root_pointer(values: &Value, parts: &[&str]) -> Vec<String> {
    match parts {
        ["oauth2_server_metadata_url"] => join_pointer("authorization_server", &["url"]),
        ["oauth2_server_metadata", rest @ ..] => join_pointer("authorization_server", rest),
        ["global_headers", name, ..] => {
            let lists = ["global_headers", "secret_global_headers"];
            let mut found = lists
                .iter()
                .filter_map(|list| header_pointer(values, list, name));
            found
                .next()
                .unwrap_or_else(|| join_pointer("global_headers", &[]))
        }
        ["headers", name, ..] => {
            let found = header_pointer(values, "headers", name);
            found.unwrap_or_else(|| join_pointer("headers", &parts[1..]))
        }
        parts => parts.iter().map(|part| (*part).to_owned()).collect(),
    }
}

/// The value of a header in a list of names with values.
fn header_pointer(values: &Value, list: &str, name: &str) -> Option<Vec<String>> {
    let entries = values[list].as_array()?;
    let index = entries.iter().position(|entry| entry["name"] == name)?;
    Some(join_pointer(list, &[&index.to_string(), "value"]))
}

fn join_pointer(first: &str, rest: &[&str]) -> Vec<String> {
    let rest = rest.iter().map(|part| (*part).to_owned());
    std::iter::once(first.to_owned()).chain(rest).collect()
}

#[cfg(test)]
mod tests;
