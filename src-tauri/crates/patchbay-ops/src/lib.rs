//! What a user can do with Patchbay, a file for each verb.
//!
//! The window and the command line call these functions and add nothing of their own but arguments in and
//! answers out. Every verb takes the [`Context`] first: the open store, the vault, the
//! shared HTTP clients, the clock and the live connections.
//!
//! This crate refuses to know windows, terminals and wire formats. Start reading at [`context`], then
//! [`run_tool`].

mod browser;
mod clock;
mod context;
mod error;
mod events;

mod account_errors;
mod accounts;
mod add_connector;
mod address;
mod app_paths;
mod atomic_file;
mod authorize;
mod backend;
mod background;
mod catalogue;
mod check_connector;
mod compare_runs;
mod connector_details;
mod connector_settings;
mod create_connector;
mod credentials;
mod differences;
mod disconnect;
mod dry_run;
mod edit_account;
mod edit_connector;
mod export_runs;
mod forms;
mod hosted;
mod inspect_address;
mod list_connectors;
mod lock;
mod logging;
mod marks;
mod mcp_resources;
mod needs;
mod next_page;
mod operations;
mod other_processes;
mod platform_credentials;
mod private_memory;
mod programs;
mod recover;
mod redact;
mod reference;
mod refresh_connector;
mod related;
mod replay_run;
mod response_meta;
mod retention;
mod rotate;
mod run_tool;
mod running;
mod running_authorizations;
mod runs;
mod save_attachment;
mod schema;
mod scope_upgrade;
mod secret_locations;
mod secrets;
mod sessions;
mod status;
mod stream_operation;
mod sync_connectors;
#[cfg(test)]
mod testing;
mod tokens;
mod tool_changes;
mod tools;
mod vault;

pub use patchbay_platforms::platform_infos;

pub use accounts::{
    AddAccount, PlatformField, PlatformForm, add_account, list_accounts, list_platforms,
    remove_account, rename_account, replace_account_secrets, resolve_account, secret_for,
    test_account,
};
pub use add_connector::{
    AddConnector, AuthenticationChoice, OAuthClientInput, SecretInput, add_connector,
};
pub use app_paths::{AppPaths, DataExposure};
pub use authorize::{
    ProviderSignIn, StartAuthorization, StartProviderSignIn, authorization_page,
    cancel_authorization, consent_form, extend_authorization, find_authorization,
    finish_authorization, has_consent, list_authorizations, open_authorization_page,
    provider_sign_in, start_authorization, start_provider_sign_in, take_callback_link,
    wait_for_authorization,
};
pub use backend::{abilities, sends_secrets};
pub use background::{
    Pace, PowerAndNetwork, SystemPowerAndNetwork, background_checks, look_after_connectors,
    switch_background_checks,
};
pub use browser::{OpenBrowser, SystemBrowser};
pub use catalogue::{CatalogueEntry, Reach, list_catalogue, read_registry_file};
pub use check_connector::{Check, CheckState, CheckStep, check_connector, check_connectors};
pub use clock::{Clock, SystemClock};
pub use compare_runs::{
    ComparedLine, ComparedText, RunChange, RunComparison, RunDifference, RunPart, compare_runs,
    ignore_paths, previous_run,
};
pub use connector_details::{ActionOutcome, RunAction, connector_details, run_action};
pub use connector_settings::{
    ChangeSettings, SettingsPlan, change_settings, connector_settings, plan_settings,
};
pub use context::{Context, ContextOptions};
pub use create_connector::{
    AccountDefinitions, CreateConnector, create_connector, creation_form, list_account_definitions,
    list_definitions,
};
pub use credentials::{
    AddWalletEntry, SecretValue, WalletSecret, add_wallet_entry, list_wallet, remove_wallet_entry,
    rename_wallet_entry, replace_wallet_secret, resolve_wallet_entry,
};
pub use disconnect::{Disconnected, disconnect_connector};
pub use dry_run::{DryRun, dry_run};
pub use edit_account::{
    change_account_settings, colour_account, sign_out_account, try_account_settings,
};
pub use edit_connector::{
    ConnectorChanges, delete_connector, remove_connector, restore_connector, update_connector,
};
pub use error::Error;
pub use events::Event;
pub use export_runs::{ExportFormat, Exported, RunExport, export_runs};
pub use forms::GivenSecret;
pub use inspect_address::{
    AddressInspection, cancel_inspection, inspect_address, inspect_address_until_cancelled,
    usual_redirect_uri,
};
pub use list_connectors::{
    FirstConnectors, find_connector, first_connectors, list_connector_rows, list_connectors,
    resolve_connector,
};
pub use logging::log_to_stderr;
pub use mcp_resources::{fill_prompt, list_prompts, list_resources, read_resource};
pub use needs::{Need, NeedFix, NeedKind, list_needs};
pub use next_page::next_page;
pub use operations::{
    CallOperation, OperationInfo, call_operation, list_account_operations, list_operations,
};
pub use other_processes::follow_other_processes;
pub use patchbay_files::Exposure;
pub use patchbay_http::BrowserUrl;
pub use platform_credentials::{
    CredentialsOfLevel, SavePlatformCredential, list_platform_credentials,
    make_platform_credential_default, platform_credential_form, remove_platform_credential,
    save_platform_credential,
};
pub use private_memory::keep_memory_private;
pub use programs::{
    NoProgramConsent, Occasion, ProgramConsent, ProgramRequest, allow_program, forget_program,
    list_allowed_programs,
};
pub use reference::{resolve_from_environment, resolve_reference};
pub use refresh_connector::refresh_connector;
pub use related::{ConnectorCopy, CopyForm, copy_form, list_copies};
pub use replay_run::replay_run;
pub use response_meta::{OperationResponse, ResponseMeta, call_operation_with_head};
pub use retention::{
    History, Retention, history, keep_runs, remove_all_runs, trim_hourly, trim_runs,
};
pub use rotate::{
    Rotation, RotationTarget, finish_rotation, plan_rotation, retry_rotation, roll_back_rotation,
    rotate_wallet_entry,
};
pub use run_tool::{RunProgress, RunTool, cancel_run, run_tool};
pub use runs::{find_run, list_runs, remove_run};
pub use save_attachment::{SavedAttachment, attachment_name, save_attachment, save_attachment_as};
pub use stream_operation::{SavedOperation, StreamedOperation, save_operation, stream_operation};
pub use sync_connectors::{Synced, sync_account, sync_connectors};
pub use tool_changes::{ToolChange, ToolChangeKind, accept_tools, list_tool_changes};
pub use tools::{ConnectorTool, list_tools, names_credentials, refresh_tools, validate_arguments};
pub use vault::{
    accept_older_secrets, choose_passphrase, probe_vault, save_unsaved_secrets, set_vault_aside,
    unlock_vault, unsaved_problem, use_keychain, vault_status,
};
