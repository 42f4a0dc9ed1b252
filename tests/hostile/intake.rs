//! Every place where text comes in that Patchbay did not write itself.

/// A place where text comes in.
pub(crate) struct Intake {
    /// Its row in `README.md`.
    pub(crate) name: &'static str,
    /// The functions that read or decode it, as `file::function` below `src-tauri`.
    pub(crate) read_by: &'static [&'static str],
}

const fn intake(name: &'static str, read_by: &'static [&'static str]) -> Intake {
    Intake { name, read_by }
}

/// All of them, by who gives the text.
pub(crate) const INTAKES: &[Intake] = &[
    // A person, who may have been given it by somebody else.
    intake(
        "typed addresses and values",
        &[
            "crates/patchbay-cli/src/prompt.rs::secret",
            "crates/patchbay-cli/src/input.rs::read_line",
            "crates/patchbay-cli/src/questions/field.rs::read",
            "crates/patchbay-cli/src/secret_source.rs::goes_on",
            "crates/patchbay-cli/src/secret_source.rs::secret_input",
            "crates/patchbay-cli/src/secret_source.rs::secret_input_or_object",
            "crates/patchbay-cli/src/tool_arguments.rs::json",
            "crates/patchbay-cli/src/tool_arguments.rs::read_by_schema",
            "crates/patchbay-cli/src/tool_arguments.rs::object",
            "crates/patchbay-cli/src/tool_arguments.rs::stdin",
            "crates/patchbay-cli/src/commands/account_fields.rs::members",
            "crates/patchbay-http/src/prepare.rs::body",
            "crates/patchbay-platforms/src/tenex/quirks/settings.rs::json",
        ],
    ),
    intake(
        "pasted callback",
        &["crates/patchbay-cli/src/commands/connect.rs::finish_from_pasted"],
    ),
    intake(
        "pasted text",
        &[
            "crates/patchbay-cli/src/text_file.rs::read_text",
            "crates/patchbay-cli/src/text_file.rs::text_of",
            "crates/patchbay-ops/src/connectors/pasted.rs::read",
            "crates/patchbay-ops/src/connectors/pasted/command_line.rs::read",
            "crates/patchbay-ops/src/connectors/pasted/link.rs::parse_vscode_page_link",
            "crates/patchbay-ops/src/connectors/pasted/mcp_servers.rs::parse",
            "crates/patchbay-ops/src/connectors/pasted/mcp_servers.rs::read_toml",
            "crates/patchbay-ops/src/connectors/pasted/secret_variables.rs::may_be_code",
            "crates/patchbay-ops/src/connectors/pasted/yaml.rs::parse",
        ],
    ),
    intake(
        "bundle",
        &[
            "crates/patchbay-ops/src/connectors/bundle/archive.rs::manifest",
            "crates/patchbay-ops/src/connectors/bundle/archive.rs::open",
            "crates/patchbay-ops/src/connectors/bundle/archive.rs::tail",
            "crates/patchbay-ops/src/connectors/bundle/manifest.rs::parse",
        ],
    ),
    intake(
        "certificates",
        &[
            "crates/patchbay-http/src/certificate.rs::parse",
            "crates/patchbay-ops/src/chosen_file.rs::read_start",
            "crates/patchbay-ops/src/connectors/network.rs::read_authorities_file",
            "crates/patchbay-ops/src/connectors/network.rs::read_pem_file",
        ],
    ),
    intake(
        "file of a registry",
        &[
            "crates/patchbay-cli/src/text_file.rs::read_text",
            "crates/patchbay-cli/src/text_file.rs::text_of",
            "crates/patchbay-ops/src/catalogue/registry.rs::read",
        ],
    ),
    intake(
        "file of runs",
        &[
            "crates/patchbay-ops/src/chosen_file.rs::read_start",
            "crates/patchbay-ops/src/runs/runs_file.rs::read_run",
            "crates/patchbay-ops/src/runs/runs_file.rs::read_runs_file",
        ],
    ),
    intake(
        "key file",
        &["crates/patchbay-platforms/src/mistral/quirks/key.rs::read"],
    ),
    intake(
        "what a reference gives",
        &[
            "crates/patchbay-ops/src/secrets/programs.rs::find",
            "crates/patchbay-ops/src/secrets/programs.rs::run",
            "crates/patchbay-ops/src/secrets/programs.rs::run_within",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::ask",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::read_path",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::folders",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::has_path_of_shell",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::process_search_path",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::server_search_path",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::path_of_login_shell",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::user_shell",
            "crates/patchbay-ops/src/secrets/reference.rs::resolve_variable",
        ],
    ),
    // Links, and other programs of this computer.
    intake(
        "deep link",
        &["src/deep_link.rs::listen", "src/lib.rs::run"],
    ),
    intake(
        "loopback callback",
        &["crates/patchbay-oauth/src/callback_listener.rs::accept"],
    ),
    intake(
        "environment",
        &[
            "crates/patchbay-cli/src/commands/account_fields.rs::add_from_environment",
            "crates/patchbay-cli/src/completion.rs::complete",
            "crates/patchbay-cli/src/completion.rs::typed_matches",
            "crates/patchbay-cli/src/escapes.rs::are_supported",
            "crates/patchbay-cli/src/logging.rs::start",
            "crates/patchbay-cli/src/main.rs::is_first_argument",
            "crates/patchbay-ops/src/processes/guard/watcher.rs::command",
            "crates/patchbay-ops/src/processes/guard/watcher.rs::watch_programs",
            "crates/patchbay-ops/src/secrets/programs.rs::withhold_own_variables",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::newest_node_of_nvm",
            "crates/patchbay-ops/src/secrets/programs/search_path.rs::nvm_folder",
            "crates/patchbay-ops/src/servers/sessions/host.rs::start_program",
            "src/main.rs::main",
            "crates/patchbay-cli/src/output.rs::new",
            "crates/patchbay-cli/src/unlock.rs::from_environment",
            "crates/patchbay-ops/src/accounts/form.rs::field_of",
            "crates/patchbay-ops/src/background/intervals.rs::from_environment",
            "crates/patchbay-ops/src/connectors/other_apps.rs::of_user",
            "crates/patchbay-ops/src/connectors/other_apps.rs::packaged_files",
            "crates/patchbay-ops/src/connectors/report/person.rs::of_system",
            "crates/patchbay-ops/src/browser.rs::open",
            "crates/patchbay-ops/src/browser.rs::start",
            "crates/patchbay-ops/src/app_paths.rs::from_environment",
            "src/autostart.rs::is_hidden_start",
            "src/autostart.rs::program",
            "src/autostart/file.rs::entry_file",
            "src/command_line/registry.rs::variable",
            "src/commands/app.rs::about",
            "src/lib.rs::start_logging",
        ],
    ),
    intake(
        "buses and tables of the system",
        &[
            "crates/patchbay-oauth/src/port_holder.rs::holder_of",
            "crates/patchbay-ops/src/background/power_and_network/bus.rs::system",
            "crates/patchbay-ops/src/processes/guard/marks.rs::by_ps",
            "crates/patchbay-ops/src/processes/guard/marks.rs::in_proc",
            "crates/patchbay-ops/src/processes/guard/start_time.rs::by_ps",
            "crates/patchbay-ops/src/processes/guard/start_time.rs::in_proc",
            "crates/patchbay-platforms/src/mcp/stdio/host/memory.rs::measure",
            "src/notifications/linux.rs::show",
            "src/tray/linux.rs::has_panel",
        ],
    ),
    intake(
        "names of hosts",
        &["crates/patchbay-http/src/lookup.rs::lookup"],
    ),
    intake(
        "keychain",
        &[
            "crates/patchbay-vault/src/keychain/system/native.rs::read",
            "crates/patchbay-vault/src/keychain/system/secret_service.rs::secret",
        ],
    ),
    // Patchbay's own files, which somebody may have exchanged or damaged.
    intake(
        "vault file",
        &[
            "crates/patchbay-files/src/draft.rs::remove_leftovers",
            "crates/patchbay-files/src/open.rs::read",
            "crates/patchbay-vault/src/file.rs::load",
            "crates/patchbay-vault/src/file.rs::parse",
            "crates/patchbay-vault/src/stamp.rs::from_json",
            "crates/patchbay-oauth/src/client_identity.rs::from_secret",
            "crates/patchbay-oauth/src/grant.rs::from_secret",
            "crates/patchbay-ops/src/accounts/secrets.rs::list_encoded_entries",
            "crates/patchbay-ops/src/accounts/secrets.rs::members",
            "crates/patchbay-ops/src/accounts/secrets.rs::resolve",
            "crates/patchbay-ops/src/secrets.rs::decode_oauth_app",
            "crates/patchbay-ops/src/secrets.rs::decode_values",
        ],
    ),
    intake(
        "database",
        &[
            "crates/patchbay-store/src/connection.rs::open_file",
            "crates/patchbay-store/src/connector_list.rs::listed_row",
            "crates/patchbay-store/src/presence.rs::remove_stale",
            "crates/patchbay-store/src/presence.rs::is_held",
            "crates/patchbay-store/src/row.rs::from_body",
            "crates/patchbay-store/src/row.rs::parse_row",
        ],
    ),
    intake(
        "notes of what runs",
        &[
            "crates/patchbay-ops/src/processes/guard/ledger.rs::end_abandoned",
            "crates/patchbay-ops/src/processes/guard/ledger.rs::take",
        ],
    ),
    intake(
        "sessions left to commands",
        &[
            "crates/patchbay-ops/src/servers/sessions/over_http/records.rs::files",
            "crates/patchbay-ops/src/servers/sessions/over_http/records.rs::load",
        ],
    ),
    intake(
        "preferences",
        &[
            "src/window/place.rs::clamp_window",
            "src/window/place.rs::clamp_saved",
            "src/preferences.rs::parse",
        ],
    ),
    // The page.
    intake(
        "commands of the page",
        &[
            "src/commands/accounts.rs::commands",
            "src/commands/app.rs::commands",
            "src/commands/authorizations.rs::commands",
            "src/commands/bundles.rs::commands",
            "src/commands/catalogue.rs::commands",
            "src/commands/certificates.rs::commands",
            "src/commands/connector_settings.rs::commands",
            "src/commands/connectors.rs::commands",
            "src/commands/creation.rs::commands",
            "src/commands/credentials.rs::commands",
            "src/commands/folders.rs::commands",
            "src/commands/history.rs::commands",
            "src/commands/mcp_resources.rs::commands",
            "src/commands/needs.rs::commands",
            "src/commands/platform_credentials.rs::commands",
            "src/commands/rotation.rs::commands",
            "src/commands/runs.rs::commands",
            "src/commands/tools.rs::commands",
            "src/commands/vault.rs::commands",
        ],
    ),
    // Authorization servers: one function reads all of their answers.
    intake(
        "challenge",
        &["crates/patchbay-http/src/challenge.rs::parse"],
    ),
    intake(
        "metadata of a resource",
        &[
            "crates/patchbay-oauth/src/discover.rs::resource",
            "crates/patchbay-oauth/src/http.rs::json",
            "crates/patchbay-http/src/body.rs::read_body",
        ],
    ),
    intake(
        "metadata of an authorization server",
        &["crates/patchbay-oauth/src/discover.rs::server_metadata"],
    ),
    intake(
        "registration",
        &["crates/patchbay-oauth/src/register.rs::read_registration"],
    ),
    intake(
        "token answer",
        &["crates/patchbay-oauth/src/token.rs::read_tokens"],
    ),
    intake(
        "who signed in",
        &[
            "crates/patchbay-oauth/src/user.rs::claims",
            "crates/patchbay-oauth/src/user.rs::userinfo",
        ],
    ),
    intake(
        "revocation",
        &["crates/patchbay-oauth/src/revoke.rs::revoke"],
    ),
    // MCP servers: likewise.
    intake(
        "handshake",
        &[
            "crates/patchbay-platforms/src/mcp/wire/streams.rs::watch_unsolicited",
            "crates/patchbay-platforms/src/mcp/wire.rs::read",
            "crates/patchbay-http/src/body.rs::read_body",
        ],
    ),
    intake(
        "tool list",
        &["crates/patchbay-platforms/src/mcp/tools.rs::read_page"],
    ),
    intake(
        "tool result",
        &[
            "crates/patchbay-platforms/src/mcp/content.rs::tool_result",
            "crates/patchbay-http/src/redact.rs::redact_escaped",
            "crates/patchbay-ops/src/redact.rs::redact_members_in_text",
            "crates/patchbay-model/src/tool.rs::repeats",
            "crates/patchbay-ops/src/runs/compare/documents.rs::text_value",
        ],
    ),
    intake(
        "resource",
        &[
            "crates/patchbay-platforms/src/mcp/resources.rs::resource_at",
            "crates/patchbay-platforms/src/mcp/resources.rs::template",
            "crates/patchbay-platforms/src/mcp/uri_template.rs::parse",
        ],
    ),
    intake(
        "prompt",
        &[
            "crates/patchbay-platforms/src/mcp/resources.rs::prompt",
            "crates/patchbay-platforms/src/mcp/session/completion.rs::suggestions",
        ],
    ),
    intake(
        "icon",
        &[
            "crates/patchbay-http/src/body.rs::read_body",
            "crates/patchbay-http/src/picture.rs::fetch",
            "crates/patchbay-http/src/picture.rs::detect_format",
            "crates/patchbay-ops/src/connectors/icon.rs::read",
            "crates/patchbay-ops/src/connectors/icon.rs::trim",
            "crates/patchbay-platforms/src/icon.rs::choose",
        ],
    ),
    intake(
        "error answer",
        &[
            "crates/patchbay-platforms/src/mcp/wire/answer.rs::read_refusal",
            "crates/patchbay-http/src/body.rs::read_start",
        ],
    ),
    intake(
        "progress",
        &["crates/patchbay-platforms/src/mcp/session/pending.rs::report"],
    ),
    intake(
        "question of a server",
        &["crates/patchbay-platforms/src/mcp/questions.rs::read"],
    ),
    intake(
        "process that holds sessions",
        &[
            "crates/patchbay-ops/src/servers/sessions/host.rs::serve",
            "crates/patchbay-ops/src/servers/sessions/pipe.rs::connect",
            "crates/patchbay-ops/src/servers/sessions/pipe.rs::receive",
            "crates/patchbay-ops/src/servers/sessions/socket.rs::accept",
            "crates/patchbay-platforms/src/mcp/stdio/host/attach.rs::request",
            "crates/patchbay-platforms/src/mcp/stdio/host/attach.rs::take_notice",
            "crates/patchbay-platforms/src/mcp/stdio/host/session.rs::relay_client",
            "crates/patchbay-platforms/src/mcp/stdio/host/servers.rs::parse_request",
        ],
    ),
    intake(
        "output of a program",
        &[
            "crates/patchbay-platforms/src/mcp/pending_requests.rs::read",
            "crates/patchbay-platforms/src/mcp/pending_requests.rs::unreadable_answer",
            "crates/patchbay-ops/src/processes/quiet_command.rs::quiet_command",
            "crates/patchbay-ops/src/processes/containers.rs::unused_id_files",
            "crates/patchbay-ops/src/processes/containers.rs::set_aside",
            "crates/patchbay-ops/src/processes/containers.rs::stop",
            "crates/patchbay-ops/src/processes/containers.rs::errors_of",
            "crates/patchbay-ops/src/servers/log.rs::read",
            "crates/patchbay-ops/src/servers/log.rs::read_server_log",
            "crates/patchbay-ops/src/servers/node.rs::version_of",
            "crates/patchbay-platforms/src/mcp/stdio/host/session.rs::handle_server_line",
            "crates/patchbay-platforms/src/mcp/stdio.rs::read",
            "crates/patchbay-platforms/src/mcp/stdio/process.rs::command",
            "crates/patchbay-platforms/src/mcp/stdio/process.rs::interpreter",
        ],
    ),
    intake(
        "event stream",
        &[
            "crates/patchbay-platforms/src/mcp/http_sse.rs::read",
            "crates/patchbay-platforms/src/mcp/http_sse.rs::read_endpoint",
            "crates/patchbay-platforms/src/mcp/sse.rs::events_counting",
        ],
    ),
    intake(
        "redirect",
        &["crates/patchbay-http/src/redirect.rs::location"],
    ),
    // Hosted platforms.
    intake(
        "platform answer",
        &[
            "crates/patchbay-http/src/body.rs::next_piece",
            "crates/patchbay-http/src/answer.rs::json",
            "crates/patchbay-http/src/text.rs::read_json",
            "crates/patchbay-platforms/src/tenex/quirks/mcp_path.rs::read",
        ],
    ),
    intake(
        "platform error",
        &[
            "crates/patchbay-http/src/body.rs::read_start",
            "crates/patchbay-http/src/error_response.rs::read",
            "crates/patchbay-platforms/src/agentstack/quirks/tools.rs::detail",
        ],
    ),
    intake("update manifest", &["src/updater.rs::find"]),
];

/// What reads nothing from outside, and why.
pub(crate) const OWN: &[(&str, &str)] = &[
    (
        "crates/patchbay-cli/src/main.rs::report_parse_error",
        "looks for `--json` among its own arguments",
    ),
    (
        "crates/patchbay-cli/src/commands/exec.rs::prepare",
        "starts what the person typed, and reads nothing of it",
    ),
    (
        "crates/patchbay-ops/src/processes/inherited_files.rs::try_withhold",
        "lists its own open files",
    ),
    (
        "crates/patchbay-cli/src/prompt.rs::ensure_enabled",
        "asks whether it is a terminal",
    ),
    (
        "crates/patchbay-cli/src/prompt.rs::is_interactive",
        "asks whether it is a terminal",
    ),
    (
        "crates/patchbay-cli/src/prompt.rs::until_interrupted",
        "asks whether it is a terminal",
    ),
    (
        "crates/patchbay-ops/src/catalogue.rs::list_catalogue",
        "a file of this program",
    ),
    (
        "src/autostart/file.rs::is_on",
        "compares an entry of our own with what it would be now",
    ),
    (
        "src/deep_link.rs::starts_this_program",
        "looks for its own path in an entry of our own",
    ),
    (
        "src/command_line/link.rs::link",
        "looks where a link of our own leads",
    ),
    (
        "src/menu.rs::install",
        "asks the system for the right to make a link of our own",
    ),
    (
        "crates/patchbay-files/src/folder.rs::sync_folder",
        "opens a folder to have it written",
    ),
];
