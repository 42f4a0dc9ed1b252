//! A review of what the page can pass to commands: ids and data. Every argument that could be used as a path, a program
//! or a URL is listed here with the check that applies to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use specta_typescript::Typescript;

/// Words in the name of an argument or member that need a review.
const SUSPICIOUS: &str = "
    address command dir endpoint executable file folder host path paths place program redirect reference roots
    settings uri url urls
";

/// The reviewed ones, a line each: command or type, argument or member, and why the page may pass it.
const REVIEWED: &str = "
AddAccount.settings: the platform's form: addresses by the address policy, a token file has to hold a token
AddConnector.url: the address policy
AddProgram.command: the native question before it is started
AuthenticationChoice.callbackHost: one of two names of this computer
AuthenticationChoice.redirect: one of two words
CompletionTarget.uri: sent to its server as a word
Content.uri: its end is offered as the name of a file
ConnectorChanges.command: the native question before it is started
ConnectorChanges.roots: told to its server as words, never opened here
ConnectorChanges.url: the address policy
GivenSecret.reference: the native question before a program runs
SecretInput.reference: the native question before a program runs
SecretValue.reference: the native question before a program runs
ServerCommand.folder: the native question before the program is started
ServerCommand.program: the native question before it is started
FieldProblem.path: a word of a report, which is text
Preferences.hostedRedirect: one of two words
ProxyChoice.url: read as host and port of a proxy
StartAuthorization.redirect: one of two words
StartProviderSignIn.authorizeUrl: the address policy, before the browser opens
StartProviderSignIn.redirect: one of two words
StartProviderSignIn.tokenUrl: the address policy
WalletSecret.reference: the native question before a program runs
allow_program.reference: the native question, which shows program and arguments
change_account_settings.settings: as those of an account that is added; another origin gets no saved secret
fill_resource_template.uri: filled in with texts, never opened here
find_program.path: where it is looked for
find_program.program: looked for, never started
finish_authorization.address: read as a callback of that very sign-in, never opened
forget_program.program: the id of a permission that is taken back
ignore_paths.paths: places in a JSON document
inspect_address.address: the address policy
read_resource.uri: sent to its server as a word, never opened here
try_account_settings.settings: as those of an account that is added; another origin gets no saved secret
watch_resource.uri: sent to its server as a word, never opened here
";

/// Every command. A new one has to be reviewed before it is added here.
const COMMANDS: &str = "
    about accept_older_secrets accept_tools add_account add_bundle add_connector add_program
    add_wallet_entry allow_program answer_question background_checks call_operation cancel_authorization
    cancel_check cancel_inspection cancel_run change_account_settings change_settings check_connector
    check_connectors check_for_update check_report choose_bundle choose_certificates
    choose_client_certificate choose_folder choose_passphrase colour_account compare_runs complete
    connector_details connector_settings consent_form copy_authorization_page copy_form copy_text
    create_connector creation_form delete_connector disconnect_connector double_click_title_bar drag_window
    dry_run end_session end_watch export_run export_runs extend_authorization fill_prompt
    fill_resource_template find_authorization find_connector find_program find_run find_tool
    find_untrusted_certificate finish_authorization finish_rotation first_connectors forget_program history
    ignore_paths inspect_address install_update keep_runs label_run list_accounts list_allowed_programs
    list_authorizations list_catalogue list_connectors list_copies list_copy_targets list_definitions
    list_deviations list_needs list_operations list_platform_credentials list_platforms list_prompts
    list_questions list_resources list_runs list_sessions list_tool_changes list_tools list_wallet load_icon
    load_preferences make_platform_credential_default names_credentials next_page open_authorization_page
    open_question_page open_runs_file plan_rotation plan_settings platform_credential_form previous_run
    probe_vault provider_sign_in read_pasted read_registry_file read_resource read_server_log refresh_tools
    remove_account remove_all_runs remove_connector remove_platform_credential remove_run
    remove_wallet_entry rename_account rename_wallet_entry replace_account_secrets replace_wallet_secret
    replay_run restore_connector retry_rotation roll_back_rotation rotate_wallet_entry run_action run_tool
    save_attachment save_content save_platform_credential save_preferences save_unsaved_secrets
    set_secret_variables set_vault_aside sign_out_account start_authorization start_provider_sign_in
    subscribe_to_events switch_background_checks sync_connectors take_dropped_bundle take_offered_link
    take_refused_link test_account trim_runs trust_certificate try_account_settings unlock_vault
    update_connector use_keychain vault_status watch_resource
";

/// The inputs of a command, or the members of a type.
struct Inputs {
    names: BTreeSet<String>,
    types: BTreeSet<String>,
}

