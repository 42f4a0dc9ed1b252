//! What macOS reads of the app: its property list and its entitlements.

use plist::{Dictionary, Value};

use super::{json, source};

/// Keys of a property list that this app may have, and what macOS does with them.
///
/// Source: Apple, "Bundle Resources", Information Property List.
const LIST_KEYS: [&str; 8] = [
    // Said when a local server asks to control another app, for which the app that started it is responsible.
    "NSAppleEventsUsageDescription",
    // Likewise when it asks for calendars, contacts or reminders; without words macOS refuses without asking.
    "NSCalendarsUsageDescription",
    "NSCalendarsFullAccessUsageDescription",
    "NSCalendarsWriteOnlyAccessUsageDescription",
    "NSContactsUsageDescription",
    "NSRemindersUsageDescription",
    "NSRemindersFullAccessUsageDescription",
    // Said when a connector's address is on the local network, from macOS 15 on.
    "NSLocalNetworkUsageDescription",
];

/// Entitlements that loosen nothing. Those under `com.apple.security.cs.` take protection of the hardened
/// runtime away. Others, such as an access group of the keychain, need a provisioning profile, and Tauri
/// signs the command line with the same file: a program with an entitlement that no profile covers is
/// ended at its start.
///
/// Source: Apple, "Hardened Runtime" and "App Sandbox".
const ENTITLEMENTS: [&str; 5] = [
    // Lets macOS ask the person, for each app that is to be controlled.
    "com.apple.security.automation.apple-events",
    "com.apple.security.network.client",
    "com.apple.security.network.server",
    // Let macOS ask the person for contacts, and for calendars and reminders.
    "com.apple.security.personal-information.addressbook",
    "com.apple.security.personal-information.calendars",
];

fn list(name: &str) -> Dictionary {
    let value = Value::from_file(source(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    value
        .into_dictionary()
        .expect("a property list is a dictionary")
}

#[test]
fn the_property_list_has_known_keys_and_words_for_people() {
    let list = list("Info.plist");
    for (key, value) in &list {
        assert!(LIST_KEYS.contains(&key.as_str()), "{key}");
        let words = value.as_string().expect("words");
        assert!(
            words.ends_with('.') && words.contains("Patchbay"),
            "{words}"
        );
    }
    for key in LIST_KEYS {
        assert!(list.contains_key(key), "{key} is missing");
    }
}

/// Tauri writes these from its configuration; a second place would win over it or be lost.
#[test]
fn what_tauri_writes_into_the_list_is_said_in_its_configuration_alone() {
    let list = list("Info.plist");
    for key in [
        "CFBundleIdentifier",
        "CFBundleURLTypes",
        "CFBundleShortVersionString",
        "LSMinimumSystemVersion",
        "LSApplicationCategoryType",
    ] {
        assert!(!list.contains_key(key), "{key}");
    }
    let configuration = json("tauri.conf.json");
    // Becomes CFBundleURLTypes with this scheme.
    let schemes = &configuration["plugins"]["deep-link"]["desktop"]["schemes"];
    assert_eq!(schemes, &serde_json::json!(["patchbay"]));
    assert_eq!(configuration["bundle"]["category"], "DeveloperTool");
}

#[test]
fn the_entitlements_are_known_and_loosen_nothing() {
    let configuration = json("tauri.conf.json");
    let mac = &configuration["bundle"]["macOS"];
    assert_eq!(mac["hardenedRuntime"], true);
    // Ad hoc, where no variable names the identity of a certificate: macOS takes a downloaded app for damaged when its
    // program is signed, as the linker does on Apple silicon, and the rest is not.
    //
    // Source: Tauri, "macOS Code Signing", "Ad-Hoc Signing".
    assert_eq!(mac["signingIdentity"], "-");
    let list = list(
        mac["entitlements"]
            .as_str()
            .expect("entitlements are named"),
    );
    for (key, value) in &list {
        assert!(ENTITLEMENTS.contains(&key.as_str()), "{key}");
        assert_eq!(value.as_boolean(), Some(true), "{key}");
    }
    for key in ENTITLEMENTS {
        assert!(list.contains_key(key), "{key} is missing");
    }
}

/// macOS 13.3 brings the web view of Safari 16.4. In an older one the page, which needs lookbehind in regular
/// expressions, stays blank.
///
/// Source: WebKit, "WebKit Features in Safari 16.4".
#[test]
fn the_oldest_macos_has_the_web_view_that_the_page_is_built_for() {
    let configuration = json("tauri.conf.json");
    let oldest = &configuration["bundle"]["macOS"]["minimumSystemVersion"];
    assert_eq!(oldest, "13.3");
    let build = std::fs::read_to_string(source("../ui/vite.config.ts")).unwrap();
    for target in ["target", "cssTarget"] {
        let line = format!(" {target}: [\"safari16.4\", ");
        assert!(build.contains(&line), "{target}");
    }
}
