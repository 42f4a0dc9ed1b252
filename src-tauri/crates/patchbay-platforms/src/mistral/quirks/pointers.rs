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
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts
        .strip_prefix(&["mcp"])
        .or(parts.strip_prefix(&["http"]))
    {
        Some(rest) => body_pointer(values, rest),
        None => body_pointer(values, &parts),
    }
}

fn body_pointer(values: &Value, parts: &[&str]) -> String {
    match parts {
        ["auth_methods", number, rest @ ..] => {
            let index: Option<usize> = number.parse().ok();
            let method = index.and_then(|index| values["auth_methods"].get(index));
            let pointer = method_pointer(method.unwrap_or(&Value::Null), rest);
            format!("/auth_methods/{number}{pointer}")
        }
        ["auth_data", rest @ ..] => join_pointer("/oauth_app", rest),
        rest => root_pointer(values, rest),
    }
}

fn method_pointer(method: &Value, rest: &[&str]) -> String {
    let is_tag = |part: &&str| {
        let is_class = part.starts_with(|sign: char| sign.is_ascii_uppercase());
        WIRE_ONLY_SEGMENTS.contains(part) || is_class
    };
    let tags = rest.iter().take_while(|part| is_tag(part)).count();
    match &rest[tags..] {
        ["method_type" | "grant_type"] if method["kind"] != "other" => "/kind".to_owned(),
        rest => root_pointer(method, rest),
    }
}

fn root_pointer(values: &Value, parts: &[&str]) -> String {
    match parts {
        ["oauth2_server_metadata_url"] => "/authorization_server/url".to_owned(),
        ["oauth2_server_metadata", rest @ ..] => join_pointer("/authorization_server", rest),
        ["global_headers", name, ..] => header_pointer(values, "global_headers", name)
            .or_else(|| header_pointer(values, "secret_global_headers", name))
            .unwrap_or_else(|| "/global_headers".to_owned()),
        ["headers", name, ..] => {
            header_pointer(values, "headers", name).unwrap_or_else(|| join_pointer("", parts))
        }
        parts => join_pointer("", parts),
    }
}

/// The value of a header in a list of names with values.
fn header_pointer(values: &Value, list: &str, name: &str) -> Option<String> {
    let mut entries = values[list].as_array()?.iter();
    let index = entries.position(|entry| entry["name"] == name)?;
    Some(format!("/{list}/{index}/value"))
}

fn join_pointer(first: &str, rest: &[&str]) -> String {
    let rest = rest.iter().flat_map(|part| ["/", *part]);
    std::iter::once(first).chain(rest).collect()
}

#[cfg(test)]
mod tests;