/// The exported bindings, shared by both tests.
static EXPORTED: LazyLock<String> = LazyLock::new(|| {
    let file = std::env::temp_dir().join(format!("patchbay-bindings-{}.ts", std::process::id()));
    super::builder()
        .export(Typescript::default(), &file)
        .expect("a temporary file can be written");
    let text = std::fs::read_to_string(&file).expect("it was written");
    std::fs::remove_file(&file).expect("it can go");
    text
});

/// The commands, by their Rust names.
fn commands(text: &str) -> BTreeMap<String, Inputs> {
    let lines = text.lines().filter(|line| line.contains("__TAURI_INVOKE"));
    let command = |line: &str| {
        let (_, name) = line.split_once("__TAURI_INVOKE")?;
        let (_, name) = name.split_once("(\"")?;
        let (name, _) = name.split_once('"')?;
        let (_, arguments) = line.split_once('(')?;
        let (arguments, _) = arguments.split_once(") => ")?;
        // The type in a channel goes to the page, not from it.
        let arguments = arguments.split("Channel<").collect::<Vec<_>>();
        let rest = arguments.iter().skip(1);
        let rest = rest.filter_map(|one| Some(one.split_once('>')?.1));
        let arguments: String = arguments.iter().take(1).copied().chain(rest).collect();
        Some((name.to_owned(), parse_inputs(&arguments)))
    };
    lines.filter_map(command).collect()
}

/// The types, by name.
fn types(text: &str) -> BTreeMap<String, Inputs> {
    let definitions = text.split("\nexport type ").skip(1);
    let definition = |one: &str| {
        let (name, body) = one.split_once(" = ")?;
        let body = body.split(";\n\n").next()?;
        Some((name.to_owned(), parse_inputs(&without_comments(body))))
    };
    definitions.filter_map(definition).collect()
}

fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/**") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code + rest
}

fn parse_inputs(text: &str) -> Inputs {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let mut found = Inputs {
        names: BTreeSet::new(),
        types: BTreeSet::new(),
    };
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let word = &rest[start..];
        let end = word.find(|sign| !is_part(sign)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let is_text = rest[..start].ends_with('"');
        let is_name = after.trim_start_matches('?').starts_with(':');
        if is_name {
            found.names.insert(word.to_owned());
        } else if !is_text && word.starts_with(char::is_uppercase) {
            found.types.insert(word.to_owned());
        }
        rest = after;
    }
    found
}

/// Every type that the page passes to some command, directly or within another type.
fn reachable_types<'a>(
    commands: &'a BTreeMap<String, Inputs>,
    types: &'a BTreeMap<String, Inputs>,
) -> BTreeMap<&'a str, &'a Inputs> {
    let input_types = commands.values().flat_map(|command| &command.types);
    let mut pending: Vec<&str> = input_types.map(String::as_str).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = pending.pop() {
        if let Some(one) = types.get(name)
            && found.insert(name, one).is_none()
        {
            pending.extend(one.types.iter().map(String::as_str));
        }
    }
    found
}

fn is_suspicious(name: &str) -> bool {
    let suspicious: Vec<&str> = SUSPICIOUS.split_whitespace().collect();
    let words = words(name);
    words.iter().any(|word| suspicious.contains(&word.as_str()))
}

/// Splits `authorizeUrl` and `authorize_url` into `authorize` and `url`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for sign in name.chars() {
        if sign == '_' || sign.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign != '_') {
            word.extend(sign.to_lowercase());
        }
    }
    words
}

#[test]
fn every_command_of_the_page_was_reviewed() {
    let found = commands(&EXPORTED);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let reviewed: Vec<&str> = COMMANDS.split_whitespace().collect();
    assert_eq!(names, reviewed, "look at what it takes, then add it");
}

#[test]
fn every_suspicious_input_of_the_page_was_reviewed() {
    let (commands, types) = (commands(&EXPORTED), types(&EXPORTED));
    assert!(types.len() > 100, "{}", types.len());
    let of_types = reachable_types(&commands, &types);
    let of_commands = commands.iter().map(|(name, one)| (name.as_str(), one));
    let mut found = BTreeSet::new();
    for (owner, one) in of_commands.chain(of_types) {
        let names = one.names.iter().filter(|name| is_suspicious(name));
        found.extend(names.map(|name| (owner.to_owned(), name.clone())));
    }
    let reviewed = REVIEWED.trim().lines().map(|row| {
        let (input, judge) = row.split_once(": ").expect("each row says why");
        assert!(!judge.is_empty(), "{input}");
        let (owner, name) = input.split_once('.').expect("each row names an owner");
        (owner.to_owned(), name.to_owned())
    });
    let reviewed: BTreeSet<_> = reviewed.collect();
    assert_eq!(
        found, reviewed,
        "say who judges it, or give it another meaning"
    );
}
