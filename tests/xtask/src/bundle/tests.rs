//! Checks of the configuration for all systems, since most of it has no effect on the system of the tests.

use super::*;

fn json_file(name: &str) -> Value {
    let text = fs::read_to_string(paths::src_tauri().join(name)).expect("the file is there");
    serde_json::from_str(&text).expect("the file holds JSON")
}

fn text_file(name: &str) -> String {
    fs::read_to_string(paths::src_tauri().join(name)).expect("the file is there")
}

fn configuration() -> Value {
    json_file("tauri.conf.json")
}

/// The configuration as `bundle` gives it to Tauri.
fn bundle_configuration() -> Value {
    json_file(CONFIGURATION)
}

#[test]
fn the_app_has_its_names() {
    let configuration = configuration();
    assert_eq!(configuration["identifier"], "io.patchbay.desktop");
    assert_eq!(configuration["mainBinaryName"], "patchbay-desktop");
    assert_eq!(
        configuration["version"],
        Value::Null,
        "Cargo.toml alone says the version"
    );
}

#[test]
fn the_window_is_built_from_the_top_folder() {
    // Tauri runs these commands beside src-tauri, not in it.
    for hook in ["beforeDevCommand", "beforeBuildCommand"] {
        let command = configuration()["build"][hook].clone();
        let command = command.as_str().expect("the hook is a command");
        assert!(command.starts_with("npm --prefix ui run "), "{command}");
    }
}

#[test]
fn desktop_entries_pass_the_address_on() {
    for format in ["deb", "rpm"] {
        let template = &configuration()["bundle"]["linux"][format]["desktopTemplate"];
        let entry = text_file(template.as_str().expect("the format has a template"));
        assert!(
            entry.lines().any(|line| line == "Exec={{exec}} %u"),
            "{format}"
        );
        assert!(
            entry.lines().any(|line| line == "MimeType={{mime_type}}"),
            "{format}"
        );
    }
}

#[test]
fn windows_installers_bring_the_web_view() {
    let mode = &configuration()["bundle"]["windows"]["webviewInstallMode"]["type"];
    assert!(mode == "embedBootstrapper" || mode == "downloadBootstrapper");
}

#[test]
fn every_package_holds_both_binaries() {
    // Tauri packages the main binary and every external one in the right place of each system.
    assert_eq!(
        bundle_configuration()["bundle"]["externalBin"],
        json!(["../target/sidecar/patchbay"])
    );
    // In the main file every build would require a binary that is built later.
    assert_eq!(configuration()["bundle"]["externalBin"], Value::Null);
    let manifest = paths::src_tauri().join("crates/patchbay-cli/Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest)
        .expect("the file is there")
        .parse()
        .expect("TOML");
    assert_eq!(manifest["bin"][0]["name"].as_str(), Some("patchbay"));
}

/// Packages stand-ins for the two programs, which saves a release build.
#[cfg(target_os = "linux")]
#[test]
fn a_debian_package_holds_both_binaries_an_entry_for_links_and_what_shells_look_for() {
    ui::install().expect("Tauri's command line is installed");
    let target = tempfile::tempdir().expect("a folder");
    let place = |path: &str| {
        let file = target.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::copy("/bin/true", file).expect("copied");
    };
    let system =
        shell::read(Command::new("rustc").args(["--print", "host-tuple"])).expect("a name");
    place("release/patchbay-desktop");
    place(&format!("sidecar/patchbay-{system}"));
    let sidecar = json!({"bundle": {"externalBin": [target.path().join("sidecar/patchbay")]}});
    let written = target.path().join("shell");
    for file in ["shell/man1/patchbay.1", "shell/man1/patchbay-run.1"] {
        place(file);
    }
    for (shell, ..) in COMPLETIONS {
        place(&format!("shell/{shell}"));
    }
    let mut tauri = ui::tauri("bundle");
    tauri.args([
        "--ci",
        "--bundles",
        "deb",
        "--config",
        CONFIGURATION,
        "--config",
    ]);
    tauri
        .arg(sidecar.to_string())
        .arg("--config")
        .arg(with_shell_files(&written).to_string())
        .env("CARGO_TARGET_DIR", target.path());
    shell::run(&mut tauri).expect("Tauri packs it");

    let architecture =
        shell::read(Command::new("dpkg").arg("--print-architecture")).expect("a name");
    let name = format!("Patchbay_{VERSION}_{architecture}.deb");
    let package = target.path().join("release/bundle/deb").join(name);
    let unpacked = target.path().join("unpacked");
    shell::run(
        Command::new("dpkg-deb")
            .arg("-x")
            .args([&package, &unpacked]),
    )
    .expect("unpacked");
    for program in ["patchbay-desktop", "patchbay"] {
        assert!(
            unpacked.join("usr/bin").join(program).is_file(),
            "{program} is missing"
        );
    }
    let for_shells = COMPLETIONS.map(|(_, place, _)| place);
    for file in for_shells.into_iter().chain([
        "/usr/share/man/man1/patchbay.1",
        "/usr/share/man/man1/patchbay-run.1",
        "/usr/share/doc/patchbay/LICENSE-MIT",
    ]) {
        let file = unpacked.join(file.trim_start_matches('/'));
        assert!(file.is_file(), "{} is missing", file.display());
    }
    let entry = unpacked.join("usr/share/applications/Patchbay.desktop");
    shell::run(Command::new("desktop-file-validate").arg(&entry)).expect("a valid entry");
    let entry = fs::read_to_string(entry).expect("the entry is there");
    assert!(entry.lines().any(|line| line == "Exec=patchbay-desktop %u"));
    assert!(
        entry
            .lines()
            .any(|line| line == "MimeType=x-scheme-handler/patchbay")
    );
}

#[test]
fn linux_packages_bring_the_library_of_the_tray() {
    // The app loads the library when it starts and would fail without it.
    for format in ["deb", "rpm"] {
        let needed = configuration()["bundle"]["linux"][format]["depends"].to_string();
        assert!(needed.contains("libayatana-appindicator3"), "{format}");
    }
}

#[test]
fn a_desktop_with_its_own_keychain_is_not_given_another() {
    let wanted = configuration()["bundle"]["linux"]["deb"]["recommends"].to_string();
    for keychain in ["gnome-keyring", "kwallet", "keepassxc"] {
        assert!(wanted.contains(keychain), "{wanted}");
    }
    assert!(wanted.contains(" | "), "one of them is enough: {wanted}");
}

#[test]
fn icons_exist_for_every_system() {
    let icons = configuration()["bundle"]["icon"].clone();
    let icons: Vec<String> = serde_json::from_value(icons).expect("a list of files");
    for ending in [".png", ".icns", ".ico"] {
        assert!(
            icons.iter().any(|icon| icon.ends_with(ending)),
            "no {ending}"
        );
    }
    for icon in icons {
        assert!(
            paths::src_tauri().join(&icon).is_file(),
            "{icon} is missing"
        );
    }
}

#[test]
fn the_window_may_call_nothing_of_tauri_and_its_plugins() {
    let capability = json_file("capabilities/main.json");
    assert_eq!(
        configuration()["app"]["security"]["capabilities"],
        json!(["main"])
    );
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability["permissions"], json!([]));
}

