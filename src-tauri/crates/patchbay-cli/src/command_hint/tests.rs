pub(crate) mod named_commands;

use patchbay_model::Platform;
use patchbay_ops::platform_abilities;
use serde_json::{Value, json};

use super::*;

pub(crate) fn wiki() -> Connector {
    let at = "2026-11-27T12:00:00Z";
    let connector = json!({
        "id": "con_1", "account": "local", "remoteId": null, "name": "wiki", "title": "Wiki",
        "description": null, "icon": null, "endpoint": "https://wiki.example/mcp",
        "visibility": "private",
        "status": {
            "status": "unknown", "word": null, "reason": null, "code": null, "checkedAt": null,
            "lastOkAt": null,
        },
        "identity": {
            "platform": "local", "account": "This computer", "credential": null, "level": null,
            "expiresAt": null,
        },
        "authentication": {
            "kind": "oauth", "client": null, "entry": null, "callbackPort": null,
            "callbackHost": null, "redirect": "loopback", "scopes": [],
        },
        "authenticationMethods": ["oauth"], "server": null, "toolCount": null, "createdAt": at,
        "updatedAt": at, "tags": [], "favourite": false, "draft": true, "native": {},
    });
    serde_json::from_value(connector).unwrap()
}

fn hint(code: Code, hint: &str) -> Option<String> {
    let problem = Problem::new(code, "it failed").with_hint(hint);
    command_hint(&problem, &wiki())
}

#[test]
fn a_warning_stays_as_it_is() {
    for code in [
        Code::NetworkRedirect,
        Code::AuthUnsafeUrl,
        Code::AuthDiscovery,
    ] {
        assert_eq!(hint(code, UNSAFE_HINT), None);
    }
    let other = hint(
        Code::NetworkRedirect,
        "If you trust it, use that address instead.",
    );
    assert_eq!(
        other.unwrap(),
        "If you trust it, run `patchbay connector edit wiki --url URL`."
    );
}

#[test]
fn a_feature_that_is_off_is_turned_on_by_its_own_flag() {
    let command = |feature: ClientFeature| hint(Code::McpFeatureOff, feature.hint()).unwrap();
    let sampling = command(ClientFeature::Sampling);
    assert!(
        sampling.contains("`patchbay connector edit wiki --sampling on`"),
        "{sampling}"
    );
    let roots = command(ClientFeature::Roots);
    assert!(
        roots.contains("`patchbay connector edit wiki --root FOLDER`"),
        "{roots}"
    );
}

#[test]
fn a_server_that_asks_for_no_sign_in_is_not_helped_by_another_alone() {
    let problem = |hint| Problem::new(Code::AuthForbidden, "refused").with_hint(hint);
    let mut connector = wiki();
    let again = "To sign in with more access, run `patchbay connector connect wiki`.";
    let told = |connector: &Connector, hint| command_hint(&problem(hint), connector).unwrap();
    assert_eq!(told(&connector, NO_ACCESS_HINT), again);
    connector.authentication = Authentication::None;
    let open = told(&connector, NO_ACCESS_HINT);
    assert!(open.contains("edit wiki --token-from -`"), "{open}");
    // It named a scope.
    let scope = told(&connector, "Sign in with more access.");
    assert!(scope.contains("connect wiki --again`"), "{scope}");
    // The key of an account decides elsewhere.
    connector.identity.platform = Platform::Cohere;
    assert_eq!(command_hint(&problem(NO_ACCESS_HINT), &connector), None);
}

#[test]
fn a_program_that_worked_has_less_time_to_start() {
    let mut connector = serde_json::to_value(wiki()).unwrap();
    connector["command"] =
        json!({ "program": "npx", "arguments": [], "folder": null, "variables": {} });
    let problem = Problem::new(Code::TimedOut, "slow").with_hint(TimeLimit::Connect.hint());
    let told = |connector: &Value| {
        let connector = serde_json::from_value(connector.clone()).unwrap();
        command_hint(&problem, &connector).unwrap()
    };
    assert!(told(&connector).contains("--connect-timeout 2400`"));
    connector["server"] = json!({
        "name": "x", "version": "1", "protocolVersion": "2025-06-18", "protocolReason": null,
        "transport": "stdio", "instructions": null, "icon": null,
    });
    assert!(told(&connector).contains("--connect-timeout 240`"));
}

#[test]
fn the_command_for_an_oauth_app_gives_what_it_lacks() {
    let hint = |words| hint(Code::AuthClientNeeded, words).unwrap();
    assert_eq!(
        hint(NO_SECRET_HINT),
        "Run `patchbay connector edit wiki --client-id ID --client-secret-from -`."
    );
    assert_eq!(
        hint(OTHER_CLIENT_HINT),
        "Run `patchbay connector connect wiki`, or `patchbay connector edit wiki --client-id ID` first."
    );
}

#[test]
fn another_sign_in_at_the_port_is_no_app_to_close() {
    assert_eq!(hint(Code::AuthPortBusy, OTHER_SIGN_IN_HINT), None);
    let busy = "Close that app or choose another port.";
    assert!(
        hint(Code::AuthPortBusy, busy)
            .unwrap()
            .contains("--callback-port")
    );
}

