//! Authentication methods of a connector: as sent, and as shown without secrets.

use serde_json::{Map, Value, json};

/// Members that answers leave out.
const SECRET: [&str; 2] = ["auth_data", "oauth2_metadata_secrets"];

/// The methods that a new connector shows.
pub(super) fn shown(given: &Map<String, Value>) -> Vec<Value> {
    let chosen = given.get("auth_methods").and_then(Value::as_array);
    let Some(chosen) = chosen else {
        // The older surface takes an OAuth app, or discovers the method itself.
        return vec![json!({ "method_type": "oauth2", "has_default_credentials": false })];
    };
    chosen.iter().map(|method| public(method, None)).collect()
}

/// The methods that a connector shows after an update; members that the update leaves out keep their values.
pub(super) fn changed(given: &Map<String, Value>, before: &Value) -> Vec<Value> {
    let before = before.as_array();
    let chosen = given.get("auth_methods").and_then(Value::as_array);
    let known = |method: &Value| {
        let mut all = before.into_iter().flatten();
        all.find(|known| known["method_type"] == method["method_type"])
    };
    let chosen = chosen.into_iter().flatten();
    chosen.map(|method| public(method, known(method))).collect()
}

fn public(method: &Value, before: Option<&Value>) -> Value {
    let mut shown = before.cloned().unwrap_or_else(|| json!({}));
    shown["has_default_credentials"] = false.into();
    let members = method.as_object();
    for (name, value) in members.into_iter().flatten() {
        if !SECRET.contains(&name.as_str()) {
            shown[name] = value.clone();
        }
    }
    if let Some(headers) = shown["global_headers"].as_object_mut() {
        for header in headers.values_mut() {
            if header["is_secret"] != false {
                header["value"] = "***".into();
            }
        }
    } else if let Some(shown) = shown.as_object_mut() {
        shown.remove("global_headers");
    }
    shown
}

/// The place of an OAuth app whose client id is too short.
pub(super) fn find_invalid_method(
    given: &Map<String, Value>,
) -> Result<Option<Vec<String>>, String> {
    let chosen = given.get("auth_methods").and_then(Value::as_array);
    for (index, method) in chosen.into_iter().flatten().enumerate() {
        let is_app = method["grant_type"] == "authorization_code";
        if method["method_type"] != "oauth2" || !is_app {
            continue;
        }
        let id = method["auth_data"]["client_id"].as_str();
        let id = id.ok_or("an app without an id")?;
        if id.len() < 3 {
            let index = index.to_string();
            let loc = [
                "auth_methods",
                &index,
                "oauth2",
                "authorization_code",
                "auth_data",
                "client_id",
            ];
            return Ok(Some(loc.map(str::to_owned).to_vec()));
        }
    }
    Ok(None)
}
