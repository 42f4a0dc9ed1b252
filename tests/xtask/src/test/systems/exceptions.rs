//! What wine cannot run, and what Windows does not have at all, each with its reason; the summary names all of it.

/// A test program that is not run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

/// A test that is not run, of a program that is.
pub(super) struct Test {
    program: &'static str,
    /// Its name, or the beginning of the names of several, up to a `::`; empty for all of them.
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

impl Test {
    /// Whether it is about the test of that name.
    pub(super) fn covers(&self, test: &str) -> bool {
        let is_several = self.name.is_empty() || self.name.ends_with("::");
        test == self.name || (is_several && test.starts_with(self.name))
    }
}

const PROTOCOL: &str = "nothing in it depends on the system, and wine takes a quarter of an hour";

/// Packages whose tests are not compiled for Windows here; their code is, with the others. On a Windows they run.
pub(super) const UNTESTED: [&str; 2] = ["patchbay-model", "patchbay-platforms"];

pub(super) const UNTESTED_REASON: &str =
    "hardly anything in it depends on the system, and it is a quarter of all";

const PROGRAMS: [Program; 2] = [
    Program {
        name: "tests window",
        reason: "wine has no WebView2",
    },
    Program {
        name: "xtask",
        reason: "it builds and tests the others, and wine has no Cargo",
    },
];

/// What is not named here has to pass. On a Windows all of it runs. Of the platforms one is tried under wine, and what
/// they have in common.
const TESTS: [Test; 16] = [
    Test {
        program: "tests e2e",
        name: "platforms::agentstack::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests e2e",
        name: "platforms::airbyte::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests e2e",
        name: "platforms::cohere::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests e2e",
        name: "platforms::faults::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests e2e",
        name: "platforms::manage::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests e2e",
        name: "platforms::mistral::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "platforms::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::app::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::bodies::",
        reason: PROTOCOL,
    },
    Test {
        program: "tests hostile",
        name: "server::shapes::",
        reason: PROTOCOL,
    },
    Test {
        program: "patchbay-files",
        name: "folder::windows_tests::a_folder_that_everyone_may_open_is_closed",
        reason: "wine adds what the folder around allows, even where it is told not to",
    },
    Test {
        program: "patchbay-files",
        name: "folder::windows_tests::what_is_made_in_a_private_folder_is_private_too",
        reason: "wine hands nothing down from a folder to what is in it",
    },
    Test {
        program: "patchbay-vault processes",
        name: "a_kill_at_any_moment_loses_nothing_that_was_acknowledged",
        reason: "wine starts a process later than the kills come",
    },
    Test {
        program: "patchbay-vault processes",
        name: "a_reader_never_meets_a_half_written_file",
        reason: "wine refuses to replace a file while it is read, which Windows does at once",
    },
    Test {
        program: "tests hostile",
        name: "faults::kills::programs::a_kill_at_any_moment_leaves_no_program_no_port_and_no_lock",
        reason: "wine starts a process later than the kills come",
    },
    Test {
        program: "tests hostile",
        name: "misbehaving::",
        reason: MEMORY,
    },
];

const FILES: &str = "links, pipes, devices and modes are those of Unix";
const SCRIPTS: &str = "its programs are scripts that Windows does not start";
const BUS: &str = "its services are those of the bus of Linux";
const MEMORY: &str = "Linux alone says how much memory a program took";
const SIGNALS: &str = "its interrupt is a signal; that of a console is tried beside this";
const TERMINAL: &str = "its terminal is one of Unix";

/// Tests of this system that Windows does not have. What is not named here has to be there.
const ABSENT: [Test; 47] = [
    Test {
        program: "patchbay-files",
        name: "draft::tests::a_link_among_leftovers_goes_without_what_it_leads_to",
        reason: FILES,
    },
    Test {
        program: "patchbay-files",
        name: "folder::tests::",
        reason: FILES,
    },
    Test {
        program: "patchbay-files",
        name: "long_path::tests::other_systems_take_any_path",
        reason: "Windows has limits of its own, which are tested in its place",
    },
    Test {
        program: "patchbay-files",
        name: "open::tests::links_pipes_and_devices_are_refused_at_once",
        reason: FILES,
    },
    Test {
        program: "patchbay-files",
        name: "set_aside::tests::a_link_to_a_file_stays_and_one_to_a_device_does_not",
        reason: FILES,
    },
    Test {
        program: "patchbay-oauth",
        name: "port_holder::tests::",
        reason: "Linux alone tells which program listens",
    },
    Test {
        program: "patchbay-ops",
        name: "backend::hosted::tests::what_an_account_signed_in_with_stays_known_when_its_reference_leads_nowhere",
        reason: SCRIPTS,
    },
    Test {
        program: "patchbay-ops",
        name: "background::power_and_network::bus::tests::",
        reason: BUS,
    },
    Test {
        program: "patchbay-ops",
        name: "private_memory::tests::",
        reason: "core dumps and debuggers are those of Unix",
    },
    Test {
        program: "patchbay-ops",
        name: "secrets::programs::search_path::tests::",
        reason: "login shells are those of Unix",
    },
    Test {
        program: "patchbay-ops",
        name: "connectors::other_apps::tests::settings_that_are_kept_elsewhere_are_followed",
        reason: FILES,
    },
    Test {
        program: "patchbay-ops",
        name: "secrets::programs::tests::",
        reason: SCRIPTS,
    },
    Test {
        program: "patchbay-ops",
        name: "servers::guard::",
        reason: "Windows ends servers by their job, with whoever started them",
    },
    Test {
        program: "patchbay-ops",
        name: "servers::sessions::socket::tests::",
        reason: "Windows has a pipe, which is tested in its place",
    },
    Test {
        program: "patchbay-ops",
        name: "servers::tests::",
        reason: SCRIPTS,
    },
    Test {
        program: "patchbay-store",
        name: "store::tests::a_link_in_place_of_the_database_is_refused_and_what_it_leads_to_left_alone",
        reason: FILES,
    },
    Test {
        program: "patchbay-store",
        name: "store::tests::a_pipe_in_place_of_the_database_is_refused_at_once",
        reason: FILES,
    },
    Test {
        program: "patchbay-store",
        name: "store::tests::only_the_user_can_read_the_files",
        reason: FILES,
    },
    Test {
        program: "patchbay-vault",
        name: "vault::tests::disk::a_pipe_a_device_and_a_link_in_place_of_the_vault_are_named_at_once",
        reason: FILES,
    },
    Test {
        program: "patchbay-vault",
        name: "vault::tests::disk::nothing_is_written_through_a_link",
        reason: FILES,
    },
    Test {
        program: "patchbay-vault",
        name: "vault::tests::file_and_folder_belong_to_the_user_alone",
        reason: FILES,
    },
    Test {
        program: "patchbay-vault real_keychain",
        name: "",
        reason: "its keychain is GNOME Keyring; that of Windows is tried by the command line",
    },
    Test {
        program: "src-tauri",
        name: "notifications::system::tests::what_others_wrote_is_no_markup",
        reason: "the notices of Linux take markup",
    },
    Test {
        program: "src-tauri",
        name: "autostart::list::tests::a_program_may_lie_in_any_folder",
        reason: "Windows starts programs by its registry, which is tested in its place",
    },
    Test {
        program: "src-tauri",
        name: "command_line::link::tests::",
        reason: "the link is that of macOS; Windows has a list of folders, which is tested in its place",
    },
    Test {
        program: "src-tauri",
        name: "dialog::tests::a_percent_sign_is_no_format",
        reason: "the dialogs of Linux take formats",
    },
    Test {
        program: "src-tauri",
        name: "tray::panel::tests::",
        reason: "the panel is that of Linux",
    },
    Test {
        program: "tests e2e",
        name: "cli::exec::",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "cli::exits::a_reader_that_has_seen_enough_is_no_failure",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "cli::inert::",
        reason: TERMINAL,
    },
    Test {
        program: "tests e2e",
        name: "cli::private_memory::",
        reason: "core dumps are those of Unix",
    },
    Test {
        program: "tests e2e",
        name: "cli::programs::",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "cli::secrets::a_person_at_a_terminal_is_asked_before_a_program_runs",
        reason: TERMINAL,
    },
    Test {
        program: "tests e2e",
        name: "cli::secrets::a_program_runs_only_where_it_was_allowed_by_name",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "cli::secrets::another_file_of_the_same_name_is_another_program",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "cli::secrets::piped_text_that_looks_like_a_reference_is_sent_as_it_is",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "cli::secrets::without_a_keychain_nothing_is_asked_of_the_browser",
        reason: BUS,
    },
    Test {
        program: "tests e2e",
        name: "cli::sign_in::a_closed_terminal_cancels_a_run_at_its_server",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "cli::sign_in::a_run_that_is_to_outlive_its_terminal_does",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "cli::sign_in::an_interrupt_cancels_a_run_at_its_server",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "cli::sign_in::an_interrupt_cancels_the_consent",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "outside_text::",
        reason: SCRIPTS,
    },
    Test {
        program: "tests e2e",
        name: "platforms::agentstack::an_interrupt_cancels_a_run_at_the_server_behind_the_relay",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "platforms::answers::an_interrupt_leaves_no_file",
        reason: SIGNALS,
    },
    Test {
        program: "tests e2e",
        name: "references::",
        reason: SCRIPTS,
    },
    Test {
        program: "tests hostile",
        name: "faults::disk::",
        reason: "its full disk is one that Linux mounts",
    },
    Test {
        program: "tests hostile",
        name: "server::terminal::",
        reason: TERMINAL,
    },
];

/// Whether a test program is one of them.
pub(super) fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|one| one.name == name)
}

/// Whether a test program is of a package whose tests are not compiled.
pub(super) fn is_untested(program: &str) -> bool {
    let package = program.split(' ').next().unwrap_or(program);
    UNTESTED.contains(&package)
}

/// Those of one test program.
pub(super) fn tests(program: &str) -> impl Iterator<Item = &'static Test> {
    TESTS.iter().filter(move |one| one.program == program)
}

/// Those of one test program that Windows does not have.
pub(super) fn absent(program: &str) -> impl Iterator<Item = &'static Test> {
    ABSENT.iter().filter(move |one| one.program == program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_like_a_module_covers_what_is_in_it() {
        let of = |name| Test {
            program: "tests",
            name,
            reason: "",
        };
        assert!(of("server::").covers("server::app::a"));
        assert!(!of("server::").covers("local::server::a"));
        assert!(of("a").covers("a"));
        assert!(!of("a").covers("ab"));
        assert!(of("").covers("a"));
    }
}
