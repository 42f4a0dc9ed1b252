//! Everything that a user can do with Patchbay, by noun.
//!
//! A noun's own file finds and lists things, for use from anywhere; that of connectors is `stored_connectors`. Files must
//! not depend on each other in a circle; a file and those in the folder of its name count as one.
//!
//! The window and the command line call these functions. What uses saved data or connections takes the [`Context`]
//! first: the open store, the vault, the HTTP clients, the clock and the open connections.
//!
//! This crate knows no windows or terminals, and no platform. Start reading at [`context`], then
//! [`run_tool`](runs::run_tool).

mod abilities;
mod accounts;
mod address;
mod app_paths;
mod argument_check;
mod atomic_file;
mod authorizations;
mod backend;
mod background;
mod browser;
mod catalogue;
mod chosen_file;
mod clock;
mod code_rules;
mod connector_view;
mod connectors;
mod context;
mod credentials;
mod differences;
mod error;
mod events;
mod forms;
mod home_folder;
mod install_hint;
mod json_object;
mod lock;
mod logging;
mod need;
mod needs;
mod networks;
mod next_action;
mod open;
mod operations;
mod other_processes;
mod private_memory;
mod processes;
mod questions;
mod redact;
mod runs;
mod saved_names;
mod schema;
mod secret_detection;
mod secrets;
mod servers;
mod similar_names;
mod stored_connectors;
#[cfg(test)]
mod testing;
mod variable_names;
mod vault;

pub use patchbay_platforms::platform_infos;

