//! The configuration of the bundles against Tauri's own schema, which its command line on npm brings.

use serde_json::{Value, json};

use super::{json as file, source};

/// Of the very version that makes the bundles.
const SCHEMA: &str = "../ui/node_modules/@tauri-apps/cli/config.schema.json";

#[test]
fn every_configuration_fits_the_schema() {
    let validator = validator();
    let app = file("tauri.conf.json");
    let bundle = merged(app.clone(), file("tauri.bundle.conf.json"));
    let blank: Value = {
        let path = source("../tests/blank-window/tauri.conf.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    for configuration in [app, bundle, blank] {
        let errors = validator.iter_errors(&configuration);
        let errors: Vec<_> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn the_schema_knows_a_key_from_a_misspelt_one() {
    let mut configuration = file("tauri.conf.json");
    configuration["bundle"]["macOS"]["hardenedRuntme"] = json!(true);
    assert!(!validator().is_valid(&configuration));
}

#[test]
fn windows_installers_are_for_one_user_and_for_all() {
    let windows = file("tauri.conf.json")["bundle"]["windows"].clone();
    // Without a word from an administrator, into the user's own folder.
    assert_eq!(windows["nsis"]["installMode"], "currentUser");
    assert_eq!(windows["allowDowngrades"], false);
    assert_eq!(file("tauri.conf.json")["bundle"]["targets"], "all");
}

#[test]
fn the_windows_installer_ends_the_command_line_before_it_writes_or_removes_it() {
    let hooks = file("tauri.conf.json")["bundle"]["windows"]["nsis"]["installerHooks"].clone();
    let hooks = std::fs::read_to_string(source(hooks.as_str().unwrap())).unwrap();
    assert!(hooks.contains(r#"KillProcessCurrentUser "patchbay.exe""#));
    for hook in ["PREINSTALL", "PREUNINSTALL"] {
        let ends = format!("!macro NSIS_HOOK_{hook}\n  !insertmacro EndCommandLine\n!macroend");
        assert!(hooks.contains(&ends), "{hook}");
    }
}

/// Windows comes without the C runtime of Microsoft. Tauri links it into the app, unless told not to; the command line
/// has to do so by itself.
#[test]
fn both_programs_bring_the_c_runtime_of_windows() {
    assert_eq!(file("tauri.conf.json")["build"]["windows"], Value::Null);
    let build = std::fs::read_to_string(source("crates/patchbay-cli/build.rs")).unwrap();
    assert!(build.contains("static_vcruntime::metabuild();"));
}

fn validator() -> jsonschema::Validator {
    let path = source(SCHEMA);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; `npm ci` in ui brings it", path.display()));
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// One configuration over another, as Tauri lays them (RFC 7396).
fn merged(mut below: Value, above: Value) -> Value {
    let Value::Object(above) = above else {
        return above;
    };
    if !below.is_object() {
        below = json!({});
    }
    for (key, value) in above {
        let under = below[&key].take();
        below[&key] = merged(under, value);
    }
    below
}