#[test]
fn the_content_policy_allows_no_network_and_no_foreign_script() {
    let policy = configuration()["app"]["security"]["csp"].clone();
    let policy = policy.as_str().expect("a policy is set");
    assert!(!policy.contains("unsafe-eval") && !policy.contains('*') && !policy.contains("https:"));
    let directive = |name: &str| policy.split("; ").find_map(|rule| rule.strip_prefix(name));
    assert_eq!(directive("default-src "), Some("'self'"));
    assert_eq!(directive("connect-src "), Some("ipc: http://ipc.localhost"));
    // Sounds that the window itself made of an answer.
    assert_eq!(directive("media-src "), Some("blob:"));
    assert_eq!(
        directive("script-src "),
        None,
        "scripts fall back to 'self'"
    );
}

#[test]
fn the_updater_is_a_setting_of_the_build() {
    let updater = &configuration()["plugins"]["updater"];
    assert_eq!(updater["endpoints"], json!([]));
    assert_eq!(updater["pubkey"], "");
    // A compromised endpoint cannot offer an old archive with a valid signature as a new version.
    assert_eq!(updater["requireSignedVersion"], true);
    assert_eq!(bundle_configuration()["plugins"], Value::Null);
}

#[test]
fn unset_keys_change_nothing() {
    assert_eq!(settings(|_| None), json!({}));
}

#[test]
fn the_updater_needs_endpoint_and_public_key() {
    let only =
        |names: &'static [&str]| settings(|name| names.contains(&name).then(|| "value".to_owned()));
    assert_eq!(only(&[UPDATER_ENDPOINT]), json!({}));
    let both = only(&[UPDATER_ENDPOINT, UPDATER_PUBLIC_KEY]);
    assert_eq!(
        both["plugins"]["updater"],
        json!({"endpoints": ["value"], "pubkey": "value"})
    );
    assert_eq!(both["bundle"]["createUpdaterArtifacts"], false);
    let signed = only(&[UPDATER_ENDPOINT, UPDATER_PUBLIC_KEY, UPDATE_SIGNING_KEY]);
    assert_eq!(signed["bundle"]["createUpdaterArtifacts"], true);
}

#[test]
fn no_javascript_plugin_is_installed() {
    let manifest = fs::read_to_string(paths::ui().join("package.json")).expect("the file is there");
    assert!(!manifest.contains("@tauri-apps/plugin-"));
}

#[test]
fn the_mac_update_is_released_with_its_architecture() {
    let name = released_name("Patchbay.app.tar.gz.sig");
    assert_eq!(
        name,
        format!("Patchbay_{VERSION}_{}.app.tar.gz.sig", env::consts::ARCH)
    );
    assert!(is_released(&name));
    assert!(!is_released("Patchbay.app"));
}
