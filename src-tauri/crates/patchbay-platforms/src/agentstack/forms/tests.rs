use serde_json::json;

use super::*;

fn preset(json: Value) -> Preset {
    Preset::of(json).unwrap()
}

#[test]
fn a_presets_form_starts_with_its_texts_and_asks_for_no_address() {
    let form = preset_form(&preset(
        json!({"url": "https://a.example/", "metadata": {"name": "A", "n": 1}}),
    ));
    assert_eq!(
        form.values.0,
        json!({"match_preset": true, "metadata": {"name": "A"}})
    );
    assert!(form.schema["properties"].get("url").is_none());
    let managed = preset_form(&preset(json!({"url": "mcp+stdio://github"})));
    assert!(managed.schema["properties"].get("match_preset").is_none());
    assert_eq!(managed.values.0, json!({}));
}

#[test]
fn the_limits_of_the_contract_stand_in_the_schema() {
    let form = custom_form();
    let validator = jsonschema::validator_for(&form.schema).unwrap();
    let url = "https://mcp.example/";
    let many: Map<String, Value> = (0..17).map(|n| (n.to_string(), json!("x"))).collect();
    for (values, fits) in [
        (json!({"url": url}), true),
        (json!({"url": "HTTP://h"}), true),
        (json!({"url": "mcp+stdio://x"}), false),
        (json!({"url": format!("{url}{}", "a".repeat(256))}), false),
        (json!({}), false),
        (json!({"url": url, "client_secret": "s"}), false),
        (
            json!({"url": url, "client_secret": "s", "client_id": "i"}),
            true,
        ),
        (json!({"url": url, "metadata": many}), false),
        (
            json!({"url": url, "metadata": {"k".repeat(65): "x"}}),
            false,
        ),
        (
            json!({"url": url, "metadata": {"k": "x".repeat(513)}}),
            false,
        ),
        (
            json!({"url": url, "metadata": {"name": "x".repeat(513)}}),
            false,
        ),
        (json!({"url": url, "metadata": {"k": 1}}), false),
        (json!({"url": url, "other": 1}), false),
    ] {
        assert_eq!(validator.is_valid(&values), fits, "{values}");
    }
}
