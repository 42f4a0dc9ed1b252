//! The typed interface between Rust and the web view.

use patchbay_ops::{account_state, by_code, fix, platform_infos};
use tauri::Wry;
use tauri_specta::{Builder, collect_commands};

use crate::commands::{
    accounts, app, authorizations, bundles, catalogue, certificates, connector_settings,
    connectors, creation, credentials, folders, history, mcp_resources, needs,
    platform_credentials, rotation, runs, tools, vault,
};

/// Every command.
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        .disable_serde_phases()
        .constant("platforms", platform_infos())
        .constant("fixes", by_code(fix))
        .constant("accountStates", by_code(account_state))
        .commands(collect_commands![
            accounts::add_account,
            accounts::call_operation,
            accounts::change_account_settings,
            accounts::colour_account,
            accounts::delete_connector,
            accounts::list_accounts,
            accounts::list_operations,
            accounts::list_platforms,
            accounts::remove_account,
            accounts::rename_account,
            accounts::replace_account_secrets,
            accounts::sign_out_account,
            accounts::sync_connectors,
            accounts::test_account,
            accounts::try_account_settings,
            app::about,
            app::check_for_update,
            app::copy_text,
            app::double_click_title_bar,
            app::drag_window,
            app::install_update,
            app::load_preferences,
            app::save_preferences,
            app::subscribe_to_events,
            app::take_offered_link,
            app::take_refused_link,
            authorizations::cancel_authorization,
            authorizations::consent_form,
            authorizations::extend_authorization,
            authorizations::find_authorization,
            authorizations::finish_authorization,
            authorizations::list_authorizations,
            authorizations::copy_authorization_page,
            authorizations::open_authorization_page,
            authorizations::provider_sign_in,
            authorizations::start_authorization,
            authorizations::start_provider_sign_in,
            bundles::add_bundle,
            bundles::choose_bundle,
            bundles::take_dropped_bundle,
            certificates::choose_certificates,
            certificates::choose_client_certificate,
            certificates::find_untrusted_certificate,
            certificates::trust_certificate,
            catalogue::list_catalogue,
            catalogue::read_registry_file,
            connector_settings::change_settings,
            connector_settings::connector_details,
            connector_settings::connector_settings,
            connector_settings::plan_settings,
            connector_settings::run_action,
            connectors::add_connector,
            connectors::add_program,
            connectors::check_connector,
            connectors::cancel_check,
            connectors::check_connectors,
            connectors::check_report,
            connectors::disconnect_connector,
            connectors::end_session,
            connectors::find_connector,
            connectors::find_program,
            connectors::first_connectors,
            connectors::inspect_address,
            connectors::cancel_inspection,
            connectors::list_connectors,
            connectors::list_deviations,
            connectors::list_sessions,
            connectors::load_icon,
            connectors::read_pasted,
            connectors::read_server_log,
            connectors::remove_connector,
            connectors::restore_connector,
            connectors::set_secret_variables,
            connectors::update_connector,
            creation::copy_form,
            creation::create_connector,
            creation::creation_form,
            creation::list_copies,
            creation::list_copy_targets,
            creation::list_definitions,
            credentials::add_wallet_entry,
            credentials::allow_program,
            credentials::forget_program,
            credentials::list_allowed_programs,
            credentials::list_wallet,
            credentials::remove_wallet_entry,
            credentials::rename_wallet_entry,
            credentials::replace_wallet_secret,
            folders::choose_folder,
            needs::accept_tools,
            needs::background_checks,
            needs::list_needs,
            needs::list_tool_changes,
            needs::switch_background_checks,
            mcp_resources::complete,
            mcp_resources::end_watch,
            mcp_resources::fill_prompt,
            mcp_resources::fill_resource_template,
            mcp_resources::list_prompts,
            mcp_resources::list_resources,
            mcp_resources::read_resource,
            mcp_resources::watch_resource,
            platform_credentials::list_platform_credentials,
            platform_credentials::make_platform_credential_default,
            platform_credentials::platform_credential_form,
            platform_credentials::remove_platform_credential,
            platform_credentials::save_platform_credential,
            history::export_run,
            history::export_runs,
            history::history,
            history::keep_runs,
            history::open_runs_file,
            history::remove_all_runs,
            history::trim_runs,
            rotation::finish_rotation,
            rotation::plan_rotation,
            rotation::retry_rotation,
            rotation::rotate_wallet_entry,
            rotation::roll_back_rotation,
            runs::answer_question,
            runs::cancel_run,
            runs::compare_runs,
            runs::dry_run,
            runs::find_run,
            runs::ignore_paths,
            runs::label_run,
            runs::list_questions,
            runs::list_runs,
            runs::open_question_page,
            runs::previous_run,
            runs::remove_run,
            runs::replay_run,
            runs::run_tool,
            tools::find_tool,
            tools::list_tools,
            tools::names_credentials,
            tools::next_page,
            tools::refresh_tools,
            tools::save_attachment,
            tools::save_content,
            vault::accept_older_secrets,
            vault::choose_passphrase,
            vault::probe_vault,
            vault::save_unsaved_secrets,
            vault::unlock_vault,
            vault::set_vault_aside,
            vault::use_keychain,
            vault::vault_status,
        ])
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