pub use abilities::{abilities, needs_vault, platform_abilities};
pub use accounts::add::{AddAccount, add_account};
pub use accounts::edit::{
    change_account_settings, colour_account, sign_out_account, try_account_settings,
};
pub use accounts::edit::{remove_account, rename_account, replace_account_secrets, test_account};
pub use accounts::form::{PlatformField, PlatformForm, list_platforms, secret_for};
pub use accounts::sync::{SyncOutcome, sync_account, sync_connectors};
pub use accounts::{list_accounts, resolve_account};
pub use address::{ADDRESS_HINT, BUNDLE_HINT, read_address};
pub use app_paths::{AppPaths, DataExposure};
pub use authorizations::control::{
    authorization_page, cancel_authorization, extend_authorization, finish_authorization,
    handle_callback_link, open_authorization_page,
};
pub use authorizations::{
    ProviderSignIn, StartProviderSignIn, find_authorization, list_authorizations, provider_sign_in,
    start_provider_sign_in, wait_for_authorization,
};
pub use background::{
    CheckIntervals, PowerAndNetwork, SystemPowerAndNetwork, background_checks,
    run_background_checks, switch_background_checks,
};
pub use browser::{OpenBrowser, SystemBrowser};
pub use catalogue::{CatalogueEntry, CatalogueVariable, Reach, list_catalogue, read_registry_file};
pub use clock::{Clock, SystemClock};
pub use code_rules::{Fix, account_state, by_code, fix};
pub use connector_view::ConnectorView;
pub use connectors::add::{
    AddConnector, AddedConnector, AuthenticationChoice, ConnectionOptions, OAuthClientInput,
    add_connector, add_connector_with, check_add_connector, check_connection_options,
    check_short_name,
};
pub use connectors::add_program::{
    AddProgram, add_program, allow_connector_program, check_add_program,
};
pub use connectors::bundle::{
    AddBundle, Bundle, BundleSetting, BundleSettingKind, add_bundle, read_bundle,
};
pub use connectors::check::{
    Check, CheckState, CheckStep, MAX_CONCURRENT_CHECKS, cancel_check, check_connector,
    check_connectors, platform_problem,
};
pub use connectors::client_certificate::{check_client_certificate, set_client_certificate};
pub use connectors::create::{
    AccountDefinitions, CreateConnector, create_connector, creation_form, list_account_definitions,
    list_definitions,
};
pub use connectors::details::{ActionOutcome, RunAction, connector_details, run_action};
pub use connectors::deviations::{DeviationView, list_deviations};
pub use connectors::disconnect::{Disconnected, disconnect_connector};
pub use connectors::edit::{
    ConnectorChanges, delete_connector, remove_connector, restore_connector, update_connector,
};
pub use connectors::icon::load_icon;
pub use connectors::inspect_address::{
    AddressInspection, GUESSED_SIGN_IN, cancel_inspection, default_redirect_uri, inspect_address,
    inspect_address_until_cancelled,
};
pub use connectors::mcp_resources::{
    complete, fill_prompt, fill_resource_template, is_resource_template, list_prompts,
    list_resources, read_resource,
};
pub use connectors::network::{NetworkChanges, read_authorities_file};
pub use connectors::other_apps::read_other_app;
pub use connectors::pasted::{
    PastedBlank, PastedPlace, PastedServer, PastedServers, PastedValue, check_filled, fill_in,
    is_install_link, read_pasted,
};
pub use connectors::refresh::refresh_connector;
pub use connectors::related::{
    ConnectorCopy, CopyForm, CopyTarget, copy_form, list_copies, list_copy_targets,
};
pub use connectors::report::check_report;
pub use connectors::resource_watch::{end_watch, watch_resource, watch_resource_until_ended};
pub use connectors::secret_variables::{
    check_secret_values, remove_secret_variables, set_secret_variables,
};
pub use connectors::settings::{
    ChangeSettings, SettingsPlan, change_settings, connector_settings, plan_settings,
};
pub use connectors::start_authorization::{
    StartAuthorization, consent_form, has_consent, start_authorization,
};
pub use connectors::tool_changes::{ToolChange, ToolChangeKind, accept_tools, list_tool_changes};
pub use connectors::tools::{
    ConnectorTool, find_tool, list_tool_summaries, list_tools, names_credentials, refresh_tools,
};
pub use connectors::trust::{find_untrusted_certificate, trust_certificate};
pub use context::open_questions::{AskedDuring, OpenQuestion};
pub use context::{Context, ContextOptions};
pub use credentials::edit::{
    add_wallet_entry, remove_wallet_entry, rename_wallet_entry, replace_wallet_secret,
};
pub use credentials::platform_credentials::{
    CredentialsOfLevel, SavePlatformCredential, list_platform_credentials,
    make_platform_credential_default, platform_credential_form, remove_platform_credential,
    save_platform_credential,
};
pub use credentials::program_environment::{VariableSource, own_program, program_environment};
pub use credentials::programs::{
    allow_program, forget_program, list_allowed_programs, resolve_reference,
};
pub use credentials::rotate::{
    Rotation, RotationTarget, finish_rotation, plan_rotation, retry_rotation, roll_back_rotation,
    rotate_wallet_entry,
};
pub use credentials::secret::{AddWalletEntry, SecretInput, SecretValue, WalletSecret};
pub use credentials::{list_wallet, resolve_wallet_entry};
pub use error::{Error, NO_FOLDER_HINT, TimeLimit, issuer_words};
pub use events::Event;
pub use forms::GivenSecret;
pub use logging::log_to_stderr;
pub use need::{Need, NeedFix, NeedKind};
pub use needs::list_needs;
pub use next_action::{NextAction, reauth_action};
pub use operations::response_meta::{OperationResponse, ResponseMeta, call_operation_with_meta};
pub use operations::stream::{SavedOperation, StreamedOperation, save_operation, stream_operation};
pub use operations::{
    CallOperation, OperationInfo, call_operation, effect_of_call, list_account_operations,
    list_operations, operations_setting,
};
pub use other_processes::watch_other_processes;
pub use patchbay_files::Exposure;
pub use patchbay_http::{
    BlockingState, BrowserUrl, CERTIFICATE_NEEDED_HINT, ClientFeature, LACKS_SETTING_HINT,
    NO_ACCESS_HINT, UNTRUSTED_HINT,
};
pub use patchbay_oauth::{
    CHECK_APP_HINT, NO_SECRET_HINT, OTHER_CLIENT_HINT, OTHER_SIGN_IN_HINT, UNSAFE_HINT,
    USE_TOKEN_HINT, deviation_hint,
};
pub use patchbay_vault::NO_KEYCHAIN_HINT;
pub use private_memory::keep_memory_private;
pub use processes::environment::path_variable;
pub use processes::guard::{WATCH_PROGRAMS, watch_programs};
pub use processes::program_version::{has_open_version, runs_in_shell};
pub use questions::{answer_question, list_questions, open_question_page, question_problems};
pub use redact::is_marked;
pub use runs::cancel_run::cancel_run;
pub use runs::compare::{
    ComparedLine, ComparedText, RunChange, RunComparison, RunDifference, RunPart, compare_runs,
    ignore_paths, previous_run,
};
pub use runs::dry_run::{DryRun, dry_run};
pub use runs::export::{ExportFormat, Exported, RunExport, export_run, export_runs, run_document};
pub use runs::follow_run::{follow_run, resume_abandoned_runs};
pub use runs::label::label_run;
pub use runs::next_page::next_page;
pub use runs::replay::{ReplayTarget, replay_run};
pub use runs::retention::{
    History, Retention, history, keep_runs, remove_all_runs, trim_periodically, trim_runs,
    trim_runs_daily,
};
pub use runs::run_tool::{RunProgress, RunTool, count_active_runs, run_identity, run_tool};
pub use runs::runs_file::{RunsFile, read_runs_file};
pub use runs::save_attachment::{Attachment, SavedAttachment};
pub use runs::{LATEST_RUN, find_run, list_runs, remove_run, resolve_run};
pub use saved_names::{NameKind, SavedName, saved_names};
pub use secret_detection::{SECRET_ARGUMENT_NOTE, is_secret_argument};
pub use secrets::programs::search_path::declare_desktop_app;
pub use secrets::programs::{
    NoProgramConsent, Occasion, PASSPHRASE_VARIABLE, ProgramConsent, ProgramRequest, Purpose,
    withhold_own_variables,
};
pub use secrets::reference::resolve_from_environment;
pub use secrets::strip_scheme;
pub use servers::find_program;
pub use servers::log::{ServerLogLine, read_server_log};
pub use servers::sessions::{
    HOST_SESSIONS, HeldSession, end_session, end_sessions, host_sessions, list_sessions,
};
#[cfg(windows)]
pub use servers::sessions::{START_HOST, start_host};
pub use stored_connectors::time_limits::{MAX_WAIT, time_limit};
pub use stored_connectors::view::{view_connector, view_connectors};
pub use stored_connectors::{
    FirstConnectors, find_connector, first_connectors, list_connector_rows, list_connectors,
    resolve_connector,
};
pub use vault::{
    accept_older_secrets, choose_passphrase, needs_passphrase, probe_vault, save_unsaved_secrets,
    set_vault_aside, unlock_vault, unsaved_problem, use_keychain, vault_status,
};
