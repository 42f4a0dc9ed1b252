//! The typed interface between Rust and the web view.

use patchbay_ops::{account_state, by_code, fix, platform_infos};
use tauri::Wry;
use tauri_specta::{Builder, collect_commands};

use crate::commands::{
    accounts, app, authorizations, bundles, catalogue, certificates, connector_settings,
    connectors, creation, credentials, folders, history, mcp_resources, needs,
    platform_credentials, rotation, runs, tools, vault,
};

/// Collects commands by module.
macro_rules! page_commands {
    ($($module:ident: $($name:ident)+;)+) => { collect_commands![$($($module::$name),+),+] };
}

/// Every command.
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        .disable_serde_phases()
        .constant("platforms", platform_infos())
        .constant("fixes", by_code(fix))
        .constant("accountStates", by_code(account_state))
        .commands(page_commands! {
            accounts: add_account call_operation change_account_settings colour_account delete_connector
                list_accounts list_operations list_platforms remove_account rename_account
                replace_account_secrets sign_out_account sync_connectors test_account try_account_settings;
            app: about check_for_update copy_text double_click_title_bar drag_window install_update
                load_preferences save_preferences subscribe_to_events take_offered_link take_refused_link;
            authorizations: cancel_authorization consent_form extend_authorization find_authorization
                finish_authorization list_authorizations copy_authorization_page open_authorization_page
                provider_sign_in start_authorization start_provider_sign_in;
            bundles: add_bundle choose_bundle take_dropped_bundle;
            certificates: choose_certificates choose_client_certificate find_untrusted_certificate
                trust_certificate;
            catalogue: list_catalogue read_registry_file;
            connector_settings: change_settings connector_details connector_settings plan_settings
                run_action;
            connectors: add_connector add_program check_connector cancel_check check_connectors check_report
                disconnect_connector end_session find_connector find_program first_connectors
                inspect_address cancel_inspection list_connectors list_deviations list_sessions load_icon
                read_pasted read_server_log remove_connector restore_connector set_secret_variables
                update_connector;
            creation: copy_form create_connector creation_form list_copies list_copy_targets
                list_definitions;
            credentials: add_wallet_entry allow_program forget_program list_allowed_programs list_wallet
                remove_wallet_entry rename_wallet_entry replace_wallet_secret;
            folders: choose_folder;
            needs: accept_tools background_checks list_needs list_tool_changes switch_background_checks;
            mcp_resources: complete end_watch fill_prompt fill_resource_template list_prompts list_resources
                read_resource watch_resource;
            platform_credentials: list_platform_credentials make_platform_credential_default
                platform_credential_form remove_platform_credential save_platform_credential;
            history: export_run export_runs history keep_runs open_runs_file remove_all_runs trim_runs;
            rotation: finish_rotation plan_rotation retry_rotation rotate_wallet_entry roll_back_rotation;
            runs: answer_question cancel_run compare_runs dry_run find_run ignore_paths label_run
                list_questions list_runs open_question_page previous_run remove_run replay_run run_tool;
            tools: find_tool list_tools names_credentials next_page refresh_tools save_attachment
                save_content;
            vault: accept_older_secrets choose_passphrase probe_vault save_unsaved_secrets unlock_vault
                set_vault_aside use_keychain vault_status;
        })
}

#[cfg(test)]
mod page_inputs;

#[cfg(test)]
mod tests {
    use std::fs;

    use specta_typescript::Typescript;

    const BINDINGS: &str = "../ui/src/host/bindings.ts";

    /// Writes the bindings where they changed, for which the window is built anew; the checks fail then.
    #[test]
    fn bindings_are_written() {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        let exported = folder.path().join("bindings.ts");
        super::builder()
            .export(Typescript::default(), &exported)
            .expect("the bindings can be written");
        let text = fs::read_to_string(exported).expect("the bindings were written");
        if fs::read_to_string(BINDINGS).ok().as_ref() != Some(&text) {
            fs::write(BINDINGS, text).expect("the folder ui/src/host can be written");
        }
    }
}
