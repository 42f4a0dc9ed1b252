//! Tests that wine cannot run or that Windows does not have, each with a reason. The summary names all of them.

/// A test program that is not run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

/// Tests of one program that are not run, for one reason.
struct Group {
    program: &'static str,
    reason: &'static str,
    tests: &'static [&'static str],
}

pub(super) struct Test {
    /// Its name, or a prefix of several names up to a `::`; empty for all tests of the program.
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
}

impl Test {
    pub(super) fn covers(&self, test: &str) -> bool {
        let is_several = self.name.is_empty() || self.name.ends_with("::");
        test == self.name || (is_several && test.starts_with(self.name))
    }
}

const PROTOCOL: &str = "nothing in it depends on the system, and wine takes a quarter of an hour";

/// Packages whose tests are not compiled for Windows here. They run on a real Windows.
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

/// Tests that are not run under wine; all others have to pass. On a real Windows all of them run. Of the platforms, one
/// is tested under wine, and what they share.
const TESTS: &[Group] = &[
    Group {
        program: "tests e2e",
        reason: PROTOCOL,
        tests: &[
            "platforms::agentstack::",
            "platforms::airbyte::",
            "platforms::cohere::",
            "platforms::faults::",
            "platforms::manage::",
            "platforms::mistral::",
        ],
    },
    Group {
        program: "tests hostile",
        reason: PROTOCOL,
        tests: &[
            "platforms::",
            "server::app::",
            "server::bodies::",
            "server::shapes::",
        ],
    },
    Group {
        program: "patchbay-files",
        reason: "wine adds what the folder around allows, even where it is told not to",
        tests: &["folder::windows_tests::a_folder_that_everyone_may_open_is_closed"],
    },
    Group {
        program: "patchbay-files",
        reason: "wine hands nothing down from a folder to what is in it",
        tests: &["folder::windows_tests::what_is_made_in_a_private_folder_is_private_too"],
    },
    Group {
        program: "patchbay-vault processes",
        reason: "wine starts a process later than the kills come",
        tests: &["a_kill_at_any_moment_loses_nothing_that_was_acknowledged"],
    },
    Group {
        program: "patchbay-vault processes",
        reason: "wine refuses to replace a file while it is read, which Windows does at once",
        tests: &["a_reader_never_meets_a_half_written_file"],
    },
    Group {
        program: "tests hostile",
        reason: "wine starts a process later than the kills come",
        tests: &[
            "faults::kills::programs::a_kill_at_any_moment_leaves_no_program_no_port_and_no_lock",
        ],
    },
    Group {
        program: "tests hostile",
        reason: MEMORY,
        tests: &["misbehaving::"],
    },
];

const FILES: &str = "links, pipes, devices and modes are those of Unix";
const SCRIPTS: &str = "its programs are scripts that Windows does not start";
const BUS: &str = "its services are those of the bus of Linux";
const MEMORY: &str = "Linux alone says how much memory a program took";
const SIGNALS: &str = "its interrupt is a signal; that of a console is tried beside this";
const TERMINAL: &str = "its terminal is one of Unix";