#[test]
fn a_check_is_offered_only_where_the_hint_says_nothing_to_do() {
    let problem = |hint| {
        let problem = Problem::new(Code::NetworkUnreachable, "couldn't connect");
        match hint {
            "" => problem,
            hint => problem.with_hint(hint),
        }
    };
    let check = "run `patchbay connector check wiki`.";
    let retry = format!("Try again. If that doesn't help, {check}");
    for (own, expected) in [
        ("", Some(format!("To see why, {check}"))),
        ("Try again.", Some(retry)),
        ("Check that the server is running.", None),
    ] {
        assert_eq!(command_hint(&problem(own), &wiki()), expected, "{own}");
        // A check is not told to check.
        assert_eq!(fix_hint(&problem(own), &wiki()), None, "{own}");
    }
}

#[test]
fn the_command_for_a_secret_has_the_option_that_takes_it() {
    let entry = json!({ "kind": "bearer", "entry": "cred_1" });
    let headers = json!({ "kind": "headers", "entry": "cred_1" });
    let command = json!({ "program": "npx", "arguments": [], "folder": null, "variables": {} });
    let none = json!({ "kind": "none" });
    let of = |authentication: &Value, credential: Option<&str>, command: Option<&Value>| {
        let mut connector = serde_json::to_value(wiki()).unwrap();
        connector["authentication"] = authentication.clone();
        connector["authenticationMethods"] = json!([]);
        connector["identity"]["credential"] = json!(credential);
        connector["command"] = json!(command);
        reauth_command(&serde_json::from_value(connector).unwrap()).unwrap()
    };
    let key = Some("Key");
    assert_eq!(of(&none, None, None), "connector edit wiki --token-from -");
    assert_eq!(of(&entry, key, None), "credential replace Key");
    assert_eq!(
        of(&headers, key, None),
        "credential replace Key --header NAME"
    );
    for credential in [None, key] {
        assert_eq!(
            of(&none, credential, Some(&command)),
            "connector edit wiki --env-secret NAME"
        );
    }
    let mut hosted = serde_json::to_value(wiki()).unwrap();
    let mut platforms = Platform::ALL.iter();
    let is_hosted = |platform: &&Platform| platform_abilities(**platform).has_accounts;
    hosted["identity"]["platform"] = json!(platforms.find(is_hosted).unwrap());
    hosted["authentication"] = none;
    let hint = |methods: &[&str]| {
        let mut connector = hosted.clone();
        connector["authenticationMethods"] = json!(methods);
        let problem = Problem::new(Code::AuthNeeded, "wiki needs sign-in");
        command_hint(&problem, &serde_json::from_value(connector).unwrap()).unwrap()
    };
    assert_eq!(
        hint(&["bearer"]),
        "Run `patchbay credential add --connector wiki --secret FIELD=-`. \
         For its fields, run `patchbay credential add --connector wiki --describe`."
    );
    assert_eq!(
        hint(&[]),
        "Run `patchbay connector edit wiki --secret FIELD=-`. \
         For its fields, run `patchbay connector edit wiki --describe`."
    );
}

#[test]
fn a_sign_in_that_a_server_does_not_always_need_is_asked_for() {
    let mut connector = wiki();
    assert_eq!(
        reauth_command(&connector).unwrap(),
        "connector connect wiki"
    );
    connector.authentication = Authentication::None;
    assert_eq!(
        reauth_command(&connector).unwrap(),
        "connector connect wiki --again"
    );
}

#[test]
fn a_passphrase_is_offered_only_where_there_is_no_keychain() {
    let hint = |own: &str| {
        let problem = Problem::new(Code::VaultNoKeychain, "it failed").with_hint(own);
        with_command_hint(problem).hint.unwrap()
    };
    assert!(hint(NO_KEYCHAIN_HINT).contains("`patchbay vault passphrase`"));
    let gone = "Start and unlock it, then try again.";
    assert_eq!(hint(gone), gone);
}

#[test]
fn a_missing_working_folder_is_changed_by_its_option() {
    assert_eq!(
        hint(Code::ProgramNotStarted, NO_FOLDER_HINT).unwrap(),
        "Create the folder, or run `patchbay connector edit wiki --cwd FOLDER`."
    );
}

#[test]
fn a_program_that_lacks_a_key_is_given_it_by_its_option() {
    let hint = hint(Code::ProgramEnded, LACKS_SETTING_HINT).unwrap();
    assert!(
        hint.contains("`patchbay connector edit wiki --env-secret NAME`"),
        "{hint}"
    );
}

#[test]
fn a_program_is_given_another_node_by_its_option() {
    let own =
        "Add the variable PATH=/opt/node 22/bin to the connector, or install a newer Node.js.";
    let hint = hint(Code::ProgramEnded, own).unwrap();
    assert_eq!(
        hint,
        "Run `patchbay connector edit wiki --env \"PATH=/opt/node 22/bin\"`, or install a newer Node.js."
    );
    named_commands::assert_runnable(&hint);
}

#[test]
fn a_server_without_a_sign_in_is_given_a_token_by_its_option() {
    assert_eq!(
        hint(Code::AuthDiscovery, USE_TOKEN_HINT).unwrap(),
        "Use a token instead: run `patchbay connector edit wiki --token-from -`."
    );
}