/// Tests of this system that Windows does not have. It has to have all others.
const ABSENT: &[Group] = &[
    Group {
        program: "patchbay-files",
        reason: FILES,
        tests: &[
            "draft::tests::a_link_among_leftovers_goes_without_what_it_leads_to",
            "folder::tests::",
            "open::tests::links_pipes_and_devices_are_refused_at_once",
            "set_aside::tests::a_link_to_a_file_stays_and_one_to_a_device_does_not",
        ],
    },
    Group {
        program: "patchbay-files",
        reason: "Windows has limits of its own, which are tested in its place",
        tests: &["long_path::tests::other_systems_take_any_path"],
    },
    Group {
        program: "patchbay-oauth",
        reason: "Linux alone tells which program listens",
        tests: &["port_holder::tests::"],
    },
    Group {
        program: "patchbay-ops",
        reason: SCRIPTS,
        tests: &[
            "backend::hosted::tests::what_an_account_signed_in_with_stays_known_when_its_reference_leads_nowhere",
            "secrets::programs::tests::",
            "servers::tests::",
        ],
    },
    Group {
        program: "patchbay-ops",
        reason: BUS,
        tests: &["background::power_and_network::bus::tests::"],
    },
    Group {
        program: "patchbay-ops",
        reason: "core dumps and debuggers are those of Unix",
        tests: &["private_memory::tests::"],
    },
    Group {
        program: "patchbay-ops",
        reason: "login shells are those of Unix",
        tests: &["secrets::programs::search_path::tests::"],
    },
    Group {
        program: "patchbay-ops",
        reason: FILES,
        tests: &["connectors::other_apps::tests::symbolic_links_to_settings_are_followed"],
    },
    Group {
        program: "patchbay-ops",
        reason: "the variable that names the folder is one of Linux",
        tests: &[
            "connectors::other_apps::tests::settings_are_looked_for_in_the_folder_that_the_user_chose_for_them",
        ],
    },
    Group {
        program: "patchbay-ops",
        reason: "Windows ends servers by their job, with whoever started them",
        tests: &["processes::guard::"],
    },
    Group {
        program: "patchbay-ops",
        reason: "Windows has a pipe, which is tested in its place",
        tests: &["servers::sessions::socket::tests::"],
    },
    Group {
        program: "patchbay-ops",
        reason: "its program is one of Unix",
        tests: &[
            "servers::sessions::host::tests::a_host_of_an_older_version_that_is_used_is_told",
            "servers::sessions::host::tests::a_host_that_is_drained_makes_room_for_the_next_one_at_once",
            "servers::sessions::host::tests::a_host_that_is_drained_while_it_is_used_lets_the_next_one_begin",
            "servers::sessions::host::tests::a_host_whose_folder_was_moved_leaves_and_makes_nothing_again",
        ],
    },
    Group {
        program: "patchbay-store",
        reason: FILES,
        tests: &[
            "store::tests::a_file_that_was_there_before_is_locked_while_it_is_open",
            "store::tests::a_link_in_place_of_the_database_is_refused_and_what_it_leads_to_left_alone",
            "store::tests::a_pipe_in_place_of_the_database_is_refused_at_once",
            "store::tests::only_the_user_can_read_the_files",
        ],
    },
    Group {
        program: "patchbay-store",
        reason: "on Windows a child has no locks of its parent",
        tests: &[
            "presence::tests::a_lock_that_outlives_its_process_for_a_moment_counts_as_released",
        ],
    },
    Group {
        program: "patchbay-vault",
        reason: FILES,
        tests: &[
            "vault::tests::a_passphrase_for_a_copied_folder_leaves_the_original_its_key",
            "vault::tests::disk::a_pipe_a_device_and_a_link_in_place_of_the_vault_are_named_at_once",
            "vault::tests::disk::nothing_is_written_through_a_link",
            "vault::tests::file_and_folder_belong_to_the_user_alone",
            "vault::tests::the_key_of_a_folder_that_came_after_it_goes_with_a_passphrase",
        ],
    },
    Group {
        program: "patchbay-vault real_keychain",
        reason: "its keychain is GNOME Keyring; that of Windows is tried by the command line",
        tests: &[""],
    },
    Group {
        program: "src-tauri",
        reason: "the notices of Linux take markup",
        tests: &["notifications::system::tests::what_others_wrote_is_no_markup"],
    },
    Group {
        program: "src-tauri",
        reason: "Windows starts programs by its registry, which is tested in its place",
        tests: &[
            "autostart::list::tests::a_program_may_lie_in_any_folder",
            "autostart::list::tests::an_entry_counts_while_it_starts_this_program",
        ],
    },
    Group {
        program: "src-tauri",
        reason: "the link is that of macOS; Windows has a list of folders, which is tested in its place",
        tests: &["command_line::link::tests::"],
    },
    Group {
        program: "src-tauri",
        reason: "the dialogs of Linux take formats",
        tests: &["dialog::tests::a_percent_sign_is_no_format"],
    },
    Group {
        program: "src-tauri",
        reason: "the panel is that of Linux",
        tests: &["tray::panel::tests::"],
    },
    Group {
        program: "tests e2e",
        reason: SCRIPTS,
        tests: &[
            "cli::exec::",
            "cli::history::a_run_whose_end_cannot_be_saved_says_so",
            "cli::programs::",
            "cli::secrets::a_program_runs_only_where_it_was_allowed_by_name",
            "cli::secrets::another_file_of_the_same_name_is_another_program",
            "cli::secrets::piped_text_that_looks_like_a_reference_is_sent_as_it_is",
            "cli::sign_in::the_browser_is_not_told_where_the_passphrase_is",
            "outside_text::",
            "references::",
        ],
    },
    Group {
        program: "tests e2e",
        reason: FILES,
        tests: &["cli::exits::the_doctor_names_a_folder_in_which_nothing_can_be_written"],
    },
    Group {
        program: "tests e2e",
        reason: SIGNALS,
        tests: &[
            "cli::exits::a_reader_that_has_seen_enough_is_no_failure",
            "cli::exits::messages_that_nobody_reads_are_no_failure",
            "cli::sign_in::a_closed_terminal_cancels_a_run_at_its_server",
            "cli::sign_in::a_link_to_open_oneself_is_printed_also_with_quiet",
            "cli::sign_in::a_run_that_is_to_outlive_its_terminal_does",
            "cli::sign_in::an_interrupt_cancels_a_run_at_its_server",
            "cli::sign_in::an_interrupt_cancels_the_consent",
            "cli::sign_in::an_interrupt_ends_a_command_that_can_write_no_more",
            "cli::sign_in::an_interrupt_ends_a_command_that_waits_for_a_file",
            "platforms::agentstack::an_interrupt_cancels_a_run_at_the_server_behind_the_relay",
            "platforms::airbyte::a_deletion_that_is_no_longer_waited_for_is_under_way",
            "platforms::answers::an_interrupt_leaves_no_file",
        ],
    },
    Group {
        program: "tests e2e",
        reason: TERMINAL,
        tests: &[
            "cli::inert::",
            "cli::secrets::a_person_at_a_terminal_is_asked_before_a_program_runs",
        ],
    },
    Group {
        program: "tests e2e",
        reason: "core dumps are those of Unix",
        tests: &["cli::private_memory::"],
    },
    Group {
        program: "tests e2e",
        reason: BUS,
        tests: &["cli::secrets::without_a_keychain_nothing_is_asked_of_the_browser"],
    },
    Group {
        program: "tests hostile",
        reason: "its full disk is one that Linux mounts",
        tests: &["faults::disk::"],
    },
    Group {
        program: "tests hostile",
        reason: MEMORY,
        tests: &[
            "misbehaving::a_misbehaving_program_costs_its_own_connector_only_where_the_background_process_holds_it",
            "misbehaving::plays_held_programs",
        ],
    },
    Group {
        program: "tests hostile",
        reason: TERMINAL,
        tests: &["server::terminal::"],
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

/// The exceptions of one test program.
pub(super) fn tests(program: &str) -> impl Iterator<Item = Test> {
    of(TESTS, program)
}

/// The exceptions of one test program that Windows does not have.
pub(super) fn absent(program: &str) -> impl Iterator<Item = Test> {
    of(ABSENT, program)
}

fn of(groups: &'static [Group], program: &str) -> impl Iterator<Item = Test> {
    let groups = groups.iter().filter(move |group| group.program == program);
    groups.flat_map(|Group { reason, tests, .. }| tests.iter().map(|name| Test { name, reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_like_a_module_covers_what_is_in_it() {
        let of = |name| Test { name, reason: "" };
        assert!(of("server::").covers("server::app::a"));
        assert!(!of("server::").covers("local::server::a"));
        assert!(of("a").covers("a"));
        assert!(!of("a").covers("ab"));
        assert!(of("").covers("a"));
    }
}
